import { beforeAll, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import packageJson from "../package.json" with { type: "json" };
import { sources } from "../scripts/build.ts";

const root = join(import.meta.dir, "..");
let dockerfile: string;
let final_stage: string;
let let_in: readonly string[];
beforeAll(async () => {
  // A step on one line, as the builder reads it.
  dockerfile = (await Bun.file(join(root, "Dockerfile")).text()).replaceAll(/^#.*\n/gm, "").replaceAll("\\\n", " ");
  final_stage = dockerfile.slice(dockerfile.lastIndexOf("\nFROM "));
  const ignore = await Bun.file(join(root, ".dockerignore")).text();
  let_in = [...ignore.matchAll(/^!(.+)$/gm)].map(([, path = ""]) => path);
  expect(ignore).toMatch(/^\*$/m);
});

function instruction(name: string): readonly string[] {
  return [...final_stage.matchAll(new RegExp(`^${name} +(.*)$`, "gm"))].map(([, rest = ""]) => rest.trim());
}

test("it builds with the Bun that everybody else builds with", () => {
  expect(`bun@${/^ARG BUN_VERSION=(.*)$/m.exec(dockerfile)?.[1]}`).toBe(packageJson.packageManager);
});

test("the image starts from nothing, and runs as nobody in particular", () => {
  expect(final_stage).toStartWith("\nFROM scratch\n");
  expect(instruction("USER")).toEqual(["65532:65532"]);
  expect(instruction("ENTRYPOINT")).toEqual(['["blog"]']);
  // No shell form, since there is no shell.
  for (const command of [...instruction("ENTRYPOINT"), ...instruction("CMD")]) expect(command).toStartWith("[");
  expect(instruction("RUN")).toEqual([]);
});

test("it is stopped and asked for its health as the executable expects it", () => {
  expect(instruction("STOPSIGNAL")).toEqual(["SIGTERM"]);
  expect(instruction("HEALTHCHECK")[0]).toEndWith('CMD ["blog", "health"]');
});

test("what is copied in by name is there", () => {
  const copied = [...dockerfile.matchAll(/^COPY (?!--)(.*) \S+$/gm)].flatMap(([, paths = ""]) => paths.split(" "));
  expect(copied.length).toBeGreaterThan(3);
  for (const path of copied) expect(existsSync(join(root, path)), path).toBe(true);
});

test("all that the build needs is let in, and nothing with secrets or history", () => {
  for (const source of sources)
    expect(
      let_in.some((path) => source === path || source.startsWith(`${path}/`)),
      source,
    ).toBe(true);
  for (const path of [".env", ".git", "node_modules", "blog-data", "dist"]) expect(let_in).not.toContain(path);
});
