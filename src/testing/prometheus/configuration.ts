import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Static, Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";

/** The configuration that is deployed. */
export const configurationFile = join(import.meta.dir, "../../../monitoring/prometheus/prometheus.yml");

const DnsLookup = Type.Object({ names: Type.Array(Type.String()), type: Type.String(), port: Type.Integer() });

const ScrapeConfig = Type.Object({ job_name: Type.String(), dns_sd_configs: Type.Optional(Type.Array(DnsLookup)) });

/** As much of Prometheus's configuration as is looked at here. */
const Configuration = Type.Object({
  global: Type.Object({}),
  rule_files: Type.Array(Type.String()),
  scrape_configs: Type.Array(ScrapeConfig),
});
export type Configuration = Static<typeof Configuration>;

/** Throws when the file is not what is expected of it. */
export function readConfiguration(): Configuration {
  const parsed: unknown = Bun.YAML.parse(readFileSync(configurationFile, "utf8"));
  Value.Assert(Configuration, parsed);
  return parsed;
}

export interface LocalTargets {
  /** Where the processes are that DNS would find under a name: `{ api: ["127.0.0.1:5000"] }`. */
  readonly targets: Readonly<Record<string, readonly string[]>>;
  readonly interval_s: number;
}

/**
 * The deployed configuration for this machine: the targets stand where DNS would be asked, and are relabelled as it would have been;
 * the intervals are shorter. All else, the rules above all, is used as it is. JSON, which is YAML.
 */
export function localConfiguration({ targets, interval_s }: LocalTargets): string {
  const { global, rule_files, scrape_configs, ...rest } = readConfiguration();
  const interval = `${interval_s}s`;
  return JSON.stringify({
    ...rest,
    global: { ...global, scrape_interval: interval, scrape_timeout: interval, evaluation_interval: interval },
    rule_files: rule_files.map((file) => join(dirname(configurationFile), file)),
    scrape_configs: scrape_configs.flatMap(({ dns_sd_configs, ...job }) => {
      // What has fixed targets in the deployment, as Prometheus itself, has none here.
      if (dns_sd_configs === undefined) return [];
      const names = dns_sd_configs.flatMap((lookup) => lookup.names);
      const static_configs = names.map((name) => ({ targets: targets[name] ?? [], labels: { __meta_dns_name: name } }));
      return [{ ...job, static_configs }];
    }),
  });
}
