/** Whether a dissected packet satisfies a filter. @see pcap-filter(7) */
import { contains, type IpAddr, sameIp } from '../../../../base/ip.ts';
import { type Packet, u16 } from '../../../core/dissect.ts';
import { evaluate, OutOfPacket } from './arithmetic.ts';
import type { Direction, Filter } from './parse.ts';
import { carries, isProto } from './proto.ts';

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
  /** From the link header on. */
  readonly frame: Uint8Array;
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

/** The ports of SCTP stand where those of TCP do. */
function sctpPorts(p: Packet): { readonly name: string; readonly sport: number; readonly dport: number } | undefined {
  const b = isProto(p, 'sctp') && (p.ip?.h4?.offset ?? 0) === 0 ? p.ip?.body : undefined;
  return b && b.length >= 4 ? { name: 'sctp', sport: u16(b, 0), dport: u16(b, 2) } : undefined;
}

function portMatch(p: Packet, f: Extract<Filter, { kind: 'port' }>): boolean {
  // libpcap looks for ports behind the fixed header of IPv6 only
  if (p.ip?.h6?.fragment) return false;
  const l4 = p.tcp ? { ...p.tcp, name: 'tcp' } : p.udp ? { ...p.udp, name: 'udp' } : sctpPorts(p);
  if (!l4 || (f.proto !== undefined && f.proto !== l4.name && !isProto(p, f.proto))) return false;
  const within = (n: number): boolean => n >= f.from && n <= f.to;
  return ends(f.dir, within(l4.sport), within(l4.dport));
}

function compare(op: string, a: number, b: number): boolean {
  if (op === '=' || op === '==') return a === b;
  if (op === '!=') return a !== b;
  if (op === '<') return a < b;
  if (op === '>') return a > b;
  return op === '<=' ? a <= b : a >= b;
}

function relationMatch(s: Subject, f: Extract<Filter, { kind: 'relation' }>): boolean {
  const a = evaluate(f.left, s);
  const b = evaluate(f.right, s);
  return a !== undefined && b !== undefined && compare(f.op, a, b);
}

function castMatch(s: Subject, f: Extract<Filter, { kind: 'cast' }>): boolean {
  if (f.ether) {
    if (s.dst === undefined) return false;
    return f.what === 'broadcast' ? s.dst === 0xffffffffffff : Math.floor(s.dst / 2 ** 40) % 2 === 1;
  }
  const dst = s.packet.ip?.dst;
  if (!dst) return false;
  if (f.v !== undefined && f.v !== dst.v) return false;
  if (dst.v === 6) return f.what === 'multicast' && dst.value >> 120n === 0xffn;
  return f.what === 'multicast' ? dst.value >>> 28 >= 14 : dst.value === 0xffffffff || dst.value === 0;
}

/** Whether a packet satisfies a filter; what asks for bytes beyond its end never does. */
export function matchesFilter(f: Filter, s: Subject): boolean {
  try {
    return matches(f, s);
  } catch (e) {
    if (e instanceof OutOfPacket) return false;
    throw e;
  }
}

function matches(f: Filter, s: Subject): boolean {
  const p = s.packet;
  switch (f.kind) {
    case 'and':
      return matches(f.left, s) && matches(f.right, s);
    case 'or':
      return matches(f.left, s) || matches(f.right, s);
    case 'not':
      return !matches(f.of, s);
    case 'proto':
      return isProto(p, f.proto);
    case 'ipproto':
      return carries(p, f.number) && (f.v === 0 || p.ip?.v === f.v);
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
    case 'ethertype':
      return p.ethertype === f.type;
    case 'relation':
      return relationMatch(s, f);
  }
}
