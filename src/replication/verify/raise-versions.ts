import { articleJson, viewsJoin } from "../../store/article-json.ts";
import type { Queryable, Statement } from "../../store/database.ts";

export interface Raise {
  readonly id: number;
  /** DB2's, 0 where it has none. */
  readonly replica_version: number;
}

/** As the column's type has it. */
export const version_max = 2_147_483_647;

const raise: Statement = {
  name: "repair_raise",
  text: `WITH input AS (
  SELECT * FROM unnest($1::bigint[], $2::integer[]) AS i(id, replica_version)
), locked AS MATERIALIZED (
  SELECT a.id, i.replica_version FROM articles a JOIN input i ON i.id = a.id ORDER BY a.id FOR UPDATE OF a
), a AS (
  UPDATE articles a SET version = greatest(a.version, locked.replica_version) + 1 FROM locked WHERE a.id = locked.id RETURNING a.*
)
INSERT INTO outbox (article_id, event_type, data)
SELECT a.id, 'article.updated', ${articleJson()} FROM a ${viewsJoin()} ORDER BY a.id`,
};

/**
 * Gives articles of DB1 a version that is newer than both, without changing anything else, so that their event
 * replaces what DB2 has. Those that are gone from DB1 are passed over. Throws SQLSTATE 22003 beyond `version_max`.
 */
export async function raiseVersions(primary: Queryable, raises: readonly Raise[]): Promise<void> {
  await primary.query(raise, [raises.map(({ id }) => id), raises.map(({ replica_version }) => replica_version)]);
}

const raiseEpochText = "UPDATE blog_state SET epoch = greatest(epoch, $1::integer)";

/** DB2 refuses what is of an older epoch than its own: a DB1 that was restored from a backup may be behind. */
export async function raiseEpoch(primary: Queryable, epoch: number): Promise<void> {
  await primary.query({ name: "repair_raise_epoch", text: raiseEpochText }, [epoch]);
}
