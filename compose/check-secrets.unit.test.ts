import { expect, test } from "bun:test";
import { unfitSecrets } from "./check-secrets.ts";

const fit = {
  BLOG_ENV: "production",
  DB1_PASSWORD: "one-that-nobody-knows",
  DB2_PASSWORD: "another-one-nobody-knows",
  GRAFANA_PASSWORD: "a-third-nobody-knows",
  SECRET_KEY: "k".repeat(32),
};

test("development starts without any secret", () => {
  expect(unfitSecrets({})).toEqual([]);
  expect(unfitSecrets({ BLOG_ENV: "development", DB1_PASSWORD: "blog_password" })).toEqual([]);
});

test("production starts with secrets of its own", () => {
  expect(unfitSecrets(fit)).toEqual([]);
});

test("production is told of every secret that is missing, at once", () => {
  const told = unfitSecrets({ BLOG_ENV: "production" }).join("\n");
  for (const name of ["DB1_PASSWORD", "DB2_PASSWORD", "GRAFANA_PASSWORD", "SECRET_KEY"])
    expect(told).toContain(`${name} is not set`);
});

test("a default of compose.yml and a short secret are refused, and not shown", () => {
  const told = unfitSecrets({ ...fit, DB1_PASSWORD: "blog_password", GRAFANA_PASSWORD: "Admin", SECRET_KEY: "short-key" });
  expect(told).toHaveLength(3);
  expect(told.join("\n")).not.toMatch(/blog_password|Admin|short-key/);
});

test("every default password of compose.yml is known here", async () => {
  const compose = await Bun.file(`${import.meta.dir}/../compose.yml`).text();
  const defaults = [...compose.matchAll(/\$\{(\w*(?:PASSWORD|KEY|TOKEN)\w*):-([^}]+)\}/g)];
  expect(defaults.map(([, name]) => name)).toContain("DB1_PASSWORD");
  for (const [, name = "", value] of defaults) {
    expect(unfitSecrets({ ...fit, [name]: value }).join("\n")).toContain(`${name} is one that everybody knows`);
  }
});
