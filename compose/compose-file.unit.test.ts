import { beforeAll, expect, test } from "bun:test";
import { composeVariables } from "../src/config/compose-variables.ts";
import { allVariables } from "../src/config/env.ts";
import { type ComposeFile, composeText, readCompose, type Service } from "./compose-file.ts";

const everywhere = ["BLOG_ENV", "LOG_LEVEL", "LOG_FORMAT"];
/** What the file decides itself: where the services are, which ports the containers have. The rest is to be had by .env. */
const decided = [
  /^BLOG_(ROLE|DATA_DIR|EMBEDDED|LISTEN_HOST)$/,
  /^(API|GATEWAY|SYNC|DB1|DB2)_PORT$/,
  /^DB[12]_HOST$|^KAFKA_BOOTSTRAP_SERVERS$|^RE(ST|PLICA)_API_URL$/,
  // Its networks are its own: TLS, logins to Kafka and files from outside are for an override.
  /_SSL|_SASL_|^TLS_|_FILE$|^GATEWAY_PERSISTED_ONLY$/,
];

let file: ComposeFile;
let services: readonly (readonly [name: string, service: Service])[];
beforeAll(async () => {
  file = await readCompose();
  services = Object.entries(file.services);
});

function service(name: string): Service {
  const found = file.services[name];
  if (!found) throw new Error(`compose.yml has no service ${name}`);
  return found;
}

const isLasting = ([, { restart }]: readonly [string, Service]) => restart !== "no";

test("all services of the picture are there, and one image has the three roles", () => {
  const names = Object.keys(file.services);
  const wanted = ["postgres-db1", "postgres-db2", "kafka", "api", "gateway", "sync", "prometheus", "grafana"];
  expect(names).toEqual(expect.arrayContaining(wanted));
  for (const role of ["api", "gateway", "sync"]) {
    expect(service(role).environment?.["BLOG_ROLE"]).toBe(role);
    expect(service(role).image).toBe(service("api").image ?? "");
  }
});

test("every image has a version, so that tomorrow's start is today's", () => {
  for (const [name, { image }] of services) expect(`${name} ${image}`).toMatch(/:(v?\d+[\w.]+|\$\{IMAGE_TAG:-local\})$/);
});

test("every service is hardened, bounded, and rotates its log", () => {
  for (const [name, service] of services) {
    expect(service.cap_drop, name).toEqual(["ALL"]);
    expect(service.security_opt, name).toEqual(["no-new-privileges:true"]);
    expect(service.mem_limit, name).toMatch(/^\d+[mg]$/);
    expect(service.pids_limit, name).toBeGreaterThan(0);
    expect(service.logging?.options, name).toEqual({ "max-size": "10m", "max-file": "5" });
    if (name !== "kafka") expect(service.read_only, name).toBe(true);
  }
});

test("every service that stays has a restart policy and a health check; that of the roles is in their image", () => {
  for (const [name, service] of services.filter(isLasting)) {
    expect(service.restart, name).toBe("unless-stopped");
    if (!service.image?.startsWith("blog:")) expect(service.healthcheck?.test?.length ?? 0, name).toBeGreaterThan(1);
  }
});

test("ports are published on this machine alone, and none by what is scaled", () => {
  for (const port of services.flatMap(([, { ports = [] }]) => ports))
    expect(port).toMatch(/^127\.0\.0\.1:\$\{\w+_PORT:-\d+\}:\d+$/);
  for (const role of ["api", "gateway", "sync"]) expect(service(role).ports).toBeUndefined();
});

test("nothing starts before the secrets were looked at, and no role before what it stands on is healthy", () => {
  for (const first of ["postgres-db1", "postgres-db2", "kafka", "prometheus"]) {
    expect(service(first).depends_on).toEqual({ "check-secrets": { condition: "service_completed_successfully" } });
  }
  const healthy = { condition: "service_healthy" };
  expect(service("api").depends_on).toEqual({ "postgres-db1": healthy, kafka: healthy });
  expect(service("sync").depends_on).toEqual({ "postgres-db2": healthy, kafka: healthy });
  expect(service("gateway").depends_on).toEqual({ api: healthy });
});

test("each database and Kafka, Prometheus and Grafana keep their data in a volume of their own", () => {
  for (const name of ["postgres-db1", "postgres-db2", "kafka", "prometheus", "grafana"]) {
    expect(service(name).volumes?.some((volume) => volume.startsWith(`${name}:/`))).toBe(true);
    expect(file.volumes).toHaveProperty(name);
  }
});

test("a role is given the secrets that it needs, and no others", () => {
  const given = (name: string) => Object.keys(service(name).environment ?? {});
  expect(given("gateway").filter((name) => /^DB|SECRET|KAFKA/.test(name))).toEqual([]);
  expect(given("api").filter((name) => name.startsWith("DB2"))).toEqual([]);
  expect(given("sync").filter((name) => name.startsWith("DB1"))).toEqual([]);
});

test("every variable of the executable is decided here, or handed on to a role", () => {
  const given = new Set(["api", "gateway", "sync"].flatMap((name) => Object.keys(service(name).environment ?? {})));
  const forgotten = allVariables
    .map(({ name }) => name)
    .filter((name) => !given.has(name) && !decided.some((names) => names.test(name)));
  expect(forgotten, "name them in compose.yml under the roles that read them, or here").toEqual([]);
  for (const role of ["api", "gateway", "sync"]) {
    expect(Object.keys(service(role).environment ?? {})).toEqual(expect.arrayContaining(everywhere));
  }
});

test("every variable that the file reads stands in .env.example, and has a default", async () => {
  const known = [...allVariables, ...composeVariables].map(({ name }) => name);
  const read = [...(await composeText()).matchAll(/(?<!\$)\$\{?(\w+)(:-[^}]*)?/g)];
  for (const [text, name = "", fallback] of read) {
    expect(known).toContain(name);
    expect(fallback, text).toBeDefined();
  }
  expect(composeVariables.map(({ name }) => name)).toEqual(
    expect.arrayContaining(
      read.map(([, name = ""]) => name).filter((name) => !allVariables.some((known) => known.name === name)),
    ),
  );
});
