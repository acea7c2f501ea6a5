import type { PostgresConfig } from "../../src/config/config.ts";
import { waitFor } from "../../src/testing/wait-for.ts";
import { makePeersTable, search_column } from "../data/databases.ts";
import { stageArticles } from "../data/rows.ts";
import type { PostgresServer } from "../machine/services.ts";
import { connect, type Sql } from "../machine/sql.ts";
import { type Lag, measureLag } from "./lag.ts";
import { rateOfArrival } from "./rate.ts";

/** How the rows that wait were written, and what the receiving table has. */
export interface Backlog {
  /** `single`: a transaction each, as separate creates make them; `one`: a single transaction, the least work there is. */
  readonly transactions: "single" | "one";
  /** Only the primary key: a copy that cannot search or list. */
  readonly bare: boolean;
}

export interface LogicalReplication extends AsyncDisposable {
  /** Rows per second at which a backlog of `rows` rows is applied. */
  drain(rows: number, backlog: Backlog): Promise<number>;
  lag(writes: number): Promise<Lag>;
}

const columns = "id, title, content, author, category, tags, status, views_count, created_at, updated_at, published_at";

/** PostgreSQL's own replication of the peers' table from one server to another: the limit of sync. */
export async function openLogicalReplication(source: PostgresServer, target: PostgresServer): Promise<LogicalReplication> {
  await using stack = new AsyncDisposableStack();
  const databases = { from: await source.createDatabase(), to: await target.createDatabase() };
  await makePeersTable(databases.from);
  await makePeersTable(databases.to);
  // Publications and subscriptions are a superuser's to make.
  const from = stack.use(await connect(superuser(source, databases.from)));
  const to = stack.use(await connect(superuser(target, databases.to)));
  const definitions = await indexDefinitions(to);
  // The writing side is not measured, and is quicker to fill without.
  await from.rows("ALTER TABLE articles DROP COLUMN search");
  await from.rows("CREATE PUBLICATION articles FOR TABLE articles");
  await to.rows(
    `CREATE SUBSCRIPTION articles CONNECTION '${superuser(source, databases.from)}' PUBLICATION articles WITH (copy_data = false, enabled = false)`,
  );
  let staged = 0;
  const opened = stack.move();

  async function drain(rows: number, { transactions, bare }: Backlog): Promise<number> {
    if (staged !== rows) {
      await from.rows("DROP TABLE IF EXISTS staged");
      await stageArticles(from, rows);
      staged = rows;
    }
    await to.rows("ALTER SUBSCRIPTION articles DISABLE");
    await waitFor("the apply worker to end", async () => (await workers(to)) === 0);
    await from.rows("TRUNCATE articles");
    await to.rows("TRUNCATE articles");
    await shape(to, bare ? undefined : definitions);
    await (transactions === "one" ? from.rows(insert_all) : from.rows(insert_each));
    await from.rows("RESET synchronous_commit");
    await to.rows("CHECKPOINT");
    await to.rows("ALTER SUBSCRIPTION articles ENABLE");
    await waitFor("the apply worker to start", async () => (await workers(to)) > 0);
    const began_ms = performance.now();
    return (await rateOfArrival(to, rows, began_ms)).visible;
  }

  return {
    drain,
    async lag(writes) {
      await to.rows("ALTER SUBSCRIPTION articles ENABLE");
      const text = `INSERT INTO articles (${columns}) SELECT nextval('articles_id_seq') + 1000000000, ${columns.replace("id, ", "")} FROM staged WHERE id = $1 RETURNING id`;
      let next = 0;
      return await measureLag(() => from.number(text, [(next++ % staged) + 1]), from, to, writes);
    },
    async [Symbol.asyncDispose]() {
      await to.rows("DROP SUBSCRIPTION articles");
      await opened.disposeAsync();
    },
  };
}

const insert_all = `INSERT INTO articles (${columns}) SELECT ${columns} FROM staged`;

/** Commits that do not wait for the disk: only how the rows were written matters, not how fast. */
const insert_each = `DO $$
DECLARE
  row staged;
BEGIN
  SET synchronous_commit = off;
  FOR row IN SELECT * FROM staged ORDER BY id LOOP
    INSERT INTO articles (${columns}) VALUES (${columns
      .split(", ")
      .map((column) => `row.${column}`)
      .join(", ")});
    COMMIT;
  END LOOP;
END $$`;

function superuser(server: PostgresServer, { name }: PostgresConfig): string {
  const url = new URL(server.url);
  url.pathname = `/${name}`;
  return url.href;
}

async function indexDefinitions(sql: Sql): Promise<readonly string[]> {
  const rows = await sql.rows<{ definition: string }>(
    "SELECT pg_get_indexdef(indexrelid) AS definition FROM pg_index WHERE indrelid = 'articles'::regclass AND NOT indisprimary",
  );
  return rows.map(({ definition }) => definition);
}

/** Leaves the table its primary key alone, or gives it the search column and these indexes too. */
async function shape(sql: Sql, definitions: readonly string[] | undefined): Promise<void> {
  await sql.rows("ALTER TABLE articles DROP COLUMN IF EXISTS search");
  for (const definition of await indexDefinitions(sql)) await sql.rows(`DROP INDEX ${/INDEX (\S+)/.exec(definition)?.[1]}`);
  if (definitions === undefined) return;
  await sql.rows(`ALTER TABLE articles ADD COLUMN ${search_column}`);
  for (const definition of definitions) await sql.rows(definition);
}

async function workers(sql: Sql): Promise<number> {
  return await sql.number("SELECT count(*) FROM pg_stat_subscription WHERE subname = 'articles' AND pid IS NOT NULL");
}
