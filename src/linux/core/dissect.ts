/**
 * A captured frame taken apart: one typed layer inside the other, down to the payload. Tolerant of truncation: a layer
 * that is cut short is absent, and `cut` tells its name.
 * Limits: no IPv4 fragments put together, of IPv6 extension headers hop-by-hop only.
 * @see RFC 894, 826, 791, 8200, 792, 4443, 768, 9293, 7348
 */
import { type IpAddr, ip4, ip6 } from '../../base/ip.ts';
import { type Dns, dissectDns } from './dissect-dns.ts';
import { dissectTcp, type Tcp } from './dissect-tcp.ts';

export type { Dns, DnsQuestion, DnsRecord } from './dissect-dns.ts';
export type { Tcp, TcpOption } from './dissect-tcp.ts';

export const EtherType = { IP4: 0x0800, ARP: 0x0806, IP6: 0x86dd, VLAN: 0x8100 } as const;
export const Proto = { ICMP: 1, TCP: 6, UDP: 17, ICMP6: 58 } as const;

export interface Ethernet {
  /** 48 bits as a number. */
  readonly dst: number;
  readonly src: number;
  readonly type: number;
}

/** An 802.1Q tag: two bytes, and the ethertype of what follows. */
export interface Vlan {
  readonly id: number;
  readonly priority: number;
  /** May be dropped first. */
  readonly dei: boolean;
  readonly ethertype: number;
}

/** Bytes of a tag. */
export const VLAN_LENGTH = 4;

export interface Arp {
  /** 1 request, 2 reply */
  readonly op: number;
  readonly senderMac: number;
  readonly senderIp: number;
  readonly targetMac: number;
  readonly targetIp: number;
}

export interface Ip4Header {
  readonly tos: number;
  readonly length: number;
  readonly id: number;
  readonly df: boolean;
  readonly mf: boolean;
  /** Fragment offset, bytes. */
  readonly offset: number;
  readonly ttl: number;
  readonly checksum: number;
  readonly headerLength: number;
}

export interface Ip6Header {
  readonly trafficClass: number;
  readonly flow: number;
  readonly length: number;
  readonly hopLimit: number;
  /** A hop-by-hop options header precedes the transport. */
  readonly hopByHop: boolean;
  /** A fragment header: where its part begins, its datagram's number, whether more follows. */
  readonly fragment?: { readonly offset: number; readonly id: number; readonly more: boolean };
  readonly hopOptions?: Uint8Array;
  /** What the fixed header names next. */
  readonly next: number;
}

/** Either internet protocol. */
export interface Ip {
  readonly v: 4 | 6;
  readonly src: IpAddr;
  readonly dst: IpAddr;
  /** Transport protocol. */
  readonly proto: number;
  readonly ttl: number;
  readonly h4?: Ip4Header;
  readonly h6?: Ip6Header;
  /** What follows the header(s), as far as captured, without link padding. */
  readonly body: Uint8Array;
  /** Bytes of body on the wire. */
  readonly bodyLength: number;
  /** The header as captured. */
  readonly header: Uint8Array;
}

export interface Icmp {
  readonly type: number;
  readonly code: number;
  readonly checksum: number;
  /** Bytes 4 … 8: id and seq, mtu, gateway. */
  readonly rest: number;
  readonly id: number;
  readonly seq: number;
  /** The packet an error quotes. */
  readonly quoted?: Ip;
  readonly body: Uint8Array;
}

export interface Udp {
  readonly sport: number;
  readonly dport: number;
  /** Payload bytes by the header. */
  readonly length: number;
  readonly checksum: number;
  readonly payload: Uint8Array;
}

export interface Vxlan {
  readonly flags: number;
  readonly vni: number;
  readonly inner: Packet;
}

/** A packet by layers; absent ones were not there (or cut). */
export interface Packet {
  readonly eth?: Ethernet;
  /** Ethertype of what is carried (behind VLAN tags), also where there is no Ethernet header. */
  readonly ethertype: number;
  /** 802.1Q tags, the outer one first. */
  readonly vlans?: readonly Vlan[];
  readonly arp?: Arp;
  readonly ip?: Ip;
  readonly icmp?: Icmp;
  readonly udp?: Udp;
  readonly tcp?: Tcp;
  readonly dns?: Dns;
  readonly vxlan?: Vxlan;
  /** First line of an HTTP message. */
  readonly http?: string;
  /** The layer that was cut short by the snapshot length. */
  readonly cut?: string;
}

export const u16 = (b: Uint8Array, at: number): number => ((b[at] ?? 0) << 8) | (b[at + 1] ?? 0);
export const u32 = (b: Uint8Array, at: number): number => u16(b, at) * 65536 + u16(b, at + 2);
const mac = (b: Uint8Array, at: number): number => u32(b, at) * 65536 + u16(b, at + 4);

/** Sixteen bytes at `at` as an IPv6 address. */
function addr6(b: Uint8Array, at: number): IpAddr {
  let v = 0n;
  for (let i = 0; i < 4; i++) v = (v << 32n) | BigInt(u32(b, at + 4 * i));
  return ip6(v);
}

/** A frame with an Ethernet header. */
export function dissect(frame: Uint8Array): Packet {
  if (frame.length < 14) return { ethertype: 0, cut: 'ether' };
  const eth = { dst: mac(frame, 0), src: mac(frame, 6), type: u16(frame, 12) };
  return { eth, ...dissectNetwork(eth.type, frame.subarray(14)) };
}

/** What an ethertype says follows. */
export function dissectNetwork(ethertype: number, b: Uint8Array): Packet {
  if (ethertype === EtherType.ARP || ethertype === 0x8035) {
    const arp = dissectArp(b);
    return arp ? { ethertype, arp } : { ethertype, cut: 'arp' };
  }
  if (ethertype === EtherType.VLAN) return dissectTagged(b);
  if (ethertype !== EtherType.IP4 && ethertype !== EtherType.IP6) return { ethertype };
  const ip = ethertype === EtherType.IP4 ? dissectIp4(b) : dissectIp6(b);
  if (!ip) return { ethertype, cut: ethertype === EtherType.IP4 ? 'ip' : 'ip6' };
  return { ethertype, ip, ...dissectTransport(ip) };
}

/** What follows a tag's ethertype. */
function dissectTagged(b: Uint8Array): Packet {
  if (b.length < VLAN_LENGTH) return { ethertype: EtherType.VLAN, cut: 'vlan' };
  const tci = u16(b, 0);
  const tag: Vlan = { id: tci & 0xfff, priority: tci >> 13, dei: (tci & 0x1000) !== 0, ethertype: u16(b, 2) };
  const inner = dissectNetwork(tag.ethertype, b.subarray(VLAN_LENGTH));
  return { ...inner, vlans: [tag, ...(inner.vlans ?? [])] };
}

export function dissectArp(b: Uint8Array): Arp | undefined {
  if (b.length < 28) return undefined;
  return {
    op: u16(b, 6),
    senderMac: mac(b, 8),
    senderIp: u32(b, 14),
    targetMac: mac(b, 18),
    targetIp: u32(b, 24),
  };
}

export function dissectIp4(b: Uint8Array): Ip | undefined {
  if (b.length < 20) return undefined;
  const headerLength = ((b[0] as number) & 15) * 4;
  if (headerLength < 20 || b.length < headerLength) return undefined;
  const length = u16(b, 2);
  const frag = u16(b, 6);
  const h4: Ip4Header = {
    tos: b[1] as number,
    length,
    id: u16(b, 4),
    df: (frag & 0x4000) !== 0,
    mf: (frag & 0x2000) !== 0,
    offset: (frag & 0x1fff) * 8,
    ttl: b[8] as number,
    checksum: u16(b, 10),
    headerLength,
  };
  return {
    v: 4,
    src: ip4(u32(b, 12)),
    dst: ip4(u32(b, 16)),
    proto: b[9] as number,
    ttl: h4.ttl,
    h4,
    body: b.subarray(headerLength, Math.max(headerLength, length)),
    bodyLength: Math.max(0, length - headerLength),
    header: b.subarray(0, headerLength),
  };
}

export function dissectIp6(b: Uint8Array): Ip | undefined {
  if (b.length < 40) return undefined;
  const length = u16(b, 4);
  const next = b[6] as number;
  const hopByHop = next === 0 && b.length >= 48;
  const hop = hopByHop ? ((b[41] as number) + 1) * 8 : 0;
  const at = 40 + hop;
  const after = hopByHop ? (b[40] as number) : next;
  const cut = after === 44 && b.length >= at + 8;
  const skip = hop + (cut ? 8 : 0);
  const word = cut ? u16(b, at + 2) : 0;
  return {
    v: 6,
    src: addr6(b, 8),
    dst: addr6(b, 24),
    proto: cut ? (b[at] as number) : after,
    ttl: b[7] as number,
    h6: {
      trafficClass: (u16(b, 0) >> 4) & 255,
      flow: u32(b, 0) & 0xfffff,
      length,
      hopLimit: b[7] as number,
      hopByHop,
      ...(hopByHop ? { hopOptions: b.subarray(40, at) } : {}),
      ...(cut ? { fragment: { offset: word & 0xfff8, id: u32(b, at + 4), more: (word & 1) !== 0 } } : {}),
      next,
    },
    body: b.subarray(40 + skip, 40 + length),
    bodyLength: Math.max(0, length - skip),
    header: b.subarray(0, 40),
  };
}

type Transport = Pick<Packet, 'icmp' | 'udp' | 'tcp' | 'dns' | 'vxlan' | 'http' | 'cut'>;

/** The transport layer of a packet and what is known above it. */
export function dissectTransport(ip: Ip): Transport {
  if (ip.h4 && ip.h4.offset !== 0) return {};
  if (ip.h6?.fragment && ip.h6.fragment.offset !== 0) return {};
  if (ip.proto === Proto.TCP) {
    const tcp = dissectTcp(ip.body, ip.bodyLength);
    if (!tcp) return { cut: 'tcp' };
    const http = firstLine(tcp.payload);
    return { tcp, ...(http === undefined ? {} : { http }) };
  }
  if (ip.proto === Proto.UDP) {
    const udp = dissectUdp(ip.body);
    return udp ? { udp, ...aboveUdp(udp) } : { cut: 'udp' };
  }
  if (ip.proto === Proto.ICMP || ip.proto === Proto.ICMP6) {
    const icmp = dissectIcmp(ip.v, ip.body);
    return icmp ? { icmp } : { cut: 'icmp' };
  }
  return {};
}

export function dissectUdp(b: Uint8Array): Udp | undefined {
  if (b.length < 8) return undefined;
  const total = u16(b, 4);
  return {
    sport: u16(b, 0),
    dport: u16(b, 2),
    length: Math.max(0, total - 8),
    checksum: u16(b, 6),
    payload: b.subarray(8, Math.max(8, total)),
  };
}

/** DNS, and multicast DNS. */
const DNS_PORTS = [53, 5353];

function aboveUdp(udp: Udp): Transport {
  if (DNS_PORTS.includes(udp.sport) || DNS_PORTS.includes(udp.dport)) {
    const dns = dissectDns(udp.payload);
    return dns ? { dns } : {};
  }
  if (udp.dport === 4789 && udp.payload.length >= 8) {
    const flags = udp.payload[0] as number;
    return { vxlan: { flags, vni: u32(udp.payload, 4) >>> 8, inner: dissect(udp.payload.subarray(8)) } };
  }
  return {};
}

function isError(v: 4 | 6, type: number): boolean {
  return v === 4 ? type === 3 || type === 4 || type === 5 || type === 11 || type === 12 : type < 128;
}

export function dissectIcmp(v: 4 | 6, b: Uint8Array): Icmp | undefined {
  if (b.length < 8) return undefined;
  const type = b[0] as number;
  const body = b.subarray(8);
  const quoted = !isError(v, type) ? undefined : v === 4 ? dissectIp4(body) : dissectIp6(body);
  return {
    type,
    code: b[1] as number,
    checksum: u16(b, 2),
    rest: u32(b, 4),
    id: u16(b, 4),
    seq: u16(b, 6),
    ...(quoted ? { quoted } : {}),
    body,
  };
}

const REQUEST = /^(GET|HEAD|POST|PUT|DELETE|OPTIONS|TRACE|CONNECT|PATCH) \S+ HTTP\/1\.[01]$/;
const RESPONSE = /^HTTP\/1\.[01] \d{3}( .*)?$/;

/** The first line of a payload when it is one of HTTP. */
function firstLine(payload: Uint8Array): string | undefined {
  let end = 0;
  while (end < payload.length && end < 1024 && payload[end] !== 13 && payload[end] !== 10) end++;
  if (end === 0 || end === payload.length) return undefined;
  const line = String.fromCharCode(...payload.subarray(0, end));
  return REQUEST.test(line) || RESPONSE.test(line) ? line : undefined;
}
