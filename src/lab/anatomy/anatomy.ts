/**
 * A frame taken apart for people who want to see the bytes. Where `dissect` gives values, this gives places.
 * Limits: the protocols of the lab; a layer that is cut short is data.
 * @see RFC 894, 826, 791, 8200, 792, 4443, 768, 9293, 7348, 1035
 */
import { sum16 } from '../../linux/core/summary.ts';
import { Draft, hex, named } from './draft.ts';
import type { Layer } from './layer.ts';
import { type Pseudo, transport } from './transport.ts';

const ETHERTYPES: Readonly<Record<number, string>> = {
  2048: 'IPv4',
  2054: 'ARP',
  33024: '802.1Q',
  34525: 'IPv6',
};
const PROTOCOLS: Readonly<Record<number, string>> = {
  0: 'hop-by-hop',
  1: 'ICMP',
  2: 'IGMP',
  6: 'TCP',
  17: 'UDP',
  44: 'fragment',
  58: 'ICMPv6',
};
const HOP_BY_HOP = 0;
const FRAGMENT = 44;

/** @param b as captured @returns its layers, the outer one first; together they are all of its bytes */
export function anatomy(b: Uint8Array): Layer[] {
  return ethernet(b, 0, b.length);
}

/** A frame that begins at `at`. */
export function ethernet(b: Uint8Array, at: number, end: number): Layer[] {
  const d = new Draft(b, at, end);
  if (d.size < 14) return data(b, at, end);
  d.add('dstMac', 0, 6, d.mac(0));
  d.add('srcMac', 6, 6, d.mac(6));
  const type = d.u16(12);
  d.add('etherType', 12, 2, named(type, ETHERTYPES, hex(type, 4)));
  return [d.layer('Ethernet', `${d.mac(6)} → ${d.mac(0)}`, 14), ...network(type, b, at + 14, end)];
}

function network(type: number, b: Uint8Array, at: number, end: number): Layer[] {
  if (type === 0x8100) return vlan(b, at, end);
  if (type === 0x0806) return arp(b, at, end);
  if (type === 0x0800) return ip4(b, at, end);
  return type === 0x86dd ? ip6(b, at, end) : data(b, at, end);
}

function vlan(b: Uint8Array, at: number, end: number): Layer[] {
  const d = new Draft(b, at, end);
  if (d.size < 4) return data(b, at, end);
  d.add('priority', 0, 2, d.u16(0) >> 13);
  d.add('vlanId', 0, 2, d.u16(0) & 0xfff);
  d.add('etherType', 2, 2, named(d.u16(2), ETHERTYPES, hex(d.u16(2), 4)));
  return [d.layer('802.1Q', `VLAN ${d.u16(0) & 0xfff}`, 4), ...network(d.u16(2), b, at + 4, end)];
}

function arp(b: Uint8Array, at: number, end: number): Layer[] {
  const d = new Draft(b, at, end);
  if (d.size < 28) return data(b, at, end);
  const op = d.u16(6);
  d.add('hardware', 0, 2, named(d.u16(0), { 1: 'Ethernet' }));
  d.add('protocolType', 2, 2, named(d.u16(2), ETHERTYPES, hex(d.u16(2), 4)));
  d.add('sizes', 4, 2, `${d.u8(4)}, ${d.u8(5)}`);
  d.add('operation', 6, 2, named(op, { 1: 'request', 2: 'reply' }));
  d.add('senderMac', 8, 6, d.mac(8));
  d.add('senderIp', 14, 4, d.ip4(14));
  d.add('targetMac', 18, 6, d.mac(18));
  d.add('targetIp', 24, 4, d.ip4(24));
  const title = op === 1 ? `who-has ${d.ip4(24)} tell ${d.ip4(14)}` : `${d.ip4(14)} is-at ${d.mac(8)}`;
  return [d.layer('ARP', title, 28), ...rest(b, at + 28, end, 'padding')];
}

/** @param whole false for a packet that an error quotes: what follows may be cut, and there is no padding */
export function ip4(b: Uint8Array, at: number, end: number, whole = true): Layer[] {
  const d = new Draft(b, at, end);
  const head = (d.u8(0) & 15) * 4;
  if (d.size < 20 || head < 20 || d.size < head) return data(b, at, end);
  const total = d.u16(2);
  const cut = d.u16(6);
  const offset = (cut & 0x1fff) * 8;
  const flags = [cut & 0x4000 ? 'DF' : '', cut & 0x2000 ? 'MF' : ''].filter(Boolean);
  d.add('version', 0, 1, d.u8(0) >> 4);
  d.add('headerLength', 0, 1, `${head} B`);
  d.add('tos', 1, 1, hex(d.u8(1), 2));
  d.add('totalLength', 2, 2, total);
  d.add('identification', 4, 2, d.u16(4));
  d.add('fragment', 6, 2, flags.length > 0 ? flags.join(', ') : '—');
  d.add('fragmentOffset', 6, 2, offset);
  d.add('ttl', 8, 1, d.u8(8));
  d.add('protocol', 9, 1, named(d.u8(9), PROTOCOLS));
  d.add('headerChecksum', 10, 2, hex(d.u16(10), 4), sum16(d.bytes(0, head), 0) === 0xffff);
  d.add('src', 12, 4, d.ip4(12));
  d.add('dst', 16, 4, d.ip4(16));
  if (head > 20) d.add('options', 20, head - 20, hexBytes(d.bytes(20, head - 20)));
  const stop = Math.min(end, at + Math.max(total, head));
  const pseudo = { v: 4, src: d.bytes(12, 4), dst: d.bytes(16, 4), bytes: Math.max(0, total - head) } as const;
  const inner = carried(d.u8(9), offset !== 0, (cut & 0x2000) !== 0, b, at + head, stop, pseudo);
  const behind = whole ? rest(b, stop, end, 'padding') : [];
  return [d.layer('IPv4', `${d.ip4(12)} → ${d.ip4(16)}`, head), ...inner, ...behind];
}

/** @param whole see `ip4` */
export function ip6(b: Uint8Array, at: number, end: number, whole = true): Layer[] {
  const d = new Draft(b, at, end);
  if (d.size < 40) return data(b, at, end);
  d.add('version', 0, 1, d.u8(0) >> 4);
  d.add('trafficClass', 0, 2, hex((d.u16(0) >> 4) & 255, 2));
  d.add('flowLabel', 1, 3, hex(d.u32(0) & 0xfffff, 5));
  d.add('payloadLength', 4, 2, d.u16(4));
  d.add('nextHeader', 6, 1, named(d.u8(6), PROTOCOLS));
  d.add('hopLimit', 7, 1, d.u8(7));
  d.add('src', 8, 16, d.ip6(8));
  d.add('dst', 24, 16, d.ip6(24));
  const stop = Math.min(end, at + 40 + d.u16(4));
  let [next, size] = [d.u8(6), 40];
  let [part, more] = [false, false];
  while ((next === HOP_BY_HOP || next === FRAGMENT) && at + size + 8 <= stop) {
    const length = next === FRAGMENT ? 8 : (d.u8(size + 1) + 1) * 8;
    const word = d.u16(size + 2);
    if (next === FRAGMENT) [part, more] = [word >> 3 !== 0, (word & 1) !== 0];
    const text = next === FRAGMENT ? `${PROTOCOLS[next]}, ${word & 0xfff8}` : (PROTOCOLS[next] ?? '');
    d.add('extension', size, length, text);
    next = d.u8(size);
    size += length;
  }
  const pseudo = { v: 6, src: d.bytes(8, 16), dst: d.bytes(24, 16), bytes: d.u16(4) + 40 - size } as const;
  const inner = carried(next, part, more, b, at + size, stop, pseudo);
  const behind = whole ? rest(b, stop, end, 'padding') : [];
  return [d.layer('IPv6', `${d.ip6(8)} → ${d.ip6(24)}`, size), ...inner, ...behind];
}

/** What IP carries: of a fragment that is not the first, data. */
function carried(
  proto: number,
  part: boolean,
  more: boolean,
  b: Uint8Array,
  at: number,
  end: number,
  pseudo: Pseudo,
): Layer[] {
  return part ? data(b, at, end) : transport(proto, b, at, end, more ? { ...pseudo, bytes: -1 } : pseudo);
}

/** Bytes that no layer here reads. */
export function data(b: Uint8Array, at: number, end: number): Layer[] {
  return rest(b, at, end, 'data');
}

function rest(b: Uint8Array, at: number, end: number, name: 'data' | 'padding'): Layer[] {
  if (end <= at) return [];
  const d = new Draft(b, at, end);
  d.add('payload', 0, d.size, printable(d.bytes(0, 64)));
  return [d.layer(name, `${d.size} B`, d.size)];
}

const printable = (b: Uint8Array): string =>
  [...b].map((c) => (c >= 32 && c < 127 ? String.fromCharCode(c) : '·')).join('');

const hexBytes = (b: Uint8Array): string => [...b].map((x) => x.toString(16).padStart(2, '0')).join(' ');
