import packageJson from "../../package.json" with { type: "json" };
import type { BuildInfo } from "../metrics/metrics.ts";

declare const BUILD_COMMIT: string | undefined;

/** What `--version`, `build_info` and health say; the commit is written in by `bun run build`. */
export const buildInfo: BuildInfo = {
  version: packageJson.version,
  commit: typeof BUILD_COMMIT === "string" ? BUILD_COMMIT : "unknown",
  bun: Bun.version,
};
