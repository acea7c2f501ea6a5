import { composeVariables } from "./compose-variables.ts";
import { allVariables, type Variable } from "./env.ts";

const compose_heading = `# ---- For docker compose alone. It says itself where the databases and Kafka are, and takes API_PORT, GATEWAY_PORT and SYNC_PORT
# as ports of this machine. In production it needs DB1_PASSWORD, DB2_PASSWORD, SECRET_KEY and GRAFANA_PASSWORD.
`;

/** The whole of `.env.example`: every variable with what it means, commented out at its default. */
export function envExample(): string {
  const entries = allVariables.map((variable) => {
    const notes = [`# ${variable.about}.`, `# allowed: ${variable.rule.allowed}`];
    if (variable.default_in_words !== undefined) notes.push(`# default: ${plain(variable.default_in_words)}`);
    return `${notes.join("\n")}\n#${variable.name}=${variable.default ?? ""}\n`;
  });
  const for_compose = composeVariables.map(({ name, about, default: text = "" }) => `# ${about}.\n#${name}=${text}\n`);
  const all = [...entries, compose_heading, ...for_compose];
  return `# Copy to .env, and take away the # where another value than the default is wanted.\n\n${all.join("\n")}`;
}

/** The README's table, in Markdown. */
export function variablesTable(): string {
  const rows = allVariables.map(
    (variable) =>
      `| \`${variable.name}\` | ${shownDefault(variable)} | ${cell(variable.about)} | ${cell(variable.rule.allowed)} |`,
  );
  return ["| variable | default | what it is | allowed |", "|---|---|---|---|", ...rows].join("\n");
}

/** Between these two lines of the README stands the table. */
export const tableMarks = { begin: "<!-- configuration: begin -->", end: "<!-- configuration: end -->" } as const;

/** `readme` with the table between its marks as it should be; throws when the marks are not there. */
export function withTable(readme: string): string {
  const begin = readme.indexOf(tableMarks.begin);
  const end = readme.indexOf(tableMarks.end);
  if (begin === -1 || end < begin) throw new Error(`The README lacks the lines ${tableMarks.begin} and ${tableMarks.end}`);
  return `${readme.slice(0, begin + tableMarks.begin.length)}\n${variablesTable()}\n${readme.slice(end)}`;
}

function shownDefault({ default: text, default_in_words }: Variable): string {
  return default_in_words ?? (text === undefined ? "–" : `\`${text}\``);
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}

function plain(text: string): string {
  return text.replaceAll("`", "");
}
