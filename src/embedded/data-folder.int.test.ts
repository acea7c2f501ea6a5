import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDataFolder } from "./data-folder.ts";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "blog-folder-"));
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

/** Another process that takes the folder, says so, and holds it until it is killed; answers undefined when it is refused. */
async function takeElsewhere(dir: string): Promise<Bun.Subprocess | undefined> {
  const child = Bun.spawn([process.execPath, join(import.meta.dir, "hold-folder.fixture.ts"), dir], {
    stdout: "pipe",
    stderr: "ignore",
  });
  for await (const text of child.stdout) {
    if (new TextDecoder().decode(text).includes("held")) return child;
  }
  return undefined;
}

/** Nothing is forbidden to root. */
function asOrdinaryUser(work: () => void): void {
  const root_user = process.geteuid?.() === 0;
  if (root_user) process.seteuid?.(65_534);
  try {
    work();
  } finally {
    if (root_user) process.seteuid?.(0);
  }
}

describe("the data folder", () => {
  test("is made, for its owner only, with what lies above it", () => {
    const dir = join(root, "a/b");
    using folder = openDataFolder(dir);
    expect(folder.path).toBe(dir);
    expect(statSync(dir).mode & 0o777).toBe(0o700);
  });

  test("of a live process is refused, naming its pid, the folder, and what to do", async () => {
    const child = await takeElsewhere(root);
    expect(() => openDataFolder(root)).toThrow(
      `The data folder ${root} is in use by the process ${child?.pid}. Stop it first, or choose another folder with BLOG_DATA_DIR.`,
    );
    child?.kill("SIGKILL");
    await child?.exited;
  });

  test("of a process that was killed is taken over", async () => {
    const child = await takeElsewhere(root);
    child?.kill("SIGKILL");
    await child?.exited;
    using folder = openDataFolder(root);
    expect(folder.path).toBe(root);
  });

  test("is taken by exactly one of several that start at once over a stale lock", async () => {
    const dead = await takeElsewhere(root);
    dead?.kill("SIGKILL");
    await dead?.exited;
    const children = (await Promise.all(Array.from({ length: 6 }, () => takeElsewhere(root)))).filter(
      (child) => child !== undefined,
    );
    expect(children).toHaveLength(1);
    for (const child of children) {
      child.kill("SIGKILL");
      await child.exited;
    }
  });

  test("is refused to a second opener in the same process, and free after disposal", () => {
    const first = openDataFolder(root);
    expect(() => openDataFolder(root)).toThrow(/in use by the process/);
    first[Symbol.dispose]();
    openDataFolder(root)[Symbol.dispose]();
  });

  test("that is a file, or lies under one, is refused", () => {
    const file = join(root, "file");
    writeFileSync(file, "");
    expect(() => openDataFolder(file)).toThrow(/is a file, or lies under one/);
    expect(() => openDataFolder(join(file, "x"))).toThrow(/is a file, or lies under one/);
  });

  test("that this user may not write is refused", () => {
    const dir = join(root, "locked");
    mkdirSync(dir);
    chmodSync(root, 0o755);
    chmodSync(dir, 0o555);
    const refused = () => expect(() => openDataFolder(dir)).toThrow(/may not be read and written by this user/);
    asOrdinaryUser(refused);
    expect(existsSync(join(dir, "blog.lock"))).toBe(false);
  });
});
