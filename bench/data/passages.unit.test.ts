import { expect, test } from "bun:test";
import { creationBodies, publishedIds } from "./loads.ts";
import { makePassages, passages_per_article } from "./passages.ts";
import { rare_pairs } from "./rows.ts";

test("articles are 1.1 kB, the same ones in every run, and none has the words that are searched for", () => {
  const passages = makePassages();
  expect(makePassages()).toEqual(passages);
  const bytes = passages.reduce((sum, passage) => sum + Buffer.byteLength(passage), 0) / passages.length;
  expect(Math.round((bytes * passages_per_article) / 100)).toBe(11);
  for (const word of rare_pairs.flatMap((pair) => pair.split(" ")))
    expect(creationBodies().some((body) => body.includes(word))).toBe(false);
});

test("drafts are not read by id, since they count no view", () => {
  expect(publishedIds(101)).not.toContain(50);
  expect(publishedIds(101)).toHaveLength(99);
});
