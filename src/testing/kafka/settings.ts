import type { ProxiedPorts } from "../instance.ts";
import type { EncryptedKafka, EncryptedPorts } from "./encrypted-listeners.ts";

interface Listeners {
  /** Where clients come in, as they know it. */
  readonly advertised: string;
  readonly client: string;
  readonly controller: string;
  readonly controller_voter: string;
  /** Further ways in; each sends clients to an address that may be another than its own: a proxy's. */
  readonly more?: readonly NamedListener[];
}

export interface NamedListener {
  readonly name: string;
  readonly protocol: "PLAINTEXT" | "SSL" | "SASL_SSL";
  readonly listener: string;
  readonly advertised: string;
}

interface FurtherPorts {
  readonly proxied: ProxiedPorts | undefined;
  readonly encrypted: EncryptedKafka | undefined;
  readonly ports: EncryptedPorts | undefined;
}

/** The listeners beside the plain one; `listenOn` says where, for a port of this machine. */
export function furtherListeners(
  { proxied, encrypted, ports }: FurtherPorts,
  listenOn: (port: number) => string,
): readonly NamedListener[] {
  const advertised = (port: number) => `${encrypted?.host}:${port}`;
  const listener = (name: string, protocol: NamedListener["protocol"], port: number, told: string) =>
    ({ name, protocol, listener: listenOn(port), advertised: told }) as const;
  return [
    ...(proxied ? [listener("PROXIED", "PLAINTEXT", proxied.port, `127.0.0.1:${proxied.advertised_port}`)] : []),
    ...(ports
      ? [
          listener("CERTIFICATE", "SSL", ports.by_certificate, advertised(ports.by_certificate)),
          listener("PASSWORD", "SASL_SSL", ports.by_password, advertised(ports.by_password)),
        ]
      : []),
  ];
}

/** One node that is broker and controller; small and quick, since each run starts it anew. */
export function kafkaSettings(listeners: Listeners): Readonly<Record<string, string>> {
  const { more = [] } = listeners;
  const named = (text: (listener: NamedListener) => string) => more.map((listener) => `,${text(listener)}`).join("");
  return {
    "process.roles": "broker,controller",
    "node.id": "1",
    "controller.quorum.voters": `1@${listeners.controller_voter}`,
    "controller.listener.names": "CONTROLLER",
    listeners: `PLAINTEXT://${listeners.client},CONTROLLER://${listeners.controller}${named(({ name, listener }) => `${name}://${listener}`)}`,
    "advertised.listeners": `PLAINTEXT://${listeners.advertised}${named(({ name, advertised }) => `${name}://${advertised}`)}`,
    "listener.security.protocol.map": `PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT${named(({ name, protocol }) => `${name}:${protocol}`)}`,
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
