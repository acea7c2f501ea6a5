import type { Load } from "../load/load.ts";
import { makePassages, passages_per_article } from "./passages.ts";
import { isPublished, rare_pairs } from "./rows.ts";

/** Ids of published articles, each of which counts a view when it is read. */
export function publishedIds(total: number): number[] {
  return Array.from({ length: total }, (_, index) => index + 1).filter(isPublished);
}

/** New articles of 1.1 kB, each of them published. */
export function creationBodies(): string[] {
  const passages = makePassages();
  const passage = (number: number) => passages[number % passages.length] ?? "";
  return Array.from({ length: 1000 }, (_, number) =>
    JSON.stringify({
      title: `${passage(number * 13).slice(0, 40)} ${number}`,
      content: Array.from({ length: passages_per_article }, (_unused, index) => passage(number * 17 + index * 101)).join(" "),
      author: `Author ${number % 50}`,
      category: `category ${number % 12}`,
      tags: [`tag ${number % 40}`, `tag ${40 + (number % 7)}`],
      status: "published",
    }),
  );
}

/** Searches for one pair of words or another, each of which a hundred articles have. */
export function search(path: string): Load {
  return get(rare_pairs.map((words) => `${path}?q=${words.replace(" ", "+")}`));
}

export function get(paths: readonly string[], headers: Readonly<Record<string, string>> = {}): Load {
  return { method: "GET", paths, headers };
}

export function post(path: string, bodies: readonly string[], headers: Readonly<Record<string, string>> = {}): Load {
  return { method: "POST", paths: [path], bodies, headers };
}
