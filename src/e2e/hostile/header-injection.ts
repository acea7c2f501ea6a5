import fc from "fast-check";
import type { Ground } from "./ground.ts";
import type { InputClass } from "./input-class.ts";
import { headerOf, isSilence, type RawRequest, sendRequest } from "./raw-http.ts";

/** Every header that an answer may have; another was smuggled in. */
const known = new Set(
  `content-type content-length date etag last-modified location link allow cache-control connection retry-after vary www-authenticate
  x-request-id traceparent blog-replica-lag-seconds blog-stale ratelimit ratelimit-policy x-content-type-options referrer-policy
  content-security-policy strict-transport-security`.split(/\s+/),
);

const breaks = [
  "%0d%0a",
  "%0D%0AX-Injected:%201",
  "%0d%0a%0d%0aHTTP/1.1%20200%20OK%0d%0a",
  "%E5%98%8A%E5%98%8D",
  "%0a",
  "%0d",
  "%00",
  "%22%3E",
  "%3E;%20rel=%22next%22,%20%3C",
  "%2C",
  "%3Cscript%3E",
];
const injected = fc
  .array(fc.constantFrom(...breaks, "a", "X-Injected:%201"), { minLength: 1, maxLength: 4 })
  .map((pieces) => pieces.join(""));
/** What gets through a parser of headers: no line breaks, but all else. */
const headerText = fc
  .string({ unit: fc.integer({ min: 0x20, max: 0xff }).map((code) => String.fromCharCode(code)), maxLength: 200 })
  .filter((text) => !text.includes("\x7f"));

/** Wherever something that was sent stands in an answer: no line of its own, no header of its own, no markup. */
export const headerInjection: InputClass = {
  name: "header injection: what is echoed stays one value, wherever it came from",
  async run(ground, trial) {
    const { api, gateway, ids } = ground;
    const paths = fc.constantFrom(
      "/api/v1/articles?author=",
      "/api/v1/articles?tag=x&category=",
      "/api/v1/articles/search?q=a&author=",
      "/api/v1/articles/",
      "/",
      "/api/v1/articles?",
    );
    await trial.each(150, fc.tuple(paths, injected), ([path, value]) =>
      surprise(api, { method: "GET", target: `${path}${value}` }),
    );
    await trial.each(40, injected, (value) => surprise(gateway, { method: "GET", target: `/graphql?query=${value}&${value}=1` }));
    await trial.each(20, injected, (value) => surprise(gateway, { method: "GET", target: `/${value}` }));
    const names = fc.constantFrom(
      "x-request-id",
      "traceparent",
      "tracestate",
      "if-match",
      "if-none-match",
      "accept",
      "authorization",
      "idempotency-key",
      "content-type",
      "origin",
      "blog-min-version",
      "host",
      "x-forwarded-for",
      "access-control-request-method",
    );
    const methods = fc.constantFrom("GET", "POST", "PUT", "DELETE", "OPTIONS");
    await trial.each(250, fc.tuple(methods, names, headerText), ([method, name, value]) =>
      surprise(api, { method, target: `/api/v1/articles/${ids[0]}`, headers: [[name, value]] }),
    );
    await trial.each(60, fc.tuple(names, headerText), ([name, value]) =>
      surprise(gateway, { method: "POST", target: "/graphql", headers: [[name, value]], body: "{}" }),
    );
    await trial.each(40, fc.tuple(names, injected), ([name, value]) =>
      surprise(api, { method: "GET", target: "/api/v1/articles", headers: [[name, decodeURIComponent(value)]] }),
    );
    await trial.one("a sane request id comes back", () => echoes(ground, "Abc-123_x.y:z/+=@", true));
    await trial.one("another does not", () => echoes(ground, 'x" onload="1', false));
  },
};

async function surprise(url: string, request: RawRequest): Promise<string | undefined> {
  const answer = await sendRequest(url, request);
  // Bun closes without a word on what is no HTTP at all.
  if (isSilence(answer)) return answer.silence === "closed" ? undefined : "hung without an answer";
  if (answer.status >= 500) return `answered ${answer.status}: ${answer.body.slice(0, 200)}`;
  const strange = answer.headers.find(([name]) => !known.has(name));
  if (strange !== undefined) return `has a header of its own: ${strange.join(": ")}`;
  const type = headerOf(answer, "content-type") ?? "";
  if (/<script/i.test(answer.body) && !/^application\/(?:problem\+)?json|^application\/graphql-response\+json/.test(type))
    return `shows markup as ${type}`;
  return undefined;
}

async function echoes({ api }: Ground, request_id: string, expected: boolean): Promise<string | undefined> {
  const answer = await sendRequest(api, { method: "GET", target: "/api/v1/articles", headers: [["x-request-id", request_id]] });
  const same = !isSilence(answer) && headerOf(answer, "x-request-id") === request_id;
  return same === expected ? undefined : `the answer's id is ${same ? "the same" : "another"}`;
}
