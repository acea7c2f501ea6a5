import type { Rule } from "./rules.ts";

/** `*`: every site. */
export type CorsOrigins = "*" | readonly string[];

/** Whose pages may read answers: each as a browser writes it into `Origin` (RFC 6454, section 6.2). */
export const originList: Rule<CorsOrigins> = {
  allowed: "*, or a comma list of origins like https://blog.example,http://localhost:3000",
  parse(text) {
    if (text.trim() === "*") return "*";
    const origins = text.split(",").map((entry) => toOrigin(entry.trim()));
    return origins.every((origin) => origin !== undefined) ? [...new Set(origins)] : undefined;
  },
};

function toOrigin(text: string): string | undefined {
  if (!/^https?:\/\/[^/?#@\s*]+$/i.test(text) || !URL.canParse(text)) return undefined;
  return new URL(text).origin;
}
