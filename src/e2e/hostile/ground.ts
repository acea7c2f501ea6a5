import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Executable, runExecutable, startExecutable } from "../../testing/executable.ts";
import { createArticle, urlOf } from "../api-client.ts";
import { type ApiDocument, readApiDocument } from "./api-document.ts";

/** A running executable that anything may be sent to. */
export interface Ground extends AsyncDisposable {
  readonly blog: Executable;
  readonly api: string;
  readonly gateway: string;
  readonly replica: string;
  readonly document: ApiDocument;
  readonly replicaDocument: ApiDocument;
  /** Of articles that are there, one in each status. */
  readonly ids: readonly number[];
  readonly tokens: { readonly reader: string; readonly writer: string };
}

/** Everything in one process and embedded; tokens are looked at, and writes are open to who sends none. */
export async function openGround(env: Readonly<Record<string, string>> = {}, file?: string): Promise<Ground> {
  const cwd = mkdtempSync(join(tmpdir(), "blog-hostile-"));
  const build = file === undefined ? {} : { file };
  const secrets = { SECRET_KEY: crypto.randomUUID() };
  const [blog, reader, writer] = await Promise.all([
    startExecutable({ cwd, env: { ...secrets, ...env }, ...build }),
    signToken({ cwd, env: secrets, ...build }, "articles:read"),
    signToken({ cwd, env: secrets, ...build }, "articles:write"),
  ]);
  const api = urlOf(blog, "api");
  const ids: number[] = [];
  for (const status of ["draft", "published", "archived"])
    ids.push((await createArticle(api, { title: `A ${status} one`, status })).id);
  return {
    blog,
    api,
    gateway: urlOf(blog, "gateway"),
    replica: urlOf(blog, "sync"),
    document: await readApiDocument(api),
    replicaDocument: await readApiDocument(urlOf(blog, "sync")),
    ids,
    tokens: { reader, writer },
    async [Symbol.asyncDispose]() {
      await blog.kill();
      rmSync(cwd, { recursive: true, force: true });
    },
  };
}

async function signToken(
  process: Pick<Parameters<typeof runExecutable>[0], "cwd" | "env" | "file">,
  scope: string,
): Promise<string> {
  const { stdout, stderr } = await runExecutable({ ...process, args: ["token", `--scope=${scope}`] });
  if (stdout === "") throw new Error(stderr);
  return stdout.trim();
}
