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
  /** Tells Prometheus no type: for a name that ends as only a counter's should, and that people know it by. */
  readonly untyped?: boolean;
}

export type Sampler = () => Promise<readonly Sample[]>;

/** Adds a source to a gauge that is read at each scrape. A source that fails or takes over a second has no samples. */
export type SampleGauge = (gauge: SampledGauge, sampler: Sampler) => void;

/** Several parts of a process may feed one gauge: each database its own pool, for instance. */
export function createSampledGauges(registry: Registry): SampleGauge {
  const samplers = new Map<string, Sampler[]>();

  return ({ name, help, label_names, untyped = false }, sampler) => {
    const known = samplers.get(name);
    if (known) {
      known.push(sampler);
      return;
    }
    const sources = [sampler];
    samplers.set(name, sources);
    const gauge = new Gauge({
      name,
      help,
      labelNames: [...label_names],
      registers: [registry],
      async collect() {
        const samples = (await Promise.all(sources.map(sampleInTime))).flat();
        this.reset();
        // A gauge without labels is 0 after a reset, which would be a claim.
        if (samples.length === 0 && label_names.length === 0) this.remove();
        for (const { labels, value } of samples) this.set({ ...labels }, value);
      },
    });
    // What prom-client writes behind # TYPE.
    if (untyped) Object.assign(gauge, { type: "untyped" });
  };
}

function sampleInTime(sampler: Sampler): Promise<readonly Sample[]> {
  return withDeadline(sampler(), sample_timeout_ms).catch(() => []);
}
