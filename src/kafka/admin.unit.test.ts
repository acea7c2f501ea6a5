import { expect, test } from "bun:test";
import type { Admin } from "kafkajs";
import { createAdminConnection } from "./admin.ts";

/** Admins that connect when told to. */
function fakeKafka() {
  const admins: { readonly connected: () => void; disconnected: boolean }[] = [];
  const kafka = {
    admin() {
      const { promise, resolve } = Promise.withResolvers<void>();
      const made = { connected: resolve, disconnected: false };
      admins.push(made);
      const admin: Partial<Admin> = {
        connect: () => promise,
        async disconnect() {
          made.disconnected = true;
        },
      };
      return admin as Admin;
    },
  };
  return { kafka, admins };
}

const timeout_ms = 10_000;

test("a failure throws away the connection that failed", async () => {
  const { kafka, admins } = fakeKafka();
  const connection = createAdminConnection(kafka);
  const failing = connection.run(() => Promise.reject(new Error("refused")), timeout_ms);
  admins[0]?.connected();
  expect(await failing.catch((error: unknown) => error)).toEqual(new Error("refused"));
  const working = connection.run(async () => "done", timeout_ms);
  admins[1]?.connected();
  expect(await working).toBe("done");
  expect(admins.map(({ disconnected }) => disconnected)).toEqual([true, false]);
});

test("who fails late does not throw away the connection that others use by now", async () => {
  const { kafka, admins } = fakeKafka();
  const connection = createAdminConnection(kafka);
  const first = Promise.withResolvers<never>();
  const second = Promise.withResolvers<never>();
  const failing = connection.run(() => first.promise, timeout_ms).catch(() => "failed");
  const failing_late = connection.run(() => second.promise, timeout_ms).catch(() => "failed late");
  admins[0]?.connected();
  first.reject(new Error("gone"));
  await failing;
  const creating = Promise.withResolvers<string>();
  const working = connection.run(() => creating.promise, timeout_ms);
  admins[1]?.connected();
  second.reject(new Error("gone"));
  expect(await failing_late).toBe("failed late");
  await Bun.sleep(0);
  expect(admins.map(({ disconnected }) => disconnected)).toEqual([true, false]);
  creating.resolve("created");
  expect(await working).toBe("created");
  await connection.close();
  expect(admins.map(({ disconnected }) => disconnected)).toEqual([true, true]);
});
