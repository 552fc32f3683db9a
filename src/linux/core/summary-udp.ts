/** UDP, DNS and VXLAN as tcpdump prints them. @see tcpdump 4.99 print-udp.c, print-domain.c, print-vxlan.c */
import { type Ip, type Packet, type Udp, u32 } from './dissect.ts';
import { type Dns, type DnsRecord, DnsType, dissectDns } from './dissect-dns.ts';
import { etherText, hostText, portText, type SummaryOptions } from './summary.ts';
import { dhcpText } from './summary-dhcp.ts';
import { rightChecksum } from './summary-tcp.ts';

const hex4 = (n: number): string => n.toString(16).padStart(4, '0');

function checksumText(ip: Ip, u: Udp): string {
  if (u.checksum === 0) return '[no cksum] ';
  if (ip.body.length < ip.bodyLength) return '';
  const right = rightChecksum(ip, u.checksum) || 0xffff;
  return right === u.checksum ? '[udp sum ok] ' : `[bad udp cksum 0x${hex4(u.checksum)} -> 0x${hex4(right)}!] `;
}

/** A datagram with its addresses. */
export function udpText(p: Packet, u: Udp, ip: Ip, o: SummaryOptions): string {
  const src = `${hostText(ip.src, o)}.${portText(u.sport, 'udp', o)}`;
  const dst = `${hostText(ip.dst, o)}.${portText(u.dport, 'udp', o)}`;
  const start = `${src} > ${dst}: `;
  if (o.quiet) return `${start}UDP, length ${u.length}`;
  // Over IPv4, where it may be absent, the checksum is looked at from -vv on.
  const check = !o.unchecked && (o.verbose ?? 0) > (ip.v === 4 ? 1 : 0) ? checksumText(ip, u) : '';
  if (p.dns) return `${start}${check}${dnsMessageText(p.dns, o, u.sport === 5353 || u.dport === 5353)}`;
  if ((u.sport === 53 || u.dport === 53) && u.length < 12)
    return `${start}${check}domain [length ${u.length} < 12] (invalid)`;
  if (p.vxlan) {
    const valid = p.vxlan.flags & 8 ? 'I' : '.';
    const flags = `flags [${valid}] (0x${p.vxlan.flags.toString(16).padStart(2, '0')})`;
    const inner = u.payload.subarray(8);
    return `${start}${check}VXLAN, ${flags}, vni ${p.vxlan.vni}\n${etherText(inner, u.length - 8, o)}`;
  }
  return `${start}${check}${byPort(u, o)}`;
}

/** What the ports alone tell. */
function byPort(u: Udp, o: SummaryOptions): string {
  const is = (port: number): boolean => u.sport === port || u.dport === port;
  if (is(67) || is(68)) return dhcpText(u.payload, u.length, o);
  if (is(8472) && u.payload.length >= 8) {
    const flags = u.payload[0] as number;
    const instance = u32(u.payload, 4) >>> 8;
    const head = `OTV, flags [${flags & 8 ? 'I' : '.'}] (0x${flags.toString(16).padStart(2, '0')}), overlay ${u32(u.payload, 0) & 0xffffff}, instance ${instance}`;
    return `${head}\n${etherText(u.payload.subarray(8), u.length - 8, o)}`;
  }
  return `UDP, length ${u.length}`;
}

const TYPES: Readonly<Record<number, string>> = {
  1: 'A',
  2: 'NS',
  5: 'CNAME',
  6: 'SOA',
  12: 'PTR',
  13: 'HINFO',
  15: 'MX',
  16: 'TXT',
  28: 'AAAA',
  33: 'SRV',
  35: 'NAPTR',
  41: 'OPT',
  43: 'DS',
  48: 'DNSKEY',
  52: 'TLSA',
  65: 'HTTPS',
  255: 'ANY',
};
const RCODES = ['', ' FormErr', ' ServFail', ' NXDomain', ' NotImp', ' Refused', ' YXDomain', ' YXRRSet', ' NXRRSet'];
const OPCODES = ['', ' inv_q', ' stat', ' op3', ' notify', ' update'];
const CLASSES: Readonly<Record<number, string>> = { 1: 'IN', 3: 'CHAOS', 4: 'HS', 255: 'ANY' };

const typeText = (type: number): string => TYPES[type] ?? `Type${type}`;

/** One record. @see ns_rprint */
function recordText(r: DnsRecord, verbose: number): string {
  let text = verbose > 0 ? ` ${r.name}` : '';
  if (r.class !== 1 && r.type !== DnsType.OPT) text += ` ${CLASSES[r.class] ?? `(Class ${r.class})`}`;
  if (verbose > 2 && r.type !== DnsType.OPT) text += ` [${ttlText(r.ttl)}]`;
  text += ` ${typeText(r.type)}`;
  if (r.type === DnsType.OPT) {
    text += ` UDPsize=${r.class}`;
    if (r.ttl & 0x8000) text += ' DO';
    return text + optOptionsText(r.data);
  }
  if (r.type === DnsType.SOA && verbose === 0) return text;
  return r.text === '' ? text : ` ${text.trimStart()} ${r.text}`;
}

const OPT_CODES: Readonly<Record<number, string>> = {
  3: 'NSID',
  8: 'ECS',
  10: 'COOKIE',
  11: 'KEEPALIVE',
  12: 'PADDING',
};

/** The options of an OPT record, in brackets. @see RFC 6891 §6.1.2 */
function optOptionsText(data: Uint8Array): string {
  const out: string[] = [];
  for (let at = 0; at + 4 <= data.length; ) {
    const code = ((data[at] as number) << 8) | (data[at + 1] as number);
    const n = ((data[at + 2] as number) << 8) | (data[at + 3] as number);
    const value = [...data.subarray(at + 4, at + 4 + n)].map((b) => b.toString(16).padStart(2, '0')).join('');
    out.push(`${OPT_CODES[code] ?? `Opt${code}`}${value === '' ? '' : ` ${value}`}`);
    at += 4 + n;
  }
  return out.length === 0 ? '' : ` [${out.join(',')}]`;
}

/** 1w2d3h4m5s @see unsigned_relts_print */
function ttlText(seconds: number): string {
  if (seconds === 0) return '0s';
  let rest = seconds;
  let text = '';
  for (const [letter, unit] of [
    ['y', 31536000],
    ['w', 604800],
    ['d', 86400],
    ['h', 3600],
    ['m', 60],
    ['s', 1],
  ] as const) {
    if (rest >= unit) text += `${Math.floor(rest / unit)}${letter}`;
    rest %= unit;
  }
  return text;
}

/** A DNS message in bytes. */
export function dnsText(bytes: Uint8Array, o: SummaryOptions): string {
  const dns = dissectDns(bytes);
  return dns ? dnsMessageText(dns, o) : '[|domain]';
}

function dnsMessageText(d: Dns, o: SummaryOptions, mdns = false): string {
  const verbose = o.verbose ?? 0;
  const start = String(d.id);
  return d.response
    ? `${start}${responseText(d, verbose, mdns)} (${d.length})`
    : `${start}${queryText(d, verbose, mdns)} (${d.length})`;
}

/** The class of a question; in multicast DNS its first bit asks for an answer to the asker alone. @see RFC 6762 §5.4 */
function classText(of: number, mdns: boolean): string {
  const value = mdns ? of & 0x7fff : of;
  const way = mdns ? (of & 0x8000 ? ' (QU)' : ' (QM)') : '';
  return `${value === 1 ? '' : ` ${CLASSES[value] ?? `(Class ${value})`}`}${way}`;
}

function questionText(d: Dns, mdns: boolean): string {
  return d.questions.map((q) => ` ${typeText(q.type)}${classText(q.class, mdns)}? ${q.name}`).join(',');
}

function listText(tag: string, records: readonly DnsRecord[], verbose: number): string {
  return records.length === 0 ? '' : `${tag}${records.map((r) => recordText(r, verbose)).join(',')}`;
}

function responseText(d: Dns, verbose: number, mdns: boolean): string {
  const [qd, an, ns, ar] = d.counts;
  let text = `${OPCODES[d.opcode] ?? ''}${RCODES[d.rcode] ?? ` Resp${d.rcode}`}`;
  text += `${d.authoritative ? '*' : ''}${d.recursionAvailable ? '' : '-'}${d.truncated ? '|' : ''}${d.authenticData ? '$' : ''}`;
  if (qd !== 1) text += ` [${qd}q]`;
  if (verbose > 1) text += ` q:${questionText(d, mdns)}`;
  text += ` ${an}/${ns}/${ar}`;
  text += listText('', d.answers, verbose);
  if (verbose > 1) text += listText(' ns:', d.authorities, verbose) + listText(' ar:', d.additionals, verbose);
  return text;
}

function queryText(d: Dns, verbose: number, mdns: boolean): string {
  const [qd, an, ns, ar] = d.counts;
  let text = `${OPCODES[d.opcode] ?? ''}${d.recursionDesired ? '+' : ''}${d.checkingDisabled ? '%' : ''}`;
  if (qd !== 1) text += ` [${qd}q]`;
  if (an !== 0) text += ` [${an}a]`;
  if (ns !== 0) text += ` [${ns}n]`;
  if (ar !== 0) text += ` [${ar}au]`;
  text += questionText(d, mdns);
  if (verbose > 1) text += listText(' ar:', d.additionals, verbose);
  return text;
}
