import type { JudgedFinding } from "./judged-findings.ts";

/** A known vulnerability of a version that bun.lock holds. */
export interface Finding {
  readonly package: string;
  readonly id: string;
  readonly severity: string;
  readonly title: string;
  /** The versions that have it. */
  readonly affected: string;
}

/** `bun audit --json`: a list by package. Undefined when it is not that, since the registry did not answer. */
export function readFindings(json: string): readonly Finding[] | undefined {
  const answer = parse(json);
  if (typeof answer !== "object" || answer === null || Array.isArray(answer)) return undefined;
  return Object.entries(answer).flatMap(([name, advisories]: [string, unknown]) =>
    (Array.isArray(advisories) ? advisories : []).map((advisory: unknown) => toFinding(name, advisory)),
  );
}

interface Judgement {
  readonly unjudged: readonly Finding[];
  readonly judged: readonly { readonly finding: Finding; readonly why: string }[];
  /** Judgements of what is no longer found. */
  readonly idle: readonly JudgedFinding[];
}

/** Holds what was found against what was judged; a judgement counts until its day. */
export function judge(findings: readonly Finding[], judgements: readonly JudgedFinding[], today: Date): Judgement {
  const fits = (finding: Finding) => (judgement: JudgedFinding) =>
    judgement.id === finding.id && judgement.package === finding.package;
  const in_force = judgements.filter(({ until }) => today < new Date(until));
  return {
    unjudged: findings.filter((finding) => !in_force.some(fits(finding))),
    judged: findings.flatMap((finding) => {
      const judgement = in_force.find(fits(finding));
      return judgement === undefined ? [] : [{ finding, why: judgement.why }];
    }),
    idle: judgements.filter((judgement) => !findings.some((finding) => fits(finding)(judgement))),
  };
}

function toFinding(name: string, advisory: unknown): Finding {
  const fields: Record<string, unknown> = typeof advisory === "object" && advisory !== null ? { ...advisory } : {};
  const text = (field: string) => String(fields[field] ?? "unknown");
  return {
    package: name,
    id: /GHSA(?:-\w{4}){3}/.exec(text("url"))?.[0] ?? text("id"),
    severity: text("severity"),
    title: text("title"),
    affected: text("vulnerable_versions"),
  };
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
