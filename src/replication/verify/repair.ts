import { slices } from "../../article/slices.ts";
import type { Report } from "../../platform/report.ts";
import type { Outbox } from "../../store/article-store.ts";
import type { Database } from "../../store/database.ts";
import { untilSent } from "../outbox-room.ts";
import { dropExtra, dropFromReplica } from "./drop-extra.ts";
import { type Raise, raiseEpoch, raiseVersions, version_max } from "./raise-versions.ts";
import { setViews } from "./set-views.ts";
import type { Difference } from "./settle.ts";
import type { Verification } from "./verify.ts";

export interface RepairParts {
  readonly primary: Database;
  readonly replica: Database;
  readonly outbox: Pick<Outbox, "last" | "hasSent" | "state">;
  /** Tells the relay that the outbox has something. */
  onWritten(): void;
}

/** Each may be 1 MiB of content that goes into the outbox. */
const group_size = 20;

/** Mends exactly the differences that a verification found. An article goes through the outbox like any other write. */
export async function repair(parts: RepairParts, found: Verification, report: Report, signal: AbortSignal): Promise<void> {
  const { primary, replica, outbox, onWritten } = parts;
  const { differences, tombstones_beyond, epochs } = found;
  if (epochs.replica > epochs.primary) await raiseEpoch(primary, epochs.replica);
  await dropFromReplica(replica, tombstones_beyond);
  let done = 0;

  for (const group of groups(differences)) {
    signal.throwIfAborted();
    const extra = idsOf(group.filter(({ kind }) => kind === "extra"));
    if (extra.length > 0) await dropExtra(primary, replica, extra);
    const raises = group.filter(({ kind }) => kind !== "extra" && kind !== "views").map(toRaise);
    if (raises.length > 0) {
      // No version is greater than the greatest: such a row makes room.
      await dropFromReplica(replica, idsOf(raises.filter(({ replica_version }) => replica_version >= version_max)));
      await raiseVersions(primary, raises.map(withinRange));
      onWritten();
      // So that the outbox does not grow with the number of repairs.
      await untilSent(outbox, await outbox.last(), signal);
    }
    const views = idsOf(group.filter(({ kind }) => kind === "views"));
    if (views.length > 0) await setViews(primary, replica, views);
    done += group.length;
    report.progress(done, differences.length);
  }
}

function groups(differences: readonly Difference[]): Iterable<readonly Difference[]> {
  return slices(differences, () => 0, { records_max: group_size });
}

function idsOf(items: readonly { readonly id: number }[]): readonly number[] {
  return items.map(({ id }) => id);
}

function toRaise({ id, look }: Difference): Raise {
  return { id, replica_version: look.replica.article?.version ?? 0 };
}

function withinRange({ id, replica_version }: Raise): Raise {
  return { id, replica_version: replica_version >= version_max ? 0 : replica_version };
}
