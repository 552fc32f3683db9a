/** A delivered packet in one line: what the two worlds must agree on, nothing that may differ. */
import { formatIp } from '../../src/base/ip.ts';
import { BY_CHANCE, PORTS } from './words.ts';

const ip = (b: Uint8Array, at: number): string => b.subarray(at, at + 4).join('.');
const u16 = (b: Uint8Array, at: number): number => ((b[at] ?? 0) << 8) | (b[at + 1] ?? 0);

/** Ports that the topologies use; others were chosen at random by NAT. */
const KNOWN = new Set([9, ...PORTS]);
const port = (n: number): string => (KNOWN.has(n) || (n >= 20000 && n < 21000) ? String(n) : '*');

const FLAGS = ['F', 'S', 'R', 'P', 'A', 'U'];

function transport(b: Uint8Array, th: number, proto: number, quoted: boolean): string {
  if (proto === 6) {
    const flags = quoted ? '' : ` ${FLAGS.filter((_, i) => (b[th + 13] ?? 0) & (1 << i)).join('')}`;
    return `tcp ${port(u16(b, th))}>${port(u16(b, th + 2))}${flags}`;
  }
  if (proto === 17) return `udp ${port(u16(b, th))}>${port(u16(b, th + 2))}`;
  const type = b[th] ?? 0;
  const code = b[th + 1] ?? 0;
  if (type === 0 || type === 8) return `icmp ${type === 8 ? 'request' : 'reply'} ${u16(b, th + 4)}`;
  if (quoted) return `icmp ${type}/${code}`;
  return `icmp ${type}/${code} info ${u16(b, th + 6)} [${packetText(b.subarray(th + 8), true)}]`;
}

const ip6 = (b: Uint8Array, at: number): string =>
  formatIp({ v: 6, value: Array.from(b.subarray(at, at + 16)).reduce((n, x) => (n << 8n) | BigInt(x), 0n) });

const ERRORS6 = 128;
const PIECE = 44;

function icmp6(b: Uint8Array, th: number, quoted: boolean): string {
  const type = b[th] ?? 0;
  const code = b[th + 1] ?? 0;
  if (type === 128 || type === 129) return `icmp6 ${type === 128 ? 'request' : 'reply'} ${u16(b, th + 4)}`;
  if (type === 135 || type === 136) return `icmp6 ${type} ${b[th + 4]} ${ip6(b, th + 8)} option ${b[th + 24]}`;
  if (quoted || type >= ERRORS6) return `icmp6 ${type}/${code}`;
  return `icmp6 ${type}/${code} info ${u16(b, th + 6)} [${packetText(b.subarray(th + 8), true)}]`;
}

function packet6(b: Uint8Array, quoted: boolean): string {
  const hops = `hops ${b[7]}${quoted ? ` class ${(u16(b, 0) >> 4) & 255}` : ''}`;
  const head = `${ip6(b, 8)} > ${ip6(b, 24)} ${hops} len ${u16(b, 4)}`;
  const piece = b[6] === PIECE;
  const proto = piece ? (b[40] ?? 0) : (b[6] ?? 0);
  const th = piece ? 48 : 40;
  const part = piece ? ` piece ${u16(b, 42)}` : '';
  if (piece && u16(b, 42) > 7) return `${head}${part} of ${proto}`;
  return `${head}${part} ${proto === 58 ? icmp6(b, th, quoted) : transport(b, th, proto, quoted)}`;
}

/** Whether a packet is one that chance or real time decide on: a report of groups, a redirect. */
export function byChance(b: Uint8Array): boolean {
  return (b[0] ?? 0) >> 4 === 6 && b[6] === 58 && BY_CHANCE.includes(b[40] ?? 0);
}

/** @param quoted in an ICMP error */
export function packetText(b: Uint8Array, quoted = false): string {
  if (b.length < 20) return 'short';
  if ((b[0] ?? 0) >> 4 === 6) return packet6(b, quoted);
  const th = ((b[0] ?? 0) & 15) * 4;
  const df = u16(b, 6) & 0x4000 ? ' DF' : '';
  const head = `${ip(b, 12)} > ${ip(b, 16)} ttl ${b[8]} tos ${b[1]} len ${u16(b, 2)}${df}`;
  return `${head} ${transport(b, th, b[9] ?? 0, quoted)}`;
}
