import { type Answer, jsonAnswer } from "./answer.ts";
import { revalidate } from "./get-article.ts";

export interface ListParts {
  /** A JSON array, as the database wrote it. */
  readonly items_json: string;
  readonly total: number | null;
  readonly page: number | null;
  readonly per_page: number;
  readonly next_cursor: string | null;
}

export function pagesOf(total: number | null, per_page: number): number | null {
  return total === null ? null : Math.ceil(total / per_page);
}

/** The list answer, as text around the items: they are never parsed here. */
export function listAnswer({ items_json, total, page, per_page, next_cursor }: ListParts, links: Record<string, string>): Answer {
  const cursor = next_cursor === null ? "null" : `"${next_cursor}"`;
  const pages = pagesOf(total, per_page);
  const body = `{"items":${items_json},"total":${total},"page":${page},"per_page":${per_page},"pages":${pages},"next_cursor":${cursor}}`;
  return jsonAnswer(200, body, { ...revalidate, ...links });
}
