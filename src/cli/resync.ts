import { type ResyncResult, ResyncResultSchema, resyncReplica } from "../control/resync.ts";
import { createLog } from "../platform/log.ts";
import { shutdownSignal } from "../platform/shutdown.ts";
import { createResync } from "../replication/resync/resync.ts";
import { besideOrAlone } from "./beside.ts";
import { defineCommand, exitCodes } from "./command.ts";
import { loadFor } from "./configuration.ts";
import { openPipeline } from "./pipeline.ts";
import { count, showProgress } from "./progress.ts";

/** `blog resync`. */
export const resync = defineCommand({
  about: `Rebuilds DB2 from DB1 through the event log, while both serve: for a DB2 that is empty, stale or diverged, and
after DB1 was restored from a backup. One that was cut off goes on where it was.`,
  options: {
    restart: { type: "boolean", about: "begin anew also where one was cut off" },
    json: { type: "boolean", about: "print JSON" },
  },
  async run({ restart = false, json = false }, terminal) {
    const config = loadFor(terminal, { command: "resync" });
    const log = createLog(config.log);
    const signal = shutdownSignal(log);
    using report = showProgress(terminal, "articles");
    const result = await besideOrAlone(
      { database: config.primary, command: "resync", args: { restart }, result: ResyncResultSchema, report, signal },
      async () => {
        await using pipeline = await openPipeline(config, log);
        return await resyncReplica({ resync: createResync(pipeline) }, { restart }, report, signal);
      },
    );
    report[Symbol.dispose]();
    terminal.out(json ? `${JSON.stringify(result)}\n` : summary(result));
    return exitCodes.done;
  },
});

function summary({ epoch, sent, duration_ms }: ResyncResult): string {
  return `DB2 is rebuilt: ${count(sent)} articles sent under epoch ${epoch}, in ${(duration_ms / 1000).toFixed(1)} s\n`;
}
