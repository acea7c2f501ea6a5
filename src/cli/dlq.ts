import { nearest } from "../platform/nearest.ts";
import { type Command, didYouMean, UsageError } from "./command.ts";
import { list } from "./dead-letters/list.ts";
import { purge } from "./dead-letters/purge.ts";
import { replay } from "./dead-letters/replay.ts";
import { show } from "./dead-letters/show.ts";

const actions: Readonly<Record<string, Command>> = { list, show, replay, purge };
const names = Object.keys(actions);

/** `blog dlq`. */
export const dlq: Command = {
  about: `Reads and re-delivers dead letters: events that could not be applied to DB2, or that the event log did not take.
  list           shows them, the newest first [--reason, --since, --limit]
  show ID        its event, the error, and where it comes from
  replay [ID…]   sends them once more; each at most once, unless forced [--all, --force]
  purge [ID…]    forgets them for good [--all, --older-than]
An ID is PARTITION-OFFSET of the source, or outbox-N for one that the event log did not take.`,
  operands: `${names.join("|")} [ID…]`,
  options: Object.assign({}, ...names.map((name) => actions[name]?.options)),
  async run([action, ...argv], terminal) {
    if (action === undefined || action.startsWith("-")) throw new UsageError(`dlq takes one of ${names.join(", ")}`);
    const command = Object.hasOwn(actions, action) ? actions[action] : undefined;
    if (command !== undefined) return command.run(argv, terminal);
    throw new UsageError(`unknown action "dlq ${action}"; allowed: ${names.join(", ")}${didYouMean(nearest(action, names))}`);
  },
};
