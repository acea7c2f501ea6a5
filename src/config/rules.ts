import { isIPv6 } from "node:net";

/** How the text of a variable becomes a value. `parse` answers undefined for what is not allowed. */
export interface Rule<Value> {
  /** What is allowed, in words that complete "allowed: …". */
  readonly allowed: string;
  parse(text: string): Value | undefined;
}

/** Decimal digits only: `Number` would also take "1e3", " 5" and "0x10". */
export function wholeNumber(min: number, max: number): Rule<number> {
  return {
    allowed: `a whole number from ${min} to ${max}`,
    parse(text) {
      if (!/^(0|[1-9]\d{0,15})$/.test(text)) return undefined;
      const value = Number(text);
      return value >= min && value <= max ? value : undefined;
    },
  };
}

/** So many, or `off`, which is 0. */
export function offOr(max: number): Rule<number> {
  const number = wholeNumber(1, max);
  return { allowed: `off, or ${number.allowed}`, parse: (text) => (text.toLowerCase() === "off" ? 0 : number.parse(text)) };
}

export function oneOf<const Value extends string>(values: readonly Value[]): Rule<Value> {
  return {
    allowed: `one of ${values.join(", ")}`,
    parse: (text) => values.find((value) => value === text.toLowerCase()),
  };
}

export const onOff: Rule<boolean> = {
  allowed: "on or off (also true or false, 1 or 0)",
  parse(text) {
    const word = text.toLowerCase();
    if (word === "on" || word === "true" || word === "1") return true;
    if (word === "off" || word === "false" || word === "0") return false;
    return undefined;
  },
};

export function matching(pattern: RegExp, allowed: string): Rule<string> {
  return { allowed, parse: (text) => (pattern.test(text) ? text : undefined) };
}

/** Any text at all, of at least so many bytes of UTF-8. */
export function bytes(min: number, allowed: string): Rule<string> {
  return { allowed, parse: (text) => (Buffer.byteLength(text) >= min ? text : undefined) };
}

/** An HTTP address to which paths are appended; a slash at its end is dropped. */
export const baseUrl: Rule<string> = {
  allowed: "a URL like http://host:5000, without user, query or fragment",
  parse(text) {
    if (!/^https?:\/\/[^\s]+$/i.test(text) || !URL.canParse(text)) return undefined;
    const url = new URL(text);
    if (url.username !== "" || url.password !== "" || /[?#]/.test(text)) return undefined;
    return url.href.replace(/\/+$/, "");
  },
};

/** A part of a whole. */
export const share: Rule<number> = {
  allowed: "a number from 0 to 1, like 0.05",
  parse: (text) => (/^(?:0?\.\d{1,15}|[01](?:\.0{1,15})?|0\.\d{1,15})$/.test(text) ? Number(text) : undefined),
};

/** As OpenTelemetry writes headers and attributes in one variable: names are tokens of HTTP (RFC 9110, section 5.6.2). */
export const keyValues: Rule<Readonly<Record<string, string>>> = {
  allowed: "a comma list of name=value, values percent-encoded",
  parse(text) {
    const entries = text.split(",").map((entry) => /^\s*([!#$%&'*+.^_`|~\w-]+)\s*=\s*([\x21-\x7e]*)\s*$/.exec(entry));
    try {
      const pairs = entries.map((entry) => entry && ([entry[1] ?? "", decodeURIComponent(entry[2] ?? "")] as const));
      if (!pairs.every((pair) => pair !== null && !/[\0\r\n]/.test(pair[1]))) return undefined;
      return Object.fromEntries(pairs.filter((pair) => pair !== null));
    } catch {
      return undefined;
    }
  },
};

const hostName = /^[a-z0-9_](?:[a-z0-9_.-]{0,251}[a-z0-9_])?$/i;
const withoutBrackets = (text: string) => text.replace(/^\[(.*)\]$/, "$1");

/** A name or an address to listen on or to call; for PostgreSQL also the folder of a socket. */
export const host: Rule<string> = {
  allowed: "a host name or an IP address, without a port",
  parse: (text) => (hostName.test(text) || isIPv6(withoutBrackets(text)) ? withoutBrackets(text) : undefined),
};

export const databaseHost: Rule<string> = {
  allowed: `${host.allowed} (or the absolute folder of PostgreSQL's socket)`,
  parse: (text) => (/^\/[^\0]*$/.test(text) ? text : host.parse(text)),
};

/** Kafka's first contacts: a comma list of host:port. */
export const hostPorts: Rule<readonly string[]> = {
  allowed: "a comma list of host:port, like kafka-1:9092,kafka-2:9092",
  parse(text) {
    const entries = text.split(",").map((entry) => entry.trim());
    return entries.every(isHostPort) ? entries : undefined;
  },
};

const tcpPort = wholeNumber(1, 65_535);

function isHostPort(entry: string): boolean {
  const colon = entry.lastIndexOf(":");
  const name = entry.slice(0, colon);
  const named = hostName.test(name) || (name.startsWith("[") && isIPv6(withoutBrackets(name)));
  return named && tcpPort.parse(entry.slice(colon + 1)) !== undefined;
}
