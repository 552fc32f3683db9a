/** Whether a dissected packet satisfies a filter. @see pcap-filter(7) */
import { contains, type IpAddr, sameIp } from '../../../../base/ip.ts';
import { EtherType, type Packet } from '../../../core/dissect.ts';
import type { Direction, Filter } from './parse.ts';

/** What a filter looks at. */
export interface Subject {
  readonly packet: Packet;
  /** Bytes on the wire, link header included. */
  readonly length: number;
  readonly outgoing: boolean;
  /** MAC addresses; undefined where the link type has none. */
  readonly src?: number;
  readonly dst?: number;
  /** From the network header on. */
  readonly network: Uint8Array;
}

const NUMBERS: Readonly<Record<string, number>> = { tcp: 6, udp: 17, icmp: 1, icmp6: 58, igmp: 2, sctp: 132 };

function isProto(p: Packet, name: string): boolean {
  if (name === 'ip') return p.ethertype === EtherType.IP4;
  if (name === 'ip6') return p.ethertype === EtherType.IP6;
  if (name === 'arp') return p.ethertype === EtherType.ARP;
  if (name === 'rarp') return p.ethertype === 0x8035;
  if (name === 'icmp') return p.ip?.v === 4 && p.ip.proto === 1;
  return p.ip !== undefined && p.ip.proto === NUMBERS[name];
}

function ends(dir: Direction, src: boolean, dst: boolean): boolean {
  if (dir === 'src') return src;
  if (dir === 'dst') return dst;
  return dir === 'both' ? src && dst : src || dst;
}

/** The two network addresses of IP and ARP packets. */
function addresses(p: Packet, proto: string | undefined): { src: IpAddr; dst: IpAddr } | undefined {
  if (p.ip && proto !== 'arp' && proto !== 'rarp') {
    if (proto !== undefined && !isProto(p, proto)) return undefined;
    return { src: p.ip.src, dst: p.ip.dst };
  }
  if (p.arp && (proto === undefined || proto === 'arp'))
    return { src: { v: 4, value: p.arp.senderIp }, dst: { v: 4, value: p.arp.targetIp } };
  return undefined;
}

function portMatch(p: Packet, f: Extract<Filter, { kind: 'port' }>): boolean {
  const l4 = p.tcp ? { ...p.tcp, name: 'tcp' } : p.udp ? { ...p.udp, name: 'udp' } : undefined;
  if (!l4 || (f.proto !== undefined && f.proto !== l4.name && !isProto(p, f.proto))) return false;
  const within = (n: number): boolean => n >= f.from && n <= f.to;
  return ends(f.dir, within(l4.sport), within(l4.dport));
}

function bytesMatch(s: Subject, f: Extract<Filter, { kind: 'bytes' }>): boolean {
  const { packet: p } = s;
  if (!isProto(p, f.base)) return false;
  const from = f.base === 'ip' || f.base === 'ip6' || f.base === 'arp' ? s.network : p.ip?.body;
  if (!from || from.length < f.offset + f.size) return false;
  let v = 0;
  for (let i = 0; i < f.size; i++) v = v * 256 + (from[f.offset + i] as number);
  v = (v & f.mask) >>> 0;
  if (f.op === '=' || f.op === '==') return v === f.value;
  if (f.op === '!=') return v !== f.value;
  if (f.op === '<') return v < f.value;
  if (f.op === '>') return v > f.value;
  return f.op === '<=' ? v <= f.value : v >= f.value;
}

function castMatch(s: Subject, f: Extract<Filter, { kind: 'cast' }>): boolean {
  if (f.ether) {
    if (s.dst === undefined) return false;
    return f.what === 'broadcast' ? s.dst === 0xffffffffffff : Math.floor(s.dst / 2 ** 40) % 2 === 1;
  }
  const dst = s.packet.ip?.dst;
  if (!dst) return false;
  if (dst.v === 6) return f.what === 'multicast' && dst.value >> 120n === 0xffn;
  return f.what === 'multicast' ? dst.value >>> 28 === 14 : dst.value === 0xffffffff || dst.value === 0;
}

export function matchesFilter(f: Filter, s: Subject): boolean {
  const p = s.packet;
  switch (f.kind) {
    case 'and':
      return matchesFilter(f.left, s) && matchesFilter(f.right, s);
    case 'or':
      return matchesFilter(f.left, s) || matchesFilter(f.right, s);
    case 'not':
      return !matchesFilter(f.of, s);
    case 'proto':
      return isProto(p, f.proto);
    case 'ipproto':
      return p.ip !== undefined && p.ip.proto === f.number && (f.v === 0 || p.ip.v === f.v);
    case 'host': {
      const a = addresses(p, f.proto);
      return a !== undefined && f.addrs.some((ip) => ends(f.dir, sameIp(a.src, ip), sameIp(a.dst, ip)));
    }
    case 'net': {
      const a = addresses(p, f.proto);
      return a !== undefined && ends(f.dir, contains(f.prefix, a.src), contains(f.prefix, a.dst));
    }
    case 'ether':
      return ends(f.dir, s.src === f.mac, s.dst === f.mac);
    case 'port':
      return portMatch(p, f);
    case 'length':
      return f.less ? s.length <= f.bytes : s.length >= f.bytes;
    case 'cast':
      return castMatch(s, f);
    case 'vlan':
      return p.vlans?.some((t) => f.id === undefined || t.id === f.id) ?? false;
    case 'way':
      return s.outgoing === f.out;
    case 'bytes':
      return bytesMatch(s, f);
  }
}
