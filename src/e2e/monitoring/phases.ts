import { pause } from "../../platform/deadline.ts";
import type { WatchedBlog } from "./blog.ts";
import { putPoison } from "./poison.ts";

export interface Phase {
  readonly name: string;
  readonly start_s: number;
  readonly end_s: number;
}

interface Act {
  readonly name: string;
  /** Of the whole run. */
  readonly tenths: number;
  begin(blog: WatchedBlog): Promise<void>;
  end(blog: WatchedBlog): Promise<void>;
}

const nothing = async () => {};

/** What happens in a run, one after the other. Faults last long enough for alerts that wait for a minute, in a run of ten minutes. */
const acts: readonly Act[] = [
  { name: "normal", tenths: 3, begin: nothing, end: nothing },
  {
    name: "DB1 killed",
    tenths: 2,
    begin: async ({ primary }) => primary?.kill(),
    end: async ({ primary }) => primary?.start(),
  },
  { name: "after that", tenths: 2, begin: ({ topic }) => putPoison(topic), end: nothing },
  {
    name: "sync killed",
    tenths: 2,
    begin: ({ sync }) => sync.kill(),
    end: ({ sync }) => sync.start(),
  },
  { name: "at the end", tenths: 1, begin: nothing, end: nothing },
];

/** Plays all of it in about `minutes`, and tells when what was. */
export async function playOutages(
  blog: WatchedBlog,
  minutes: number,
  onBegun: (name: string) => void,
): Promise<readonly Phase[]> {
  const phases: Phase[] = [];
  for (const { name, tenths, begin, end } of acts) {
    onBegun(name);
    const start_s = Date.now() / 1000;
    await begin(blog);
    await pause(minutes * 6_000 * tenths);
    phases.push({ name, start_s, end_s: Date.now() / 1000 });
    await end(blog);
  }
  return phases;
}
