import { type FieldValue, readMessage } from "./protobuf.ts";
import { waitFor } from "./wait-for.ts";

export interface CollectedSpan {
  readonly service: string;
  readonly trace_id: string;
  readonly span_id: string;
  /** Empty for the first of its trace. */
  readonly parent_id: string;
  readonly name: string;
  readonly kind: "internal" | "server" | "client" | "producer" | "consumer";
  readonly attributes: Readonly<Record<string, string | number>>;
  readonly failed: boolean;
  /** Ids of the spans that it is linked to. */
  readonly links: readonly string[];
}

export interface OtlpCollector extends AsyncDisposable {
  readonly endpoint: string;
  readonly spans: readonly CollectedSpan[];
  readonly headers: readonly Headers[];
  /** All that came, as it came. */
  readonly bodies: readonly Uint8Array[];
  /** What requests are answered with from now on; `hang` answers nothing, `drip` a byte now and then. */
  answerWith(answer: Answer): void;
  /** Resolves with the spans of a trace once there are as many. */
  trace(trace_id: string, spans_min: number): Promise<readonly CollectedSpan[]>;
}

type Answer = number | "hang" | "drip";

function drip(): ReadableStream {
  return new ReadableStream({
    async pull(controller) {
      controller.enqueue("x");
      await Bun.sleep(20);
    },
  });
}

const kinds = ["internal", "internal", "server", "client", "producer", "consumer"] as const;

/** Takes spans by OTLP over HTTP, as OpenTelemetry's collector does (opentelemetry/proto/collector/trace/v1). */
export function startOtlpCollector(): OtlpCollector {
  const spans: CollectedSpan[] = [];
  const headers: Headers[] = [];
  const bodies: Uint8Array[] = [];
  let answer: Answer = 200;

  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    idleTimeout: 0,
    async fetch(request) {
      const body = await request.bytes();
      if (answer === "hang") return new Promise<Response>(() => {});
      if (answer === "drip") return new Response(drip());
      headers.push(request.headers);
      if (answer !== 200 || new URL(request.url).pathname !== "/v1/traces") return new Response(null, { status: answer });
      bodies.push(body);
      spans.push(...messages(readMessage(body).get(1)).flatMap(resourceSpans));
      return new Response(null, { headers: { "content-type": "application/x-protobuf" } });
    },
  });

  return {
    endpoint: `http://127.0.0.1:${server.port}`,
    spans,
    headers,
    bodies,
    answerWith(next) {
      answer = next;
    },
    trace: (trace_id, spans_min) =>
      waitFor(`${spans_min} spans of the trace ${trace_id}`, () => {
        const found = spans.filter((span) => span.trace_id === trace_id);
        return found.length >= spans_min && found;
      }),
    async [Symbol.asyncDispose]() {
      await server.stop(true);
    },
  };
}

type Message = ReturnType<typeof readMessage>;

function resourceSpans(message: Message): readonly CollectedSpan[] {
  const [resource] = messages(message.get(1));
  const service = String(attributesOf(resource?.get(1))["service.name"]);
  return messages(message.get(2)).flatMap((scope) => messages(scope.get(2)).map((span) => toSpan(service, span)));
}

function toSpan(service: string, span: Message): CollectedSpan {
  const [status] = messages(span.get(15));
  return {
    service,
    trace_id: hex(span.get(1)),
    span_id: hex(span.get(2)),
    parent_id: hex(span.get(4)),
    name: text(span.get(5)),
    kind: kinds[Number(span.get(6)?.[0] ?? 0)] ?? "internal",
    attributes: attributesOf(span.get(9)),
    failed: Number(status?.get(3)?.[0] ?? 0) === 2,
    links: messages(span.get(13)).map((link) => hex(link.get(2))),
  };
}

/** Those that are texts and whole numbers. */
function attributesOf(values: readonly FieldValue[] | undefined): Readonly<Record<string, string | number>> {
  return Object.fromEntries(
    messages(values).map((attribute) => {
      const [value] = messages(attribute.get(2));
      const whole = value?.get(3)?.[0];
      return [text(attribute.get(1)), typeof whole === "bigint" ? Number(BigInt.asIntN(64, whole)) : text(value?.get(1))];
    }),
  );
}

function messages(values: readonly FieldValue[] = []): readonly Message[] {
  return values.flatMap((value) => (typeof value === "bigint" ? [] : [readMessage(value)]));
}

function bytesOf([value]: readonly FieldValue[] = []): Uint8Array {
  return typeof value === "object" ? value : new Uint8Array();
}

function hex(values: readonly FieldValue[] | undefined): string {
  return Buffer.from(bytesOf(values)).toString("hex");
}

function text(values: readonly FieldValue[] | undefined): string {
  return Buffer.from(bytesOf(values)).toString();
}
