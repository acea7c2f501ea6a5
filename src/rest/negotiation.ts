import { AppError } from "../article/errors.ts";

/** Throws not_acceptable when the Accept header excludes JSON (RFC 9110, section 12.5.1). */
export function requireAcceptsJson(request: Request): void {
  const accept = request.headers.get("accept");
  if (accept === null || accept === "*/*" || accept === "application/json" || acceptsJson(accept)) return;
  throw new AppError("not_acceptable", "Only application/json is served here; the Accept header excludes it.");
}

/** The most specific range that matches decides; a range that is not well formed is passed over. */
function acceptsJson(accept: string): boolean {
  if (accept.trim() === "") return true;
  let best = { specificity: 0, quality: 0 };
  for (const text of accept.split(",")) {
    const range = readRange(text);
    if (range !== undefined && range.specificity > best.specificity) best = range;
  }
  return best.quality > 0;
}

const specificities = new Map([
  ["application/json", 3],
  ["application/*", 2],
  ["*/*", 1],
]);

function readRange(text: string): { specificity: number; quality: number } | undefined {
  const [range = "", ...parameters] = text.split(";").map((part) => part.trim().toLowerCase());
  if (!/^[^\s/]+\/[^\s/]+$/.test(range)) return undefined;
  const quality = parameters.find((parameter) => parameter.startsWith("q="))?.slice(2) ?? "1";
  if (!/^(0(\.\d{0,3})?|1(\.0{0,3})?)$/.test(quality)) return undefined;
  return { specificity: specificities.get(range) ?? 0, quality: Number(quality) };
}

/** Throws unsupported_media_type unless the body is one of `mediaTypes`, in UTF-8, without a content coding. */
export function requireMediaType(request: Request, mediaTypes: readonly string[]): void {
  const coding = request.headers.get("content-encoding");
  if (coding !== null && coding.trim().toLowerCase() !== "identity") {
    throw new AppError("unsupported_media_type", "Content-Encoding is set; send the body as it is.");
  }
  const given = request.headers.get("content-type");
  // A body without a type could come from any web page, without the browser asking first.
  if (given === null) throw new AppError("unsupported_media_type", `Content-Type is missing; send ${mediaTypes.join(" or ")}.`);
  if (given === mediaTypes[0]) return;
  const [type = "", ...parameters] = given.split(";").map((part) => part.trim().toLowerCase());
  if (!mediaTypes.includes(type)) {
    throw new AppError("unsupported_media_type", `Content-Type is not supported; send ${mediaTypes.join(" or ")}.`);
  }
  const charset = parameters.find((parameter) => parameter.startsWith("charset="))?.slice("charset=".length);
  if (charset !== undefined && !/^("?)utf-?8\1$/.test(charset)) {
    throw new AppError("unsupported_media_type", "Content-Type names another charset; JSON is UTF-8 (RFC 8259, section 8.1).");
  }
}
