import { AppError } from "../article/errors.ts";
import { hasMoreValues } from "../article/json-size.ts";
import { type BodyBounds, BodyRefused, readBytes } from "../platform/request-body.ts";
import type { Share } from "../platform/room.ts";
import { limitExceeded } from "./limit-exceeded.ts";
import { parseContentType } from "./media-types.ts";

export interface GraphqlBodyBounds extends BodyBounds {
  readonly room: Pick<Share, "hold" | "drop" | "turn">;
  /** Whether a token would let more through. */
  readonly without_token: boolean;
  onRead(bytes: number): void;
  /** In the whole of it: members and elements at any depth. */
  readonly values_max: number;
}

/** The JSON of a body. Throws AppErrors and GraphQLErrors that say what is wrong with it. */
export async function readJson(request: Request, bounds: GraphqlBodyBounds): Promise<unknown> {
  checkContentType(request.headers);
  const bytes = await readBytes(request, bounds).catch((error) => Promise.reject(refused(error, bounds)));
  const { values_max } = bounds;
  bounds.onRead(bytes.byteLength);
  await bounds.room.turn(bytes.byteLength);
  if (hasMoreValues(bytes, values_max)) throw limitExceeded("values", `more than ${values_max}`, values_max);
  return parseJson(decode(bytes), "The body");
}

/**
 * Browsers send forms and text to other sites without asking (no CORS preflight), with the user's cookies and network position.
 * JSON they ask for first, and we never say yes: so only JSON is taken. And as it is: a small body may unpack to gigabytes.
 */
function checkContentType(headers: Headers): void {
  const coding = headers.get("content-encoding");
  if (coding !== null && coding.trim().toLowerCase() !== "identity")
    throw new AppError("unsupported_media_type", "Content-Encoding is set; send the body as it is.");
  const header = headers.get("content-type");
  const { type, utf8 } = parseContentType(header);
  if (type === "application/json" && utf8) return;
  const found = header === null ? "missing" : JSON.stringify(header);
  throw new AppError("unsupported_media_type", `Content-Type is ${found}; allowed is application/json (UTF-8).`);
}

function refused(error: unknown, { bytes_max, timeout_ms, without_token }: GraphqlBodyBounds): unknown {
  if (!(error instanceof BodyRefused)) return error;
  switch (error.reason) {
    case "too_large":
      return new AppError(
        "payload_too_large",
        `The body is too large; ${without_token ? "without an access token " : ""}allowed are ${bytes_max} bytes.`,
      );
    case "too_slow":
      return new AppError("request_timeout", `The body was not complete within ${timeout_ms / 1_000} seconds.`);
    case "no_room":
      return new AppError("unavailable", "As many bytes of bodies are held as there is room for.", { retry_after_s: 1 });
    case "broken_off":
      return new AppError("malformed_json", "The body broke off before its end.", { cause: error });
    default:
      return error.reason satisfies never;
  }
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

function decode(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch (cause) {
    throw new AppError("malformed_json", "The body is not UTF-8.", { cause });
  }
}

/** Throws malformed_json. */
export function parseJson(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const problem = text.trim() === "" ? "is empty" : "is not JSON";
    throw new AppError("malformed_json", `${what} ${problem}.`, { cause });
  }
}
