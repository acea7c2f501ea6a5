import { type Admin, Kafka, logLevel } from "kafkajs";
import { waitFor } from "../../testing/wait-for.ts";

export interface TopicRecord {
  readonly partition: number;
  readonly offset: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, string>>;
}

/** The topic of a fleet, as any other client sees it, past the proxy. */
export interface Topic {
  /** The next offset of each partition. */
  ends(): Promise<ReadonlyMap<number, number>>;
  /** Everything up to the present end, in the order of the partitions and offsets. */
  read(): Promise<readonly TopicRecord[]>;
  /** Puts records on the topic once more, into the partition that they came from. */
  repeat(records: readonly TopicRecord[]): Promise<void>;
  /** Whether the group has committed the present end of each partition. */
  isDrainedBy(group: string): Promise<boolean>;
}

const read_timeout_ms = 30_000;
const repeated_at_once = 500;

export function createTopic(brokers: readonly string[], topic: string): Topic {
  const kafka = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING, connectionTimeout: 3000, retry: { retries: 2 } });

  async function asAdmin<Result>(work: (admin: Admin) => Promise<Result>): Promise<Result> {
    const admin = kafka.admin();
    await admin.connect();
    try {
      return await work(admin);
    } finally {
      await admin.disconnect();
    }
  }

  const endsOf = async (admin: Admin) =>
    new Map((await admin.fetchTopicOffsets(topic)).map(({ partition, high }) => [partition, Number(high)]));
  // A broker that has just been given a topic, or has just come back, may not lead its partitions yet.
  const ends = () => waitFor("the ends of the topic", () => asAdmin(endsOf));

  return {
    ends,
    async read() {
      const wanted = await ends();
      const records: TopicRecord[] = [];
      const reached = new Map<number, number>();
      const consumer = kafka.consumer({ groupId: `reader-${crypto.randomUUID()}`, allowAutoTopicCreation: false });
      await consumer.connect();
      try {
        await consumer.subscribe({ topic, fromBeginning: true });
        await consumer.run({
          autoCommit: false,
          async eachMessage({ partition, message: { offset, key, value, headers = {} } }) {
            const text = Object.entries(headers).map(([name, header]) => [name, String(header)] as const);
            reached.set(partition, Number(offset) + 1);
            records.push({ partition, offset: Number(offset), key, value, headers: Object.fromEntries(text) });
          },
        });
        const atEnd = () => [...wanted].every(([partition, end]) => (reached.get(partition) ?? 0) >= end);
        await waitFor("the whole topic to be read", atEnd, { timeout_ms: read_timeout_ms });
      } finally {
        await consumer.disconnect();
      }
      return records.sort((a, b) => a.partition - b.partition || a.offset - b.offset);
    },
    async repeat(records) {
      const producer = kafka.producer({ allowAutoTopicCreation: false });
      await producer.connect();
      try {
        for (let start = 0; start < records.length; start += repeated_at_once) {
          const messages = records.slice(start, start + repeated_at_once).map(({ offset: _, ...message }) => message);
          await producer.send({ topic, messages: messages.map((message) => ({ ...message, headers: { ...message.headers } })) });
        }
      } finally {
        await producer.disconnect();
      }
    },
    isDrainedBy: (group) =>
      asAdmin(async (admin) => {
        const wanted = await endsOf(admin);
        const [committed] = await admin.fetchOffsets({ groupId: group, topics: [topic] });
        const at = new Map(committed?.partitions.map(({ partition, offset }) => [partition, Number(offset)]));
        return [...wanted].every(([partition, end]) => end === 0 || (at.get(partition) ?? -1) >= end);
      }),
  };
}
