/** Crashes in the way that its argument says, with an error that carries a row. */
import { logCrash } from "./crash.ts";
import { createLog } from "./log.ts";

logCrash(createLog({ level: "info", format: "json" }));
const error = Object.assign(new Error("it broke"), { detail: "Failing row contains (canary)", code: "23514" });

if (process.argv[2] === "rejection") void Promise.reject(error);
else
  setTimeout(() => {
    throw error;
  });
setTimeout(() => process.exit(0), 5_000);
