import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openPglite } from "../embedded/pglite-database.ts";
import { loadPgliteEngine } from "../embedded/pglite-engine.ts";
import { createLog } from "../platform/log.ts";
import type { Database } from "../store/database.ts";
import { migrate } from "../store/migrate.ts";
import { migrations } from "../store/migrations.ts";
import { openPostgres } from "../store/postgres.ts";
import { postgres } from "./services.ts";

/** A migrated database of the test's own; disposing drops it. */
export type TestStore = AsyncDisposable & { readonly database: Database };

const log = createLog({ level: "silent", format: "json" });

/** On a real server. `sessions` pools over it, as several processes would have. */
export async function openPostgresStore(
  name: Database["name"],
  sessions = 1,
): Promise<TestStore & { readonly others: readonly Database[] }> {
  const { config, drop } = await postgres.createDatabase();
  const open = () => openPostgres(config, { name, application_name: "blog-test", log });
  const database = open();
  const others = Array.from({ length: sessions - 1 }, open);
  await migrate(database, migrations[name], { log });
  return {
    database,
    others,
    async [Symbol.asyncDispose]() {
      await Promise.all([database, ...others].map((each) => each[Symbol.asyncDispose]()));
      await drop();
    },
  };
}

/** Embedded, in a folder of its own. */
export async function openPgliteStore(name: Database["name"]): Promise<TestStore> {
  const dir = await mkdtemp(join(tmpdir(), "blog-test-"));
  const database = await openPglite({ engine: await loadPgliteEngine(), dir, name });
  await migrate(database, migrations[name], { log });
  return {
    database,
    async [Symbol.asyncDispose]() {
      await database[Symbol.asyncDispose]();
      await rm(dir, { recursive: true });
    },
  };
}
