import { PGlite } from "@electric-sql/pglite";
import initdbWasm from "@electric-sql/pglite/initdb.wasm" with { type: "file" };
import fsBundle from "@electric-sql/pglite/pglite.data" with { type: "file" };
import pgliteWasm from "@electric-sql/pglite/pglite.wasm" with { type: "file" };

/** PostgreSQL compiled once, to be started over any number of folders. */
export interface PgliteEngine {
  /** Starts on the database in `dir`, or makes one there if it is empty (2 s). The caller owns the folder and closes the instance. */
  start(dir: string): Promise<PGlite>;
}

/** Compiles PostgreSQL (140 ms); it comes from inside the executable, so nothing is read from where it was installed. */
export async function loadPgliteEngine(): Promise<PgliteEngine> {
  const [pgliteWasmModule, initdbWasmModule] = await Promise.all([compile(pgliteWasm), compile(initdbWasm)]);
  return {
    start: (dir) =>
      PGlite.create({
        // Said outright: a path that looks like an address of another file system must not be taken for one.
        dataDir: `file://${dir}`,
        pgliteWasmModule,
        initdbWasmModule,
        fsBundle: Bun.file(fsBundle),
        // An answer is given only after its bytes are with the operating system: they outlive the process, not the power.
        relaxedDurability: false,
      }),
  };
}

async function compile(path: string): Promise<WebAssembly.Module> {
  return WebAssembly.compile(await Bun.file(path).arrayBuffer());
}
