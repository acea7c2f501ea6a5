import { expect, test } from "bun:test";
import { generateDrizzleJson, generateMigration } from "drizzle-kit/api";
import { getTableConfig } from "drizzle-orm/pg-core";
import { articleColumns } from "./article-columns.ts";
import { columnDefinitions } from "./column-list.ts";
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

test("statements know the columns of an article by the tables' names and types", () => {
  const columns = getTableConfig(primaryTables.articles).columns.filter(({ name }) => name in articleColumns);
  const types = columns.map((column) =>
    `${column.name} ${column.getSQLType()}`.replace("timestamp(3) with time zone", "timestamptz"),
  );
  expect(columnDefinitions).toBe(types.join(", "));
});
