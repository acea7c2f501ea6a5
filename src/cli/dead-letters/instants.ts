import { UsageError } from "../command.ts";

const seconds_of = { s: 1, m: 60, h: 3_600, d: 86_400 } as const;
const ages = "a number with s, m, h or d, like 90m or 30d";

/** The instant so long ago, in RFC 3339. Throws UsageError. */
export function ageOption(name: string, text: string, now_ms = Date.now()): string {
  const instant = instantAgo(text, now_ms);
  if (instant !== undefined) return instant;
  throw new UsageError(`--${name} is ${JSON.stringify(text)}; allowed: ${ages}`);
}

/** An age, or an instant as it is. Throws UsageError. */
export function instantOption(name: string, text: string, now_ms = Date.now()): string {
  const ago = instantAgo(text, now_ms);
  if (ago !== undefined) return ago;
  if (/^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d))?$/.test(text)) {
    const at_ms = Date.parse(text);
    if (!Number.isNaN(at_ms)) return new Date(at_ms).toISOString();
  }
  throw new UsageError(
    `--${name} is ${JSON.stringify(text)}; allowed: ${ages}, or a date, or an instant like 2026-11-23T09:30:00Z`,
  );
}

function instantAgo(text: string, now_ms: number): string | undefined {
  const { number, unit } = /^(?<number>\d{1,6})(?<unit>[smhd])$/.exec(text)?.groups ?? {};
  if (unit !== "s" && unit !== "m" && unit !== "h" && unit !== "d") return undefined;
  return new Date(Math.max(0, now_ms - Number(number) * seconds_of[unit] * 1000)).toISOString();
}
