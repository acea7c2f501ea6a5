import type { DatabaseSession } from "./database-session.ts";

const columns = "title, content, author, category, tags, status, version, created_at, updated_at, published_at";

/** A row for each article that readers see, and what stands in it. */
function fingerprints(predicate: string): string {
  return `SELECT id::text AS id, md5(ROW(${columns}, coalesce(views, 0))::text) AS fingerprint
    FROM articles LEFT JOIN article_views USING (id) WHERE ${predicate}`;
}

/** The ids of articles that readers of DB1 and DB2 would see differently; empty when both are equal. Views count. */
export async function differences(primary: DatabaseSession, replica: DatabaseSession): Promise<readonly string[]> {
  const [ours, theirs] = await Promise.all([read(primary, "true"), read(replica, "NOT deleted")]);
  return [...new Set([...ours.keys(), ...theirs.keys()])].filter((id) => ours.get(id) !== theirs.get(id));
}

async function read(database: DatabaseSession, predicate: string): Promise<ReadonlyMap<string, string>> {
  const rows = await database.query<{ id: string; fingerprint: string }>(fingerprints(predicate));
  return new Map(rows.map(({ id, fingerprint }) => [id, fingerprint]));
}
