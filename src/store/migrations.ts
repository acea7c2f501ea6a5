import primary0 from "../../drizzle/primary/0000_search_text.sql" with { type: "text" };
import primary1 from "../../drizzle/primary/0001_tables.sql" with { type: "text" };
import primary2 from "../../drizzle/primary/0002_counts.sql" with { type: "text" };
import primary3 from "../../drizzle/primary/0003_resync.sql" with { type: "text" };
import primary4 from "../../drizzle/primary/0004_parked_events.sql" with { type: "text" };
import primary5 from "../../drizzle/primary/0005_views_backlog.sql" with { type: "text" };
import replica0 from "../../drizzle/replica/0000_search_text.sql" with { type: "text" };
import replica1 from "../../drizzle/replica/0001_tables.sql" with { type: "text" };
import replica2 from "../../drizzle/replica/0002_counts.sql" with { type: "text" };
import replica3 from "../../drizzle/replica/0003_resync.sql" with { type: "text" };
import replica4 from "../../drizzle/replica/0004_article_search.sql" with { type: "text" };

/** One step of a database's schema, as drizzle-kit lays it out: `NNNN_name`, statements between breakpoints. */
export interface Migration {
  readonly number: number;
  readonly name: string;
  /** SHA-256 of the file, in hex. */
  readonly checksum: string;
  readonly statements: readonly string[];
}

/** Every file of drizzle/ by name, in order; a test holds this list against the folders. */
export const migrations: { readonly primary: readonly Migration[]; readonly replica: readonly Migration[] } = {
  primary: [
    migration("0000_search_text", primary0),
    migration("0001_tables", primary1),
    migration("0002_counts", primary2),
    migration("0003_resync", primary3),
    migration("0004_parked_events", primary4),
    migration("0005_views_backlog", primary5),
  ],
  replica: [
    migration("0000_search_text", replica0),
    migration("0001_tables", replica1),
    migration("0002_counts", replica2),
    migration("0003_resync", replica3),
    migration("0004_article_search", replica4),
  ],
};

export function migration(name: string, file: string): Migration {
  // A checkout with CRLF must not look like another migration.
  const text = file.replaceAll("\r\n", "\n");
  const statements = text.split("--> statement-breakpoint").map((statement) => statement.trim());
  return {
    number: Number.parseInt(name, 10),
    name,
    checksum: new Bun.CryptoHasher("sha256").update(text).digest("hex"),
    statements: statements.filter((statement) => statement !== ""),
  };
}
