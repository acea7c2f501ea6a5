import { GraphQLError } from "graphql";
import { createLRUCache } from "graphql-yoga";
import { AppError } from "../article/errors.ts";

/** Queries that callers name by the SHA-256 of their text, in `extensions.persistedQuery` (Apollo's protocol, version 1). */
export interface PersistedQueries {
  /**
   * The text to run: `sent`, or, when that is empty, the one that the hash stands for. Throws PERSISTED_QUERY_NOT_FOUND, to which
   * a client answers with text and hash; invalid_parameter for a hash that is none, or another text's; forbidden for a text that may not be run.
   */
  textOf(sent: string, extensions: Readonly<Record<string, unknown>> | undefined): string;
}

/** At 64 KiB each this many cost at most 64 MiB; who loses a place only sends the text once more. */
const kept_max = 1_000;

/** Automatic: a text that comes with its hash is kept, and next time the hash is enough. */
export function createAutomaticPersistedQueries(): PersistedQueries {
  const texts = createLRUCache<string>({ max: kept_max });
  return {
    textOf(sent, extensions) {
      const hash = hashOf(extensions);
      if (hash === undefined) return sent;
      if (sent === "") return texts.get(hash) ?? notFound();
      if (sha256(sent) !== hash) throw invalid("sha256Hash is not the SHA-256 of query");
      texts.set(hash, sent);
      return sent;
    },
  };
}

/** Only these texts are run, named by hash or sent whole. */
export function createListedQueries(texts: ReadonlyMap<string, string>): PersistedQueries {
  return {
    textOf(sent, extensions) {
      const hash = hashOf(extensions) ?? sha256(sent);
      if (sent !== "" && texts.get(hash) !== sent) {
        throw new AppError("forbidden", "This gateway runs only queries that it was given beforehand.");
      }
      return texts.get(hash) ?? notFound();
    },
  };
}

function hashOf(extensions: Readonly<Record<string, unknown>> | undefined): string | undefined {
  const given = extensions?.["persistedQuery"];
  if (given === undefined || given === null) return undefined;
  if (typeof given !== "object" || !("version" in given) || given.version !== 1) throw invalid("version is not 1");
  if (!("sha256Hash" in given) || typeof given.sha256Hash !== "string" || !/^[0-9a-f]{64}$/i.test(given.sha256Hash)) {
    throw invalid("sha256Hash is not 64 hexadecimal digits");
  }
  return given.sha256Hash.toLowerCase();
}

function sha256(text: string): string {
  return new Bun.CryptoHasher("sha256").update(text).digest("hex");
}

/** Apollo's clients know it by this message as well. */
function notFound(): never {
  throw new GraphQLError("PersistedQueryNotFound", { extensions: { code: "PERSISTED_QUERY_NOT_FOUND" } });
}

function invalid(problem: string): AppError {
  const detail = `extensions.persistedQuery: ${problem}.`;
  return new AppError("invalid_parameter", detail, {
    errors: [{ pointer: "/extensions/persistedQuery", detail, code: "invalid_parameter" }],
  });
}
