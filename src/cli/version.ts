import { buildInfo } from "../roles/build-info.ts";

/** One line: version, commit, runtime. */
export function versionLine(): string {
  const { version, commit, bun } = buildInfo;
  return `blog ${version} (commit ${commit}, bun ${bun})\n`;
}
