import { limits } from "../article/article.ts";
import { AppError } from "../article/errors.ts";
import { hasMoreValues } from "../article/json-size.ts";
import { type BodyBounds, BodyRefused, readBytes } from "../platform/request-body.ts";

/** The body as bytes, held in `bounds.room`. Throws payload_too_large, request_timeout, unavailable, and malformed_json when it breaks off. */
export async function readBody(request: Request, bounds: BodyBounds): Promise<Uint8Array> {
  try {
    return await readBytes(request, bounds);
  } catch (error) {
    throw error instanceof BodyRefused ? refused(error, bounds) : error;
  }
}

function refused(cause: BodyRefused, { bytes_max, timeout_ms }: BodyBounds): AppError {
  switch (cause.reason) {
    case "too_large":
      return new AppError("payload_too_large", `The body is larger than the ${bytes_max} bytes that are allowed.`);
    case "too_slow":
      return new AppError("request_timeout", `The body was not complete within ${timeout_ms / 1_000} seconds.`);
    case "no_room":
      return new AppError("unavailable", "As many bytes of bodies are held as there is room for.", { retry_after_s: 1 });
    case "broken_off":
      return new AppError("malformed_json", "The body broke off before its end.", { cause });
    default:
      return cause.reason satisfies never;
  }
}

// A byte order mark is kept, to be refused: RFC 8259, section 8.1, forbids to send one.
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The JSON value in `bytes`. Throws malformed_json, and payload_too_large for more values than anybody means. Of a repeated key the last one counts, as in every JavaScript program. */
export function parseJson(bytes: Uint8Array): unknown {
  if (bytes.byteLength === 0) throw new AppError("malformed_json", "The body is empty; send the article as a JSON object.");
  if (hasMoreValues(bytes, limits.body_values_max)) {
    throw new AppError("payload_too_large", `The body has more than the ${limits.body_values_max} values that are allowed.`);
  }
  const text = decode(bytes);
  if (text.startsWith("\uFEFF")) throw new AppError("malformed_json", "The body starts with a byte order mark; leave it out.");
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new AppError("malformed_json", `The body is not JSON: ${reasonOf(error)}.`, { cause: error });
  }
}

function decode(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch (error) {
    throw new AppError("malformed_json", "The body is not UTF-8.", { cause: error });
  }
}

/** The parser's own words, which may quote a piece of the body: short, and one line. */
function reasonOf(error: unknown): string {
  if (!(error instanceof SyntaxError)) return "it is nested too deeply";
  const words = error.message.replace(/^JSON Parse error: /, "").replace(/\s+/g, " ");
  return words.length > 80 ? `${words.slice(0, 80)}…` : words;
}
