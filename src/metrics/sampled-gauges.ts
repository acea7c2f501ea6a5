import { Gauge, type Registry } from "prom-client";
import { withDeadline } from "../platform/deadline.ts";

/** A scrape must answer even while what it asks does not. */
const sample_timeout_ms = 1_000;

export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface SampledGauge {
  readonly name: string;
  readonly help: string;
  readonly label_names: readonly string[];
  sample(): Promise<readonly Sample[]>;
}

/** Registers a gauge that is read at each scrape. When reading fails or takes over a second it has no samples. */
export function registerSampledGauge(registry: Registry, { name, help, label_names, sample }: SampledGauge): void {
  new Gauge({
    name,
    help,
    labelNames: [...label_names],
    registers: [registry],
    async collect() {
      const samples = await withDeadline(sample(), sample_timeout_ms).catch(() => []);
      this.reset();
      for (const { labels, value } of samples) this.set({ ...labels }, value);
    },
  });
}
