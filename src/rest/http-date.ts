/** An instant of the wire (RFC 3339, in UTC) as HTTP writes it (RFC 9110, section 5.6.7). */
export function httpDate(instant: string): string {
  return `${httpDay(instant.slice(0, 10))} ${instant.slice(11, 19)} GMT`;
}

/** `Mon, 23 Nov 2026` for `2026-11-23`: articles are of few days, and a Date for each answer costs more than all its other headers. */
const httpDays = new Map<string, string>();
const kept_days_max = 10_000;

function httpDay(day: string): string {
  const known = httpDays.get(day);
  if (known !== undefined) return known;
  if (httpDays.size >= kept_days_max) httpDays.clear();
  const made = new Date(day).toUTCString().slice(0, -" 00:00:00 GMT".length);
  httpDays.set(day, made);
  return made;
}

const time = "(?<hour>\\d{2}):(?<minute>\\d{2}):(?<second>\\d{2})";
const day_name = "(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)";
const month = "(?<month>Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)";
/** IMF-fixdate, and the two that nobody may write any more and everybody has to read: RFC 850's and asctime's. */
const forms = [
  `${day_name}, (?<day>\\d{2}) ${month} (?<year>\\d{4}) ${time} GMT`,
  `(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, (?<day>\\d{2})-${month}-(?<year>\\d{2}) ${time} GMT`,
  `${day_name} ${month} (?<day>[ \\d]\\d) ${time} (?<year>\\d{4})`,
].map((form) => new RegExp(`^${form}$`));
const months = "JanFebMarAprMayJunJulAugSepOctNovDec";

/** Milliseconds since 1970, to the second; undefined for what is no date of HTTP (RFC 9110, section 5.6.7). */
export function parseHttpDate(text: string): number | undefined {
  for (const form of forms) {
    const parts = form.exec(text)?.groups;
    if (parts !== undefined) return instantOf(parts);
  }
  return undefined;
}

function instantOf({
  year = "",
  month: name = "",
  day,
  hour,
  minute,
  second,
}: Record<string, string | undefined>): number | undefined {
  const [d, h, m, s] = [day, hour, minute, second].map(Number);
  const at = new Date(Date.UTC(fullYear(year), months.indexOf(name) / 3, d, h, m, s));
  // The 31st of February would be the 3rd of March.
  return at.getUTCDate() === d && at.getUTCHours() === h && at.getUTCMinutes() === m ? at.getTime() : undefined;
}

/** Of two digits the last such year that is less than 50 years ahead. */
function fullYear(text: string): number {
  if (text.length === 4) return Number(text);
  const latest = new Date().getUTCFullYear() + 50;
  return latest - ((latest - Number(text)) % 100);
}
