import { outputOf } from "../../../compose/run-command.ts";
import type { Container } from "./stack.ts";

/** Only this daemon's processes are killed, from a container that sees them, since the daemon may be on another machine than we. */
const image = "postgres:18.4";

/**
 * Ends a container's first process as the kernel does when memory is short. `docker kill` would not do: the daemon takes that for
 * a wish, and leaves the container down, whatever its restart policy.
 */
export async function crash({ pid, name }: Container): Promise<void> {
  if (!(pid > 1)) throw new Error(`${name} does not run`);
  const args = ["--rm", "--pid=host", "--network=none", "--entrypoint=sh"];
  await outputOf(["docker", "run", ...args, image, "-c", `kill -KILL ${pid}`]);
}
