import { tlsFailureOf } from "../platform/tls-failure.ts";
import { faultsOf, isRefusedLogin } from "./errors.ts";

/** Which variable to look at when a connection to Kafka failed with `error`, and what to do; undefined where the error says it all. */
export function kafkaAdvice(error: unknown): string | undefined {
  const faults = [...faultsOf(error)];
  if (!faults.some(({ name }) => name.startsWith("KafkaJS"))) return undefined;
  const is = (name: string) => faults.some((fault) => fault.name === name || fault.type === name);
  if (is("ILLEGAL_SASL_STATE") || is("UNSUPPORTED_SASL_MECHANISM")) {
    return "the broker's listener does not take this login; check KAFKA_SASL_MECHANISM, and that KAFKA_BOOTSTRAP_SERVERS has the port of its SASL listener";
  }
  if (isRefusedLogin(error)) {
    return "the broker refused the login; check KAFKA_SASL_USERNAME, KAFKA_SASL_PASSWORD and KAFKA_SASL_MECHANISM";
  }
  return tlsAdvice(error) ?? (is("KafkaJSConnectionClosedError") ? hung_up : undefined);
}

/** A broker that goes down does the same. */
const hung_up =
  "the broker hung up; if it goes on doing so, its listener wants TLS (KAFKA_SSL=on) or a login (KAFKA_SASL_MECHANISM)";

function tlsAdvice(error: unknown): string | undefined {
  const failure = tlsFailureOf(error);
  switch (failure) {
    case "untrusted":
      return "no authority that is trusted has signed the broker's certificate; set KAFKA_SSL_CA_FILE to the file of the one that has";
    case "wrong_name":
      return "the broker's certificate is for another name; KAFKA_BOOTSTRAP_SERVERS and the brokers' advertised.listeners have to say names in it";
    case "not_valid_now":
      return "the broker's certificate has expired or is not valid yet; renew it, or set the clock";
    case "not_tls":
      return "this port does not seem to speak TLS; set KAFKA_BOOTSTRAP_SERVERS to the broker's SSL listener (or KAFKA_SSL=off, on a network that you trust)";
    case "refused_by_server":
      return "the broker wants a certificate of ours that it trusts; check KAFKA_SSL_CERT_FILE against its truststore";
    case undefined:
      return undefined;
    default:
      return failure satisfies never;
  }
}

/** `error`, with the advice behind its message where there is some. */
export function withAdvice(error: unknown): unknown {
  const advice = kafkaAdvice(error);
  if (advice === undefined || !(error instanceof Error)) return error;
  return new Error(`${error.message}: ${advice}`, { cause: error });
}
