/** Small IPv6 worlds: hosts on one link, routers between links, captures read as lines. */
import { type Core, SockType } from '../../../src/linux/core/core.ts';
import { a6, machine, sum16, text6 } from '../world.ts';

/** IFA_F_NODAD */
export const NODAD = 2;

/** Gives a device an address and its connected route. */
export function address6(core: Core, ns: number, dev: number, ip: string, bits = 64, flags = NODAD): void {
  core.addr6Add(dev, a6(ip), bits, flags);
  if (bits < 128) core.routeAdd(ns, { table: 254, dst: a6(ip), bits, dev, scope: 0, metric: 256, type: 1 });
}

/** What Linux gives a device that comes up: its link-local address, and the routes of link and groups. */
export function comesUp(core: Core, ns: number, dev: number, mac: number): void {
  core.ip6DevSet(dev, 'disable_ipv6', 0);
  core.devSet(dev, 'up', 1);
  address6(core, ns, dev, linkLocal(mac), 64, 0);
  core.routeAdd(ns, { table: 255, dst: a6('ff00::'), bits: 8, dev, scope: 0, metric: 256, type: 5 });
}

/** The link-local address of a MAC. @see RFC 4291 appendix A */
export function linkLocal(mac: number): string {
  const b = Array.from({ length: 6 }, (_, i) => Math.floor(mac / 2 ** (8 * (5 - i))) & 255);
  const word = (hi: number, lo: number): string => ((hi << 8) | lo).toString(16);
  return text6(a6(`fe80::${word(b[0]! ^ 2, b[1]!)}:${word(b[2]!, 0xff)}:${word(0xfe, b[3]!)}:${word(b[4]!, b[5]!)}`));
}

export function gateway6(core: Core, ns: number, dev: number, gw: string): void {
  core.routeAdd(ns, { table: 254, dst: a6('::'), bits: 0, gw: a6(gw), dev, scope: 0, metric: 1024, type: 1 });
}

/** A machine with ::1. */
export function machine6(core: Core): number {
  const ns = machine(core);
  core.addr6Add(loopbackOf(core, ns), a6('::1'), 128, NODAD);
  return ns;
}

/** The loopback device of a machine: the one a lookup of 127.0.0.1 names. */
function loopbackOf(core: Core, ns: number): number {
  const lo = new Uint8Array(16);
  lo.set([0xff, 0xff, 127, 0, 0, 1], 10);
  const r = core.routeLookup(ns, { dst: lo });
  return typeof r === 'number' ? 0 : r.dev;
}

/** Runs the core for a while. */
export const wait = (core: Core, seconds: number): void => core.run(core.now() + seconds * 1e9);

export interface Link2 {
  readonly a: number;
  readonly b: number;
  readonly da: number;
  readonly db: number;
}

/** Two hosts on one link, 2001:db8::1 and ::2, their addresses good. */
export function pair(core: Core): Link2 {
  const a = machine6(core);
  const b = machine6(core);
  const [da, db] = core.vethAdd(a, 'eth0', 0x020000000001, b, 'eth0', 0x020000000002);
  core.devSet(da, 'up', 1);
  comesUp(core, b, db, 0x020000000002);
  comesUp(core, a, da, 0x020000000001);
  address6(core, a, da, '2001:db8::1');
  address6(core, b, db, '2001:db8::2');
  return { a, b, da, db };
}

/** A host on each side of a router: left 2001:db8:1::2, router ::1 on both, right 2001:db8:2::2. */
export function routed(core: Core, mtu = 1500) {
  const left = machine6(core);
  const router = machine6(core);
  const right = machine6(core);
  const [l, rl] = core.vethAdd(left, 'eth0', 0x02000000000a, router, 'eth0', 0x0200000000a1);
  const [r, rr] = core.vethAdd(right, 'eth0', 0x02000000000b, router, 'eth1', 0x0200000000b1);
  core.devSet(r, 'mtu', mtu);
  core.devSet(rr, 'mtu', mtu);
  for (const d of [rl, rr]) core.ip6DevSet(d, 'forwarding', 1);
  core.ip6NsSet(router, 'forwarding', 1);
  for (const d of [l, r]) core.devSet(d, 'up', 1);
  comesUp(core, router, rl, 0x0200000000a1);
  comesUp(core, router, rr, 0x0200000000b1);
  comesUp(core, left, l, 0x02000000000a);
  comesUp(core, right, r, 0x02000000000b);
  address6(core, left, l, '2001:db8:1::2');
  address6(core, router, rl, '2001:db8:1::1');
  address6(core, router, rr, '2001:db8:2::1');
  address6(core, right, r, '2001:db8:2::2');
  gateway6(core, left, l, '2001:db8:1::1');
  gateway6(core, right, r, '2001:db8:2::1');
  return { left, router, right, l, rl, r, rr };
}

/** Sends an echo request from a raw socket. @param dev device, for an address of one link */
export function ping6(core: Core, ns: number, to: string, size = 56, dev = 0, hops = 0): number {
  const s = core.sockOpen(ns, SockType.RAW, 6, 58);
  if (hops) core.sockSet(s, 'ttl', hops);
  core.sockSet(s, 'recverr', 1);
  const m = new Uint8Array(8 + size);
  m.set([128, 0, 0, 0, 0, 7, 0, 1]);
  core.sockSend(s, m, a6(to), 0, dev);
  return s;
}

/** Who answered a ping, and what errors came (from, type/code); other messages that a raw socket sees are left out. */
export function answers6(core: Core, s: number): string[] {
  const out: string[] = [];
  for (;;) {
    const d = core.sockRecvFrom(s);
    if (typeof d === 'number') return out;
    if (d.error) out.push(`${text6(d.ip)} error ${d.error.type}/${d.error.code}`);
    else if (d.data[0] === 129) out.push(text6(d.ip));
  }
}

const ND: Record<number, string> = {
  128: 'echo request',
  129: 'echo reply',
  133: 'RS',
  134: 'RA',
  135: 'NS',
  136: 'NA',
  143: 'MLDv2',
};
const KIND = ['In', 'B', 'M', 'P', 'Out'];

/** A frame as a short line: who to whom, what; for ND the target, for reports the group. */
export function line6(bytes: Uint8Array, kind: number): string {
  if (((bytes[12]! << 8) | bytes[13]!) !== 0x86dd) return `${KIND[kind]} other`;
  let next = bytes[20]!;
  let at = 54;
  while (next === 0 || next === 60 || next === 43) {
    next = bytes[at]!;
    at += (bytes[at + 1]! + 1) * 8;
  }
  let head = `${KIND[kind]} ${text6(bytes, 22)} > ${text6(bytes, 38)} hl ${bytes[21]}`;
  if (next === 44) {
    const off = (bytes[at + 2]! << 8) | bytes[at + 3]!;
    return `${head} frag ${off & 0xfff8}${off & 1 ? '+' : ''} len ${bytes.length - 54}`;
  }
  if (next !== 58) {
    const port = (p: number): number => (bytes[p]! << 8) | bytes[p + 1]!;
    return `${head} ${next} ${port(at)} > ${port(at + 2)}`;
  }
  const type = bytes[at]!;
  head += ` ${ND[type] ?? `icmp6 ${type}/${bytes[at + 1]}`}`;
  if (type === 135 || type === 136) head += ` ${text6(bytes, at + 8)}`;
  if (type === 143) head += ` ${text6(bytes, at + 12)}`;
  return head;
}

/** The frames of a capture as lines. */
export function lines6(core: Core, capture: number): string[] {
  const out: string[] = [];
  for (let f = core.captureRead(capture); f; f = core.captureRead(capture)) out.push(line6(f.bytes, f.pkttype));
  return out;
}

/** Whether the transport checksum of an IPv6 frame is right (fragments and what is not known: true). */
export function checksum6Holds(f: Uint8Array): boolean {
  if (((f[12]! << 8) | f[13]!) !== 0x86dd) return true;
  let next = f[20]!;
  let at = 54;
  while (next === 0 || next === 60 || next === 43) {
    next = f[at]!;
    at += (f[at + 1]! + 1) * 8;
  }
  if (next !== 58 && next !== 6 && next !== 17) return true;
  const end = 54 + ((f[18]! << 8) | f[19]!);
  return sum16(f, at, end, sum16(f, 22, 54, next + (end - at))) === 0xffff;
}
