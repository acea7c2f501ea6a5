import type { Random } from "../../seed/random.ts";
import type { DatabaseSession } from "./database-session.ts";

/** An article as the API has acknowledged it. */
export interface Known {
  readonly id: number;
  version: number;
  title: string;
  deleted: boolean;
  /** Changes that got no answer, or 5xx: each may have been made, now or later. */
  maybe_changes: number;
  maybe_deleted: boolean;
  /** Never written again, so that nothing newer hides the loss of its event. */
  readonly sealed: boolean;
}

/** What was acknowledged, and what can be told about it from DB1. */
export interface Ledger {
  readonly acknowledged: number;
  /** Articles that `take` could give. */
  readonly population: number;
  /** An article that may be written again and that nobody is writing now; nobody else gets it until `release`. */
  take(random: Random): Known | undefined;
  release(known: Known): void;
  created(article: { readonly id: number; readonly version: number; readonly title: string }, sealed: boolean): void;
  changed(known: Known, article: { readonly version: number; readonly title: string }): void;
  deleted(known: Known, version: number): void;
  /** The API says that it is not there. */
  missing(known: Known): void;
  /** Articles whose latest acknowledged write is not in DB1, in words. Look when the writer has stopped. */
  lost(primary: Pick<DatabaseSession, "query">): Promise<readonly string[]>;
}

export function createLedger(): Ledger {
  const articles = new Map<number, Known>();
  const free = new Set<Known>();
  /** What was seen to be lost by an answer of the API. */
  const losses: string[] = [];
  let acknowledged = 0;

  function acknowledge(known: Known, version: number): void {
    acknowledged++;
    if (version <= known.version) losses.push(`article ${known.id}: ${version} was acknowledged after ${known.version}`);
    known.version = version;
  }

  return {
    get acknowledged() {
      return acknowledged;
    },
    get population() {
      return free.size;
    },
    take(random) {
      const known = [...free][random.integer(0, free.size - 1)];
      if (known) free.delete(known);
      return known;
    },
    release(known) {
      if (!known.deleted) free.add(known);
    },
    created({ id, version, title }, sealed) {
      acknowledged++;
      const known = { id, version, title, deleted: false, maybe_changes: 0, maybe_deleted: false, sealed };
      articles.set(id, known);
      if (!sealed) free.add(known);
    },
    changed(known, { version, title }) {
      acknowledge(known, version);
      known.title = title;
    },
    deleted(known, version) {
      acknowledge(known, version);
      known.deleted = true;
    },
    missing(known) {
      if (!known.maybe_deleted) losses.push(`article ${known.id}, acknowledged at version ${known.version}, was not found`);
      known.deleted = true;
    },
    async lost(primary) {
      const rows = await primary.query<{ id: string; version: number; title: string }>(
        "SELECT id::text AS id, version, title FROM articles",
      );
      const found = new Map(rows.map((row) => [Number(row.id), row]));
      const missing = [...articles.values()].flatMap((known) => complaint(known, found.get(known.id)) ?? []);
      return [...losses, ...missing];
    },
  };
}

function complaint(known: Known, row: { readonly version: number; readonly title: string } | undefined): string | undefined {
  const { id, version, title } = known;
  if (known.deleted) return row && `article ${id}: its deletion was acknowledged, and it is there`;
  if (!row) return known.maybe_deleted ? undefined : `article ${id}, acknowledged at version ${version}, is gone`;
  if (row.version < version) return `article ${id}: ${version} was acknowledged, and DB1 has ${row.version}`;
  if (row.version === version && row.title !== title)
    return `article ${id}: version ${version} is another one than was acknowledged`;
  if (row.version > version + known.maybe_changes) return `article ${id}: nobody asked for version ${row.version}`;
  return undefined;
}
