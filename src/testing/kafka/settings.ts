interface Listeners {
  /** Where clients come in, as they know it. */
  readonly advertised: string;
  readonly client: string;
  readonly controller: string;
  readonly controller_voter: string;
  /** A second way in, which sends clients to another address than its own: a proxy's. */
  readonly proxied?: { readonly listener: string; readonly advertised: string } | undefined;
}

/** One node that is broker and controller; small and quick, since each run starts it anew. */
export function kafkaSettings(listeners: Listeners): Readonly<Record<string, string>> {
  const { proxied } = listeners;
  return {
    "process.roles": "broker,controller",
    "node.id": "1",
    "controller.quorum.voters": `1@${listeners.controller_voter}`,
    "controller.listener.names": "CONTROLLER",
    listeners: `PLAINTEXT://${listeners.client},CONTROLLER://${listeners.controller}${proxied ? `,PROXIED://${proxied.listener}` : ""}`,
    "advertised.listeners": `PLAINTEXT://${listeners.advertised}${proxied ? `,PROXIED://${proxied.advertised}` : ""}`,
    "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,PROXIED:PLAINTEXT",
    "inter.broker.listener.name": "PLAINTEXT",
    // A broker that was killed may come back once its old registration has run out (9 s by default).
    "broker.session.timeout.ms": "2000",
    "broker.heartbeat.interval.ms": "500",
    "auto.create.topics.enable": "false",
    "group.initial.rebalance.delay.ms": "0",
    "group.min.session.timeout.ms": "1000",
    "offsets.topic.num.partitions": "4",
    "offsets.topic.replication.factor": "1",
    "transaction.state.log.num.partitions": "4",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    // An article of 1 MiB is up to 6 MiB of JSON, dead letters add headers: room above the topics' own 8 MiB.
    "message.max.bytes": String(32 * 1024 * 1024),
    "replica.fetch.max.bytes": String(32 * 1024 * 1024),
  };
}
