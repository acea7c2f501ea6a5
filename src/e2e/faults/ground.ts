import { kafka, postgres } from "../../testing/services.ts";
import type { Ground } from "./fleet.ts";

export type OpenGround = Ground & AsyncDisposable;

/** Databases and a broker of its own, to be stopped and cut off at will. */
export async function openOwnGround(): Promise<OpenGround> {
  await using parts = new AsyncDisposableStack();
  const [primary, replica, broker] = await Promise.all([
    postgres.startOwn({ fsync: true }),
    postgres.startOwn({ fsync: true }),
    kafka.startOwnBehindProxy(),
  ]);
  for (const part of [primary, replica, broker]) parts.use(part);
  const { brokers, proxied_brokers, proxy } = broker;
  const opened = parts.move();
  return {
    primary: { config: primary.config, controls: primary },
    replica: { config: replica.config, controls: replica },
    kafka: { topic: `faults-${crypto.randomUUID()}`, brokers, proxied_brokers, proxy, controls: broker },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

/** Fresh databases on the services that the whole run shares: only processes may be hurt. */
export async function openSharedGround(): Promise<OpenGround> {
  await using parts = new AsyncDisposableStack();
  const [primary, replica, made] = await Promise.all([
    postgres.createDatabase(),
    postgres.createDatabase(),
    kafka.createTopic({ partitions: 12 }),
  ]);
  for (const { drop } of [primary, replica, made]) parts.defer(drop);
  const opened = parts.move();
  return {
    primary: { config: primary.config },
    replica: { config: replica.config },
    kafka: { topic: made.topic, brokers: made.brokers, proxied_brokers: made.brokers },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}
