import type { Queryable, Statement } from "../../store/database.ts";
import { fingerprint } from "./compared-rows.ts";

export interface PrimaryState {
  readonly version: number;
  readonly bits: string;
  readonly views: number;
}

export interface ReplicaState {
  /** Undefined where DB2 has neither the article nor a tombstone. */
  readonly article?: { readonly epoch: number; readonly version: number; readonly deleted: boolean; readonly bits: string };
  readonly views?: number;
}

/** One article in both databases, DB2 read first: what DB2 has must be in DB1 too. */
export interface Look {
  readonly id: number;
  readonly primary: PrimaryState | undefined;
  readonly replica: ReplicaState;
  /** DB1's. */
  readonly epoch: number;
}

/** A look takes so many ids: their contents are read again for it. */
export const look_ids_max = 500;

const inReplica: Statement = {
  name: "verify_look",
  text: `SELECT i.id, a.epoch, a.version, a.deleted, ${fingerprint}::text AS bits, v.views
FROM unnest($1::bigint[]) AS i(id) LEFT JOIN articles a ON a.id = i.id LEFT JOIN article_views v ON v.id = i.id`,
};

const inPrimary: Statement = {
  name: "verify_look",
  text: `SELECT a.id, a.version, ${fingerprint}::text AS bits, coalesce(v.views, 0) AS views, s.epoch
FROM blog_state s LEFT JOIN articles a ON a.id = ANY($1::bigint[]) LEFT JOIN article_views v ON v.id = a.id`,
};

interface ReplicaRow {
  readonly id: number;
  readonly epoch: number | null;
  readonly version: number;
  readonly deleted: boolean;
  readonly bits: string;
  readonly views: number | null;
}

export async function lookAt(primary: Queryable, replica: Queryable, ids: readonly number[]): Promise<readonly Look[]> {
  const theirs = await replica.query<ReplicaRow>(inReplica, [ids]);
  const ours = await primary.query<PrimaryState & { id: number | null; epoch: number }>(inPrimary, [ids]);
  const states = new Map(ours.rows.map(({ id, version, bits, views }) => [id, { version, bits, views }]));
  const epoch = ours.rows[0]?.epoch ?? 0;
  return theirs.rows.map((row) => ({ id: row.id, primary: states.get(row.id), replica: toReplicaState(row), epoch }));
}

function toReplicaState({ epoch, version, deleted, bits, views }: ReplicaRow): ReplicaState {
  return { ...(epoch !== null && { article: { epoch, version, deleted, bits } }), ...(views !== null && { views }) };
}
