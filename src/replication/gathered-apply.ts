import type { BlogEvent } from "../article/events.ts";
import type { Database } from "../store/database.ts";
import { createGatherer } from "../store/gatherer.ts";
import { applyEvents, type Refused } from "./apply.ts";
import { isDataError, isTimeout } from "./data-error.ts";

/** DB2 works on some batches while this thread decodes others; more would only queue for its connections. */
const statements_at_once = 4;
/** What a large batch of one partition has. */
const events_max = 500;
/** More partitions than anyone has. */
const waiting_max = 100_000;

/**
 * As `applyEvents`, but the small batches of several partitions share a statement: what a statement costs beside its events is as much
 * as ten of them. `Refused` is the whole statement's. One that DB2 refuses is run again batch by batch.
 */
export function createGatheredApply(database: Database): (events: readonly BlogEvent[]) => Promise<Refused> {
  const gather = createGatherer<readonly BlogEvent[], Refused>({
    in_flight_max: statements_at_once,
    batch_items_max: waiting_max,
    batch_weight_max: events_max,
    weigh: (events) => events.length,
    waiting_max,
    origins: database.origins,
    async run(batches) {
      const refused = await applyEvents(database, batches.flat());
      return batches.map(() => refused);
    },
    runAloneAfter: (error) => isDataError(error) || isTimeout(error),
  });
  return (events) => gather(events);
}
