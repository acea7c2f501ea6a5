import { describe, expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { migration, migrations } from "./migrations.ts";

const root = join(import.meta.dir, "../../drizzle");

describe.each(["primary", "replica"] as const)("the migrations of the %s", (database) => {
  const folder = join(root, database);
  const names = migrations[database].map(({ name }) => name);

  test("are all the files of its folder", () => {
    const files = readdirSync(folder).filter((file) => file.endsWith(".sql"));
    expect(names.map((name) => `${name}.sql`)).toEqual(files.sort());
  });

  test("stand in drizzle-kit's journal, in the same order", async () => {
    const journal: { entries: { tag: string }[] } = await Bun.file(join(folder, "meta/_journal.json")).json();
    expect(names).toEqual(journal.entries.map(({ tag }) => tag));
  });

  test("each hold the text of the file that they are named for", async () => {
    for (const { name, checksum } of migrations[database]) {
      expect(checksum).toBe(migration(name, await Bun.file(join(folder, `${name}.sql`)).text()).checksum);
    }
  });

  test("are numbered without gaps", () => {
    expect(migrations[database].map(({ number }) => number)).toEqual(names.map((_, index) => index));
  });
});

test("a file is cut at its breakpoints, and line ends do not change its checksum", () => {
  const unix = migration("0007_x", "SELECT 1;\n--> statement-breakpoint\nSELECT 2;\n");
  expect(unix).toMatchObject({ number: 7, name: "0007_x", statements: ["SELECT 1;", "SELECT 2;"] });
  expect(migration("0007_x", "SELECT 1;\r\n--> statement-breakpoint\r\nSELECT 2;\r\n")).toEqual(unix);
});
