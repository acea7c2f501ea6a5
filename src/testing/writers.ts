import { create, patch, publish } from "../article/commands.ts";
import { AppError } from "../article/errors.ts";
import type { ArticleWrites, ViewCounts } from "../store/article-store.ts";

export interface WritersParts {
  readonly writes: ArticleWrites;
  readonly views: ViewCounts;
  /** Articles that are there already, to write over. */
  readonly ids: readonly number[];
  readonly writers?: number;
}

/** Keeps creating, changing, publishing, viewing and deleting articles until it is stopped; rejects with an error that no rule explains. */
export function startWriters({ writes, views, ids, writers = 4 }: WritersParts) {
  const alive = [...ids];
  let stopping = false;
  let written = 0;

  async function write(writer: number): Promise<void> {
    for (let n = 0; !stopping; n++) {
      try {
        await writeOnce(writer, n);
        written++;
      } catch (error) {
        if (!(error instanceof AppError) || (error.code !== "not_found" && error.code !== "conflict")) throw error;
      }
      await Bun.sleep(1);
    }
  }

  async function writeOnce(writer: number, n: number): Promise<void> {
    const id = alive[Math.floor(Math.random() * alive.length)];
    const now = new Date();
    const dice = Math.random();
    if (id === undefined || dice < 0.2) {
      const input = { title: `Writer ${writer}, ${n}`, content: `Content ${n}`, author: "Ada" };
      alive.push((await writes.create(create(input, now), {})).article.id);
    } else if (dice < 0.3) {
      alive.splice(alive.indexOf(id), 1);
      await writes.remove(id, undefined, {});
    } else if (dice < 0.4) {
      await writes.change(id, undefined, (article) => publish(article, now), {});
    } else if (dice < 0.6) {
      views.count(id);
      if (n % 5 === 0) await views.flush();
    } else {
      await writes.change(id, undefined, (article) => patch(article, { content: `Writer ${writer}, ${n}` }, now), {});
    }
  }

  const running = Promise.all(Array.from({ length: writers }, (_, writer) => write(writer)));
  running.catch(() => {});
  return {
    written: () => written,
    /** What they wrote in all is committed then. */
    async stop(): Promise<void> {
      stopping = true;
      await running;
      await views.flush();
    },
  };
}
