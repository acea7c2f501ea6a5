export const mediaTypes = ["application/json", "application/graphql-response+json"] as const;
export type MediaType = (typeof mediaTypes)[number];

/**
 * What to answer with, by RFC 9110, section 12.5.1: the highest quality wins, then what is written first. Undefined when nothing that we
 * have is acceptable. Without a preference it is application/json, as GraphQL over HTTP says for clients of old.
 */
export function negotiate(accept: string | null): MediaType | undefined {
  if (accept === null || accept.trim() === "") return "application/json";
  const ranges = accept.split(",").map(parseRange);
  let best: { readonly type: MediaType; readonly quality: number; readonly position: number } | undefined;
  for (const type of mediaTypes) {
    const matching = ranges.map((range, position) => ({ ...range, position })).filter(({ range }) => matches(range, type));
    // The most specific range that matches speaks for the type.
    const range = matching.toSorted((a, b) => specificity(b.range) - specificity(a.range))[0];
    if (range === undefined || range.quality === 0) continue;
    if (
      best === undefined ||
      range.quality > best.quality ||
      (range.quality === best.quality && range.position < best.position)
    ) {
      best = { type, quality: range.quality, position: range.position };
    }
  }
  return best?.type;
}

/** The media type of a Content-Type header, and whether its charset is UTF-8 (or not named). */
export function parseContentType(header: string | null): { readonly type: string; readonly utf8: boolean } {
  const [type = "", ...parameters] = (header ?? "").split(";").map((part) => part.trim().toLowerCase());
  const charset = parameters.find((parameter) => parameter.startsWith("charset="))?.slice("charset=".length);
  return { type, utf8: charset === undefined || /^"?utf-?8"?$/.test(charset) };
}

function parseRange(text: string): { readonly range: string; readonly quality: number } {
  const [range = "", ...parameters] = text.split(";").map((part) => part.trim().toLowerCase());
  const weight = parameters.find((parameter) => parameter.startsWith("q="));
  const quality = weight === undefined ? 1 : Number(weight.slice(2));
  return { range, quality: Number.isNaN(quality) ? 0 : Math.min(1, Math.max(0, quality)) };
}

function matches(range: string, type: MediaType): boolean {
  return range === type || range === "*/*" || range === "application/*";
}

function specificity(range: string): number {
  if (range === "*/*") return 0;
  return range.endsWith("/*") ? 1 : 2;
}
