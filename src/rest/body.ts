import { limits } from "../article/article.ts";
import { AppError } from "../article/errors.ts";

/**
 * The body as bytes. Throws payload_too_large as soon as more than `bytes_max` are announced or have come, whatever
 * Content-Length says or leaves out; malformed_json when the body breaks off.
 */
export async function readBody(request: Request, bytes_max: number = limits.body_bytes_max): Promise<Uint8Array> {
  const announced = request.headers.get("content-length");
  if (announced !== null && Number(announced) > bytes_max) throw tooLarge(bytes_max);
  try {
    // The server holds a body to its Content-Length: what is announced as small may be taken in one go.
    if (announced !== null) return within(await request.bytes(), bytes_max);
    return await readStream(request.body, bytes_max);
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new AppError("malformed_json", "The body broke off before its end.", { cause: error });
  }
}

async function readStream(stream: ReadableStream<Uint8Array> | null, bytes_max: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  // Leaving the loop by a throw cancels the stream: the rest is not read.
  for await (const chunk of stream ?? []) {
    length += chunk.byteLength;
    if (length > bytes_max) throw tooLarge(bytes_max);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, length);
}

function within(bytes: Uint8Array, bytes_max: number): Uint8Array {
  if (bytes.byteLength > bytes_max) throw tooLarge(bytes_max);
  return bytes;
}

function tooLarge(bytes_max: number): AppError {
  return new AppError("payload_too_large", `The body is larger than the ${bytes_max} bytes that are allowed.`);
}

// A byte order mark is kept, to be refused: RFC 8259, section 8.1, forbids to send one.
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The JSON value in `bytes`. Throws malformed_json. Of a repeated key the last one counts, as in every JavaScript program. */
export function parseJson(bytes: Uint8Array): unknown {
  if (bytes.byteLength === 0) throw new AppError("malformed_json", "The body is empty; send the article as a JSON object.");
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
