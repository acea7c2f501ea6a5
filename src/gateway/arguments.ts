import { limits } from "../article/article.ts";
import { AppError, type ErrorCode } from "../article/errors.ts";

/** An article's id. Throws invalid_parameter for what is none: 0, -1, 1e3, 007, text, 2^53 and more. */
export function checkId(id: string): number {
  const number = /^[1-9]\d{0,15}$/.test(id) ? Number(id) : Number.NaN;
  if (number <= limits.id_max) return number;
  const found = id.length > 40 ? `${id.slice(0, 40)}…` : id;
  throw refused(
    "invalid_parameter",
    "/id",
    `id is ${JSON.stringify(found)}; allowed is an integer from 1 to ${limits.id_max}.`,
    "invalid_id",
  );
}

/** The version an article must still be at. Throws invalid_parameter for what no version can be. */
export function checkVersion(version: number | null | undefined): number | undefined {
  if (version === null || version === undefined) return undefined;
  if (version >= 1) return version;
  throw refused("invalid_parameter", "/ifVersion", `ifVersion is ${version}; allowed is an integer from 1.`, "out_of_range");
}

/** An argument that has a default may be left out, but not be null. Throws validation_failed. */
export function checkNotNull<T>(value: T | null, name: string): T {
  if (value !== null) return value;
  throw refused("validation_failed", `/${name}`, `${name} is null; give a value or leave it out.`, "wrong_type");
}

function refused(code: ErrorCode, pointer: string, detail: string, entry_code: string): AppError {
  return new AppError(code, detail, { errors: [{ pointer, detail, code: entry_code }] });
}
