import { expect, test } from "bun:test";
import { commandLine } from "./command-line.ts";

async function health(...options: string[]) {
  let out = "";
  const code = await commandLine(["health", ...options], {
    env: {},
    out: (text) => {
      out += text;
    },
    err() {},
    err_is_terminal: false,
    columns: 80,
  });
  return { code, out };
}

const checks = {
  primary: { state: "up", required: true, latency_ms: 1.2 },
  kafka: { state: "down", detail: "no broker answers", required: false, latency_ms: 900 },
};

function serve(answer: () => Response) {
  return Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: answer });
}

test("a ready process: each dependency with state and latency, exit 0", async () => {
  await using server = serve(() => Response.json({ status: "ready", checks }));
  const { code, out } = await health(`--url=${server.url}`);
  expect(code).toBe(0);
  expect(out).toMatch(/^ready/);
  expect(out).toMatch(/primary +up +1.2 ms/);
  expect(out).toMatch(/kafka +down +900 ms +no broker answers/);
});

test("a process that is not ready: exit 1, the same text", async () => {
  await using server = serve(() => Response.json({ status: "not_ready", lifecycle: "starting", checks }, { status: 503 }));
  const { code, out } = await health(`--url=${server.url}`);
  expect(code).toBe(1);
  expect(out).toMatch(/^not ready/);
  expect(out).toContain("the process is starting");
});

test("--wait asks again until it is ready", async () => {
  let asked = 0;
  await using server = serve(() => {
    const ready = ++asked > 1;
    return Response.json({ status: ready ? "ready" : "not_ready", checks: {} }, { status: ready ? 200 : 503 });
  });
  const { code, out } = await health(`--url=${server.url}`, "--wait=10", "--json");
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({ ready: true });
  expect(asked).toBe(2);
});

test("nobody there, and somebody else there, are both not ready and say so", async () => {
  const gone = serve(() => new Response());
  await gone.stop(true);
  expect(await health(`--url=${gone.url}`)).toMatchObject({ code: 1, out: expect.stringContaining("nobody listens there") });
  await using other = serve(() => new Response("<html>"));
  expect(await health(`--url=${other.url}`)).toMatchObject({ code: 1, out: expect.stringContaining("not JSON") });
});
