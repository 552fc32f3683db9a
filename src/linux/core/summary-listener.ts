/** ICMPv6 that a lab seldom sees: listener discovery's queries, parameter problems, what routers advertise. @see RFC 2710, 3810, 4861 */
import { type Icmp, u16, u32 } from './dissect.ts';
import type { SummaryOptions } from './summary.ts';
import { addressAt, ND, target } from './summary-icmp6.ts';

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

/** A message by its type; undefined when it is none of these. @param long of more than 24 bytes */
export function listenerText(i: Icmp, o: SummaryOptions, long: boolean): string | undefined {
  switch (i.type) {
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
    default:
      return undefined;
  }
}

const PREFERENCES = ['medium', 'high', 'reserved', 'low'];

/** What a router advertises of itself. @see RFC 4861 §4.2, RFC 4191 §2.2 */
export function routerText(i: Icmp): string {
  const [hops, flags] = [i.rest >>> 24, (i.rest >>> 16) & 255];
  const names = [flags & 0x80 ? 'managed' : '', flags & 0x40 ? 'other stateful' : '', flags & 0x20 ? 'home agent' : ''];
  const set = names.filter((n) => n !== '').join(', ') || 'none';
  const preference = PREFERENCES[(flags >> 3) & 3];
  return `\n\thop limit ${hops}, Flags [${set}], pref ${preference}, router lifetime ${i.seq}s, reachable time ${u32(i.body, 0)}ms, retrans timer ${u32(i.body, 4)}ms`;
}
