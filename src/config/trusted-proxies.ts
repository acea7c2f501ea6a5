import { isIP } from "node:net";
import type { TrustedProxies } from "./config.ts";
import { type Rule, wholeNumber } from "./rules.ts";

/** Names for what nobody outside can have (RFC 1122, 1918, 4193, 4291). */
const named: Readonly<Record<string, readonly string[]>> = {
  loopback: ["127.0.0.0/8", "::1/128"],
  private: ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"],
};

const hops = wholeNumber(1, 10);

export const trustedProxies: Rule<TrustedProxies> = {
  allowed: "a number of proxies from 1 to 10, or a comma list of addresses and networks like 10.0.0.0/8, loopback, private",
  parse(text) {
    const count = hops.parse(text);
    if (count !== undefined) return { hops: count };
    const ranges = text.split(",").flatMap((entry) => rangesOf(entry.trim()));
    const known = ranges.filter((range) => range !== undefined);
    return known.length === ranges.length ? { ranges: known } : undefined;
  },
};

/** Each as address and length of its prefix: `10.0.0.0/8`. */
function rangesOf(entry: string): readonly (string | undefined)[] {
  const range = Object.hasOwn(named, entry) ? named[entry] : undefined;
  if (range !== undefined) return range;
  const [address = "", prefix, ...rest] = entry.split("/");
  const bits = isIP(address) === 4 ? 32 : 128;
  if (isIP(address) === 0 || rest.length > 0) return [undefined];
  const length = prefix === undefined ? bits : wholeNumber(0, bits).parse(prefix);
  return [length === undefined ? undefined : `${address}/${length}`];
}
