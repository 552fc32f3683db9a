/** IGMP of all versions as tcpdump prints it. @see RFC 3376 §4, tcpdump 4.99 print-igmp.c */
import { formatIp4 } from '../../base/ip.ts';
import { type Ip, u16, u32 } from './dissect.ts';
import { type SummaryOptions, sum16 } from './summary.ts';

/** Types of group records, IGMP's and MLD's alike. */
export const RECORD_TYPES = ['', 'is_in', 'is_ex', 'to_in', 'to_ex', 'allow', 'block'];

function sources(b: Uint8Array, at: number, count: number): string {
  return Array.from({ length: count }, (_, k) => ` ${formatIp4(u32(b, at + 4 * k))}`).join('');
}

function report3(b: Uint8Array, verbose: number): string {
  const groups = u16(b, 6);
  let text = `, ${groups} group record(s)`;
  if (verbose === 0) return text;
  let at = 8;
  for (let k = 0; k < groups; k++) {
    if (at + 8 > b.length) return `${text} [invalid number of groups]`;
    const count = u16(b, at + 2);
    text += ` [gaddr ${formatIp4(u32(b, at + 4))} ${RECORD_TYPES[b[at] as number] ?? `#${b[at]}`}`;
    text += verbose > 1 ? ` {${sources(b, at + 8, count)} }]` : `, ${count} source(s)]`;
    at += 8 + 4 * count;
  }
  return text;
}

/** Tenths of a second, long values as a mantissa and an exponent. */
const tenths = (code: number): number => (code < 128 ? code : ((code & 15) | 16) << (((code >> 4) & 7) + 3));

function query3(b: Uint8Array, verbose: number): string {
  const group = u32(b, 4);
  const count = u16(b, 10);
  const code = b[1] as number;
  const time = tenths(code);
  let text =
    code === 100 || verbose === 0 ? '' : ` [max resp time ${time < 10 ? `0.${time}` : Math.floor(time / 10)}s]`;
  if ((b[8] ?? 0) & 8) text += ' sflag';
  if (group !== 0) {
    text += ` [gaddr ${formatIp4(group)}`;
    if (count > 0) text += verbose > 1 ? ` {${sources(b, 12, count)} }` : `, ${count} source(s)`;
    text += ']';
  }
  return text;
}

function messageText(b: Uint8Array, verbose: number): string {
  const group = u32(b, 4);
  switch (b[0]) {
    case 0x11: {
      if (b.length >= 12) return `igmp query v3${query3(b, verbose)}`;
      if (b[1] === 0) return `igmp query v1${group === 0 ? '' : ` [gaddr ${formatIp4(group)}]`}`;
      const time = b[1] === 100 ? '' : ` [max resp time ${b[1]}]`;
      return `igmp query v2${time}${group === 0 ? '' : ` [gaddr ${formatIp4(group)}]`}`;
    }
    case 0x12:
      return `igmp v1 report ${formatIp4(group)}`;
    case 0x16:
      return `igmp v2 report ${formatIp4(group)}`;
    case 0x17:
      return `igmp leave ${formatIp4(group)}`;
    case 0x22:
      return `igmp v3 report${report3(b, verbose)}`;
    default:
      return `igmp-${b[0]}`;
  }
}

/** An IGMP message. */
export function igmpText(ip: Ip, o: SummaryOptions): string {
  const b = ip.body;
  if (b.length < 8) return '[|igmp]';
  const text = messageText(b, o.verbose ?? 0);
  const wrong = o.verbose && b.length === ip.bodyLength && sum16(b) !== 0xffff;
  return wrong ? `${text} bad igmp cksum ${u16(b, 2).toString(16)}!` : text;
}
