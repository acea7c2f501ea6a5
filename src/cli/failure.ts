import { kafkaAdvice } from "../kafka/connection-advice.ts";
import { connectionAdvice } from "../store/connection-advice.ts";

/** What made a command or a role fail, in one line for the person who typed it, with what to do where that is known. */
export function describeFailure(error: unknown): string {
  const chain = causes(error);
  const advice = kafkaAdvice(error) ?? connectionAdvice(error, "DB…") ?? chain.map(adviceOn).find((text) => text !== undefined);
  const texts = [...chain.map(messageOf), ...(advice === undefined ? [] : [advice])];
  // What caused an error is often told again in its own words.
  return texts.filter((text, index) => !texts.some((other, at) => at < index && other.includes(text))).join(": ");
}

/** The error and what caused it, outermost first. An outage of a name with several addresses is an AggregateError: its first will do. */
function causes(error: unknown): readonly unknown[] {
  if (!(error instanceof Error)) return [error];
  if (error instanceof AggregateError && error.message === "") return causes(error.errors[0]);
  return error.cause === undefined ? [error] : [error, ...causes(error.cause)];
}

/** By the code of the operating system, or the SQLSTATE of PostgreSQL (its manual, appendix A). */
const adviceFor: Readonly<Record<string, string>> = {
  EADDRINUSE: "another process listens there; stop it or choose another port (0 takes a free one)",
  EACCES: "no permission; choose another folder or port, or another user",
  ENOSPC: "the disk is full",
  ECONNREFUSED: "nobody answers there; is the service running, and are host and port right?",
  ENOTFOUND: "no such host; check the …_HOST variable",
  ETIMEDOUT: "no answer in time; is there a firewall in between?",
  "42501": "the database user lacks a right; grant it, or migrate as the owner (blog migrate)",
  "42P01": "a table is missing; run blog migrate",
  "53300": "the database has no connection left; lower DB…_POOL_MAX or raise its max_connections",
};

function adviceOn(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error) || typeof error.code !== "string") return undefined;
  return Object.hasOwn(adviceFor, error.code) ? adviceFor[error.code] : undefined;
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const [line = ""] = error.message.split("\n", 1);
  return line === "" ? error.name : line.replace(/[.:]$/, "");
}
