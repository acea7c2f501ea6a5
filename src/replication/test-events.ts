import type { Article } from "../article/article.ts";
import type { ReceivedRecord } from "../article/event-log.ts";
import type { ArticleEvent, ArticleEventType, BlogEvent, ViewedEvent } from "../article/events.ts";

export function article(id: number, version: number, over: Partial<Article> = {}): Article {
  const at = new Date(Date.UTC(2026, 10, 23) + version * 1000).toISOString();
  return {
    id,
    title: `Title ${id}.${version}`,
    content: `Content ${id}.${version}`,
    author: "Ada",
    category: "general",
    tags: ["kafka", `v${version}`],
    status: "draft",
    views_count: 0,
    version,
    created_at: "2026-11-23T00:00:00.000Z",
    updated_at: at,
    published_at: null,
    ...over,
  };
}

const envelope = {
  event_id: "0191e2f0-7c7f-7abc-8abc-0123456789ab",
  timestamp: "2025-11-23T09:30:00.000Z",
  schema_version: 1,
} as const;

export function articleEvent(event_type: ArticleEventType, data: Article, epoch = 1): ArticleEvent {
  return { ...envelope, event_type, epoch, data };
}

export function viewedEvent(id: number, views_count: number, epoch = 1): ViewedEvent {
  return { ...envelope, event_type: "article.viewed", epoch, data: { id, views_count } };
}

export function toRecord(event: BlogEvent, offset: number): ReceivedRecord {
  const key = event.event_type === "resync.completed" ? null : Buffer.from(String(event.data.id));
  return { key, value: Buffer.from(JSON.stringify(event)), headers: {}, offset: String(offset) };
}
