import { X509Certificate } from "node:crypto";
import type { Config, DatabaseConfig } from "./config.ts";
import { variables } from "./env.ts";

/** A certificate that runs out so soon has not been renewed as it should have been: usual are 30 days before its end. */
const renewal_due_days = 14;
const day_ms = 86_400_000;

/** What is allowed, and yet most likely not meant; one sentence each, for who runs the process. */
export function configWarnings({ env, roles, web, primary, replica, event_log, listen }: Config, now: Date): readonly string[] {
  const warnings: string[] = [];
  const { metrics_token } = variables.web;
  if (env === "production" && roles.length > 0 && web.metrics_token === undefined) {
    warnings.push(`${metrics_token.name} is not set: /metrics is open to anyone who reaches a port`);
  }
  if (env === "production" && event_log?.kind === "kafka" && event_log.sasl?.mechanism === "plain" && !event_log.ssl) {
    const { sasl_mechanism, ssl } = variables.kafka;
    warnings.push(`${sasl_mechanism.name}=plain without ${ssl.name}: the password goes over the network as it is`);
  }
  if (env === "production") warnings.push(...databaseWarnings(primary, "primary"), ...databaseWarnings(replica, "replica"));
  const tls = listen.api.tls;
  if (tls !== undefined) warnings.push(...certificateWarnings(tls.cert, now));
  return warnings;
}

/** A socket, or an address of this machine: nobody stands between. */
const local = /^(\/|127\.|::1$|localhost$)/;

function databaseWarnings(config: DatabaseConfig | undefined, which: "primary" | "replica"): readonly string[] {
  if (config?.kind !== "postgres" || local.test(config.host)) return [];
  if (config.ssl_mode !== "disable" && config.ssl_mode !== "prefer") return [];
  const { name } = variables[which].ssl_mode;
  return [`${name} is ${config.ssl_mode}: whoever is on the way to ${config.host} may read and change what goes there`];
}

function certificateWarnings(cert: string, now: Date): readonly string[] {
  const { validFrom, validTo } = new X509Certificate(cert);
  const left_days = Math.floor((Date.parse(validTo) - now.getTime()) / day_ms);
  const name = variables.tls.cert.name;
  if (now.getTime() < Date.parse(validFrom)) return [`The certificate of ${name} is not valid before ${validFrom}`];
  if (left_days < 0) return [`The certificate of ${name} has expired (${validTo}): callers refuse it`];
  return left_days < renewal_due_days ? [`The certificate of ${name} expires on ${validTo}: renew it, and restart`] : [];
}
