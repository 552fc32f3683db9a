/** Connections as lines. @see libnetfilter_conntrack src/conntrack/snprintf_default.c */
import { formatIp } from '../../../base/ip.ts';
import type { CtEntry, CtEvent, CtTuple } from '../../kernel/netadmin.ts';

const NAMES: Readonly<Record<number, string>> = {
  1: 'icmp',
  6: 'tcp',
  17: 'udp',
  58: 'icmpv6',
  132: 'sctp',
  47: 'gre',
};

/** What -o adds. */
export interface Shown {
  readonly extended: boolean;
  readonly id: boolean;
  readonly timestamp: boolean;
  /** --counters, or net.netfilter.nf_conntrack_acct. */
  readonly counters: boolean;
}

export function tuple(t: CtTuple): string {
  const ends = `src=${formatIp(t.src)} dst=${formatIp(t.dst)} `;
  if (t.proto === 1 || t.proto === 58) return `${ends}type=${t.icmpType ?? 0} code=${t.icmpCode ?? 0} id=${t.sport} `;
  return NAMES[t.proto] === undefined ? ends : `${ends}sport=${t.sport} dport=${t.dport} `;
}

/** Both directions and what is between. @param timeout absent: its time is over */
function body(e: CtEntry, shown: Shown, timeout: number | undefined): string {
  const proto = e.original.proto;
  const count = (packets: number, bytes: number): string =>
    shown.counters ? `packets=${packets} bytes=${bytes} ` : '';
  return [
    shown.extended ? (e.original.src.v === 4 ? 'ipv4     2 ' : 'ipv6     10 ') : '',
    `${(NAMES[proto] ?? 'unknown').padEnd(8)} ${proto} `,
    timeout === undefined ? '' : `${Math.max(0, Math.floor(timeout))} `,
    e.tcpState === undefined ? '' : `${e.tcpState} `,
    tuple(e.original),
    e.zone !== e.replyZone && e.zone !== 0 ? `zone-orig=${e.zone} ` : '',
    count(e.origPackets, e.origBytes),
    e.seenReply ? '' : '[UNREPLIED] ',
    tuple(e.reply),
    e.zone !== e.replyZone && e.replyZone !== 0 ? `zone-reply=${e.replyZone} ` : '',
    count(e.replyPackets, e.replyBytes),
    e.assured ? '[ASSURED] ' : '',
  ].join('');
}

/** The zone of both directions, when it is not the usual one. */
const bothZone = (e: CtEntry): string => (e.zone === e.replyZone && e.zone !== 0 ? `zone=${e.zone} ` : '');

/** One line of -L. */
export function entryText(e: CtEntry, shown: Shown): string {
  return `${body(e, shown, e.timeout)}mark=${e.mark} ${bothZone(e)}use=1${shown.id ? ` id=${e.id}` : ''}\n`;
}

/** One line of -E. @param realtime seconds since 1970 of virtual time 0 */
export function eventText(e: CtEvent, shown: Shown, realtime: bigint): string {
  const us = (realtime + BigInt(Math.floor(e.time))) / 1000n;
  const stamp = shown.timestamp ? `[${us / 1_000_000n}.${String(us % 1_000_000n).padStart(6, '0')}]\t` : '';
  const counters = shown.counters && e.type === 'DESTROY';
  const line = body(e.entry, { ...shown, counters }, e.left ? e.entry.timeout : undefined);
  const words = [
    e.entry.mark === 0 ? '' : `mark=${e.entry.mark}`,
    bothZone(e.entry).trimEnd(),
    shown.id ? `id=${e.entry.id}` : '',
    e.user ? `[USERSPACE] portid=${e.user.pid} progname=${e.user.comm}` : '',
  ].filter((w) => w !== '');
  return `${stamp}${`[${e.type}]`.padStart(9)} ${line}${words.join(' ')}`.trimEnd().concat('\n');
}
