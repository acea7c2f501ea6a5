/**
 * `bun run audit`: asks the registry for known vulnerabilities of what bun.lock holds. Exits 1 when one is not judged in judged-findings.ts,
 * or a judgement has run out; with `--must-ask` also when the registry did not answer, which is said in any case.
 */
import { root } from "../steps.ts";
import { type Finding, judge, readFindings } from "./findings.ts";
import { judgedFindings } from "./judged-findings.ts";

const audit_timeout_ms = 60_000;

const child = Bun.spawn([process.execPath, "audit", "--json"], {
  cwd: root,
  stdin: "ignore",
  stdout: "pipe",
  stderr: "pipe",
  timeout: audit_timeout_ms,
});
const [stdout, stderr] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()]);
await child.exited;

const findings = readFindings(stdout);
if (findings === undefined) {
  process.stderr.write(`!!! NOT ASKED: the registry does not tell of vulnerabilities: ${stderr.trim() || stdout.trim()}\n`);
  process.exit(process.argv.includes("--must-ask") ? 1 : 0);
}
const { unjudged, judged, idle } = judge(findings, judgedFindings, new Date());
for (const { finding, why } of judged) process.stdout.write(`judged: ${line(finding)}\n  ${why}\n`);
for (const { id, package: name } of idle) process.stdout.write(`no longer found, take it away: ${id} of ${name}\n`);
for (const finding of unjudged) process.stdout.write(`NOT JUDGED: ${line(finding)}\n`);
process.stdout.write(`${findings.length} findings, ${unjudged.length} not judged\n`);
process.exit(unjudged.length > 0 ? 1 : 0);

function line({ package: name, id, severity, title, affected }: Finding): string {
  return `${name} ${affected}, ${severity}: ${title} (${id})`;
}
