import { expect, test } from "bun:test";
import { generateDrizzleJson, generateMigration } from "drizzle-kit/api";
import * as primaryTables from "./primary-tables.ts";
import * as replicaTables from "./replica-tables.ts";

for (const [name, tables] of Object.entries({ primary: primaryTables, replica: replicaTables })) {
  test(`the migrations of ${name} make the tables as they are defined`, async () => {
    const folder = new URL(`../../drizzle/${name}/meta/`, import.meta.url);
    const journal = await Bun.file(new URL("_journal.json", folder)).json();
    const last = String(journal.entries.at(-1).idx).padStart(4, "0");
    const migrated = await Bun.file(new URL(`${last}_snapshot.json`, folder)).json();
    expect(await generateMigration(migrated, generateDrizzleJson(tables, migrated.id))).toEqual([]);
  });
}
