/** What compose.yml reads from .env besides the variables of the executable. They stand in `.env.example` too. */
export const composeVariables: readonly { readonly name: string; readonly default?: string; readonly about: string }[] = [
  { name: "GRAFANA_PASSWORD", default: "admin", about: "Password of Grafana's user admin, from its first start on" },
  {
    name: "POSTGRES_READER_PASSWORD",
    about: "Password of blog_reader, who sees everything in DB1 and DB2; unset: no login by network",
  },
  { name: "PROMETHEUS_PORT", default: "9090", about: "Port of Prometheus on this machine" },
  { name: "GRAFANA_PORT", default: "3000", about: "Port of Grafana on this machine" },
  { name: "IMAGE_TAG", default: "local", about: "Tag of the image that is built, and run by every role" },
  { name: "BUILD_COMMIT", about: "Commit that the image says it was built from; scripts/setup sets it" },
  { name: "BUN_TARGET", about: "Another target of `bun build` than the one that every CPU of the architecture runs" },
];
