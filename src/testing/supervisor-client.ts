import { join } from "node:path";
import type { Operation, Operations, Reply } from "./supervisor-protocol.ts";

interface Supervisor {
  call<Op extends Operation>(op: Op, args: Operations[Op]["args"]): Promise<Operations[Op]["result"]>;
}

let supervisor: Supervisor | undefined;

/** Asks this run's supervisor, which is started at the first call. Rejects with the supervisor's reason. */
export function callSupervisor<Op extends Operation>(op: Op, args: Operations[Op]["args"]): Promise<Operations[Op]["result"]> {
  supervisor ??= startSupervisor();
  return supervisor.call(op, args);
}

/** Stops every service of this run; nothing happens when none was asked for. */
export async function shutDownServices(): Promise<void> {
  await supervisor?.call("shut_down", {});
}

function startSupervisor(): Supervisor {
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  let calls = 0;
  const child = Bun.spawn([process.execPath, join(import.meta.dir, "supervisor.ts")], {
    // In a session of its own Ctrl-C does not reach it before its work is done.
    detached: true,
    // kafkajs 2.2.4 computes negative timeouts, about which Bun warns.
    env: { ...process.env, NODE_NO_WARNINGS: "1" },
    stdin: "ignore",
    stdout: "ignore",
    stderr: "inherit",
    ipc(reply: Reply) {
      const call = waiting.get(reply.id);
      waiting.delete(reply.id);
      if ("error" in reply) call?.reject(new Error(reply.error));
      else call?.resolve(reply.value);
    },
    onExit(_child, code, signal) {
      for (const call of waiting.values())
        call.reject(new Error(`The supervisor of the test services ended with ${code ?? signal}`));
    },
  });
  child.unref();
  return {
    call(op, args) {
      const { promise, resolve, reject } = Promise.withResolvers<Operations[typeof op]["result"]>();
      const id = ++calls;
      waiting.set(id, { resolve, reject });
      child.send({ id, op, args });
      return promise;
    },
  };
}
