import type { Builder } from "@grafana/grafana-foundation-sdk/cog";

/** The SDK puts links and annotations into a menu that one has to open, and cannot be told not to (its issue 1202). */
export function inSight<Shown extends { placement?: unknown }>(builder: Builder<Shown>): Builder<Omit<Shown, "placement">> {
  return {
    build() {
      const { placement: _, ...shown } = builder.build();
      return shown;
    },
  };
}
