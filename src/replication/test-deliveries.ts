import fc from "fast-check";
import { type Article, statuses } from "../article/article.ts";
import type { BlogEvent } from "../article/events.ts";
import { article, articleEvent, viewedEvent } from "./test-events.ts";

/** The histories of a few articles, in order, and the same events shuffled, some twice, in batches. */
export const delivery = fc
  .array(history(), { minLength: 1, maxLength: 5 })
  .map((histories) => histories.flatMap((toEvents, index) => toEvents(index + 1)))
  .chain((inOrder) =>
    fc
      .record({
        order: fc.shuffledSubarray(
          inOrder.map((_, index) => index),
          { minLength: inOrder.length },
        ),
        repeated: fc.array(fc.nat(inOrder.length - 1), { maxLength: inOrder.length }),
        size: fc.integer({ min: 1, max: 7 }),
      })
      .map(({ order, repeated, size }) => {
        const delivered = [...order, ...repeated].flatMap((index) => inOrder[index] ?? []);
        return { inOrder, batches: chunks(delivered, size) };
      }),
  );

/** Versions and views only grow; a delete is the end of an article. */
function history() {
  return fc
    .record({
      steps: fc.array(
        fc.record({
          kind: fc.constantFrom("changed", "changed", "viewed"),
          status: fc.constantFrom(...statuses),
          views: fc.nat(3),
          resync: fc.boolean(),
        }),
        { maxLength: 6 },
      ),
      deleted: fc.boolean(),
    })
    .map(({ steps, deleted }) => (id: number) => {
      const events: BlogEvent[] = [];
      let version = 1;
      let views_count = 0;
      let epoch = 1;
      const next = (over: Partial<Article>) => article(id, version++, { views_count, ...over });
      events.push(articleEvent("article.created", next({})));
      for (const { kind, status, views, resync } of steps) {
        views_count += views;
        if (resync) epoch++;
        if (kind === "viewed") events.push(viewedEvent(id, views_count, epoch));
        else events.push(articleEvent("article.updated", next({ status }), epoch));
      }
      if (deleted) events.push(articleEvent("article.deleted", next({}), epoch));
      return events;
    });
}

function chunks<Item>(items: readonly Item[], size: number): readonly (readonly Item[])[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) => items.slice(index * size, (index + 1) * size));
}
