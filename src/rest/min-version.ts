import { limits } from "../article/article.ts";
import { AppError } from "../article/errors.ts";
import type { VersionWait } from "../store/version-wait.ts";
import type { Call } from "./operation.ts";
import { wholeNumber } from "./parameter-kinds.ts";
import { invalidParameters } from "./parameters.ts";

const version_max = 2_147_483_647;

/**
 * Lets a caller read its own writes from the replica: `Blog-Min-Version: <id>=<version>` waits until the replica has that article
 * at that version. DB1 (no `versions`) has it at once. Who sees only what is published waits in vain for anything else. Throws
 * invalid_parameter, and unavailable when the replica does not get there.
 */
export function awaitMinVersion(versions: VersionWait | undefined): (call: Call) => Promise<void> {
  return async ({ request, signal, caller }) => {
    const wanted = readMinVersion(request.headers);
    if (wanted === undefined || versions === undefined) return;
    const { id, version } = wanted;
    if (await versions.reached(id, version, signal, !caller.sees_all)) return;
    throw new AppError("unavailable", `The replica does not have version ${version} of article ${id} yet.`, { retry_after_s: 1 });
  };
}

function readMinVersion(headers: Headers): { readonly id: number; readonly version: number } | undefined {
  const text = headers.get("blog-min-version");
  if (text === null) return undefined;
  const [left = "", right = "", ...more] = text.trim().split("=");
  const id = wholeNumber(left, 1, limits.id_max);
  const version = wholeNumber(right, 1, version_max);
  if (id !== undefined && version !== undefined && more.length === 0) return { id, version };
  const detail =
    "Blog-Min-Version is not well formed; send an article's id and its version, for instance Blog-Min-Version: 42=3.";
  throw invalidParameters([{ pointer: "Blog-Min-Version", detail, code: "malformed" }]);
}
