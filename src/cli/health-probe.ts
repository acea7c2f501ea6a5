import { type Static, Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { callControl } from "../control/client.ts";

/** What `/api/v1/health` answers, as far as it is shown; a newer process may say more. */
export const HealthAnswerSchema = Type.Object({
  status: Type.String(),
  role: Type.Optional(Type.String()),
  lifecycle: Type.Optional(Type.String()),
  checks: Type.Record(
    Type.String(),
    Type.Object({
      state: Type.String(),
      detail: Type.Optional(Type.String()),
      required: Type.Optional(Type.Boolean()),
      latency_ms: Type.Optional(Type.Number()),
    }),
  ),
});
export type HealthAnswer = Static<typeof HealthAnswerSchema>;

/** One look at a process. `answer` is missing when nobody answered, or not as a blog does; `problem` says why. */
export interface Probe {
  readonly asked: string;
  readonly ready: boolean;
  readonly answer?: HealthAnswer;
  readonly problem?: string;
}

/** The checks of a role take at most 0.9 s; container runtimes give a probe a few seconds. */
const answer_timeout_ms = 3_000;

/** Asks `{url}/api/v1/health`. Never throws. `own`: a process of this machine, whose certificate bears the name that others call it by. */
export async function probeUrl(url: string, { own = false }: { readonly own?: boolean } = {}): Promise<Probe> {
  const asked = `${url}/api/v1/health`;
  try {
    const response = await fetch(asked, {
      signal: AbortSignal.timeout(answer_timeout_ms),
      headers: { connection: "close" },
      ...(own ? { tls: { rejectUnauthorized: false } } : {}),
    });
    const body: unknown = await response.json();
    return judge(asked, body, response.status);
  } catch (error) {
    return { asked, ready: false, problem: error instanceof Error ? plain(error) : String(error) };
  }
}

/** Asks the process that holds a data folder for all its roles, through its control socket; undefined when there is none. */
export async function probeControl(path: string): Promise<readonly Probe[] | undefined> {
  const report = { progress() {}, note() {} };
  const signal = AbortSignal.timeout(answer_timeout_ms);
  try {
    const outcome = await callControl({ path, command: "health", args: {}, report, signal });
    if (outcome.state === "not_running") return undefined;
    return (Array.isArray(outcome.result) ? outcome.result : [outcome.result]).map((report) => judge(path, report, undefined));
  } catch (error) {
    return [{ asked: path, ready: false, problem: error instanceof Error ? plain(error) : String(error) }];
  }
}

function judge(asked: string, body: unknown, status: number | undefined): Probe {
  if (!Value.Check(HealthAnswerSchema, body)) {
    return {
      asked,
      ready: false,
      problem: `this is not the health of a blog${status === undefined ? "" : ` (status ${status})`}`,
    };
  }
  return { asked, ready: status === undefined ? body.status === "ready" : status === 200, answer: body };
}

function plain(error: Error): string {
  if (error.name === "TimeoutError") return `no answer within ${answer_timeout_ms / 1000} s`;
  if ("code" in error && (error.code === "ECONNREFUSED" || error.code === "ConnectionRefused")) return "nobody listens there";
  if (error instanceof SyntaxError) return "the answer is not JSON";
  return error.message;
}
