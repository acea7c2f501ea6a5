import type { Database } from "./database.ts";

/** The in-process event log has no history for a second replica: what was sent to one is gone. */
export class AnotherReplica extends Error {
  override readonly name = "AnotherReplica";
}

const identify = { name: "replica_identity", text: "SELECT identity FROM blog_state" };
const claim = {
  name: "replica_claim",
  text: "UPDATE blog_state SET feeds_replica = coalesce(feeds_replica, $1::uuid) RETURNING feeds_replica",
};

/** Ties DB1 to the one replica that it feeds without Kafka. Throws AnotherReplica when it has fed another one. */
export async function claimReplica(primary: Database, replica: Database): Promise<void> {
  const [found] = (await replica.query<{ identity: string }>(identify)).rows;
  const [claimed] = (await primary.query<{ feeds_replica: string }>(claim, [found?.identity])).rows;
  if (claimed?.feeds_replica === found?.identity) return;
  throw new AnotherReplica(
    "The primary database feeds another replica than this one. Without Kafka its events went there alone: " +
      "give back the first replica's database (DB2_…), or set KAFKA_BOOTSTRAP_SERVERS.",
  );
}
