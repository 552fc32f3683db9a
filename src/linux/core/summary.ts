/**
 * One captured frame as tcpdump prints it (without its time stamp): link header, ARP, IPv4 and IPv6; the transport
 * protocols are in the summary-*.ts files beside it.
 * Limits: the protocols of the lab; no names but through the two functions of the options; -vv and -vvv print what -v
 * prints.
 * @see tcpdump 4.99 print-sll.c, print-ether.c, print-arp.c, print-ip.c, print-ip6.c
 */
import { formatIp, formatIp4, formatMac, type IpAddr } from '../../base/ip.ts';
import {
  type Arp,
  dissectNetwork,
  type Ethernet,
  EtherType,
  type Ip,
  type Packet,
  Proto,
  u32,
  VLAN_LENGTH,
  type Vlan,
} from './dissect.ts';
import { hexAndText } from './hex-dump.ts';
import { LinkType, readSll2, SLL2_LENGTH, type Sll2 } from './pcap.ts';
import { icmpText } from './summary-icmp.ts';
import { icmp6Text } from './summary-icmp6.ts';
import { igmpText } from './summary-igmp.ts';
import { type Conversations, tcpText } from './summary-tcp.ts';
import { tunnelText } from './summary-tunnel.ts';
import { udpText } from './summary-udp.ts';

/** What to print: tcpdump's flags. State that outlives a line (relative numbers) is in `seen`. */
export interface SummaryOptions {
  /** -e */
  readonly link?: boolean;
  /** -v, -vv, -vvv as 1, 2, 3 */
  readonly verbose?: number;
  /** -q */
  readonly quiet?: boolean;
  /** -K: checksums of TCP, UDP and IP are not looked at. */
  readonly unchecked?: boolean;
  /** -S */
  readonly absolute?: boolean;
  /** Conversations met so far; one for each run of tcpdump. */
  readonly seen: Conversations;
  /** Names of addresses and ports, where -n does not forbid them. */
  readonly host?: (ip: IpAddr) => string;
  readonly port?: (port: number, proto: 'tcp' | 'udp') => string;
  /** The name of an interface by its index, for `-i any`; absent: `?`. */
  readonly ifname?: (ifindex: number) => string | undefined;
}

const RARP = 0x8035;

const ETHERTYPES: Readonly<Record<number, string>> = {
  [EtherType.IP4]: 'IPv4',
  [EtherType.ARP]: 'ARP',
  [EtherType.IP6]: 'IPv6',
  [EtherType.VLAN]: '802.1Q',
  32821: 'Reverse ARP',
  35020: 'LLDP',
};

const hex4 = (n: number): string => n.toString(16).padStart(4, '0');
const typeText = (type: number): string => `ethertype ${ETHERTYPES[type] ?? 'Unknown'} (0x${hex4(type)})`;

/** tcpdump's name of an address. */
export function hostText(ip: IpAddr, o: SummaryOptions): string {
  return o.host ? o.host(ip) : formatIp(ip);
}

export function portText(port: number, proto: 'tcp' | 'udp', o: SummaryOptions): string {
  return o.port ? o.port(port, proto) : String(port);
}

/**
 * A packet of a capture file as one text; -v makes it several lines.
 * @param length bytes on the wire, of which `bytes` are captured
 */
export function summary(linkType: number, bytes: Uint8Array, length: number, o: SummaryOptions): string {
  return linkType === LinkType.LINUX_SLL2 ? cookedText(bytes, length, o) : etherText(bytes, length, o);
}

const PKTTYPE = ['In', 'B', 'M', 'P', 'Out'];

function cookedText(bytes: Uint8Array, length: number, o: SummaryOptions): string {
  const h = readSll2(bytes);
  if (!h) return '[|sll2]';
  const p = dissectNetwork(h.protocol, bytes.subarray(SLL2_LENGTH));
  return `${cookedHeader(h, length, o)}${networkText(p, bytes.subarray(SLL2_LENGTH), length - SLL2_LENGTH, o)}`;
}

function cookedHeader(h: Sll2, length: number, o: SummaryOptions): string {
  const start = `${(o.ifname?.(h.ifindex) ?? '?').padEnd(5)} ${(PKTTYPE[h.pkttype] ?? '?').padEnd(3)} `;
  if (!o.link) return start;
  const type = o.quiet ? '' : `${typeText(h.protocol)}, length ${length}: `;
  return `${start}ifindex ${h.ifindex} ${formatMac(h.mac)} ${type}`;
}

/** A frame with an Ethernet header. */
export function etherText(bytes: Uint8Array, length: number, o: SummaryOptions): string {
  if (bytes.length < 14) return '[|ether]';
  const type = ((bytes[12] as number) << 8) | (bytes[13] as number);
  const p = dissectNetwork(type, bytes.subarray(14));
  const eth = { dst: macAt(bytes, 0), src: macAt(bytes, 6), type };
  if (ETHERTYPES[p.ethertype] === undefined) return etherHeader(eth, length, o) + hexAndText(bytes.subarray(14));
  return `${o.link ? etherHeader(eth, length, o) : ''}${networkText(p, bytes.subarray(14), length - 14, o)}`;
}

function macAt(b: Uint8Array, at: number): number {
  let v = 0;
  for (let i = 0; i < 6; i++) v = v * 256 + (b[at + i] as number);
  return v;
}

function etherHeader(eth: Ethernet, length: number, o: SummaryOptions): string {
  const type = o.quiet ? (ETHERTYPES[eth.type] ?? 'Unknown Ethertype') : typeText(eth.type);
  return `${formatMac(eth.src)} > ${formatMac(eth.dst)}, ${type}, length ${length}: `;
}

/** The tags of a frame, which only -e shows. */
function tagsText(tags: readonly Vlan[], o: SummaryOptions): string {
  const type = (n: number): string => (o.quiet ? (ETHERTYPES[n] ?? 'Unknown Ethertype') : typeText(n));
  return tags.map((t) => `vlan ${t.id}, p ${t.priority}${t.dei ? ', DEI' : ''}, ${type(t.ethertype)}, `).join('');
}

/** What follows the link header. @param length bytes on the wire from `bytes` on */
export function networkText(p: Packet, bytes: Uint8Array, length: number, o: SummaryOptions): string {
  if (p.vlans) {
    const skip = p.vlans.length * VLAN_LENGTH;
    const { vlans, ...inner } = p;
    return (o.link ? tagsText(vlans, o) : '') + networkText(inner, bytes.subarray(skip), length - skip, o);
  }
  if (p.ethertype === EtherType.ARP || p.ethertype === RARP) {
    const prefix = o.link ? '' : 'ARP, ';
    return prefix + (p.arp ? arpText(p.arp, length, o) : '[|arp]');
  }
  if (p.ethertype === EtherType.IP4) return (o.link ? '' : 'IP ') + (p.ip ? ip4Text(p, p.ip, bytes, o) : '[|ip]');
  if (p.ethertype === EtherType.IP6) return (o.link ? '' : 'IP6 ') + (p.ip ? ip6Text(p, p.ip, o) : '[|ip6]');
  return `${o.link ? '' : `${typeText(p.ethertype)}, length ${length}: `}`;
}

const ARP_OPS: Readonly<Record<number, string>> = {
  1: 'Request',
  2: 'Reply',
  3: 'Reverse Request',
  4: 'Reverse Reply',
};

function arpText(a: Arp, length: number, o: SummaryOptions): string {
  const head = o.verbose ? 'Ethernet (len 6), IPv4 (len 4), ' : '';
  const host = (v: number): string => hostText({ v: 4, value: v }, o);
  let text = `${ARP_OPS[a.op] ?? `Unknown (${a.op})`}`;
  if (a.op === 1) {
    const target = a.targetMac === 0 ? '' : ` (${formatMac(a.targetMac)})`;
    const tell = a.senderIp === 0 ? formatIp4(0) : host(a.senderIp);
    text += ` who-has ${host(a.targetIp)}${target} tell ${tell}`;
  } else if (a.op === 2) text += ` ${host(a.senderIp)} is-at ${formatMac(a.senderMac)}`;
  else if (a.op === 3) text += ` who-is ${formatMac(a.targetMac)} tell ${formatMac(a.senderMac)}`;
  else if (a.op === 4) text += ` ${formatMac(a.targetMac)} at ${host(a.targetIp)}`;
  return `${head}${text}, length ${length}`;
}

const PROTO_NAMES: Readonly<Record<number, string>> = {
  [Proto.ICMP]: 'ICMP',
  2: 'IGMP',
  [Proto.TCP]: 'TCP',
  [Proto.UDP]: 'UDP',
  [Proto.ICMP6]: 'ICMPv6',
  4: 'IPIP',
  41: 'IPv6',
  47: 'GRE',
  50: 'ESP',
  51: 'AH',
  89: 'OSPF',
  103: 'PIM',
  112: 'VRRP',
  132: 'SCTP',
  0: 'Options',
  44: 'Fragment',
};

/** The ones' complement sum of bytes, folded. @see RFC 1071 */
export function sum16(bytes: Uint8Array, start = 0): number {
  let s = start;
  for (let i = 0; i < bytes.length; i += 2) s += ((bytes[i] as number) << 8) | (bytes[i + 1] ?? 0);
  while (s > 0xffff) s = (s & 0xffff) + Math.floor(s / 65536);
  return s;
}

const OPTIONS: Readonly<Record<number, string>> = {
  0: 'EOL',
  1: 'NOP',
  7: 'RR',
  68: 'timestamp',
  131: 'LSRR',
  137: 'SSRR',
  148: 'RA',
};

/** The options of a header. @see RFC 791 §3.1 */
function ipOptions(header: Uint8Array): string {
  const out: string[] = [];
  for (let at = 20; at < header.length; ) {
    const type = header[at] as number;
    const n = type < 2 ? 1 : Math.max(2, header[at + 1] ?? 2);
    let text = OPTIONS[type] ?? `unknown ${type}`;
    if (type === 7 || type === 131 || type === 137)
      for (let k = at + 3; k + 4 <= at + n; k += 4) text += ` ${formatIp4(u32(header, k))}`;
    out.push(text);
    if (type === 0) break;
    at += n;
  }
  return out.length === 0 ? '' : `, options (${out.join(',')})`;
}

/** The header in parentheses that -v puts first. */
function ip4Detail(ip: Ip, length: number): string {
  const h = ip.h4;
  if (!h) return '';
  const ecn = h.tos & 3 ? ['', ',ECT(1)', ',ECT(0)', ',CE'][h.tos & 3] : '';
  const ttl = h.ttl >= 1 ? `, ttl ${h.ttl}` : '';
  const flags = [h.mf ? '+' : '', h.df ? 'DF' : ''].filter((f) => f !== '').join(', ') || 'none';
  const proto = `${PROTO_NAMES[ip.proto] ?? 'unknown'} (${ip.proto})`;
  const right = (~sum16(ip.header) + h.checksum + 0x1fffe) % 0xffff;
  const bad = sum16(ip.header) === 0xffff ? '' : `, bad cksum ${h.checksum.toString(16)} (->${right.toString(16)})!`;
  const tos = `tos 0x${h.tos.toString(16)}${ecn}`;
  return `(${tos}${ttl}, id ${h.id}, offset ${h.offset}, flags [${flags}], proto ${proto}, length ${length}${ipOptions(ip.header)}${bad})\n    `;
}

/** An IPv4 packet, without "IP ". */
export function ip4Text(p: Packet, ip: Ip, bytes: Uint8Array, o: SummaryOptions): string {
  const total = ip.h4?.length ?? bytes.length;
  const detail = o.verbose ? ip4Detail(ip, total) : '';
  return detail + transportText(p, ip, o);
}

/** An IPv6 packet, without "IP6 ". */
function ip6Text(p: Packet, ip: Ip, o: SummaryOptions): string {
  const h = ip.h6;
  let detail = '';
  if (o.verbose && h) {
    const cls = h.trafficClass ? `class 0x${h.trafficClass.toString(16).padStart(2, '0')}, ` : '';
    const flow = h.flow ? `flowlabel 0x${h.flow.toString(16).padStart(5, '0')}, ` : '';
    const next = `next-header ${h.next === 0 ? 'Options' : (PROTO_NAMES[h.next] ?? 'unknown')} (${h.next})`;
    detail = `(${cls}${flow}hlim ${h.hopLimit}, ${next} payload length: ${h.length}) `;
  }
  return detail + transportText(p, ip, o);
}

/** A transport's text without the addresses: behind a fragment header tcpdump tells the ports alone. */
function bare(text: string, src: string, dst: string): string {
  const head = `${src} > ${dst}: `;
  if (text.startsWith(head)) return text.slice(head.length);
  return text.startsWith(`${src}.`) ? text.slice(src.length + 1).replace(`> ${dst}.`, '> ') : text;
}

/** Hop-by-hop options in parentheses. @see tcpdump print-ip6opts.c */
function hopOptions(ip: Ip): string {
  const b = ip.h6?.hopOptions ?? new Uint8Array();
  let text = '';
  for (let at = 2; at < b.length; ) {
    const type = b[at] as number;
    if (type === 0) {
      text += '(pad1) ';
      at++;
      continue;
    }
    const n = b[at + 1] ?? 0;
    if (type === 1) text += '(padn) ';
    else if (type === 5) text += `(rtalert: 0x${hex4(((b[at + 2] ?? 0) << 8) | (b[at + 3] ?? 0))}) `;
    else text += `(opt_type 0x${type.toString(16).padStart(2, '0')}: len=${n}) `;
    at += 2 + n;
  }
  return text;
}

/** A fragment header; of a later fragment that is all. @see tcpdump print-frag6.c */
function fragmentText(ip: Ip, o: SummaryOptions): string {
  const f = ip.h6?.fragment;
  if (!f) return '';
  const id = o.verbose ? `0x${f.id.toString(16).padStart(8, '0')}:` : '';
  return `frag (${id}${f.offset}|${ip.bodyLength})`;
}

function transportText(p: Packet, ip: Ip, o: SummaryOptions): string {
  const src = hostText(ip.src, o);
  const dst = hostText(ip.dst, o);
  if (ip.h4 && (ip.h4.offset !== 0 || ip.h4.mf) && ip.h4.offset !== 0)
    return `${src} > ${dst}: ${(o.port && PROTO_NAMES[ip.proto]?.toLowerCase()) ?? `ip-proto-${ip.proto}`}`;
  const frag = fragmentText(ip, o);
  if (frag !== '') {
    const whole: Ip = { ...ip, h6: ip.h6 && { ...ip.h6, fragment: undefined } };
    const rest = ip.h6?.fragment?.offset === 0 ? ` ${bare(transportText(p, whole, o), src, dst)}` : '';
    return `${src} > ${dst}: ${frag}${rest}`;
  }
  if (p.tcp) return tcpText(p.tcp, ip, o);
  if (p.udp) return udpText(p, p.udp, ip, o);
  const hbh = ip.h6?.hopByHop ? `HBH ${o.verbose ? hopOptions(ip) : ''}` : '';
  if (p.icmp) return `${src} > ${dst}: ${hbh}${ip.v === 4 ? icmpText(p.icmp, ip, o) : icmp6Text(p.icmp, ip, o)}`;
  if (p.cut) return `${src} > ${dst}: [|${p.cut}]`;
  if (ip.v === 4 && ip.proto === 2) return `${src} > ${dst}: ${igmpText(ip, o)}`;
  const carried = tunnelText(ip, o);
  if (carried !== undefined) return carried;
  return `${src} > ${dst}: ${hbh} ip-proto-${ip.proto} ${ip.bodyLength}`;
}
