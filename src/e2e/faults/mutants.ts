import { answerSwallowed, nothingBroken, topicRepeated } from "./delivery-faults.ts";
import { syncKilledInTransaction } from "./process-faults.ts";
import type { Scenario } from "./scenario.ts";

/** A promise of the executable, broken on purpose in a build of its own. Nothing of this is in the sources of `dist/blog`. */
export interface Mutant {
  readonly name: string;
  /** Below src/. */
  readonly file: string;
  readonly edits: readonly { readonly find: RegExp; readonly put: string }[];
  /** Must turn red by this. */
  readonly caught_by: Scenario;
  /** What has to be said then. */
  readonly complaint: RegExp;
}

export const mutants: readonly Mutant[] = [
  {
    name: "version guard off: DB2 takes whatever comes",
    file: "replication/apply.ts",
    edits: [{ find: /\(a\.epoch, a\.version\) < \((?:i|excluded)\.epoch, (?:i|excluded)\.version\)/g, put: "true" }],
    caught_by: topicRepeated,
    complaint: /went backwards/,
  },
  {
    name: "tombstone off: a deletion removes the row",
    file: "replication/apply.ts",
    edits: [
      { find: /(?=const \[refused\] = rows;)/, put: 'await database.query({ text: "DELETE FROM articles WHERE deleted" });' },
    ],
    caught_by: topicRepeated,
    complaint: /deleted, to nothing/,
  },
  {
    name: "the producer is kept after a failed send",
    file: "kafka/sender.ts",
    edits: [{ find: /await discard\(\);\s*(?=throw error;)/, put: "" }],
    caught_by: answerSwallowed,
    complaint: /DB2 did not become equal/,
  },
  {
    name: "the offset is committed before DB2",
    file: "kafka/consumer-session.ts",
    edits: [{ find: /(?=await handler\()/, put: "commits.note(partition, String(next)); await commits.flush();" }],
    caught_by: syncKilledInTransaction,
    complaint: /DB2 did not become equal/,
  },
  {
    name: "leader lock off: every relay publishes",
    file: "store/leadership.ts",
    edits: [{ find: /return rows\[0\]\?\.locked === true;/, put: "return rows.length === 1;" }],
    caught_by: nothingBroken,
    complaint: /comes after/,
  },
];
