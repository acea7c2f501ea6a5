export interface Target {
  readonly role: string;
  readonly health: string;
}

interface TargetsAnswer {
  readonly data: { readonly activeTargets: readonly { readonly health: string; readonly labels: { readonly role?: string } }[] };
}

interface QueryAnswer {
  readonly status: string;
  readonly error?: string;
  readonly data?: { readonly result: readonly unknown[] | string };
}

export interface QueryOutcome {
  readonly series: number;
  /** Prometheus' complaint. */
  readonly error?: string;
}

const timeout_ms = 10_000;

/** The processes of the blog that Prometheus scrapes. */
export async function targets(prometheus: string): Promise<readonly Target[]> {
  const answer: TargetsAnswer = await getJson(`${prometheus}/api/v1/targets?state=active`);
  return answer.data.activeTargets.flatMap(({ health, labels: { role } }) => (role === undefined ? [] : [{ role, health }]));
}

/** Asks an expression as a panel would. */
export async function query(prometheus: string, expr: string): Promise<QueryOutcome> {
  const { status, error, data }: QueryAnswer = await getJson(`${prometheus}/api/v1/query?query=${encodeURIComponent(expr)}`);
  if (status !== "success") return { series: 0, error: error ?? status };
  return { series: Array.isArray(data?.result) ? data.result.length : 0 };
}

async function getJson<Answer>(url: string): Promise<Answer> {
  return await (await fetch(url, { signal: AbortSignal.timeout(timeout_ms) })).json();
}
