import { textProblem } from "../article/text.ts";
import { scopes } from "../rest/access/scopes.ts";
import { Subject, signToken } from "../rest/access/token.ts";
import { defineCommand, exitCodes, UsageError, wordOption } from "./command.ts";
import { loadFor } from "./configuration.ts";

const unit_seconds = new Map([
  ["s", 1],
  ["m", 60],
  ["h", 3_600],
  ["d", 86_400],
]);
const ttl_default = "30d";
/** Whoever wants one for longer wants none that expires; another key is what ends it then. */
const ttl_max_s = 3_650 * 86_400;

/** `blog token`. */
export const token = defineCommand({
  about: `Signs an access token with SECRET_KEY and prints it: what callers send as "Authorization: Bearer TOKEN".
It cannot be taken back; it ends when it expires, or when SECRET_KEY (and SECRET_KEY_PREVIOUS) is another.`,
  options: {
    scope: {
      type: "string",
      value: "SCOPE",
      about: "articles:read, articles:write or articles:admin; each includes those before it (required)",
    },
    ttl: { type: "string", value: "TTL", about: `how long it is good for: 90s, 15m, 12h or 30d, for instance [${ttl_default}]` },
    subject: { type: "string", value: "NAME", about: "who it is for; idempotency keys are kept by name [a new one]" },
    json: { type: "boolean", about: "print JSON, with what is in the token" },
  },
  async run({ scope: text, ttl = ttl_default, subject = crypto.randomUUID(), json = false }, terminal) {
    const scope = wordOption("scope", text, scopes);
    if (scope === undefined) throw new UsageError(`--scope is missing; allowed: one of ${scopes.join(", ")}`);
    if (textProblem(Subject, subject) !== undefined) throw new UsageError("--subject is not a name of 1 to 255 characters");
    const ttl_s = secondsOf(ttl);
    const { keys } = loadFor(terminal, { command: "token" }).access;
    if (keys === undefined) throw new Error("the configuration of blog token has no key");

    const issued_at = new Date();
    const expires_at = new Date(issued_at.getTime() + ttl_s * 1000);
    const signed = await signToken(keys.current, { scope, subject, issued_at, expires_at });
    const told = { token: signed, scope, subject, expires_at };
    terminal.out(json ? `${JSON.stringify(told, null, 2)}\n` : `${signed}\n`);
    return exitCodes.done;
  },
});

function secondsOf(ttl: string): number {
  const [, count = "", unit = ""] = /^([1-9]\d{0,9})([smhd])$/.exec(ttl) ?? [];
  const seconds = Number(count) * (unit_seconds.get(unit) ?? 0);
  if (seconds > 0 && seconds <= ttl_max_s) return seconds;
  throw new UsageError(`--ttl is ${JSON.stringify(ttl)}; allowed: a number with s, m, h or d, from 1s to 3650d`);
}
