import { FormatRegistry } from "@sinclair/typebox";

const shape = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})$/;
const february = 2;
const thirtyDays = new Set([4, 6, 9, 11]);

/** Whether `text` is a date-time that exists (RFC 3339, section 5.6; leap seconds, which PostgreSQL rounds away, are refused). */
export function isInstant(text: string): boolean {
  const parts = shape.exec(text);
  if (!parts) return false;
  const [, year = Number.NaN, month = Number.NaN, day = Number.NaN, hour = Number.NaN, minute = Number.NaN, second = Number.NaN] =
    parts.map(Number);
  return month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month) && hour <= 23 && minute <= 59 && second <= 59;
}

function daysIn(year: number, month: number): number {
  if (month === february) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return thirtyDays.has(month) ? 30 : 31;
}

// TypeBox knows no format until it is registered, and refuses every value of one that it does not know.
FormatRegistry.Set("date-time", isInstant);
