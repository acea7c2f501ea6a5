import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { databaseEnv } from "../../testing/database-env.ts";
import { startExecutable } from "../../testing/executable.ts";
import { describeWith, postgres } from "../../testing/services.ts";
import { waitFor } from "../../testing/wait-for.ts";
import { call, createArticle, graphql, replicaHas, urlOf } from "../api-client.ts";

const cwd = mkdtempSync(join(tmpdir(), "blog-one-"));
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

describeWith([postgres], "role all", () => {
  test("reads from DB2 while DB1 is down, within the process, and from DB1 again when it is back", async () => {
    await using primary = await postgres.startOwn();
    const replica = await postgres.createDatabase();
    await using blog = await startExecutable({
      cwd,
      env: { ...databaseEnv("DB1", primary.config), ...databaseEnv("DB2", replica.config) },
    });
    const [api, gateway, sync] = [urlOf(blog, "api"), urlOf(blog, "gateway"), urlOf(blog, "sync")];
    const { id } = await createArticle(api, { title: "In both" });
    await waitFor("the replica to have it", () => replicaHas(sync, id, 1));
    const query = `{ article(id: ${id}) { title } }`;
    const fresh = { data: { article: { title: "In both" } } };
    expect(await graphql(gateway, query)).toEqual(fresh);

    await primary.stop();
    expect(await graphql(gateway, query)).toEqual({
      ...fresh,
      extensions: { stale: { reason: "unavailable", replica_lag_seconds: expect.any(Number) } },
    });
    expect((await call(`${gateway}/api/v1/health/ready`)).status).toBe(200);
    expect((await call(`${api}/api/v1/health/ready`)).status).toBe(503);

    await primary.start();
    await waitFor("a fresh answer", async () => Bun.deepEquals(await graphql(gateway, query), fresh));
    await blog[Symbol.asyncDispose]();
    await replica.drop();
  });
});
