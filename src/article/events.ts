import { type Static, Type } from "@sinclair/typebox";
import { ArticleSchema } from "./article.ts";

export const eventTypes = ["article.created", "article.updated", "article.published", "article.deleted"] as const;
/** An event that carries the whole article. */
export type ArticleEventType = (typeof eventTypes)[number];
export type EventType = ArticleEventType | "article.viewed" | "resync.completed";

/** More than a Kafka cluster carries, and a number that DB2 takes. */
const partitions_max = 1_000_000;

const envelope = {
  event_id: Type.String({ pattern: "^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$" }),
  timestamp: ArticleSchema.properties.created_at,
  schema_version: Type.Literal(1),
  epoch: Type.Integer({ minimum: 1, maximum: 2_147_483_647 }),
};

export const ArticleEventSchema = Type.Object({
  ...envelope,
  event_type: Type.Union(eventTypes.map((type) => Type.Literal(type))),
  // A later version of this program may add fields; those of this one are checked.
  data: Type.Object(ArticleSchema.properties),
});

export const ViewedEventSchema = Type.Object({
  ...envelope,
  event_type: Type.Literal("article.viewed"),
  data: Type.Pick(ArticleSchema, ["id", "views_count"], { additionalProperties: true }),
});

export const ResyncCompletedEventSchema = Type.Object({
  ...envelope,
  event_type: Type.Literal("resync.completed"),
  // How many partitions get one: when all of them have come, nothing of an older epoch is still on its way.
  data: Type.Object({ epoch: envelope.epoch, partitions: Type.Integer({ minimum: 1, maximum: partitions_max }) }),
});

export type ArticleEvent = Static<typeof ArticleEventSchema>;
export type ViewedEvent = Static<typeof ViewedEventSchema>;
export type ResyncCompletedEvent = Static<typeof ResyncCompletedEventSchema>;
export type BlogEvent = ArticleEvent | ViewedEvent | ResyncCompletedEvent;
