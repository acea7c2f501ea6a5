import { expect, test } from "bun:test";
import { trustedProxies } from "./trusted-proxies.ts";

test.each([
  ["1", { hops: 1 }],
  ["10", { hops: 10 }],
  ["203.0.113.7", { ranges: ["203.0.113.7/32"] }],
  ["2001:db8::/32, 10.1.0.0/16", { ranges: ["2001:db8::/32", "10.1.0.0/16"] }],
  ["loopback,::1", { ranges: ["127.0.0.0/8", "::1/128", "::1/128"] }],
  ["private", { ranges: ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"] }],
])("%s is understood", (text, expected) => expect(trustedProxies.parse(text)).toEqual(expected));

test.each([
  "0",
  "11",
  "-1",
  "*",
  "all",
  "10.0.0.0/33",
  "10.0.0/8",
  "10.0.0.0/8/8",
  "proxy.example",
  "10.0.0.1,",
  "__proto__",
  "::1/129",
  "1.5",
])("%s is refused", (text) => expect(trustedProxies.parse(text)).toBeUndefined());
