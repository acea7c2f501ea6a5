import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { waitFor } from "../../testing/wait-for.ts";

type Message = Readonly<Record<string, unknown>>;

/** One tab of a headless Chromium, by its DevTools protocol. */
export interface Tab extends AsyncDisposable {
  /** What the page complained of: refused by its policy, errors on the console, exceptions nobody caught. */
  readonly complaints: readonly string[];
  open(url: string): Promise<void>;
  /** The value of an expression in the page, where it is plain data. */
  evaluate(expression: string): Promise<unknown>;
  /** Resolves when the expression is true. */
  until(what: string, expression: string): Promise<void>;
  /** Writes a picture of the page, as PNG. */
  picture(file: string): Promise<void>;
}

const page_timeout_ms = 30_000;

/** Rejects when there is no Chromium; Debian's package is `chromium`. */
export async function openTab(): Promise<Tab> {
  const program = Bun.which("chromium") ?? Bun.which("google-chrome");
  if (program === null) throw new Error("There is no Chromium: install it (Debian: chromium)");
  const profile = mkdtempSync(join(tmpdir(), "blog-browser-"));
  // biome-ignore format: option by option
  const child = Bun.spawn([program, "--headless=new", "--no-sandbox", "--disable-gpu", "--remote-debugging-port=0",
    "--window-size=1280,900", `--user-data-dir=${profile}`, "about:blank"], { stdin: "ignore", stdout: "ignore", stderr: "pipe" });
  const devtools = await connectTo(await devtoolsUrl(child.stderr));
  const { targetId } = await devtools.call("Target.createTarget", { url: "about:blank" });
  const { sessionId } = await devtools.call("Target.attachToTarget", { targetId, flatten: true });
  const call = (method: string, params: Message = {}) => devtools.call(method, params, String(sessionId));

  const complaints: string[] = [];
  devtools.listen((method, params) => {
    const complaint = complaintOf(method, params);
    if (complaint !== undefined) complaints.push(complaint);
  });
  for (const domain of ["Page", "Runtime", "Log", "Audits"]) await call(`${domain}.enable`);

  async function evaluate(expression: string): Promise<unknown> {
    const { result } = await call("Runtime.evaluate", { expression, returnByValue: true, awaitPromise: true });
    return field(result, "value");
  }

  return {
    complaints,
    evaluate,
    open: async (url) => void (await call("Page.navigate", { url })),
    until: async (what, expression) => {
      await waitFor(what, async () => (await evaluate(`Boolean(${expression})`)) === true, { timeout_ms: page_timeout_ms });
    },
    async picture(file) {
      const { data } = await call("Page.captureScreenshot", { format: "png" });
      await Bun.write(file, Buffer.from(String(data), "base64"));
    },
    async [Symbol.asyncDispose]() {
      // By its own way: killed, it leaves its helpers behind.
      child.kill("SIGTERM");
      await child.exited;
      rmSync(profile, { recursive: true, force: true });
    },
  };
}

function complaintOf(method: string, params: Message): string | undefined {
  switch (method) {
    case "Audits.issueAdded": {
      const issue = params["issue"];
      return field(issue, "code") === "ContentSecurityPolicyIssue"
        ? `policy: ${JSON.stringify(field(issue, "details"))}`
        : undefined;
    }
    case "Log.entryAdded": {
      const entry = params["entry"];
      return field(entry, "level") === "error" ? `log: ${field(entry, "text")} ${field(entry, "url") ?? ""}` : undefined;
    }
    case "Runtime.consoleAPICalled":
      return params["type"] === "error" ? `console: ${JSON.stringify(params["args"])}` : undefined;
    case "Runtime.exceptionThrown":
      return `exception: ${JSON.stringify(params["exceptionDetails"])}`;
    default:
      return undefined;
  }
}

async function devtoolsUrl(stderr: ReadableStream<Uint8Array>): Promise<string> {
  let text = "";
  for await (const chunk of stderr) {
    text += Buffer.from(chunk).toString();
    const url = /DevTools listening on (ws:\S+)/.exec(text)?.[1];
    if (url !== undefined) return url;
  }
  throw new Error(`Chromium did not start:\n${text}`);
}

async function connectTo(url: string) {
  const socket = new WebSocket(url);
  const waiting = new Map<number, { resolve(result: Message): void; reject(error: Error): void }>();
  const listeners: ((method: string, params: Message) => void)[] = [];
  let calls = 0;
  await new Promise((resolve, reject) => {
    socket.onopen = resolve;
    socket.onerror = reject;
  });
  socket.onmessage = ({ data }) => {
    const { id, method, params, result, error } = JSON.parse(String(data));
    if (typeof method === "string") for (const listener of listeners) listener(method, params);
    const call = waiting.get(id);
    waiting.delete(id);
    if (error) call?.reject(new Error(JSON.stringify(error)));
    else call?.resolve(result);
  };
  return {
    listen: (listener: (method: string, params: Message) => void) => void listeners.push(listener),
    call(method: string, params: Message, sessionId?: string): Promise<Message> {
      const { promise, resolve, reject } = Promise.withResolvers<Message>();
      const id = ++calls;
      waiting.set(id, { resolve, reject });
      socket.send(JSON.stringify({ id, method, params, ...(sessionId === undefined ? {} : { sessionId }) }));
      return promise;
    },
  };
}

function field(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null && name in value
    ? Object.entries(value).find(([key]) => key === name)?.[1]
    : undefined;
}
