import { createArticle, replicaHas } from "../api-client.ts";
import type { Stack } from "./stack.ts";
import { hold } from "./story.ts";

const database = ["--username=postgres", "--dbname=blog_db"];
const dump = "/tmp/db1.dump";

/** False with a stand-in for the official image that has no tools for backups. */
export async function hasBackupTools(stack: Stack): Promise<boolean> {
  return await stack.compose("exec", "-T", "postgres-db1", "pg_dump", "--version").then(
    () => true,
    () => false,
  );
}

/** DB1's backup while it is written to, its restore, and DB2 made equal to it, as docs/operations.md says. */
export async function backUpAndRestore(stack: Stack): Promise<string> {
  const { api, sync } = stack.urls;
  const before = await createArticle(api, { title: "Written before the backup", status: "published" });
  await stack.compose("exec", "-T", "postgres-db1", "pg_dump", ...database, "--format=custom", `--file=${dump}`);
  const after = await createArticle(api, { title: "Written after the backup", status: "published" });

  await stack.compose("stop", "api");
  const restoring = ["pg_restore", ...database, "--clean", "--if-exists", "--single-transaction", dump];
  await stack.compose("exec", "-T", "postgres-db1", ...restoring);
  await stack.up("--no-recreate");
  await stack.compose("run", "--rm", "cli", "resync");

  hold("the article from before the backup is in DB2", await replicaHas(sync, before.id, 1), before.id);
  hold("the one from after it is in neither", !(await replicaHas(sync, after.id, 1)), after.id);
  const next = await createArticle(api, { title: "Gets the id again", status: "published" });
  hold("the id after the backup's last is given again", next.id === after.id, next.id);
  return (await stack.compose("run", "--rm", "cli", "verify")).replaceAll("\n", " ");
}
