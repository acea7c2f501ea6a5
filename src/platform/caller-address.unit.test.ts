import { describe, expect, test } from "bun:test";
import type { TrustedProxies } from "../config/config.ts";
import { createCallerAddress, networkOf } from "./caller-address.ts";

const ranges = { ranges: ["10.0.0.0/8", "fd00::/8"] };

describe("the address of a caller", () => {
  type Given = readonly [peer: string, forwarded: string | null, trusted: TrustedProxies | undefined];
  const cases: readonly [name: string, Given, string | undefined][] = [
    ["is the peer's where no proxy is trusted", ["10.0.0.1", "203.0.113.7", undefined], "10.0.0.1"],
    ["is none when a proxy of ours forwards nobody", ["10.0.0.1", null, ranges], undefined],
    ["is none when whoever is trusted forwards nobody", ["203.0.113.7", null, { hops: 1 }], undefined],
    ["is a stranger's who forwards nobody", ["203.0.113.7", null, ranges], "203.0.113.7"],
    ["is what the one proxy wrote", ["10.0.0.1", "198.51.100.9, 203.0.113.7", { hops: 1 }], "203.0.113.7"],
    ["is what the first of two wrote", ["10.0.0.1", "1.1.1.1, 203.0.113.7, 10.0.0.2", { hops: 2 }], "203.0.113.7"],
    ["is the first there is when there are fewer than trusted", ["10.0.0.1", "203.0.113.7", { hops: 5 }], "203.0.113.7"],
    ["is the last that is not in a trusted range", ["10.0.0.1", "1.1.1.1, 203.0.113.7, 10.9.9.9", ranges], "203.0.113.7"],
    ["is the peer's when that is no proxy of ours", ["203.0.113.7", "10.0.0.5", ranges], "203.0.113.7"],
    ["is inside when all are", ["10.0.0.1", "10.0.0.2, 10.0.0.3", ranges], "10.0.0.2"],
    ["is known also where IPv4 is mapped", ["::ffff:10.0.0.1", "203.0.113.7", ranges], "203.0.113.7"],
    ["is known through IPv6 proxies", ["fd00::1", "2001:db8::7, fd12::2", ranges], "2001:db8::7"],
    ["may come with a port", ["10.0.0.1", "203.0.113.7:8080", { hops: 1 }], "203.0.113.7"],
    ["may come in brackets", ["10.0.0.1", "[2001:db8::7]:8080", { hops: 1 }], "2001:db8::7"],
    ["is the proxy's when that writes no address", ["10.0.0.1", "203.0.113.7, unknown", { hops: 2 }], "10.0.0.1"],
    ["is the proxy's when that writes nothing", ["10.0.0.1", "", { hops: 1 }], "10.0.0.1"],
  ];
  for (const [name, [peer, forwarded, trusted], address] of cases) {
    test(name, () => expect(createCallerAddress(trusted)(peer, forwarded)).toBe(address));
  }
});

describe("callers are counted", () => {
  test.each([
    ["203.0.113.7", "203.0.113.7"],
    ["::ffff:203.0.113.7", "203.0.113.7"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2"],
    ["2001:0db8:0001:0002::9", "2001:db8:1:2"],
    ["2001:db8::9", "2001:db8:0:0"],
    ["::1", "0:0:0:0"],
    ["fe80::1%eth0", "fe80:0:0:0"],
    ["1::", "1:0:0:0"],
  ])("%s by %s", (address, network) => expect(networkOf(address)).toBe(network));
});
