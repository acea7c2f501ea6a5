import { preconditionFailed } from "../article/errors.ts";
import type { ArticleHead } from "./article-store.ts";

/** One of these versions, or `*`, as in If-Match. `text` is the header as it came, for the message. */
export interface WriteCondition {
  readonly versions: readonly number[] | "*";
  readonly text: string;
  /** What else is demanded: throws precondition_failed. */
  readonly judge?: (head: ArticleHead) => void;
}

/** Throws precondition_failed where the article is not as it is demanded. */
export function checkCondition(condition: WriteCondition | undefined, head: ArticleHead): void {
  if (condition === undefined) return;
  const { versions, text, judge } = condition;
  if (versions !== "*" && !versions.includes(head.version)) throw preconditionFailed(text, head.version);
  judge?.(head);
}
