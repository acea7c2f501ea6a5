import { BlockList, isIP, isIPv6 } from "node:net";
import type { TrustedProxies } from "../config/config.ts";

/** The address of whoever sent a request, by its peer's and its X-Forwarded-For; undefined for a trusted proxy that forwards nobody. */
export type CallerAddress = (peer: string, forwarded: string | null) => string | undefined;

/**
 * The caller's address is the peer's, unless that is a trusted proxy. Then the list that was forwarded is read from its end, where each
 * proxy wrote whom it had before it, until somebody is not trusted; what comes before that anyone may have made up.
 */
export function createCallerAddress(trusted: TrustedProxies | undefined): CallerAddress {
  if (trusted === undefined) return (peer) => peer;
  const isTrusted = trust(trusted);
  return (peer, forwarded) => {
    if (forwarded === null) return isTrusted(peer, 0) ? undefined : peer;
    const entries = forwarded.split(",");
    let address = peer;
    for (let hop = 0; hop < entries.length && isTrusted(address, hop); hop++) {
      const before = addressIn(entries[entries.length - 1 - hop] ?? "");
      if (before === undefined) return address;
      address = before;
    }
    return address;
  };
}

function trust(trusted: TrustedProxies): (address: string, hop: number) => boolean {
  if ("hops" in trusted) return (_, hop) => hop < trusted.hops;
  const list = new BlockList();
  for (const range of trusted.ranges) {
    const [network = "", prefix] = range.split("/");
    list.addSubnet(network, Number(prefix), isIPv6(network) ? "ipv6" : "ipv4");
  }
  return (address) => {
    const plain = withoutMapping(address);
    return list.check(plain, isIPv6(plain) ? "ipv6" : "ipv4");
  };
}

/** An entry may carry a port, and brackets: `203.0.113.7:443`, `[2001:db8::1]:443`. */
function addressIn(entry: string): string | undefined {
  const text = entry.trim();
  if (isIP(text) !== 0) return text;
  const address = /^\[([^\]]*)\](?::\d+)?$/.exec(text)?.[1] ?? /^([^:]*):\d+$/.exec(text)?.[1] ?? "";
  return isIP(address) === 0 ? undefined : address;
}

/** What stands for whoever calls from there, where callers are counted. */
export function callerAt(address: string): string {
  return `address ${networkOf(address)}`;
}

/**
 * Where one caller may come from: an IPv4 address, or the first 64 bits of an IPv6 one, since who has one of those
 * addresses has them all (RFC 6177).
 */
export function networkOf(address: string): string {
  const plain = withoutMapping(address);
  if (!isIPv6(plain)) return plain;
  const [head = "", tail] = plain.split("%", 1)[0]?.split("::") ?? [];
  const groups = head === "" ? [] : head.split(":");
  if (tail !== undefined)
    groups.push(
      ...Array<string>(Math.max(0, 8 - groups.length - (tail === "" ? 0 : tail.split(":").length))).fill("0"),
      ...tail.split(":"),
    );
  return groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(":");
}

/** An IPv4 address as a socket of both kinds shows it: `::ffff:203.0.113.7`. */
function withoutMapping(address: string): string {
  return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address;
}
