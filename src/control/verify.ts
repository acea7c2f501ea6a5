import { type Static, Type } from "@sinclair/typebox";
import type { Report } from "../platform/report.ts";
import type { RepairParts } from "../replication/verify/repair.ts";
import type { Difference } from "../replication/verify/settle.ts";
import { isEqual, type Verification, type VerifyParts, verify } from "../replication/verify/verify.ts";
import { verifyAndRepair } from "../replication/verify/verify-and-repair.ts";

export const VerifyArgsSchema = Type.Object({ repair: Type.Boolean() });
export type VerifyArgs = Static<typeof VerifyArgsSchema>;

const Nullable = <Schema extends Parameters<typeof Type.Union>[0][number]>(schema: Schema) => Type.Union([schema, Type.Null()]);

const DifferenceSchema = Type.Object({
  id: Type.Integer(),
  kind: Type.String(),
  /** Null where DB1 has no such article. */
  primary: Nullable(Type.Object({ version: Type.Integer(), views_count: Type.Integer() })),
  /** Null where DB2 has neither the article nor its tombstone. */
  replica: Nullable(
    Type.Object({
      version: Type.Integer(),
      epoch: Type.Integer(),
      deleted: Type.Boolean(),
      views_count: Nullable(Type.Integer()),
    }),
  ),
});
export type ListedDifference = Static<typeof DifferenceSchema>;

const VerificationSchema = Type.Object({
  equal: Type.Boolean(),
  ranges: Type.Integer(),
  rows: Type.Integer(),
  epochs: Type.Object({ primary: Type.Integer(), replica: Type.Integer() }),
  differences: Type.Array(DifferenceSchema),
  tombstones_beyond: Type.Array(Type.Integer()),
  unsettled: Type.Array(Type.Integer()),
  trouble: Nullable(Type.String()),
  complete: Type.Boolean(),
});
export type ListedVerification = Static<typeof VerificationSchema>;

export const VerifyResultSchema = Type.Object({
  /** What was found, before any repair. */
  found: VerificationSchema,
  /** What was found after it; null where nothing was repaired. */
  after_repair: Nullable(VerificationSchema),
  duration_ms: Type.Integer(),
});
export type VerifyResult = Static<typeof VerifyResultSchema>;

/** Compares DB1 and DB2, and with `repair` mends what differs and compares again. */
export async function verifyDatabases(
  parts: VerifyParts & RepairParts,
  { repair }: VerifyArgs,
  report: Report,
  signal: AbortSignal,
): Promise<VerifyResult> {
  const began_ms = performance.now();
  const { found, left } = repair
    ? await verifyAndRepair(parts, report, signal)
    : { found: await verify(parts, report, signal), left: undefined };
  return {
    found: toListed(found),
    after_repair: left === undefined || left === found ? null : toListed(left),
    duration_ms: Math.round(performance.now() - began_ms),
  };
}

function toListed(verification: Verification): ListedVerification {
  const { ranges, rows, epochs, differences, tombstones_beyond, unsettled, trouble = null, complete } = verification;
  return {
    equal: isEqual(verification),
    ranges,
    rows,
    epochs,
    differences: differences.map(toListedDifference),
    tombstones_beyond: [...tombstones_beyond],
    unsettled: [...unsettled],
    trouble,
    complete,
  };
}

function toListedDifference({ id, kind, look: { primary, replica } }: Difference): ListedDifference {
  const { article, views = null } = replica;
  return {
    id,
    kind,
    primary: primary === undefined ? null : { version: primary.version, views_count: primary.views },
    replica:
      article === undefined
        ? null
        : { version: article.version, epoch: article.epoch, deleted: article.deleted, views_count: views },
  };
}
