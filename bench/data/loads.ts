import type { Load } from "../load/load.ts";
import { isPublished } from "./rows.ts";
import { makeSentences } from "./sentences.ts";

/** Ids of published articles, each of which counts a view when it is read. */
export function publishedIds(total: number): number[] {
  return Array.from({ length: total }, (_, index) => index + 1).filter(isPublished);
}

/** New articles of 1.1 kB, each of them published. */
export function creationBodies(): string[] {
  const sentences = makeSentences();
  return Array.from({ length: 1000 }, (_, number) =>
    JSON.stringify({
      title: `${sentences[(number * 13) % sentences.length]?.slice(0, 40)} ${number}`,
      content: Array.from({ length: 10 }, (_unused, index) => sentences[(number * 17 + index * 101) % sentences.length]).join(
        " ",
      ),
      author: `Author ${number % 50}`,
      category: `category ${number % 12}`,
      tags: [`tag ${number % 40}`, `tag ${40 + (number % 7)}`],
      status: "published",
    }),
  );
}

export function get(paths: readonly string[], headers: Readonly<Record<string, string>> = {}): Load {
  return { method: "GET", paths, headers };
}

export function post(path: string, bodies: readonly string[]): Load {
  return { method: "POST", paths: [path], bodies };
}
