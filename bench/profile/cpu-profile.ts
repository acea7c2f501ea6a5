import { Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";

const CpuProfile = Type.Object({
  nodes: Type.Array(
    Type.Object({
      id: Type.Number(),
      callFrame: Type.Object({ functionName: Type.String(), url: Type.String(), lineNumber: Type.Number() }),
      children: Type.Optional(Type.Array(Type.Number())),
    }),
  ),
  samples: Type.Array(Type.Number()),
  timeDeltas: Type.Array(Type.Number()),
});

/** The time in one function over the whole profile. */
export interface FunctionTime {
  readonly name: string;
  readonly self_us: number;
  /** With everything that it called; a recursive function counts once. */
  readonly total_us: number;
}

/**
 * Sums a profile in Chrome's format up by function, from `from_us` to `to_us` after its start. `root` is left out of file names.
 * Throws when it is no profile.
 */
export function functionTimes(text: string, root: string, from_us: number, to_us: number): FunctionTime[] {
  const { nodes, samples, timeDeltas } = Value.Parse(CpuProfile, JSON.parse(text));
  const parents = new Map(nodes.flatMap((node) => (node.children ?? []).map((child) => [child, node.id] as const)));
  const names = new Map(nodes.map(({ id, callFrame }) => [id, nameOf(callFrame, root)] as const));
  const times = new Map<string, { self_us: number; total_us: number }>();
  const timesOf = (name: string) => {
    const known = times.get(name) ?? { self_us: 0, total_us: 0 };
    times.set(name, known);
    return known;
  };
  let at_us = 0;
  for (const [index, sample] of samples.entries()) {
    const spent_us = timeDeltas[index] ?? 0;
    at_us += spent_us;
    if (at_us < from_us || at_us > to_us) continue;
    timesOf(names.get(sample) ?? "?").self_us += spent_us;
    const stack = new Set<string>();
    for (let id: number | undefined = sample; id !== undefined; id = parents.get(id)) stack.add(names.get(id) ?? "?");
    for (const name of stack) timesOf(name).total_us += spent_us;
  }
  return [...times].map(([name, time]) => ({ name, ...time }));
}

function nameOf(
  { functionName, url, lineNumber }: { functionName: string; url: string; lineNumber: number },
  root: string,
): string {
  const file = url.replace("file://", "").replace(`${root}/`, "");
  return `${functionName || "(anonymous)"}${file === "" ? "" : `  ${file}:${lineNumber + 1}`}`;
}
