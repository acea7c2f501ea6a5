import type { Queryable, Statement } from "../../store/database.ts";
import { lastGivenId } from "../id-sequence.ts";

/** Of these the resync is the cure; nobody wants to read more of them. */
const found_max = 10_000;

const select: Statement = {
  name: "verify_tombstones_beyond",
  text: `SELECT id FROM articles WHERE deleted AND id > $1::bigint AND epoch >= $2::integer ORDER BY id LIMIT ${found_max}`,
};

/** Ids that DB1 has yet to give, but whose tombstone in DB2 would refuse the article: DB1 was restored from a backup. */
export async function tombstonesBeyond(primary: Queryable, replica: Queryable): Promise<readonly number[]> {
  const before = await lastGivenId(primary);
  const { rows: state } = await primary.query<{ epoch: number }>({ name: "verify_epoch", text: "SELECT epoch FROM blog_state" });
  const { rows } = await replica.query<{ id: number }>(select, [before, state[0]?.epoch ?? 0]);
  // What DB1 has given meanwhile may well be deleted meanwhile.
  const now = rows.length === 0 ? before : await lastGivenId(primary);
  return rows.map(({ id }) => id).filter((id) => id > now);
}
