import { type Article, type ArticleInput, type ArticlePatch, type Status, withDefaults } from "./article.ts";
import { conflict } from "./errors.ts";

/** An article that has no id yet; the database gives it. */
export type NewArticle = Omit<Article, "id">;

export type ChangeType = "article.updated" | "article.published";

/** What a command decided: nothing to write, or a next version and the event that tells of it. */
export type ArticleChange =
  | { readonly kind: "unchanged"; readonly article: Article }
  | { readonly kind: "changed"; readonly event_type: ChangeType; readonly article: Article };

/** Decides what `article` becomes; throws an AppError when the rules forbid it. */
export type Decide = (article: Article) => ArticleChange;

export function create(input: ArticleInput, now: Date): NewArticle {
  const content = withDefaults(input);
  const at = now.toISOString();
  return {
    ...content,
    views_count: 0,
    version: 1,
    created_at: at,
    updated_at: at,
    published_at: content.status === "published" ? at : null,
  };
}

/** PUT: what is left out returns to its default. */
export function replace(article: Article, input: ArticleInput, now: Date): ArticleChange {
  return change(article, withDefaults(input), now);
}

/** PATCH, as RFC 7396 merges (no field of ours can be removed, so null never gets here). */
export function patch(article: Article, input: ArticlePatch, now: Date): ArticleChange {
  return change(article, input, now);
}

export function publish(article: Article, now: Date): ArticleChange {
  return change(article, { status: "published" }, now);
}

function change(article: Article, input: ArticlePatch, now: Date): ArticleChange {
  const next = { ...article, ...input };
  if (!differs(article, next)) return { kind: "unchanged", article };
  checkTransition(article.status, next.status);
  const becomesPublished = article.status !== "published" && next.status === "published";
  // Clocks of several processes differ a little; an article's own time never goes back.
  const at = later(now.toISOString(), article.updated_at);
  return {
    kind: "changed",
    event_type: becomesPublished ? "article.published" : "article.updated",
    article: {
      ...next,
      version: article.version + 1,
      updated_at: at,
      published_at: article.published_at ?? (becomesPublished ? at : null),
    },
  };
}

function differs(before: Article, after: Article): boolean {
  return (
    before.title !== after.title ||
    before.content !== after.content ||
    before.author !== after.author ||
    before.category !== after.category ||
    before.status !== after.status ||
    before.tags.length !== after.tags.length ||
    before.tags.some((tag, index) => tag !== after.tags[index])
  );
}

function checkTransition(from: Status, to: Status): void {
  if (from === "archived" && to === "published") {
    throw conflict("The article is archived; an archived article goes back to draft before it is published.");
  }
}

function later(a: string, b: string): string {
  return a > b ? a : b;
}
