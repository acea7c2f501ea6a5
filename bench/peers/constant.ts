/** Elysia on Bun, answering the same text to every request: as fast as HTTP gets here without doing anything. */
import { Elysia } from "elysia";

const text = JSON.stringify({ id: 1, title: "The same for everybody", content: "Lorem ipsum ".repeat(90), author: "Nobody" });

new Elysia({ serve: { reusePort: false } })
  .get("/articles/:id", () => new Response(text, { headers: { "content-type": "application/json" } }))
  .listen({ port: Number(process.env["PORT"]), hostname: "127.0.0.1" });
