import type { Database, Statement } from "../../store/database.ts";

const read: Statement = {
  name: "repair_read_views",
  text: `SELECT a.id, coalesce(v.views, 0) AS views, s.epoch
FROM blog_state s, articles a LEFT JOIN article_views v ON v.id = a.id
WHERE a.id = ANY($1::bigint[]) ORDER BY a.id`,
};

const lockCounts: Statement = {
  name: "repair_lock_counts",
  text: "SELECT FROM article_views WHERE id = ANY($1::bigint[]) ORDER BY id FOR UPDATE",
};

const set: Statement = {
  name: "repair_set_views",
  text: `INSERT INTO article_views (id, views, epoch)
SELECT i.id, i.views, i.epoch FROM unnest($1::bigint[], $2::bigint[], $3::integer[]) AS i(id, views, epoch)
JOIN articles a ON a.id = i.id AND NOT a.deleted ORDER BY i.id
ON CONFLICT (id) DO UPDATE SET views = excluded.views, epoch = excluded.epoch`,
};

const dropOrphans: Statement = {
  name: "repair_orphan_views",
  text: `DELETE FROM article_views v WHERE id = ANY($1::bigint[])
AND NOT EXISTS (SELECT FROM articles a WHERE a.id = v.id AND NOT a.deleted)`,
};

/**
 * Sets counts of views in DB2 to DB1's. DB1's rows are locked meanwhile: no event tells of a greater count then, and
 * those on their way, which tell of smaller ones, change nothing.
 */
export async function setViews(primary: Database, replica: Database, ids: readonly number[]): Promise<void> {
  await primary.withTransaction(async (tx) => {
    await tx.query(lockCounts, [ids]);
    const { rows } = await tx.query<{ id: number; views: number; epoch: number }>(read, [ids]);
    await replica.query(set, [rows.map(({ id }) => id), rows.map(({ views }) => views), rows.map(({ epoch }) => epoch)]);
  });
  await replica.query(dropOrphans, [ids]);
}
