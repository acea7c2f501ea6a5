import { AppError } from "../article/errors.ts";
import type { Caller, RestClient } from "./rest-client.ts";
import { CallRefused, cannotAnswer } from "./upstream-failure.ts";

/** Of the time that is left, so that the replica has some too. */
const primary_share = 0.6;

/** Of an API that wants to be left alone for longer, as by Retry-After: a stale answer now is worth more than a fresh one then. */
const retry_wait_max_ms = 100;

export interface ReplicaReadsParts {
  readonly primary: RestClient;
  readonly replica: RestClient;
  readonly hooks: { onReadFromReplica(reason: string): void };
}

/** Reads that turn to the replica's REST when the API cannot answer, and say so to `caller.onStale`. Writes go to the API alone. */
export function createReplicaReads({ primary, replica, hooks }: ReplicaReadsParts): RestClient {
  async function read<T>(caller: Caller, ask: (client: RestClient, caller: Caller) => Promise<T>): Promise<T> {
    const began = performance.now();
    const deadline_ms = began + primary_share * (caller.deadline_ms - began);
    try {
      return await ask(primary, { ...caller, deadline_ms, retry_wait_max_ms });
    } catch (error) {
      if (!cannotAnswer(error) || caller.signal.aborted) throw error;
      const reason = error instanceof CallRefused ? error.reason : error.code;
      hooks.onReadFromReplica(reason);
      let replica_lag_seconds: number | null = null;
      const onReplicaLag = (seconds: number) => {
        replica_lag_seconds = seconds;
      };
      const answer = await ask(replica, { ...caller, onReplicaLag }).catch((second: unknown) => Promise.reject(bothAway(second)));
      caller.onStale?.({ reason, replica_lag_seconds });
      return answer;
    }
  }

  return {
    getMany: (caller, ids, fields, count_views) => read(caller, (client, who) => client.getMany(who, ids, fields, count_views)),
    list: (caller, request) => read(caller, (client, who) => client.list(who, request)),
    search: (caller, request) => read(caller, (client, who) => client.search(who, request)),
    create: primary.create,
    patch: primary.patch,
    remove: primary.remove,
    publish: primary.publish,
  };
}

function bothAway(error: unknown): unknown {
  if (!cannotAnswer(error)) return error;
  return new AppError(error.code, "Neither the API nor its replica can answer.", { retry_after_s: 1, cause: error });
}
