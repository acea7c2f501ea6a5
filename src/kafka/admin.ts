import type { Admin, Kafka } from "kafkajs";
import { withDeadline } from "../platform/deadline.ts";

export interface AdminConnection {
  /** Runs `work` on the one admin connection, which is made when needed, and made anew after a failure. Rejects after `timeout_ms`. */
  run<Result>(work: (admin: Admin) => Promise<Result>, timeout_ms: number): Promise<Result>;
  close(): Promise<void>;
}

const disconnect_timeout_ms = 1000;

export function createAdminConnection(kafka: Pick<Kafka, "admin">): AdminConnection {
  let current: Promise<Admin> | undefined;

  async function connect(): Promise<Admin> {
    const admin = kafka.admin();
    await admin.connect();
    return admin;
  }

  /** Someone else may have failed with it before, and a newer one may be in its place. */
  async function discard(failed: Promise<Admin>): Promise<void> {
    if (current !== failed) return;
    current = undefined;
    const admin = await failed.catch(() => undefined);
    if (admin) await withDeadline(admin.disconnect(), disconnect_timeout_ms).catch(() => {});
  }

  return {
    async run(work, timeout_ms) {
      current ??= connect();
      const mine = current;
      try {
        return await withDeadline(mine.then(work), timeout_ms);
      } catch (error) {
        void discard(mine);
        throw error;
      }
    },
    async close() {
      if (current) await discard(current);
    },
  };
}
