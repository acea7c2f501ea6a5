/**
 * Holds ports that several containers share: `main.ts 5000=api:5000 …` hands each connection to port 5000 on to one of the containers
 * that the name `api` has, the ready ones first. `main.ts --health 5000 …` exits 0 if something answers HTTP behind one of the ports.
 */
import { startBalancer } from "./balancer.ts";
import { watchTargets } from "./targets.ts";

const answer_timeout_ms = 1_000;

/** Undefined when there is no answer. */
async function statusOf(url: string): Promise<number | undefined> {
  const signal = AbortSignal.timeout(answer_timeout_ms);
  // The roles have answered before that one closes: a connection kept alive would be the last one to tell that they go.
  const asked = fetch(url, { signal, headers: { connection: "close" } });
  return await asked.then(
    async (response) => {
      await response.arrayBuffer();
      return response.status;
    },
    () => undefined,
  );
}

async function someoneAnswers(ports: readonly string[]): Promise<boolean> {
  const statuses = await Promise.all(ports.map((port) => statusOf(`http://127.0.0.1:${port}/api/v1/health/live`)));
  return statuses.some((status) => status !== undefined);
}

async function balance(arg: string): Promise<void> {
  const [, port, name, target_port] = /^(\d+)=([\w.-]+):(\d+)$/.exec(arg) ?? [];
  if (port === undefined || name === undefined) throw new Error(`${arg} is not PORT=NAME:PORT`);
  const { inTurn } = await watchTargets({
    name,
    isReady: async (address) => (await statusOf(`http://${address}:${target_port}/api/v1/health/ready`)) === 200,
  });
  const refused = (problem: string) => process.stderr.write(`${problem} of ${name}\n`);
  await startBalancer({ host: "0.0.0.0", port: Number(port), target_port: Number(target_port), inTurn, refused });
}

const args = process.argv.slice(2);
if (args[0] === "--health") process.exit((await someoneAnswers(args.slice(1))) ? 0 : 1);
await Promise.all(args.map(balance));
for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => process.exit(0));
