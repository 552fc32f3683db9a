/**
 * Matches that are fields of a rule: ports, TCP flags, ICMP types, states, marks, rates, comments.
 * @see iptables extensions/libxt_*.c
 */
import type { NfRule } from '../../kernel/netadmin.ts';
import type { AddrtypeMatch } from '../../kernel/nfmatch.ts';
import { ctStateBits, icmpType, PORT_MODULES, tcpFlagsBits } from './names.ts';
import { portRange } from './places.ts';
import { limitRate, markValue, UsageError } from './values.ts';

/** A rule being read. */
export type RuleDraft = { -readonly [K in keyof NfRule]: NfRule[K] } & { modules: string[] };

const PORTS = ['sport', 'source-port', 'dport', 'destination-port'];

/** Options that are fields, by the match that has them. */
export const FIELD_OPTIONS: Readonly<Record<string, readonly string[]>> = {
  tcp: [...PORTS, 'tcp-flags', 'syn', 'tcp-option'],
  udp: PORTS,
  sctp: PORTS,
  dccp: PORTS,
  udplite: PORTS,
  multiport: ['sports', 'source-ports', 'dports', 'destination-ports', 'ports'],
  icmp: ['icmp-type'],
  icmp6: ['icmpv6-type'],
  conntrack: ['ctstate'],
  state: ['state'],
  mark: ['mark'],
  limit: ['limit', 'limit-burst'],
  comment: ['comment'],
};

const INLINE = ['LOCAL', 'UNICAST', 'BROADCAST', 'MULTICAST'];

/** Single types of addresses, not limited to a device, are fields of the rule. @returns whether they are all */
export function addrtypeFields(r: RuleDraft, m: AddrtypeMatch): boolean {
  const single = (x: AddrtypeMatch['src']): boolean =>
    !x || (x.value.length === 1 && INLINE.includes(x.value[0] ?? ''));
  if (m.limit || !single(m.src) || !single(m.dst) || (m.src && r.srcType) || (m.dst && r.dstType)) return false;
  if (m.src) r.srcType = { value: m.src.value[0] as 'LOCAL', not: m.src.not };
  if (m.dst) r.dstType = { value: m.dst.value[0] as 'LOCAL', not: m.dst.not };
  return true;
}

/** What an option may ask for. */
interface Words {
  readonly family: 4 | 6;
  /** Whether a ! stood before it. */
  readonly not: boolean;
  /** Its word. */
  take(): string;
  /** The word after that. */
  more(): string;
}

/** Reads an option into its field. @returns whether it has one */
export function fieldOption(r: RuleDraft, name: string, { family, not, take, more }: Words): boolean {
  const has = (m: string): boolean => r.modules.includes(m);
  const proto = r.proto && !r.proto.not ? r.proto.value : 0;
  const l4 = PORT_MODULES[proto];
  if (['sport', 'source-port', 'dport', 'destination-port'].includes(name) && l4) {
    if (!has(l4)) r.modules.push(l4);
    const range = { value: portRange(take()), not };
    if (name === 'sport' || name === 'source-port') r.sport = range;
    else r.dport = range;
  } else if ((name === 'tcp-flags' || name === 'syn') && l4 === 'tcp') {
    if (!has('tcp')) r.modules.push('tcp');
    const mask = name === 'syn' ? 0x17 : tcpFlagsBits(take());
    const comp = name === 'syn' ? 2 : tcpFlagsBits(more());
    if (mask === undefined || comp === undefined) throw new UsageError('Unknown TCP flag');
    r.tcpFlags = { value: { mask, comp }, not };
  } else if (name === 'tcp-option' && l4 === 'tcp') {
    if (!has('tcp')) r.modules.push('tcp');
    r.tcpOption = { value: Number(take()), not };
  } else if ((name === 'icmp-type' && proto === 1) || (name === 'icmpv6-type' && proto === 58)) {
    if (!has(proto === 1 ? 'icmp' : 'icmp6')) r.modules.push(proto === 1 ? 'icmp' : 'icmp6');
    const text = take();
    const value = icmpType(family, text);
    if (!value) throw new UsageError(`Invalid ICMP type \`${text}'`);
    r.icmp = { value, not };
  } else if ((name === 'ctstate' && has('conntrack')) || (name === 'state' && has('state'))) {
    const text = take();
    const value = ctStateBits(text);
    if (value === undefined) throw new UsageError(`Bad ctstate "${text}"`.replace('ctstate', name));
    r.ctstate = { value, not };
    r.ctstateModule = name === 'ctstate' ? 'conntrack' : 'state';
  } else if (name === 'mark' && r.modules.lastIndexOf('mark') > r.modules.lastIndexOf('connmark'))
    r.mark = { value: markValue(take(), 0xffffffff), not };
  else if (name === 'limit' && has('limit')) r.limit = { ...limitRate(take()), burst: r.limit?.burst ?? 5 };
  else if (name === 'limit-burst' && has('limit'))
    r.limit = { count: r.limit?.count ?? 3, per: r.limit?.per ?? 3600, burst: Number(take()) };
  else if (/^(sports|source-ports|dports|destination-ports|ports)$/.test(name) && has('multiport')) {
    const side = name.startsWith('s') ? 'source' : name.startsWith('d') ? 'destination' : 'both';
    r.multiport = {
      value: {
        side,
        ports: take()
          .split(',')
          .map((p) => portRange(p)),
      },
      not,
    };
  } else if (name === 'comment' && has('comment')) r.comment = take();
  else return false;
  return true;
}
