/**
 * Internet addresses as values: IPv4 as an unsigned 32-bit number in host order, IPv6 as a bigint, prefixes of both.
 * Parsing is strict, as Go's netip and Linux's inet_pton are: no leading zeros, no short forms of IPv4.
 * @see RFC 4291 §2.2, RFC 5952 (text form of IPv6)
 */

/** IPv4 in host order, 0 … 2^32-1. */
export type Ip4 = number;

/** An address of either family. */
export type IpAddr =
  | { readonly v: 4; readonly value: Ip4 }
  | {
      readonly v: 6;
      readonly value: bigint;
      /** The interface whose link a link-local address is of. @see RFC 4007 §11 */
      readonly zone?: string;
    };

/** A prefix; host bits are kept as given. */
export interface Prefix {
  readonly addr: IpAddr;
  readonly bits: number;
}

/** @returns undefined when the text is no IPv4 address */
export function parseIp4(s: string): Ip4 | undefined {
  const parts = s.split('.');
  if (parts.length !== 4) return undefined;
  let out = 0;
  for (const p of parts) {
    if (!isDigits(p) || p.length > 3 || (p.length > 1 && p[0] === '0')) return undefined;
    const n = Number(p);
    if (n > 255) return undefined;
    out = out * 256 + n;
  }
  return out;
}

function isDigits(s: string): boolean {
  if (s.length === 0) return false;
  for (const c of s) if (c < '0' || c > '9') return false;
  return true;
}

/** Dotted text of an IPv4 number. */
export function formatIp4(a: Ip4): string {
  return `${a >>> 24}.${(a >>> 16) & 255}.${(a >>> 8) & 255}.${a & 255}`;
}

/** @returns undefined when the text is no IPv6 address (zones are not taken) */
export function parseIp6(s: string): bigint | undefined {
  const halves = s.split('::');
  if (halves.length > 2) return undefined;
  const groups = (half: string): number[] | undefined => {
    if (half === '') return [];
    const out: number[] = [];
    const parts = half.split(':');
    for (let i = 0; i < parts.length; i++) {
      const p = parts[i] as string;
      if (p.includes('.')) {
        const v4 = i === parts.length - 1 ? parseIp4(p) : undefined;
        if (v4 === undefined) return undefined;
        out.push(v4 >>> 16, v4 & 0xffff);
      } else {
        if (p.length < 1 || p.length > 4) return undefined;
        const n = Number.parseInt(p, 16);
        if (Number.isNaN(n) || n.toString(16).padStart(p.length, '0') !== p.toLowerCase()) return undefined;
        out.push(n);
      }
    }
    return out;
  };
  const head = groups(halves[0] as string);
  const tail = halves.length === 2 ? groups(halves[1] as string) : [];
  if (!head || !tail) return undefined;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  let out = 0n;
  for (const g of [...head, ...new Array<number>(halves.length === 2 ? missing : 0).fill(0), ...tail])
    out = (out << 16n) | BigInt(g);
  return out;
}

/** RFC 5952 text: lower case, the longest run of zero groups as `::`, v4-mapped with a dotted tail. */
export function formatIp6(a: bigint): string {
  const g: number[] = [];
  for (let i = 7; i >= 0; i--) g.push(Number((a >> BigInt(16 * i)) & 0xffffn));
  if (a >> 32n === 0xffffn) return `::ffff:${formatIp4(Number(a & 0xffffffffn))}`;
  let best = -1;
  let bestLen = 1;
  for (let i = 0; i < 8; i++) {
    let j = i;
    while (j < 8 && g[j] === 0) j++;
    if (j - i > bestLen) {
      best = i;
      bestLen = j - i;
    }
    if (j > i) i = j;
  }
  const hex = (xs: number[]): string => xs.map((x) => x.toString(16)).join(':');
  return best < 0 ? hex(g) : `${hex(g.slice(0, best))}::${hex(g.slice(best + bestLen))}`;
}

export function parseIp(s: string): IpAddr | undefined {
  const v4 = parseIp4(s);
  if (v4 !== undefined) return { v: 4, value: v4 };
  const v6 = parseIp6(s);
  return v6 === undefined ? undefined : { v: 6, value: v6 };
}

export const ip4 = (value: Ip4): IpAddr => ({ v: 4, value: value >>> 0 });
export const ip6 = (value: bigint): IpAddr => ({ v: 6, value });

/** An address as text, IPv6 in its short form and with its zone. */
export function formatIp(a: IpAddr): string {
  if (a.v === 4) return formatIp4(a.value);
  return a.zone === undefined ? formatIp6(a.value) : `${formatIp6(a.value)}%${a.zone}`;
}

/** Of 127.0.0.0/8, or ::1. */
export const isLoopback = (a: IpAddr): boolean => (a.v === 4 ? a.value >>> 24 === 127 : a.value === 1n);

/** Are two addresses the same? (Zones are not compared.) */
export function sameIp(a: IpAddr, b: IpAddr): boolean {
  return a.v === b.v && a.value === b.value;
}

/** Are two prefixes the same? Undefined is the same as undefined only. */
export function samePrefix(a: Prefix | undefined, b: Prefix | undefined): boolean {
  return a === undefined || b === undefined ? a === b : a.bits === b.bits && sameIp(a.addr, b.addr);
}

/** Whether an address means something on one link only: fe80::/10, and groups of that scope. */
export function needsZone(a: IpAddr): boolean {
  if (a.v === 4) return false;
  if (a.value >> 120n === 0xffn) return ((a.value >> 112n) & 15n) <= 2n;
  return a.value >> 118n === 0x3fan;
}

/** `address/bits`; @returns undefined when either part is wrong */
export function parsePrefix(s: string): Prefix | undefined {
  const slash = s.indexOf('/');
  if (slash < 0) return undefined;
  const addr = parseIp(s.slice(0, slash));
  const len = s.slice(slash + 1);
  if (!addr || !isDigits(len) || (len.length > 1 && len[0] === '0')) return undefined;
  const bits = Number(len);
  return bits > (addr.v === 4 ? 32 : 128) ? undefined : { addr, bits };
}

/** `ADDRESS/BITS`. */
export function formatPrefix(p: Prefix): string {
  return `${formatIp(p.addr)}/${p.bits}`;
}

/** The netmask of an IPv4 prefix length, in host order. */
export function mask4(bits: number): Ip4 {
  return bits === 0 ? 0 : (0xffffffff << (32 - bits)) >>> 0;
}

const mask6 = (bits: number): bigint => ((1n << BigInt(bits)) - 1n) << BigInt(128 - bits);

/** The prefix with its host bits cleared. */
export function network(p: Prefix): Prefix {
  if (p.addr.v === 4) return { addr: ip4((p.addr.value & mask4(p.bits)) >>> 0), bits: p.bits };
  return { addr: ip6(p.addr.value & mask6(p.bits)), bits: p.bits };
}

/** Does the prefix hold the address? */
export function contains(p: Prefix, a: IpAddr): boolean {
  return p.addr.v === a.v && sameIp(network(p).addr, network({ addr: a, bits: p.bits }).addr);
}

/** Do two prefixes share an address? */
export function overlaps(a: Prefix, b: Prefix): boolean {
  const bits = Math.min(a.bits, b.bits);
  return contains({ addr: a.addr, bits }, b.addr);
}

/** The last address of an IPv4 prefix (its broadcast address). */
export function last4(p: Prefix): Ip4 {
  if (p.addr.v !== 4) throw new Error('last4 of an IPv6 prefix');
  return (p.addr.value | (~mask4(p.bits) >>> 0)) >>> 0;
}

/** Six bytes of a MAC address as a number (48 bits, exact). @returns undefined when the text is no MAC address */
export function parseMac(s: string): number | undefined {
  const parts = s.split(/[:-]/);
  if (parts.length !== 6) return undefined;
  let out = 0;
  for (const p of parts) {
    if (p.length !== 2) return undefined;
    const n = Number.parseInt(p, 16);
    if (Number.isNaN(n) || n.toString(16).padStart(2, '0') !== p.toLowerCase()) return undefined;
    out = out * 256 + n;
  }
  return out;
}

/** A MAC address as six pairs of hexadecimal digits. */
export function formatMac(mac: number): string {
  const hex = mac.toString(16).padStart(12, '0');
  let out = hex.slice(0, 2);
  for (let i = 2; i < 12; i += 2) out += `:${hex.slice(i, i + 2)}`;
  return out;
}

/** The Ethernet address by which a multicast group is heard. @see RFC 1112 §6.4, RFC 2464 §7 */
export function groupMac(group: IpAddr): number {
  return group.v === 4 ? 0x01005e000000 + (group.value & 0x7fffff) : 0x333300000000 + Number(group.value & 0xffffffffn);
}

/** The link-local IPv6 address of a MAC by EUI-64. @see RFC 4291 appendix A */
export function linkLocal(mac: number): bigint {
  const m = BigInt(mac) ^ 0x020000000000n;
  return (0xfe80n << 112n) | ((m >> 24n) << 40n) | (0xfffen << 24n) | (m & 0xffffffn);
}
