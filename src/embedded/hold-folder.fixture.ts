import { openDataFolder } from "./data-folder.ts";

openDataFolder(process.argv[2] ?? "");
process.stdout.write("held\n");
setInterval(() => undefined, 60_000);
