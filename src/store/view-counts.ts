import { continueTrace } from "../platform/trace.ts";
import type { ViewCounts } from "./article-store.ts";
import type { Database, Statement } from "./database.ts";
import { viewed_group } from "./viewed-group.ts";

export interface ViewCountsParts {
  readonly database: Database;
  readonly hooks?: {
    /** A view that was not counted: too many articles had views since the last flush. */
    onViewDropped?(): void;
    /** Called after each commit that left events in the outbox. */
    onCommitted?(): void;
  };
  /** Articles with views not yet written, at most; each takes some 50 bytes. */
  readonly articles_max?: number;
}

const group_size = 1_000;

/**
 * Rows are locked in id order first, so that two processes that flush the same articles wait instead of deadlocking.
 * Only articles that exist have a row. Their events are one row of the outbox: a row for each would cost more than the counts.
 */
const add: Statement = {
  name: "views_add",
  text: `WITH input AS (SELECT * FROM unnest($1::bigint[], $2::bigint[]) AS t(id, more)),
locked AS MATERIALIZED (
  SELECT v.id, input.more FROM article_views v JOIN input ON input.id = v.id ORDER BY v.id FOR UPDATE OF v
),
added AS (
  UPDATE article_views v SET views = v.views + locked.more FROM locked WHERE v.id = locked.id RETURNING v.id, v.views
)
INSERT INTO outbox (article_id, event_type, data, traceparent)
SELECT ${viewed_group.article_id}, '${viewed_group.event_type}', json_agg(json_build_array(id, views) ORDER BY id)::text, $3::text
FROM added HAVING count(*) > 0`,
};

/**
 * Views, gathered in memory and written in groups. One flush runs at a time. What it could not write is counted again with the
 * next: where the connection was lost behind a commit, those views count twice. Better a view too many than an hour of them lost.
 */
export function createViewCounts({ database, hooks = {}, articles_max = 100_000 }: ViewCountsParts): ViewCounts {
  let counted = new Map<number, number>();
  let last: Promise<void> = Promise.resolve();

  function addBack(id: number, views: number): void {
    if (counted.has(id) || counted.size < articles_max) counted.set(id, (counted.get(id) ?? 0) + views);
    else hooks.onViewDropped?.();
  }

  async function write(): Promise<void> {
    const pending = [...counted].sort(([a], [b]) => a - b);
    counted = new Map();
    // Many requests' views go together: their events are a trace of their own.
    const traceparent = continueTrace(null);
    let written = 0;
    try {
      for (; written < pending.length; written += group_size) {
        const group = pending.slice(written, written + group_size);
        await database.query(add, [group.map(([id]) => id), group.map(([, views]) => views), traceparent]);
        hooks.onCommitted?.();
      }
    } catch (error) {
      for (const [id, views] of pending.slice(written)) addBack(id, views);
      throw error;
    }
  }

  return {
    count: (id) => addBack(id, 1),
    flush() {
      last = last.then(write, write);
      return last;
    },
  };
}
