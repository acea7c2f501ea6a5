import type { DatabaseConfig, EventLogConfig, KafkaConfig, PostgresConfig, Role, TlsIdentity } from "./config.ts";
import { type Variable, variables } from "./env.ts";
import { readCertificates, readIdentity } from "./pem-files.ts";
import type { Reader } from "./reader.ts";
import { isAll } from "./roles.ts";

export type DatabaseName = "primary" | "replica";

interface DatabaseNeeds {
  readonly needed: readonly DatabaseName[];
  readonly roles: readonly Role[];
  readonly data_dir: string;
}

/** The databases that are needed: real where a host is set, embedded where role `all` has none. Never one of each. */
export function readDatabases(
  reader: Reader,
  { needed, roles, data_dir }: DatabaseNeeds,
): { readonly primary: DatabaseConfig | undefined; readonly replica: DatabaseConfig | undefined } {
  const read = (name: DatabaseName) => readPostgres(reader, name, needed.includes(name));
  const postgres = { primary: read("primary"), replica: read("replica") };
  const anyReal = reader.isSet(variables.primary.host) || reader.isSet(variables.replica.host);
  const embedded = isAll(roles) && !anyReal;

  if (embedded && needed.length > 0) refuseInProduction(reader);
  if (!embedded) for (const name of needed) demandReal(reader, name, roles);
  if (isSameDatabase(postgres.primary, postgres.replica)) {
    reader.refuse(variables.replica.name, "another database than the primary's: the replica is a second copy");
  }

  const choose = (name: DatabaseName): DatabaseConfig | undefined => {
    if (!needed.includes(name)) return undefined;
    return embedded ? { kind: "pglite", data_dir } : postgres[name];
  };
  return { primary: choose("primary"), replica: choose("replica") };
}

/** Kafka where brokers are set, else the in-process log where role `all` may have it. */
export function readEventLog(
  reader: Reader,
  { needed, roles }: { readonly needed: boolean; readonly roles: readonly Role[] },
): EventLogConfig | undefined {
  const kafka = readKafka(reader, needed);
  if (!needed) return undefined;
  if (kafka === undefined && isAll(roles)) return { kind: "in-process" };
  reader.demand(variables.kafka.brokers, `required by the ${roles.filter((role) => role !== "gateway").join(" and ")} role`);
  return kafka;
}

function readPostgres(reader: Reader, which: DatabaseName, needed: boolean): PostgresConfig | undefined {
  const database = variables[which];
  const host = reader.optional(database.host);
  const ssl_mode = reader.value(database.ssl_mode);
  if (reader.isSet(database.ssl_root_cert) && ssl_mode !== "verify-ca" && ssl_mode !== "verify-full") {
    reader.refuse(
      database.ssl_root_cert,
      `only with ${database.ssl_mode.name}=verify-full or verify-ca: nothing else looks at it`,
    );
  }
  const config = {
    kind: "postgres" as const,
    port: reader.value(database.port),
    name: reader.value(database.name),
    user: reader.value(database.user),
    password: reader.optional(database.password),
    ssl_mode,
    ...(needed && host !== undefined ? readTlsFiles(reader, database) : {}),
    pool_max: reader.value(database.pool_max),
  };
  return host === undefined ? undefined : { ...config, host, password: config.password ?? "" };
}

interface TlsFiles {
  readonly ssl_root_cert?: string;
  readonly ssl_identity?: TlsIdentity;
}

/** Where the service is not needed the files need not be there. */
function readTlsFiles(reader: Reader, files: Record<"ssl_root_cert" | "ssl_cert" | "ssl_key", Variable<string>>): TlsFiles {
  const ssl_root_cert = readCertificates(reader, files.ssl_root_cert);
  const ssl_identity = readIdentity(reader, { cert: files.ssl_cert, key: files.ssl_key });
  return {
    ...(ssl_root_cert === undefined ? {} : { ssl_root_cert }),
    ...(ssl_identity === undefined ? {} : { ssl_identity }),
  };
}

function demandReal(reader: Reader, which: DatabaseName, roles: readonly Role[]): void {
  const [database, other] = which === "primary" ? [variables.primary, variables.replica] : [variables.replica, variables.primary];
  const reason = isAll(roles)
    ? `required since ${other.host.name} is set (with neither, both databases are embedded)`
    : `required without role all, which alone may embed its databases`;
  reader.demand(database.host, reason);
  if (reader.isSet(database.host)) reader.demand(database.password, `required since ${database.host.name} is set`);
}

function refuseInProduction(reader: Reader): void {
  if (reader.value(variables.env) !== "production" || reader.value(variables.embedded)) return;
  const reason = `required in production (or ${variables.embedded.name}=1, to run on embedded databases all the same)`;
  reader.demand(variables.primary.host, reason);
  reader.demand(variables.replica.host, reason);
}

function isSameDatabase(a: PostgresConfig | undefined, b: PostgresConfig | undefined): boolean {
  return a !== undefined && b !== undefined && a.host === b.host && a.port === b.port && a.name === b.name;
}

function readKafka(reader: Reader, needed: boolean): KafkaConfig | undefined {
  const { kafka } = variables;
  const brokers = reader.optional(kafka.brokers);
  const topic = reader.value(kafka.topic);
  const sasl = readSasl(reader);
  const ssl = reader.value(kafka.ssl);
  for (const file of [kafka.ssl_root_cert, kafka.ssl_cert, kafka.ssl_key]) {
    if (!ssl && reader.isSet(file)) reader.refuse(file, `only with ${kafka.ssl.name}=on`);
  }
  const config = {
    kind: "kafka" as const,
    topic,
    dead_letter_topic: `${topic}.dlq`,
    group_id: reader.value(kafka.group_id),
    ssl,
    ...(needed && brokers !== undefined ? readTlsFiles(reader, kafka) : {}),
    ...(sasl === undefined ? {} : { sasl }),
  };
  return brokers === undefined ? undefined : { ...config, brokers };
}

function readSasl(reader: Reader): KafkaConfig["sasl"] {
  const { sasl_mechanism, sasl_username, sasl_password } = variables.kafka;
  const mechanism = reader.value(sasl_mechanism);
  const username = reader.optional(sasl_username);
  const password = reader.optional(sasl_password);
  if (mechanism === "off") {
    const ignored = [sasl_username, sasl_password].filter((variable) => reader.isSet(variable));
    for (const variable of ignored) reader.refuse(variable, `only together with ${sasl_mechanism.name}`);
    return undefined;
  }
  for (const variable of [sasl_username, sasl_password]) reader.demand(variable, `required since ${sasl_mechanism.name} is set`);
  return { mechanism, username: username ?? "", password: password ?? "" };
}
