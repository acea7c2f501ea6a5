/** The sum of a metric's samples whose labels are as given, over several processes' `/metrics`. */
export async function sumOfMetric(
  urls: readonly string[],
  name: string,
  labels: Readonly<Record<string, string>>,
): Promise<number> {
  const texts = await Promise.all(urls.map(async (url) => (await fetch(`${url}/metrics`)).text()));
  const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  return texts
    .flatMap((text) => text.split("\n"))
    .filter((line) => line.startsWith(`${name}{`) && wanted.every((label) => line.includes(label)))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" "))), 0);
}
