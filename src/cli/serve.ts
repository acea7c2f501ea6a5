import { configWarnings } from "../config/warnings.ts";
import { logCrash } from "../platform/crash.ts";
import { createLog } from "../platform/log.ts";
import { shutdownSignal } from "../platform/shutdown.ts";
import { defineCommand, exitCodes } from "./command.ts";
import { loadFor } from "./configuration.ts";

/** What `blog` does when no command is named. */
export const serve = defineCommand({
  about: "Serves until SIGTERM or SIGINT, then stops in order; a second signal exits at once.",
  options: {
    role: { type: "string", value: "ROLE", about: "all, or a comma list of api, gateway, sync [BLOG_ROLE, else all]" },
  },
  async run({ role }, terminal) {
    const config = loadFor(terminal, { command: "serve", ...(role === undefined ? {} : { role }) });
    const log = createLog(config.log);
    for (const warning of configWarnings(config, new Date())) log.warn(warning);
    logCrash(log);
    const signal = shutdownSignal(log);
    const { runRoles } = await import("../roles/run.ts");
    await runRoles(config, signal, log);
    return exitCodes.done;
  },
});
