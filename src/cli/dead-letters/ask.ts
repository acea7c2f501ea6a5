import type { Static, TSchema } from "@sinclair/typebox";
import { createLog } from "../../platform/log.ts";
import type { Report } from "../../platform/report.ts";
import { shutdownSignal } from "../../platform/shutdown.ts";
import { besideOrAlone } from "../beside.ts";
import { loadFor } from "../configuration.ts";
import type { Terminal } from "../terminal.ts";
import type { OpenDeadLetterParts } from "./open-parts.ts";

export interface LetterCall<Result extends TSchema> {
  /** As the control socket knows it. */
  readonly command: string;
  readonly args: unknown;
  readonly result: Result;
  readonly report?: Report;
  /** Dead letters are to be sent, not only looked at. */
  readonly replays?: boolean;
}

const silent: Report = { progress() {}, note() {} };

/** Has the process that holds the data folder do it; does it here where there is none, over the databases that are configured. */
export async function askForLetters<Result extends TSchema>(
  terminal: Terminal,
  { report = silent, replays = false, ...call }: LetterCall<Result>,
  work: (parts: OpenDeadLetterParts, signal: AbortSignal) => Promise<Static<Result>>,
): Promise<Static<Result>> {
  const config = loadFor(terminal, { command: "dlq" });
  const log = createLog(config.log);
  const signal = shutdownSignal(log);
  return await besideOrAlone({ ...call, database: config.replica, report, signal }, async () => {
    const { openDeadLetterParts } = await import("./open-parts.ts");
    await using parts = await openDeadLetterParts(config, log, replays);
    return await work(parts, signal);
  });
}
