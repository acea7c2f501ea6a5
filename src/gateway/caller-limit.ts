import { GraphQLError } from "graphql";
import { AppError } from "../article/errors.ts";
import { callerAt } from "../platform/caller-address.ts";
import { type RateLimit, type RateLimited, requestsInBody } from "../platform/rate-limit.ts";
import { contextOf } from "../platform/request-context.ts";
import { formatError } from "./graphql-errors.ts";
import { respond } from "./graphql-response.ts";
import { negotiate } from "./media-types.ts";
import type { Caller, RestClient } from "./rest-client.ts";

/** What a caller of the gateway may have, by address: into a token nobody looks here. */
export interface CallerLimit {
  /** Counts a request; the answer to one too many. */
  admit(request: Request): Response | undefined;
  /** Takes the body of a request that was admitted into account. */
  chargeBody(request: Request, bytes: number): void;
  /** Counts the calls that a request makes to the API, but the first, which came with the request; throws rate_limited for one too many. */
  charge(request: Request): (() => void) | undefined;
}

/** Counts nobody without a limit, and nobody whose address is not known. */
export function createCallerLimit(limit: RateLimit | undefined): CallerLimit {
  const charges = new WeakMap<Request, () => void>();

  function take(address: string): RateLimited | undefined {
    return limit?.take(callerAt(address), performance.now());
  }
  function chargeTo(address: string): () => void {
    let calls = 0;
    return () => {
      const limited = calls++ === 0 ? undefined : take(address);
      if (limited !== undefined) throw errorOf(limited);
    };
  }

  return {
    admit(request) {
      const { address } = contextOf(request);
      const limited = address === undefined ? undefined : take(address);
      return limited && refusal(request, limited);
    },
    chargeBody(request, bytes) {
      const { address } = contextOf(request);
      if (address !== undefined) limit?.owe(callerAt(address), requestsInBody(bytes), performance.now());
    },
    charge(request) {
      const { address } = contextOf(request);
      if (limit === undefined || address === undefined) return undefined;
      // A batch is one request with a context for each of its operations.
      const charge = charges.get(request) ?? chargeTo(address);
      charges.set(request, charge);
      return charge;
    },
  };
}

function errorOf({ retry_after_s }: RateLimited): AppError {
  const message = `This is more than one caller may have; come again in ${retry_after_s} s.`;
  return new AppError("rate_limited", message, { retry_after_s });
}

function refusal(request: Request, limited: RateLimited): Response {
  const originalError = errorOf(limited);
  const error = new GraphQLError(originalError.message, { originalError });
  const formatted = formatError(error, contextOf(request).request_id, () => {});
  const response = respond({ errors: [formatted] }, negotiate(request.headers.get("accept")) ?? "application/json");
  for (const [name, value] of Object.entries(limited.headers)) response.headers.set(name, value);
  return response;
}

/** `rest`, each of whose calls its caller pays for. */
export function chargingCallers(rest: RestClient): RestClient {
  function paid<Asked extends readonly unknown[], Result>(call: (caller: Caller, ...asked: Asked) => Promise<Result>) {
    return async (caller: Caller, ...asked: Asked): Promise<Result> => {
      caller.charge?.();
      return await call(caller, ...asked);
    };
  }
  return {
    getMany: paid(rest.getMany),
    list: paid(rest.list),
    search: paid(rest.search),
    create: paid(rest.create),
    patch: paid(rest.patch),
    remove: paid(rest.remove),
    publish: paid(rest.publish),
  };
}
