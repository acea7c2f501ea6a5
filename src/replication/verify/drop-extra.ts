import type { Queryable, Statement } from "../../store/database.ts";
import { lastGivenId } from "../id-sequence.ts";
import { version_max } from "./raise-versions.ts";

/** Under the greatest version, so that no event of its past can bring it back. DB1 never gives its id again. */
const bury: Statement = {
  name: "repair_bury",
  text: `WITH buried AS (
  UPDATE articles SET title = '', content = '', author = '', category = '', tags = '{}', version = ${version_max}, deleted = true
  WHERE id = ANY($1::bigint[]) AND NOT deleted RETURNING id
)
DELETE FROM article_views WHERE id IN (SELECT id FROM buried)`,
};

const dropPlainly: Statement = { name: "repair_drop", text: "DELETE FROM articles WHERE id = ANY($1::bigint[])" };

const present: Statement = { name: "repair_present", text: "SELECT id FROM articles WHERE id = ANY($1::bigint[])" };

/**
 * Deletes from DB2 what DB1 does not have: with a tombstone where DB1 has given the id before, else plainly, so that
 * the article that will get the id finds the place free.
 */
export async function dropExtra(primary: Queryable, replica: Queryable, ids: readonly number[]): Promise<void> {
  // Between the verification and now DB1 may have got one of them.
  const { rows } = await primary.query<{ id: number }>(present, [ids]);
  const there = new Set(rows.map(({ id }) => id));
  const last_id = await lastGivenId(primary);
  const extra = ids.filter((id) => !there.has(id));
  await replica.query(bury, [extra.filter((id) => id <= last_id)]);
  await dropFromReplica(
    replica,
    extra.filter((id) => id > last_id),
  );
}

/** Deletes rows of DB2 without a trace, tombstones too. */
export async function dropFromReplica(replica: Queryable, ids: readonly number[]): Promise<void> {
  if (ids.length > 0) await replica.query(dropPlainly, [ids]);
}
