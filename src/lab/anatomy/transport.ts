/** ICMP, TCP and UDP in bytes, and what they carry. */

import { sum16 } from '../../linux/core/summary.ts';
import { tcpFlags } from '../../linux/core/summary-tcp.ts';
import { ICMP_TYPES, ICMP6_TYPES } from '../icmp.ts';
import { data, ethernet, ip4, ip6 } from './anatomy.ts';
import { dns, http } from './application.ts';
import { Draft, hex, named } from './draft.ts';
import type { Layer } from './layer.ts';

/** What the checksum of a transport protocol covers beside its own bytes. @see RFC 9293 §3.1, RFC 8200 §8.1 */
export interface Pseudo {
  readonly v: 4 | 6;
  readonly src: Uint8Array;
  readonly dst: Uint8Array;
  /** Bytes that IP carries, on the wire; -1: a fragment, whose checksum cannot be told. */
  readonly bytes: number;
}

export function transport(proto: number, b: Uint8Array, at: number, end: number, pseudo: Pseudo): Layer[] {
  if (proto === 6) return tcp(b, at, end, pseudo);
  if (proto === 17) return udp(b, at, end, pseudo);
  return proto === 1 || proto === 58 ? icmp(proto, b, at, end, pseudo) : data(b, at, end);
}

/** Whether the checksum is right, undefined when not all of what it covers is there. */
function checked(d: Draft, proto: number, pseudo: Pseudo): boolean | undefined {
  if (pseudo.bytes < 0 || d.size < pseudo.bytes) return undefined;
  let sum = proto === 1 ? 0 : proto + pseudo.bytes;
  if (proto !== 1) sum = sum16(pseudo.dst, sum16(pseudo.src, sum));
  return sum16(d.bytes(0, pseudo.bytes), sum) === 0xffff;
}

const TCP_FLAGS = ['FIN', 'SYN', 'RST', 'PSH', 'ACK', 'URG', 'ECE', 'CWR'];

function tcp(b: Uint8Array, at: number, end: number, pseudo: Pseudo): Layer[] {
  const d = new Draft(b, at, end);
  const head = (d.u8(12) >> 4) * 4;
  if (d.size < 20 || head < 20 || d.size < head) return data(b, at, end);
  const flags = d.u8(13);
  const set = TCP_FLAGS.filter((_, i) => flags & (1 << i));
  d.add('srcPort', 0, 2, d.u16(0));
  d.add('dstPort', 2, 2, d.u16(2));
  d.add('sequence', 4, 4, d.u32(4));
  d.add('acknowledgment', 8, 4, d.u32(8));
  d.add('dataOffset', 12, 1, `${head} B`);
  d.add('flags', 13, 1, set.length > 0 ? set.join(', ') : '—');
  d.add('window', 14, 2, d.u16(14));
  d.add('checksum', 16, 2, hex(d.u16(16), 4), checked(d, 6, pseudo));
  d.add('urgent', 18, 2, d.u16(18));
  tcpOptions(d, head);
  const carries = pseudo.bytes < 0 ? end - at - head : pseudo.bytes - head;
  const title = `${d.u16(0)} → ${d.u16(2)} [${tcpFlags(flags)}]${carries > 0 ? ` ${carries} B` : ''}`;
  const ports = [d.u16(0), d.u16(2)];
  const layer = d.layer('TCP', title, head);
  if (ports.includes(53) && end > at + head + 2) return [layer, ...dns(b, at + head, end, 2)];
  return [layer, ...http(b, at + head, end)];
}

const TCP_OPTIONS: Readonly<Record<number, string>> = {
  0: 'eol',
  1: 'nop',
  2: 'mss',
  3: 'wscale',
  4: 'sackOK',
  5: 'sack',
};

function tcpOptions(d: Draft, head: number): void {
  for (let o = 20; o < head; ) {
    const kind = d.u8(o);
    const size = kind < 2 ? 1 : Math.max(2, d.u8(o + 1));
    const name = TCP_OPTIONS[kind] ?? (kind === 8 ? 'TS' : `option ${kind}`);
    if (kind === 2) d.add('option', o, size, `${name} ${d.u16(o + 2)}`);
    else if (kind === 3) d.add('option', o, size, `${name} ${d.u8(o + 2)}`);
    else if (kind === 8) d.add('option', o, size, `${name} val ${d.u32(o + 2)} ecr ${d.u32(o + 6)}`);
    else d.add('option', o, size, name);
    if (kind === 0) return;
    o += size;
  }
}

const VXLAN_PORT = 4789;

function udp(b: Uint8Array, at: number, end: number, pseudo: Pseudo): Layer[] {
  const d = new Draft(b, at, end);
  if (d.size < 8) return data(b, at, end);
  const sum = d.u16(6);
  d.add('srcPort', 0, 2, d.u16(0));
  d.add('dstPort', 2, 2, d.u16(2));
  d.add('length', 4, 2, d.u16(4));
  d.add('checksum', 6, 2, hex(sum, 4), sum === 0 ? undefined : checked(d, 17, pseudo));
  const layer = d.layer('UDP', `${d.u16(0)} → ${d.u16(2)} ${Math.max(0, d.u16(4) - 8)} B`, 8);
  const inside = at + 8;
  if (d.u16(0) === 53 || d.u16(2) === 53) return [layer, ...dns(b, inside, end, 0)];
  return [layer, ...(d.u16(2) === VXLAN_PORT ? vxlan(b, inside, end) : data(b, inside, end))];
}

function vxlan(b: Uint8Array, at: number, end: number): Layer[] {
  const d = new Draft(b, at, end);
  if (d.size < 8) return data(b, at, end);
  const vni = d.u32(4) >>> 8;
  d.add('flags', 0, 1, named(d.u8(0), { 8: 'VNI' }, hex(d.u8(0), 2)));
  d.add('reserved', 1, 3, 0);
  d.add('vni', 4, 3, vni);
  d.add('reserved', 7, 1, 0);
  return [d.layer('VXLAN', `VNI ${vni}`, 8), ...ethernet(b, at + 8, end)];
}

function icmp(proto: number, b: Uint8Array, at: number, end: number, pseudo: Pseudo): Layer[] {
  const d = new Draft(b, at, end);
  if (d.size < 8) return data(b, at, end);
  const v6 = proto === 58;
  const [type, code] = [d.u8(0), d.u8(1)];
  const names = v6 ? ICMP6_TYPES : ICMP_TYPES;
  const echo = v6 ? type === 128 || type === 129 : type === 0 || type === 8;
  const error = v6 ? type < 128 : [3, 4, 5, 11, 12].includes(type);
  d.add('type', 0, 1, named(type, names));
  d.add('code', 1, 1, code);
  d.add('checksum', 2, 2, hex(d.u16(2), 4), checked(d, proto, pseudo));
  if (echo) {
    d.add('identifier', 4, 2, d.u16(4));
    d.add('icmpSequence', 6, 2, d.u16(6));
  } else if (!v6 && type === 5) d.add('gateway', 4, 4, d.ip4(4));
  else if (!v6 && type === 3 && code === 4) d.add('mtu', 6, 2, d.u16(6));
  else if (v6 && type === 2) d.add('mtu', 4, 4, d.u32(4));
  else d.add('rest', 4, 4, hex(d.u32(4), 8));
  if (v6 && (type === 135 || type === 136) && d.size >= 24) d.add('targetIp', 8, 16, d.ip6(8));
  const size = v6 && (type === 135 || type === 136) && d.size >= 24 ? 24 : 8;
  const layer = d.layer(v6 ? 'ICMPv6' : 'ICMP', names[type] ?? `type ${type} code ${code}`, size);
  const inside = at + size;
  if (!error) return [layer, ...data(b, inside, end)];
  return [layer, ...(v6 ? ip6(b, inside, end, false) : ip4(b, inside, end, false))];
}
