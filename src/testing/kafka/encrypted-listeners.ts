import type { TlsIdentity } from "../../config/config.ts";

/** Two ways in beside the plain one, both with TLS. */
export interface EncryptedKafka {
  readonly identity: TlsIdentity;
  /** What clients call the broker: a name in its certificate. */
  readonly host: string;
  /** Clients that come in by certificate show one of this authority, in PEM. */
  readonly client_authority: string;
  /** Who comes in by password, by whichever mechanism. */
  readonly username: string;
  readonly password: string;
}

export interface EncryptedPorts {
  /** SSL, with a certificate of the client's. */
  readonly by_certificate: number;
  /** SASL_SSL. */
  readonly by_password: number;
}

/** The server's settings, for listeners CERTIFICATE and PASSWORD. PEM may have its lines one behind the other. */
export function encryptedSettings(kafka: EncryptedKafka): Readonly<Record<string, string>> {
  const login = "org.apache.kafka.common.security";
  const { username, password } = kafka;
  return {
    "ssl.keystore.type": "PEM",
    "ssl.keystore.certificate.chain": oneLine(kafka.identity.cert),
    "ssl.keystore.key": oneLine(kafka.identity.key),
    "ssl.truststore.type": "PEM",
    "ssl.truststore.certificates": oneLine(kafka.client_authority),
    "listener.name.certificate.ssl.client.auth": "required",
    "listener.name.password.sasl.enabled.mechanisms": "PLAIN,SCRAM-SHA-256,SCRAM-SHA-512",
    "listener.name.password.plain.sasl.jaas.config": `${login}.plain.PlainLoginModule required user_${username}="${password}";`,
    "listener.name.password.scram-sha-256.sasl.jaas.config": `${login}.scram.ScramLoginModule required;`,
    "listener.name.password.scram-sha-512.sasl.jaas.config": `${login}.scram.ScramLoginModule required;`,
  };
}

/** What Kafka keeps in its own storage, for the mechanisms that have no setting. */
export const scramMechanisms = ["SCRAM-SHA-256", "SCRAM-SHA-512"] as const;

function oneLine(pem: string): string {
  return pem.trim().replaceAll("\n", " ");
}
