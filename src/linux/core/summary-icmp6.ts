/** ICMPv6 as tcpdump prints it: errors, echoes, neighbour and listener discovery. @see tcpdump 4.99 print-icmp6.c */
import { type Icmp, type Ip, Proto, u16, u32 } from './dissect.ts';
import { hostText, portText, type SummaryOptions } from './summary.ts';
import { RECORD_TYPES } from './summary-igmp.ts';
import { addressAt, ndOptions } from './summary-nd.ts';
import { rightChecksum } from './summary-tcp.ts';

const hex4 = (n: number): string => n.toString(16).padStart(4, '0');

/** Types of neighbour discovery and of listener discovery. */
const ND = {
  QUERY: 130,
  REPORT: 131,
  DONE: 132,
  SOLICIT_ROUTER: 133,
  ADVERTISE_ROUTER: 134,
  SOLICIT: 135,
  ADVERTISE: 136,
  REDIRECT: 137,
  REPORT2: 143,
} as const;

const target = (i: Icmp): string => addressAt(i.body, 0);

function unreachable6(i: Icmp, o: SummaryOptions): string {
  const q = i.quoted;
  const dst = q ? hostText(q.dst, o) : '';
  switch (i.code) {
    case 0:
      return `destination unreachable, unreachable route ${dst}`;
    case 1:
      return `destination unreachable,  unreachable prohibited ${dst}`;
    case 2:
      return `destination unreachable, beyond scope ${dst}, source address ${q ? hostText(q.src, o) : ''}`;
    case 3:
      return `destination unreachable, unreachable address ${dst}`;
    case 4: {
      const port = q ? u16(q.body, 2) : 0;
      const proto = q?.proto === Proto.TCP ? 'tcp' : 'udp';
      return `destination unreachable, unreachable port, ${dst} ${proto} port ${portText(port, proto, o)}`;
    }
    default:
      return `destination unreachable, unknown unreach code (${i.code})`;
  }
}

/** tcpdump puts no space before these words. */
const mldText = (i: Icmp): string => `max resp delay: ${i.id} addr: ${target(i)}`;

/** A maximum response code in ms. @see RFC 3810 §5.1.3 */
const maxDelay = (code: number): number =>
  code < 32768 ? code : ((code & 0xfff) | 0x1000) << (((code >> 12) & 7) + 3);

/** What a version 2 query asks for. @see RFC 3810 §5.1 */
function queryText(i: Icmp, o: SummaryOptions): string {
  const [flags, qqi] = [i.body[16] ?? 0, i.body[17] ?? 0];
  const sources = u16(i.body, 18);
  let text = `[gaddr ${target(i)}`;
  if (o.verbose) {
    if (flags & 8) text += ' sflag';
    if (flags & 7) text += ` robustness=${flags & 7}`;
    text += ` qqi=${qqi < 128 ? qqi : ((qqi & 15) | 16) << (((qqi >> 4) & 7) + 3)}`;
  }
  if (sources > 0) {
    const list = Array.from({ length: sources }, (_, k) => ` ${addressAt(i.body, 20 + 16 * k)}`).join('');
    text += (o.verbose ?? 0) > 1 ? ` {${list} }` : `, ${sources} source(s)`;
  }
  return `${text}]`;
}

/** @param early the length, where it comes before the target; @param long of more than 24 bytes */
function message6Text(i: Icmp, o: SummaryOptions, early = '', long = false): string {
  switch (i.type) {
    case 1:
      return unreachable6(i, o);
    case 2:
      return `packet too big, mtu ${i.rest}`;
    case 3:
      return i.code === 0
        ? `time exceeded in-transit for ${i.quoted ? hostText(i.quoted.dst, o) : ''}`
        : 'time exceeded';
    case 4: {
      const what = ['erroneous', 'next header', 'option'][i.code];
      return `parameter problem, ${what ? `${what} - octet ${i.rest}` : `code #${i.code}`}`;
    }
    case ND.QUERY:
      if (long)
        return `multicast listener query v2${o.verbose ? ` [max resp delay=${maxDelay(i.id)}]` : ''} ${queryText(i, o)}`;
      return `multicast listener query${mldText(i)}`;
    case ND.REPORT:
      return `multicast listener report${mldText(i)}`;
    case ND.DONE:
      return `multicast listener done${mldText(i)}`;
    case ND.REDIRECT:
      return `redirect${early}, ${addressAt(i.body, 16)} to ${target(i)}`;
    case 128:
      return `echo request, id ${i.id}, seq ${i.seq}`;
    case 129:
      return `echo reply, id ${i.id}, seq ${i.seq}`;
    case ND.SOLICIT_ROUTER:
      return 'router solicitation';
    case ND.ADVERTISE_ROUTER:
      return 'router advertisement';
    case ND.SOLICIT:
      return `neighbor solicitation${early}, who has ${target(i)}`;
    case ND.ADVERTISE:
      return `neighbor advertisement${early}, tgt is ${target(i)}`;
    case ND.REPORT2:
      return `multicast listener report v2, ${i.seq} group record(s)`;
    default:
      return `type-#${i.type}`;
  }
}

/** The group records of a listener report. @see RFC 3810 §5.2 */
function groupRecords(i: Icmp, verbose: number): string {
  let text = '';
  let at = 0;
  for (let k = 0; k < i.seq && at + 20 <= i.body.length; k++) {
    const sources = u16(i.body, at + 2);
    const type = i.body[at] as number;
    text += ` [gaddr ${addressAt(i.body, at + 4)} ${RECORD_TYPES[type] ?? `#${type}`}`;
    if (verbose > 1) {
      text += ' {';
      for (let n = 0; n < sources; n++) text += ` ${addressAt(i.body, at + 20 + 16 * n)}`;
      text += ' }]';
    } else text += `, ${sources} source(s)]`;
    at += 20 + 16 * sources;
  }
  return text;
}

function advertisedFlags(i: Icmp): string {
  const bits = Math.floor(i.rest / 0x20000000);
  const words = [bits & 4 ? 'router' : '', bits & 2 ? 'solicited' : '', bits & 1 ? 'override' : ''].filter(
    (w) => w !== '',
  );
  return `, Flags [${words.length === 0 ? 'none' : words.join(', ')}]`;
}

/** Types that print their length before what they are about, or none at all, where -v asks for more. */
const EARLY: ReadonlySet<number> = new Set([ND.SOLICIT, ND.ADVERTISE, ND.REDIRECT]);

/** An ICMPv6 message from its name on. */
export function icmp6Text(i: Icmp, ip: Ip, o: SummaryOptions): string {
  const check = !o.verbose || ip.body.length !== ip.bodyLength ? '' : checksumText(i, ip);
  const length = `, length ${ip.bodyLength}`;
  const long = ip.bodyLength > 24;
  if (!o.verbose) return `ICMP6, ${message6Text(i, o, '', long)}${length}`;
  const start = `${check}ICMP6, `;
  if (i.type === ND.REPORT2) return `${start}${message6Text(i, o)}${groupRecords(i, o.verbose)}`;
  if (EARLY.has(i.type)) {
    const flags = i.type === ND.ADVERTISE ? advertisedFlags(i) : '';
    return `${start}${message6Text(i, o, length)}${flags}${ndOptions(i.body, i.type === ND.REDIRECT ? 32 : 16, o.verbose)}`;
  }
  const text = `${start}${message6Text(i, o, '', long)}`;
  if (i.type === ND.SOLICIT_ROUTER) return `${text}${length}${ndOptions(i.body, 0, o.verbose)}`;
  if (i.type === ND.ADVERTISE_ROUTER) return `${text}${length}${routerText(i)}${ndOptions(i.body, 8, o.verbose)}`;
  return text;
}

const PREFERENCES = ['medium', 'high', 'reserved', 'low'];

/** What a router advertises of itself. @see RFC 4861 §4.2, RFC 4191 §2.2 */
function routerText(i: Icmp): string {
  const [hops, flags] = [i.rest >>> 24, (i.rest >>> 16) & 255];
  const names = [flags & 0x80 ? 'managed' : '', flags & 0x40 ? 'other stateful' : '', flags & 0x20 ? 'home agent' : ''];
  const set = names.filter((n) => n !== '').join(', ') || 'none';
  const preference = PREFERENCES[(flags >> 3) & 3];
  return `\n\thop limit ${hops}, Flags [${set}], pref ${preference}, router lifetime ${i.seq}s, reachable time ${u32(i.body, 0)}ms, retrans timer ${u32(i.body, 4)}ms`;
}

function checksumText(i: Icmp, ip: Ip): string {
  const right = rightChecksum(ip, i.checksum);
  return right === i.checksum ? '[icmp6 sum ok] ' : `[bad icmp6 cksum 0x${hex4(i.checksum)} -> 0x${hex4(right)}!] `;
}
