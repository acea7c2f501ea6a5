import { Kafka, logLevel, Partitioners } from "kafkajs";

/** Puts what is no event into the topic: a dead letter of reason malformed_json. */
export async function putPoison({
  brokers,
  topic,
}: {
  readonly brokers: readonly string[];
  readonly topic: string;
}): Promise<void> {
  const producer = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING }).producer({
    createPartitioner: Partitioners.DefaultPartitioner,
  });
  await producer.connect();
  await producer.send({ topic, messages: [{ key: "1", value: "{ this is no JSON" }] });
  await producer.disconnect();
}
