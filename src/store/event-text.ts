import { instantText } from "./article-json.ts";

/**
 * SQL for the event of a row of `outbox` or `parked_events`. `data` is JSON already and is not looked into. The epoch is read with the
 * rows: one that a resync raises meanwhile holds for all of them.
 */
export const eventText = `concat('{"event_id":"', event_id, '","event_type":"', event_type, '","timestamp":"', ${instantText("created_at")},
    '","schema_version":1,"epoch":', (SELECT epoch FROM blog_state), ',"data":', data, '}')`;
