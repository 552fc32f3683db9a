/** Router advertisements as frames, and what both worlds are told to do with them. */
import { formatMac, linkLocal, parseIp6 } from '../../src/base/ip.ts';

/** A prefix of an advertisement. */
export interface AdvertPrefix {
  readonly net: string;
  readonly bits: number;
  /** 0x80 on the link, 0x40 for addresses. */
  readonly flags: number;
  /** s; 0xffffffff: for ever. */
  readonly valid: number;
  readonly preferred: number;
}

export interface Advert {
  /** s; 0: no default router. */
  readonly lifetime: number;
  readonly hops?: number;
  /** 0x08 high, 0x18 low. */
  readonly flags?: number;
  readonly mtu?: number;
  /** Whether it tells the router's MAC address. */
  readonly lladdr?: boolean;
  readonly prefixes?: readonly AdvertPrefix[];
  /** Of the IPv6 header; 255 is right. */
  readonly ttl?: number;
  /** Instead of the router's link-local address. */
  readonly from?: string;
}

export const ROUTER_MAC = 0x020000000002;

const sixteen = (value: bigint): number[] =>
  Array.from({ length: 16 }, (_, i) => Number((value >> BigInt(8 * (15 - i))) & 255n));
const four = (n: number): number[] => [n >>> 24, (n >>> 16) & 255, (n >>> 8) & 255, n & 255];
const mac = (n: number): number[] =>
  formatMac(n)
    .split(':')
    .map((x) => Number.parseInt(x, 16));

/** The frame of an advertisement to all nodes. */
export function advertFrame(a: Advert): Uint8Array {
  const options = [
    ...(a.lladdr ? [1, 1, ...mac(ROUTER_MAC)] : []),
    ...(a.mtu === undefined ? [] : [5, 1, 0, 0, ...four(a.mtu)]),
    ...(a.prefixes ?? []).flatMap((p) => [
      ...[3, 4, p.bits, p.flags, ...four(p.valid), ...four(p.preferred), 0, 0, 0, 0],
      ...sixteen(parseIp6(p.net) as bigint),
    ]),
  ];
  const message = [
    134,
    0,
    0,
    0,
    a.hops ?? 0,
    a.flags ?? 0,
    a.lifetime >> 8,
    a.lifetime & 255,
    ...four(0),
    ...four(0),
    ...options,
  ];
  const src = sixteen(a.from === undefined ? linkLocal(ROUTER_MAC) : (parseIp6(a.from) as bigint));
  const dst = sixteen(parseIp6('ff02::1') as bigint);
  let sum = 58 + message.length;
  for (const list of [src, dst, message]) for (const [i, b] of list.entries()) sum += i & 1 ? b : b << 8;
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  message[2] = (~sum >> 8) & 255;
  message[3] = ~sum & 255;
  const head = [0x60, 0, 0, 0, message.length >> 8, message.length & 255, 58, a.ttl ?? 255];
  return Uint8Array.from([...mac(0x333300000001), ...mac(ROUTER_MAC), 0x86, 0xdd, ...head, ...src, ...dst, ...message]);
}
