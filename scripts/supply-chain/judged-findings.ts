/** A known vulnerability of a package in bun.lock that does not touch this project, and why. */
export interface JudgedFinding {
  /** Of the GitHub Advisory Database, as `bun audit` has it in its link. */
  readonly id: `GHSA-${string}`;
  readonly package: string;
  readonly why: string;
  /** YYYY-MM-DD: from then on it has to be judged anew. */
  readonly until: string;
}

export const judgedFindings: readonly JudgedFinding[] = [
  {
    id: "GHSA-67mh-4wv8-f99g",
    package: "esbuild",
    why: "esbuild's development server answers any web site. drizzle-kit has an old esbuild to read its configuration with; it starts no server, runs on a developer's machine alone, and is not in the executable.",
    until: "2027-06-01",
  },
];
