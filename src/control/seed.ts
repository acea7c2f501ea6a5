import { type Static, Type } from "@sinclair/typebox";
import { create } from "../article/commands.ts";
import type { Report } from "../platform/report.ts";
import { generateArticle } from "../seed/articles.ts";
import type { ArticleWrites } from "../store/article-store.ts";

/** More than one run should write; a million articles of 1 kB are about 3 GB in DB1. */
export const seed_count_max = 10_000_000;

export const SeedArgsSchema = Type.Object({
  count: Type.Integer({ minimum: 1, maximum: seed_count_max }),
  seed: Type.String({ maxLength: 200 }),
});
export type SeedArgs = Static<typeof SeedArgsSchema>;

export const SeedResultSchema = Type.Object({ count: Type.Integer(), seed: Type.String(), duration_ms: Type.Number() });
export type SeedResult = Static<typeof SeedResultSchema>;

export interface SeedParts {
  readonly writes: ArticleWrites;
}

/** Enough calls for the store to fill its statements with while others are on their way; more only cost memory. */
const in_flight_max = 400;

/**
 * Writes the first `count` articles that belong to `seed`, as the API would, each with its event.
 * Throws the first error of a write, and when `signal` aborts; what was written until then stays.
 */
export async function seedArticles(
  { writes }: SeedParts,
  { count, seed }: SeedArgs,
  report: Report,
  signal: AbortSignal,
): Promise<SeedResult> {
  const began_ms = performance.now();
  const failed = new AbortController();
  const stop = AbortSignal.any([signal, failed.signal]);
  let next = 0;
  let done = 0;

  async function writeInTurn(): Promise<void> {
    while (next < count && !stop.aborted) {
      const index = next++;
      await writes.create(create(generateArticle(seed, index), new Date()), {});
      report.progress(++done, count);
    }
  }

  const lanes = Array.from({ length: Math.min(in_flight_max, count) }, () =>
    writeInTurn().catch((error: unknown) => failed.abort(error)),
  );
  await Promise.all(lanes);
  if (failed.signal.aborted) throw failed.signal.reason;
  if (signal.aborted) throw new Error(`Stopped after ${done} of ${count} articles; those are written.`);
  return { count, seed, duration_ms: Math.round(performance.now() - began_ms) };
}
