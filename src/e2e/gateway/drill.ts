/**
 * `bun run gateway:drill [SCENARIO…]`: the faults that the gateway must live through, at full rate and length, each with what was measured
 * and what must hold. Exits 1 when something does not. Scenarios: outage, hang, half, lost, limits, audit.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { serverAudits } from "graphql-http";
import { shutDownServices } from "../../testing/supervisor-client.ts";
import { waitFor } from "../../testing/wait-for.ts";
import { createArticle, graphql, metric } from "../api-client.ts";
import { halfUnavailable } from "./half-unavailable.ts";
import { hangUnderLoad } from "./hang.ts";
import { createAndLose, deleteAndLose, updateAndLose } from "./lost-answers.ts";
import { killUnderLoad } from "./outage.ts";
import { type Stack, startStack } from "./stack.ts";
import { serveUnprotected } from "./unprotected.ts";

interface Line {
  readonly what: string;
  readonly measured: string;
  readonly bound: string;
  readonly holds: boolean;
}

const per_second = 200;
const percent = (share: number) => `${(share * 100).toFixed(2)} %`;
const ms = (duration_ms: number) => `${duration_ms.toFixed(0)} ms`;

const scenarios: Readonly<Record<string, (stack: Stack) => Promise<readonly Line[]>>> = {
  async outage(stack) {
    const report = await killUnderLoad(stack, { per_second, normal_ms: 5_000, outage_ms: 20_000, after_ms: 10_000 });
    return [
      told("outcomes during the outage", JSON.stringify(report.outcomes)),
      told("breaker open after", ms(report.opened_after_ms)),
      told("p99 before it was open", ms(report.p99_before_open_ms)),
      held("answered", percent(report.answered_share), "≥ 99.9 %", report.answered_share >= 0.999),
      held("p99 once open", ms(report.p99_once_open_ms), "< 100 ms", report.p99_once_open_ms < 100),
      held(
        "calls reaching the port while open",
        `${report.probes_per_second.toFixed(2)}/s`,
        "≤ 3 probes each 0.5 s",
        report.probes_per_second <= 6,
      ),
      held("all fresh after its return", ms(report.fresh_after_ms), "< 5 s", report.fresh_after_ms < 5_000),
      held(
        "busiest second after its return",
        `${report.returning_calls_per_second} calls; ${report.returning_queries_per_second} queries; before ${report.normal_calls_per_second.toFixed(0)} calls`,
        "≤ 1.2 × normal",
        report.returning_calls_per_second <= 1.2 * Math.max(report.normal_calls_per_second, report.returning_queries_per_second),
      ),
    ];
  },

  async hang(stack) {
    const timeout_ms = 2_000;
    const report = await hangUnderLoad(stack, { per_second, hang_ms: 60_000, timeout_ms });
    const [memory, files] = [drift(report.memory_mib), drift(report.open_files)];
    return [
      told("outcomes", JSON.stringify(report.outcomes)),
      told("answered, p99", `${percent(report.answered_share)}, ${ms(report.p99_ms)}`),
      held("slowest query", ms(report.slowest_ms), `≤ ${timeout_ms} + 50 ms`, report.slowest_ms <= timeout_ms + 50),
      held("gateway's memory, MiB, over the second half", memory.text, "flat: +10 % at most", memory.growth <= 0.1),
      held("gateway's open files", files.text, "flat: +10 % at most", files.growth <= 0.1),
      held("breaker open after", ms(report.opened_after_ms ?? Number.NaN), "it opens", report.opened_after_ms !== undefined),
      told("connections tried", `${report.attempts_per_second.toFixed(1)}/s`),
    ];
  },

  async half(stack) {
    const duration_ms = 20_000;
    const report = await halfUnavailable(stack, stack.urls.gateway, { per_second, duration_ms });
    const beside: Line[] = [];
    for (const attempts_max of [1, 4]) {
      await using bare = serveUnprotected(`http://${stack.wire.host}:${stack.wire.port}`, attempts_max);
      const { answered_share, calls_per_query } = await halfUnavailable(stack, bare.url, { per_second, duration_ms: 5_000 });
      const kind = attempts_max === 1 ? "without retries" : "with 4 attempts each";
      beside.push(told(`beside it: unprotected, ${kind}`, `${percent(answered_share)}, ${calls_per_query.toFixed(3)} attempts`));
    }
    return [
      told("outcomes", JSON.stringify(report.outcomes)),
      held("answered", percent(report.answered_share), "≥ 99 %", report.answered_share >= 0.99),
      held("attempts a logical call", report.calls_per_query.toFixed(3), "≤ 1.2", report.calls_per_query <= 1.2),
      ...beside,
    ];
  },

  async lost(stack) {
    const created = await createAndLose(stack);
    const [changing, deleting] = [
      await createArticle(stack.urls.api, { title: "A" }),
      await createArticle(stack.urls.api, { title: "B" }),
    ];
    const updated = await updateAndLose(stack, changing.id);
    const deleted = await deleteAndLose(stack, deleting.id);
    const succeeded = (answer: unknown) => !JSON.stringify(answer).includes("errors");
    return [
      held(
        "create",
        `${created.articles} article, ${JSON.stringify(created.answer)}`,
        "1, success",
        created.articles === 1 && succeeded(created.answer),
      ),
      held(
        "update, ifVersion 1",
        `version ${updated.version}, ${JSON.stringify(updated.answer)}`,
        "2, success",
        updated.version === 2 && succeeded(updated.answer),
      ),
      held(
        "delete",
        `then ${deleted.status}, ${JSON.stringify(deleted.answer)}`,
        "404, success",
        deleted.status === 404 && succeeded(deleted.answer),
      ),
    ];
  },

  async limits(stack) {
    const aliases = (count: number) =>
      Array.from({ length: count }, (_, n) => `a${n}: article(id: ${stack.ids[n] ?? n}) { id }`).join(" ");
    const list = "articles(perPage: 3) { items { id } }";
    stack.front.forget();
    const refused = JSON.stringify(await graphql(stack.urls.gateway, `{ ${list} ${aliases(100)} }`));
    const none = stack.front.calls.length;
    await graphql(stack.urls.gateway, `{ ${list} ${aliases(25)} }`);
    const two = stack.front.calls.length;
    const bytesOf = async (query: string) => {
      stack.front.forget();
      await graphql(stack.urls.gateway, query);
      return stack.front.calls.reduce((sum, { bytes }) => sum + bytes, 0);
    };
    const slim = await bytesOf("{ articles(perPage: 40) { items { id title } } }");
    const whole = await bytesOf("{ articles(perPage: 40) { items { id title content } } }");
    return [
      held(
        "100 aliases",
        `${none} calls, ${/"limit":"aliases","found":100,"allowed":30/.exec(refused)?.[0]}`,
        "refused",
        none === 0,
      ),
      held("a list and 25 aliases", `${two} calls`, "≤ 2", two <= 2),
      told("bytes of 40 titles; with content", `${slim}; ${whole}`),
    ];
  },

  async audit(stack) {
    const audits = serverAudits({ url: `${stack.urls.gateway}/graphql`, fetchFn: fetch });
    const results = await Promise.all(audits.map((audit) => audit.fn()));
    const failed = results.filter(({ status }) => status !== "ok").map(({ name }) => name);
    return [
      held(
        "graphql-http",
        `${results.length - failed.length} of ${results.length} pass ${failed.join("; ")}`,
        "all",
        failed.length === 0,
      ),
    ];
  },
};

function held(what: string, measured: string, bound: string, holds: boolean): Line {
  return { what, measured, bound, holds };
}

function told(what: string, measured: string): Line {
  return held(what, measured, "", true);
}

/** From the first third's mean to the last third's. */
function drift(values: readonly number[]): { readonly text: string; readonly growth: number } {
  const third = Math.max(1, Math.floor(values.length / 3));
  const mean = (part: readonly number[]) => part.reduce((sum, value) => sum + value, 0) / part.length;
  const [first, last] = [mean(values.slice(0, third)), mean(values.slice(-third))];
  return { text: `${first.toFixed(0)} → ${last.toFixed(0)}`, growth: last / first - 1 };
}

const chosen = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(scenarios);
const cwd = mkdtempSync(join(tmpdir(), "blog-drill-"));
let broken = 0;
try {
  await using stack = await startStack(cwd);
  for (const name of chosen) {
    const run = scenarios[name];
    if (run === undefined) throw new Error(`there is no scenario ${name}; there are ${Object.keys(scenarios).join(", ")}`);
    await waitFor("the breaker to be closed", async () => {
      await graphql(stack.urls.gateway, "{ articles { perPage } }");
      return (await metric(stack.urls.gateway, 'circuit_breaker_state{upstream="api"}')) === 0;
    });
    process.stdout.write(`\n${name}\n`);
    for (const { what, measured, bound, holds } of await run(stack)) {
      if (!holds) broken++;
      process.stdout.write(`  ${holds ? " " : "✗"} ${what.padEnd(46)} ${measured}${bound === "" ? "" : `   (${bound})`}\n`);
    }
  }
} finally {
  rmSync(cwd, { recursive: true, force: true });
  await shutDownServices();
}
process.exit(broken > 0 ? 1 : 0);
