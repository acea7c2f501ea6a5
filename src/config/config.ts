import type { LogConfig } from "../platform/log.ts";
import type { CorsOrigins } from "./origins.ts";
import type { QueryList } from "./query-list.ts";

export type Role = "api" | "gateway" | "sync";

export interface Listen {
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  /** HTTPS with it, HTTP without. */
  readonly tls?: TlsIdentity;
}

/** Who this side is, in a TLS handshake: both in PEM. */
export interface TlsIdentity {
  /** The certificate, and those that lead from it to an authority. */
  readonly cert: string;
  readonly key: string;
}

export type SslMode = "disable" | "prefer" | "require" | "verify-ca" | "verify-full";

export interface PostgresConfig {
  readonly kind: "postgres";
  readonly host: string;
  readonly port: number;
  readonly name: string;
  readonly user: string;
  readonly password: string;
  readonly ssl_mode: SslMode;
  /** The only authorities to trust, in PEM; undefined: the well-known ones. */
  readonly ssl_root_cert?: string;
  /** Shown to a server that asks who we are. */
  readonly ssl_identity?: TlsIdentity;
  readonly pool_max: number;
}

export interface EmbeddedDatabaseConfig {
  readonly kind: "pglite";
  /** The folder of both databases; locked by the process that has it open. */
  readonly data_dir: string;
}

export type DatabaseConfig = PostgresConfig | EmbeddedDatabaseConfig;

export interface KafkaConfig {
  readonly kind: "kafka";
  readonly brokers: readonly string[];
  readonly topic: string;
  readonly dead_letter_topic: string;
  readonly group_id: string;
  readonly ssl: boolean;
  /** As PostgresConfig's. */
  readonly ssl_root_cert?: string;
  readonly ssl_identity?: TlsIdentity;
  readonly sasl?: {
    readonly mechanism: "plain" | "scram-sha-256" | "scram-sha-512";
    readonly username: string;
    readonly password: string;
  };
}

export type EventLogConfig = KafkaConfig | { readonly kind: "in-process" };

/** What one request to the gateway may ask for; the reason of each stands beside its variable, in env.ts. */
export interface GatewayLimits {
  readonly body_bytes_max: number;
  readonly query_bytes_max: number;
  readonly batch_operations_max: number;
  readonly tokens_max: number;
  readonly depth_max: number;
  readonly aliases_max: number;
  readonly directives_max: number;
  readonly cost_max: number;
  /** Values in the variables, at any depth. */
  readonly variables_max: number;
  /** Of requests, over all callers. */
  readonly concurrency_max: number;
}

export interface GatewayConfig {
  readonly limits: GatewayLimits;
  readonly introspection: boolean;
  /** The only queries that are run; undefined: all are. */
  readonly only_queries?: QueryList;
}

export type PublicReads = "published" | "all";

export interface TokenKeys {
  readonly current: string;
  /** Still accepted, never signed with: for the time in which keys change. */
  readonly previous?: string;
}

export interface AccessConfig {
  /** Undefined: no token is looked at. */
  readonly keys?: TokenKeys;
  /** Whether writes are taken without a token. */
  readonly open_writes: boolean;
  /** What is read without one. */
  readonly public_reads: PublicReads;
}

/** What OTEL_TRACES_SAMPLER may name. */
export const traceSamplers = [
  "parentbased_always_on",
  "parentbased_always_off",
  "parentbased_traceidratio",
  "always_on",
  "always_off",
  "traceidratio",
] as const;

export interface TracingConfig {
  /** Of an OTLP collector that speaks HTTP, without a slash at the end. */
  readonly endpoint: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Undefined: `blog-` and the role. */
  readonly service_name?: string;
  readonly resource_attributes: Readonly<Record<string, string>>;
  readonly sampler: (typeof traceSamplers)[number];
  /** From 0 to 1, for the samplers that take a ratio. */
  readonly sampler_ratio: number;
}

/** How much of a role anybody may have at once; the reason of each stands beside its variable, in env.ts. */
export interface RequestBounds {
  /** Of the process, over all of its ports. */
  readonly connections_max: number;
  readonly keep_alive_s: number;
  readonly body_timeout_ms: number;
  readonly writes_max: number;
  readonly bodies_bytes_max: number;
}

/** Whose X-Forwarded-For counts: that of so many proxies before us, or of those in these networks (`10.0.0.0/8`). */
export type TrustedProxies = { readonly hops: number } | { readonly ranges: readonly string[] };

/** Of each caller; 0 is no limit. */
export interface RateLimitConfig {
  readonly reads_per_second: number;
  readonly writes_per_second: number;
  readonly trusted_proxies?: TrustedProxies;
}

/** What every port shows, beside the articles. */
export interface WebConfig {
  /** The pages for people: /docs, and GraphiQL in development. */
  readonly docs: boolean;
  /** Undefined: no page of another site may read an answer. */
  readonly cors_origins?: CorsOrigins;
  /** Asked for by /metrics; undefined: it is open. */
  readonly metrics_token?: string;
}

/** Everything a role may need; a part is there exactly when a chosen role or command needs it. */
export interface Config {
  readonly env: "development" | "production";
  readonly roles: readonly Role[];
  readonly log: LogConfig;
  readonly migrate: boolean;
  readonly data_dir: string;
  readonly listen: { readonly api: Listen; readonly gateway: Listen; readonly sync: Listen };
  readonly primary?: DatabaseConfig;
  readonly replica?: DatabaseConfig;
  readonly event_log?: EventLogConfig;
  /** Where the gateway finds the API; undefined with role all: in process. */
  readonly rest_api_url?: string;
  readonly replica_api_url?: string;
  readonly gateway: GatewayConfig;
  readonly idempotency_ttl_hours: number;
  readonly views_flush_seconds: number;
  readonly access: AccessConfig;
  readonly bounds: RequestBounds;
  readonly rate_limits: RateLimitConfig;
  readonly web: WebConfig;
  /** Undefined: no spans are made. */
  readonly tracing?: TracingConfig;
}
