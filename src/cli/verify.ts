import { VerifyResultSchema, verifyDatabases } from "../control/verify.ts";
import { createLog } from "../platform/log.ts";
import { shutdownSignal } from "../platform/shutdown.ts";
import { besideOrAlone } from "./beside.ts";
import { defineCommand, exitCodes } from "./command.ts";
import { loadFor } from "./configuration.ts";
import { openPipeline } from "./pipeline.ts";
import { showProgress } from "./progress.ts";
import { verifyText } from "./verify-text.ts";

/** `blog verify`. */
export const verify = defineCommand({
  about: `Compares DB1 and DB2 by checksums of key ranges, also while writes go on, and names every article that differs:
  missing  DB2 does not have it          older    DB2 has an earlier version
  extra    only DB2 has it               newer    DB2 has a later version
  content  same version, other content   views    another count of views
Exit 0 if they are equal (after --repair), else 1.`,
  options: {
    repair: { type: "boolean", about: "mend exactly what differs, then compare again" },
    json: { type: "boolean", about: "print JSON" },
  },
  async run({ repair = false, json = false }, terminal) {
    const config = loadFor(terminal, { command: "verify" });
    const log = createLog(config.log);
    const signal = shutdownSignal(log);
    using report = showProgress(terminal, "articles");
    const result = await besideOrAlone(
      { database: config.primary, command: "verify", args: { repair }, result: VerifyResultSchema, report, signal },
      async () => {
        await using pipeline = await openPipeline(config, log);
        return await verifyDatabases(pipeline, { repair }, report, signal);
      },
    );
    report[Symbol.dispose]();
    terminal.out(json ? `${JSON.stringify(result, null, 2)}\n` : verifyText(result));
    return (result.after_repair ?? result.found).equal ? exitCodes.done : exitCodes.failed;
  },
});
