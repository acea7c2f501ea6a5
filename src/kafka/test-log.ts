import type { KafkaConfig } from "../config/config.ts";
import { createLog } from "../platform/log.ts";

/** `LOG_LEVEL=debug bun test …` shows what the log does. */
export const testLog = createLog({ level: process.env["LOG_LEVEL"] === "debug" ? "debug" : "silent", format: "pretty" });

export function testConfig(brokers: readonly string[], topic: string): KafkaConfig {
  return { kind: "kafka", brokers, topic, dead_letter_topic: `${topic}.dlq`, group_id: `${topic}-sync`, ssl: false };
}
