import { expect, test } from "bun:test";
import { validateInput } from "../article/validate.ts";
import { generateArticle, generateArticles } from "./articles.ts";

const sample = generateArticles("sample", 0, 3_000);

test("the same seed gives the same articles, another seed gives others", () => {
  expect(generateArticles("a", 0, 20)).toEqual(generateArticles("a", 0, 20));
  expect(generateArticles("a", 0, 20)).not.toEqual(generateArticles("b", 0, 20));
  expect(generateArticles(1, 0, 5)).toEqual(generateArticles("1", 0, 5));
});

test("a later part of the list is the same as the list's later part", () => {
  expect(generateArticles("a", 10, 5)).toEqual(generateArticles("a", 0, 15).slice(10));
  expect(generateArticle("a", 12)).toEqual(generateArticles("a", 12, 1)[0] ?? generateArticle("", 0));
});

test("every article is one that the API would take", () => {
  for (const article of sample) expect(validateInput(article)).toBe(article);
});

test("no template slot is left open", () => {
  for (const { title, content } of sample) expect(`${title}\n${content}`).not.toMatch(/[{}]|undefined/);
});

test("content is several paragraphs, as long as a short post", () => {
  const bytes = sample.map(({ content }) => Buffer.byteLength(content));
  const mean = bytes.reduce((sum, size) => sum + size, 0) / bytes.length;
  expect(mean).toBeGreaterThan(500);
  expect(mean).toBeLessThan(900);
  expect(Math.min(...bytes)).toBeGreaterThan(300);
  for (const { content } of sample) expect(content.split("\n\n").length).toBeGreaterThanOrEqual(2);
});

test("most are published, some are drafts, few are archived", () => {
  const part = (status: string) => sample.filter((article) => article.status === status).length / sample.length;
  expect(part("published")).toBeCloseTo(0.8, 1);
  expect(part("draft")).toBeCloseTo(0.15, 1);
  expect(part("archived")).toBeCloseTo(0.05, 1);
});

test("many scripts, authors and titles appear", () => {
  const text = sample.map(({ content }) => content).join("");
  for (const script of [/\p{Script=Greek}/u, /\p{Script=Cyrillic}/u, /\p{Script=Hiragana}/u, /ř/, /ß/, /ñ/, /œ|é/]) {
    expect(text).toMatch(script);
  }
  expect(new Set(sample.map(({ author }) => author)).size).toBeGreaterThan(500);
  expect(new Set(sample.map(({ title }) => title)).size).toBeGreaterThan(500);
});
