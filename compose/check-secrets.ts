/** What compose.yml starts first: in production it refuses secrets that are missing, or that everybody can read in compose.yml. */

const remedy = "Set them in .env (scripts/setup --production writes one with random values), and start again.";

/** The defaults of compose.yml, and what people type in their place. */
const known = ["blog_password", "admin", "password", "postgres", "secret", "changeme", "change-me"];

const secrets: readonly { readonly name: string; readonly bytes_min: number }[] = [
  { name: "DB1_PASSWORD", bytes_min: 12 },
  { name: "DB2_PASSWORD", bytes_min: 12 },
  { name: "GRAFANA_PASSWORD", bytes_min: 12 },
  { name: "SECRET_KEY", bytes_min: 32 },
];

/** One sentence for each secret that is not fit for production; none in development. The secrets themselves are not shown. */
export function unfitSecrets(env: Readonly<Record<string, string | undefined>>): readonly string[] {
  if (env["BLOG_ENV"] !== "production") return [];
  return secrets.flatMap(({ name, bytes_min }) => {
    const value = env[name] ?? "";
    if (value === "") return `${name} is not set`;
    if (known.includes(value.toLowerCase())) return `${name} is one that everybody knows`;
    const bytes = Buffer.byteLength(value);
    return bytes < bytes_min ? `${name} has ${bytes} bytes; at least ${bytes_min} are needed` : [];
  });
}

if (import.meta.main) {
  const unfit = unfitSecrets(process.env);
  if (unfit.length > 0) {
    process.stderr.write(`BLOG_ENV=production, but\n${unfit.map((sentence) => `  ${sentence}\n`).join("")}${remedy}\n`);
    process.exit(78);
  }
}
