import { expect, test } from "bun:test";
import pino from "pino";
import { createMemoryStore } from "../testing/memory-store.ts";
import { openAccess } from "../testing/open-access.ts";
import { createRestHandler } from "./rest-handler.ts";

test.each(["http://api.example:5000", "http://a", "https://api.example", "https://a"])(
  "the path is found behind %s",
  async (host) => {
    const parts = {
      access: openAccess,
      writable: true,
      docs: false,
      now: () => new Date(),
      log: pino({ level: "silent" }),
    } as const;
    const handle = createRestHandler({ ...createMemoryStore(), ...parts });
    expect((await handle(new Request(`${host}/api/v1/articles?per_page=1`))).status).toBe(200);
  },
);
