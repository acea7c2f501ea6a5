import type { EventLog } from "../article/event-log.ts";
import type { Metrics } from "../metrics/metrics.ts";
import type { Sample } from "../metrics/sampled-gauges.ts";
import { singleFlight } from "../platform/single-flight.ts";
import type { Replication } from "../replication/replication.ts";

export interface ReplicaLagParts {
  readonly topic: string;
  readonly eventLog: Pick<EventLog, "progress">;
  readonly replication: Pick<Replication, "lagSecondsByPartition">;
}

const label_names = ["topic", "partition"];

const lag_gauge = { name: "kafka_consumer_lag", help: "Events of a partition that are not applied yet", label_names };

const age_gauge = {
  name: "replica_lag_seconds",
  help: "Age of a partition's oldest event that is not applied yet; 0 when none waits",
  label_names,
};

/**
 * How far DB2 is behind, by partition, in events and in seconds. The log is asked at each scrape: while it does not answer, or others
 * have all partitions, nothing is told, since what was known last may long be untrue.
 */
export function watchReplicaLag(metrics: Metrics, { topic, eventLog, replication }: ReplicaLagParts): void {
  const sample = (partition: number, value: number): Sample => ({ labels: { topic, partition: String(partition) }, value });
  // One scrape asks once for both.
  const progress = singleFlight(() => eventLog.progress());
  metrics.sample(lag_gauge, async () => (await progress()).map(({ partition, behind }) => sample(partition, behind)));
  metrics.sample(age_gauge, async () => {
    await progress();
    return [...replication.lagSecondsByPartition()].map(([partition, age_s]) => sample(partition, age_s));
  });
}
