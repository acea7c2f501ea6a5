import type { GivenParameters } from "./parameters.ts";

/** Proxies and clients commonly take 8 to 16 KiB of headers; links longer than this are left out, the body has page and cursor. */
const link_length_max = 6_000;

export interface PageLinks {
  readonly page: number;
  /** Null when it was not counted. */
  readonly pages: number | null;
  readonly has_next: boolean;
}

/** Link header (RFC 8288) of a numbered page: first, prev, next and last, with the other parameters kept. */
export function pageLinks(path: string, given: GivenParameters, { page, pages, has_next }: PageLinks): Record<string, string> {
  const last = pages === null ? undefined : Math.max(pages, 1);
  const link = (rel: string, to: number) => `<${reference(path, given, ["page", String(to)])}>; rel="${rel}"`;
  return linkHeader([
    link("first", 1),
    ...(page > 1 ? [link("prev", Math.min(page - 1, last ?? page - 1))] : []),
    ...(has_next ? [link("next", page + 1)] : []),
    ...(last === undefined ? [] : [link("last", last)]),
  ]);
}

/** Link header of a page behind a cursor: first, and next if there is one. */
export function cursorLinks(path: string, given: GivenParameters, next_cursor: string | null): Record<string, string> {
  return linkHeader([
    `<${reference(path, given)}>; rel="first"`,
    ...(next_cursor === null ? [] : [`<${reference(path, given, ["cursor", next_cursor])}>; rel="next"`]),
  ]);
}

function linkHeader(links: readonly string[]): Record<string, string> {
  const link = links.join(", ");
  return link.length > link_length_max ? {} : { link };
}

function reference(path: string, given: GivenParameters, ...added: GivenParameters): string {
  const kept = given.filter(([name]) => name !== "page" && name !== "cursor");
  const query = [...kept, ...added].map(([name, text]) => `${name}=${encodeURIComponent(text).replaceAll("%2C", ",")}`).join("&");
  return query === "" ? path : `${path}?${query}`;
}
