import { traceSamplers } from "./config.ts";
import { originList } from "./origins.ts";
import { roleList } from "./roles.ts";
import {
  baseUrl,
  bytes,
  databaseHost,
  host,
  hostPorts,
  keyValues,
  matching,
  offOr,
  oneOf,
  onOff,
  type Rule,
  share,
  wholeNumber,
} from "./rules.ts";
import { trustedProxies } from "./trusted-proxies.ts";

/** One variable of the environment. The README's table, `--help` and `.env.example` say the same, and are tested against it. */
export interface Variable<Value = unknown> {
  readonly name: string;
  readonly rule: Rule<Value>;
  readonly about: string;
  /** As it would be typed. */
  readonly default?: string;
  /** The default in words, where it is not one text. */
  readonly default_in_words?: string;
  readonly secret?: true;
}

export interface Defaulted<Value> extends Variable<Value> {
  readonly default: string;
}

function defaulted<Value>(name: string, rule: Rule<Value>, text: string, about: string, in_words?: string): Defaulted<Value> {
  return { name, rule, about, default: text, ...(in_words === undefined ? {} : { default_in_words: in_words }) };
}

function optional<Value>(name: string, rule: Rule<Value>, about: string, in_words?: string): Variable<Value> {
  return { name, rule, about, ...(in_words === undefined ? {} : { default_in_words: in_words }) };
}

function secret<Value>(name: string, rule: Rule<Value>, about: string): Variable<Value> {
  return { name, rule, about, secret: true };
}

const listenPort = wholeNumber(0, 65_535);
/** PostgreSQL cuts names off at 63 bytes without a word. */
const databaseName = matching(/^[^\0]{1,63}$/, "a name of 1 to 63 characters");
/** Kafka's rule, less the four characters of `.dlq`. */
const topic = matching(/^(?!\.{1,2}$)[\w.-]{1,245}$/, "1 to 245 letters, digits, dots, dashes or underscores");
const anyText = bytes(1, "any text");
const certificateFile = matching(/^[^\0]+$/, "a file with certificates in PEM");
const keyFile = matching(/^[^\0]+$/, "a file with a private key in PEM");

function database(prefix: "DB1" | "DB2", name: string, what: string) {
  return {
    host: optional(`${prefix}_HOST`, databaseHost, `PostgreSQL of ${what}; unset with role all: embedded`),
    port: defaulted(`${prefix}_PORT`, wholeNumber(1, 65_535), "5432", `Port of ${what}`),
    name: defaulted(`${prefix}_NAME`, databaseName, name, `Database of ${what}`),
    user: defaulted(`${prefix}_USER`, databaseName, "blog_user", `User of ${what}`),
    password: secret(`${prefix}_PASSWORD`, anyText, `Password of ${what}; required with ${prefix}_HOST`),
    ssl_mode: defaulted(
      `${prefix}_SSLMODE`,
      oneOf(["disable", "prefer", "require", "verify-ca", "verify-full"]),
      "prefer",
      `TLS to ${what}, as libpq names it`,
    ),
    ssl_root_cert: optional(
      `${prefix}_SSLROOTCERT`,
      certificateFile,
      `The only authorities that may have signed the certificate of ${what}, for verify-ca and verify-full`,
      "the well-known ones, and NODE_EXTRA_CA_CERTS",
    ),
    ssl_cert: optional(`${prefix}_SSLCERT`, certificateFile, `Certificate to show to ${what}, where it asks for one`),
    ssl_key: optional(`${prefix}_SSLKEY`, keyFile, `Key of ${prefix}_SSLCERT`),
    pool_max: defaulted(`${prefix}_POOL_MAX`, wholeNumber(1, 1000), "10", `Most connections of one process to ${what}`),
  };
}

/** The gateway's limits are on by default; who raises one knows why. */
function limit(name: string, text: string, about: string): Defaulted<number> {
  return defaulted(`GATEWAY_${name}_MAX`, wholeNumber(1, 1_000_000_000), text, about);
}

/** Every variable that is read, grouped as the configuration is. Nothing else reads the environment. */
export const variables = {
  env: defaulted(
    "BLOG_ENV",
    oneOf(["development", "production"]),
    "development",
    "production turns on write protection and JSON logs, and refuses the embedded mode unless BLOG_EMBEDDED=1",
  ),
  role: defaulted("BLOG_ROLE", roleList, "all", "What to serve: all, or a comma list of api, gateway, sync"),
  data_dir: defaulted("BLOG_DATA_DIR", matching(/^[^\0]+$/, "a folder"), "./blog-data", "Folder of the embedded databases"),
  embedded: defaulted("BLOG_EMBEDDED", onOff, "off", "1 allows the embedded mode in production"),
  listen_host: defaulted(
    "BLOG_LISTEN_HOST",
    host,
    "127.0.0.1",
    "Address that every role listens on",
    "`127.0.0.1`; `0.0.0.0` in the container image",
  ),
  ports: {
    api: defaulted("API_PORT", listenPort, "5000", "REST; 0 takes a free port, printed at start"),
    gateway: defaulted("GATEWAY_PORT", listenPort, "4000", "GraphQL; 0 takes a free port, printed at start"),
    sync: defaulted("SYNC_PORT", listenPort, "5001", "Read-only REST from the replica; 0 takes a free port, printed at start"),
  },
  tls: {
    cert: optional(
      "TLS_CERT_FILE",
      certificateFile,
      "Certificate of every port, and its chain: they speak HTTPS, and HTTP no more",
    ),
    key: optional("TLS_KEY_FILE", keyFile, "Key of TLS_CERT_FILE"),
  },
  migrate: defaulted(
    "BLOG_MIGRATE",
    onOff,
    "on",
    "off: start only checks that the schema fits; else api migrates DB1 and sync DB2 at start",
  ),
  primary: database("DB1", "blog_db", "the primary"),
  replica: database("DB2", "blog_replica_db", "the replica"),
  kafka: {
    brokers: optional(
      "KAFKA_BOOTSTRAP_SERVERS",
      hostPorts,
      "First brokers to ask; unset with role all: the in-process event log",
    ),
    topic: defaulted(
      "KAFKA_TOPIC_ARTICLES",
      topic,
      "article-events",
      "Topic of the events; dead letters go to the same name + .dlq",
    ),
    group_id: defaulted(
      "KAFKA_GROUP_ID",
      matching(/^[^\0]{1,255}$/, "1 to 255 characters"),
      "blog-sync",
      "Consumer group of sync",
    ),
    ssl: defaulted("KAFKA_SSL", onOff, "off", "TLS to the brokers; their certificates are checked, their names too"),
    ssl_root_cert: optional(
      "KAFKA_SSL_CA_FILE",
      certificateFile,
      "The only authorities that may have signed the brokers' certificates",
      "the well-known ones, and NODE_EXTRA_CA_CERTS",
    ),
    ssl_cert: optional("KAFKA_SSL_CERT_FILE", certificateFile, "Certificate to show to the brokers, where they ask for one"),
    ssl_key: optional("KAFKA_SSL_KEY_FILE", keyFile, "Key of KAFKA_SSL_CERT_FILE"),
    sasl_mechanism: defaulted(
      "KAFKA_SASL_MECHANISM",
      oneOf(["off", "plain", "scram-sha-256", "scram-sha-512"]),
      "off",
      "How to log in to the brokers",
    ),
    sasl_username: optional("KAFKA_SASL_USERNAME", anyText, "User at the brokers"),
    sasl_password: secret("KAFKA_SASL_PASSWORD", anyText, "Password at the brokers"),
  },
  rest_api_url: optional(
    "REST_API_URL",
    baseUrl,
    "Where the gateway finds the API; unset beside the api role: in process",
    "in process with role `all`",
  ),
  replica_api_url: optional(
    "REPLICA_API_URL",
    baseUrl,
    "Where the gateway reads while the API is unavailable",
    "in process with role `all`",
  ),
  gateway_limits: {
    body_bytes_max: limit("BODY_BYTES", "7340032", "Bytes of a GraphQL request; 1 MiB of content may be 6 MiB when escaped"),
    query_bytes_max: limit(
      "QUERY_BYTES",
      "65536",
      "Bytes of a query's text, without variables; generated ones stay under 20 KiB",
    ),
    batch_operations_max: limit("BATCH_OPERATIONS", "10", "Operations of one request, since each has all the other limits"),
    tokens_max: limit(
      "TOKENS",
      "2000",
      "Words and signs of a query (GraphiQL's introspection has 300); the time to validate grows faster",
    ),
    depth_max: limit("DEPTH", "10", "Levels of a query; the schema has 4, the rest is room for it to grow"),
    aliases_max: limit("ALIASES", "30", "Aliases of a query, fragments counted as often as spread: each may be work of its own"),
    directives_max: limit("DIRECTIVES", "50", "Directives of a query; nobody's has more, and each is work"),
    cost_max: limit("COST", "5000", "Articles × weight of their fields (content 10, others 1): two pages of 100 whole articles"),
    variables_max: limit("VARIABLES", "2000", "Values in the variables of a query; an article has up to 26"),
    concurrency_max: limit(
      "CONCURRENCY",
      "400",
      "Requests answered at once: as many as API and replica take together, queues included",
    ),
  },
  gateway: {
    introspection: optional(
      "GATEWAY_INTROSPECTION",
      onOff,
      "Whether the gateway tells its schema to whoever asks",
      "on in development, off in production",
    ),
    persisted_only: optional(
      "GATEWAY_PERSISTED_ONLY",
      matching(/^[^\0]+$/, "a JSON file that maps SHA-256 in hex to the text of a query"),
      "File of the only queries that the gateway runs",
      "none: it runs all",
    ),
  },
  idempotency_ttl_hours: defaulted(
    "IDEMPOTENCY_TTL_HOURS",
    wholeNumber(1, 8_760),
    "24",
    "How long answers are kept for Idempotency-Key",
  ),
  views_flush_seconds: defaulted(
    "VIEWS_FLUSH_SECONDS",
    wholeNumber(1, 3_600),
    "5",
    "How often counted views are written; a crash loses at most these",
  ),
  // RFC 7518, section 3.2: an HS256 key is at least as long as the hash.
  secret_key: secret(
    "SECRET_KEY",
    bytes(32, "at least 32 bytes of random text"),
    "Signs and checks access tokens; required in production by api and sync",
  ),
  secret_key_previous: secret(
    "SECRET_KEY_PREVIOUS",
    bytes(32, "at least 32 bytes of random text"),
    "The key before SECRET_KEY: what it signed is accepted until it expires",
  ),
  public_reads: optional(
    "PUBLIC_READS",
    oneOf(["published", "all"]),
    "What is read without a token: published articles only, or all",
    "all in development, published in production",
  ),
  bounds: {
    connections_max: defaulted(
      "CONNECTIONS_MAX",
      wholeNumber(1_000, 1_000_000),
      "50000",
      "Open connections of a process, as its open files show; over that, none is kept between two requests. Give it more files than that (ulimit -n)",
    ),
    keep_alive_seconds: defaulted(
      "KEEP_ALIVE_SECONDS",
      wholeNumber(1, 240),
      "10",
      "How long a connection may stay open between two requests, which is also how long the next one's headers may take; behind a balancer, more than that keeps its own",
    ),
    request_timeout_seconds: defaulted(
      "REQUEST_TIMEOUT_SECONDS",
      wholeNumber(1, 240),
      "10",
      "How long the body of a request may take to arrive; 7 MiB in 10 s are 6 Mbit/s",
    ),
    writes_max: defaulted(
      "WRITES_MAX",
      wholeNumber(1, 100_000),
      "256",
      "Writes under way at once in an API process; more are 503 at once. The database works on DB1_POOL_MAX of them",
    ),
    bodies_bytes_max: defaulted(
      "BODIES_BYTES_MAX",
      wholeNumber(8_388_608, 100_000_000_000),
      "134217728",
      "Bytes of request bodies that a role holds at once; more are 503 at once. Working on them takes about five times the memory",
    ),
  },
  rate_limits: {
    reads: optional(
      "RATE_LIMIT_READS_PER_SECOND",
      offOr(1_000_000),
      "Reads of each caller (a token's subject, or else an address), ten seconds' worth at once; of a GraphQL request each call that it makes counts",
      "off in development, 100 in production",
    ),
    writes: optional(
      "RATE_LIMIT_WRITES_PER_SECOND",
      offOr(1_000_000),
      "Writes of each caller, ten seconds' worth at once; a body counts as one more for each 8 KiB",
      "off in development, 50 in production",
    ),
    trust_proxy: optional(
      "TRUST_PROXY",
      trustedProxies,
      "Proxies, and gateways of ours, that stand before this process: what they write into X-Forwarded-For counts as a caller's address, and who of them forwards nobody is not limited. X-Forwarded-Proto then says who comes by HTTPS",
      "none",
    ),
  },
  web: {
    docs: defaulted("BLOG_DOCS", onOff, "on", "off: no page at /docs, and no GraphiQL in development"),
    cors_origins: optional(
      "CORS_ORIGINS",
      originList,
      "Sites whose pages may ask this API and read its answers; where writes need no token, its own too, if its name is public",
      "none: pages of other sites read nothing",
    ),
    metrics_token: secret(
      "METRICS_TOKEN",
      matching(/^[\x21-\x7e]{16,}$/, "at least 16 visible ASCII characters"),
      "What /metrics asks for, as Authorization: Bearer; unset: it is open",
    ),
  },
  log_level: defaulted(
    "LOG_LEVEL",
    oneOf(["trace", "debug", "info", "warn", "error", "fatal", "silent"]),
    "info",
    "The least severe lines that are written",
  ),
  log_format: optional(
    "LOG_FORMAT",
    oneOf(["pretty", "json"]),
    "Form of the log",
    "`pretty` on a terminal, else `json`; `json` in production",
  ),
  tracing: {
    endpoint: optional(
      "OTEL_EXPORTER_OTLP_ENDPOINT",
      baseUrl,
      "OpenTelemetry collector that takes spans by OTLP over HTTP, like http://collector:4318; unset: none are made",
    ),
    headers: secret(
      "OTEL_EXPORTER_OTLP_HEADERS",
      keyValues,
      "Headers for the collector, like an authorization; values percent-encoded",
    ),
    protocol: defaulted("OTEL_EXPORTER_OTLP_PROTOCOL", oneOf(["http/protobuf"]), "http/protobuf", "How spans are sent"),
    service_name: optional(
      "OTEL_SERVICE_NAME",
      anyText,
      "Name of the service in traces",
      "`blog-api`, `blog-gateway` and `blog-sync`",
    ),
    resource_attributes: optional(
      "OTEL_RESOURCE_ATTRIBUTES",
      keyValues,
      "What else is said of this process in traces, like deployment.environment.name=staging",
    ),
    sampler: defaulted(
      "OTEL_TRACES_SAMPLER",
      oneOf(traceSamplers),
      "parentbased_always_on",
      "Which traces are exported; parentbased: what the caller's traceparent says, and the rest of the name where it says nothing",
    ),
    sampler_ratio: defaulted(
      "OTEL_TRACES_SAMPLER_ARG",
      share,
      "1",
      "Which share of the traces, for the samplers with traceidratio",
    ),
  },
} as const;

/** The table, in the order in which it is shown. */
export const allVariables: readonly Variable[] = Object.values(variables).flatMap((entry) =>
  isVariable(entry) ? [entry] : Object.values(entry),
);

function isVariable(entry: (typeof variables)[keyof typeof variables]): entry is Extract<typeof entry, Variable> {
  return "rule" in entry;
}
