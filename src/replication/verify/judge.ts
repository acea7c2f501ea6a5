import type { Look } from "./look.ts";

/** `missing`: only DB1 has it; `extra`: only DB2; `older` and `newer`: DB2's version; `content`: one version, other content. */
export const differenceKinds = ["missing", "extra", "older", "newer", "content", "views"] as const;
export type DifferenceKind = (typeof differenceKinds)[number];

/**
 * `certain`: no event on its way can be the reason. `pending`: it is a difference unless DB2 gets there, once all
 * that was written before the first look has arrived. `again`: what was seen first is gone, so look anew.
 */
export type Verdict = { readonly is: "equal" | "again" } | { readonly is: "certain" | "pending"; readonly kind: DifferenceKind };

const equal: Verdict = { is: "equal" };

/** What both databases say of an article `now`, given what DB1 said at `first`. Never waits for DB1 to stand still. */
export function judge(first: Look, now: Look): readonly Verdict[] {
  const article = judgeArticle(first, now);
  const views = judgeViews(first, now);
  // A count beside an article that one side lacks is repaired with it.
  const alone = "kind" in article && (article.kind === "missing" || article.kind === "extra");
  return alone ? [article] : [article, views];
}

function judgeArticle(first: Look, { primary, replica: { article }, epoch }: Look): Verdict {
  const reached = article !== undefined && (first.primary === undefined || article.version >= first.primary.version);
  if (primary === undefined) {
    if (article === undefined || article.deleted) return equal;
    return first.primary === undefined ? { is: "pending", kind: "extra" } : { is: "again" };
  }
  if (article === undefined) return first.primary === undefined ? { is: "again" } : { is: "pending", kind: "missing" };
  // A resync may still bring what is of an older epoch.
  const is = article.epoch < epoch ? "pending" : "certain";
  if (article.deleted) return article.version < primary.version ? { is: "pending", kind: "missing" } : { is, kind: "missing" };
  if (article.epoch > epoch) return { is: "certain", kind: "newer" };
  if (article.version === primary.version) return article.bits === primary.bits ? equal : { is, kind: "content" };
  if (article.version > primary.version) return { is, kind: "newer" };
  return reached ? equal : { is: "pending", kind: "older" };
}

function judgeViews(first: Look, { primary, replica }: Look): Verdict {
  const alive = replica.article !== undefined && !replica.article.deleted;
  if (primary === undefined || !alive) {
    return primary === undefined && !alive && replica.views !== undefined ? { is: "pending", kind: "views" } : equal;
  }
  if (replica.views === primary.views) return equal;
  if (replica.views === undefined) return { is: "pending", kind: "views" };
  if (replica.views > primary.views) return { is: "certain", kind: "views" };
  const reached = first.primary === undefined || replica.views >= first.primary.views;
  return reached ? equal : { is: "pending", kind: "views" };
}
