import { parseArgs } from "node:util";

export const section_names = ["http", "graphql", "sync", "growth", "start", "soak"] as const;
export type SectionName = (typeof section_names)[number];

export interface Options {
  readonly sections: readonly SectionName[];
  readonly quick: boolean;
  /** Part of the name of the contests to hold; all without it. */
  readonly only: string | undefined;
  /** Ours with BLOG_ENV=production: writes under a token, drafts hidden from whoever has none. */
  readonly production: boolean;
  /** Another executable than dist/blog. */
  readonly executable: string | undefined;
}

export const usage = `bun run bench [${section_names.join("|")}] [--quick] [--only=TEXT] [--production] [--executable=FILE]

Measures the executable beside what people would use instead. Without a section all but soak are run.
  --quick             two minutes in all: a tenth of the articles, short rounds; its ratios only hint
  --only=TEXT         only the contests with this text in their name
  --production        ours with BLOG_ENV=production: every write under a token, drafts hidden from whoever has none
  --executable=FILE   another one than dist/blog, which is built when stale
`;

/** Throws when the arguments are none of the usage. */
export function readOptions(args: readonly string[]): Options | "help" {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      quick: { type: "boolean", default: false },
      only: { type: "string" },
      production: { type: "boolean", default: false },
      executable: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return "help";
  const sections = positionals.map((name) => {
    const section = section_names.find((known) => known === name);
    if (section === undefined) throw new Error(`There is no section ${name}; known are ${section_names.join(", ")}`);
    return section;
  });
  return {
    sections: sections.length > 0 ? sections : section_names.filter((name) => name !== "soak"),
    quick: values.quick,
    only: values.only,
    production: values.production,
    executable: values.executable,
  };
}
