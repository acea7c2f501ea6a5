import type { Queryable, Statement } from "../../store/database.ts";

/** What DB2 knows about itself. */
export interface ReplicaState {
  readonly identity: string;
  /** Up to this epoch nothing older than it is left in DB2. */
  readonly complete_epoch: number;
  /** Events expired before DB2 had them. */
  readonly history_missing: boolean;
}

const read: Statement = { name: "replica_state", text: "SELECT identity, complete_epoch, history_missing FROM blog_state" };

/** Tombstones count too: one that is of a newer epoch would refuse its article. Reads both tables, which takes seconds for millions. */
const newestEpoch: Statement = {
  name: "replica_newest_epoch",
  text: `SELECT greatest(epoch, (SELECT max(epoch) FROM articles), (SELECT max(epoch) FROM article_views),
  (SELECT max(epoch) FROM resync_completions)) AS epoch FROM blog_state`,
};

const empty: Statement = {
  name: "replica_empty",
  text: "SELECT complete_epoch = 1 AND NOT EXISTS (SELECT FROM articles) AS empty FROM blog_state",
};

const miss: Statement = {
  name: "replica_miss_history",
  text: "UPDATE blog_state SET history_missing = true WHERE NOT history_missing",
};

export async function replicaState(replica: Queryable): Promise<ReplicaState> {
  const [state] = (await replica.query<ReplicaState>(read)).rows;
  if (!state) throw new Error("DB2's blog_state is empty");
  return state;
}

export async function newestReplicaEpoch(replica: Queryable): Promise<number> {
  return (await replica.query<{ epoch: number }>(newestEpoch)).rows[0]?.epoch ?? 0;
}

/** Whether nothing was ever applied: deleted articles leave tombstones, and a resync of nothing leaves its epoch. */
export async function isEmptyReplica(replica: Queryable): Promise<boolean> {
  return (await replica.query<{ empty: boolean }>(empty)).rows[0]?.empty === true;
}

/** Remembers, until a resync is complete, that DB2 lacks events which no longer exist. */
export async function noteMissingHistory(replica: Queryable): Promise<void> {
  await replica.query(miss);
}
