import { openDataFolder } from "./data-folder.ts";
import { openEmbeddedDatabases } from "./embedded-databases.ts";

using folder = openDataFolder(process.argv[2] ?? "");
await using databases = await openEmbeddedDatabases(folder);
await databases.primary.query({ text: "CREATE TABLE written (n int)" });
for (let n = 1; ; n++) {
  await databases.primary.query({ name: "write", text: "INSERT INTO written VALUES ($1)" }, [n]);
  process.stdout.write(`${n}\n`);
}
