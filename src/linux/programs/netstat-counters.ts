/**
 * `netstat -s`: counters in words. Limits: of IP and ICMP the core counts nothing, so they are not here.
 * @see net-tools statistics.c
 */
import type { Counters } from '../core/snmp.ts';

type Words = readonly (readonly [name: string, words: string])[];

const TCP: Words = [
  ['ActiveOpens', 'active connection openings'],
  ['PassiveOpens', 'passive connection openings'],
  ['AttemptFails', 'failed connection attempts'],
  ['EstabResets', 'connection resets received'],
  ['CurrEstab', 'connections established'],
  ['InSegs', 'segments received'],
  ['OutSegs', 'segments sent out'],
  ['RetransSegs', 'segments retransmitted'],
  ['InErrs', 'bad segments received'],
  ['OutRsts', 'resets sent'],
];
const UDP: Words = [
  ['InDatagrams', 'packets received'],
  ['NoPorts', 'packets to unknown port received'],
  ['InErrors', 'packet receive errors'],
  ['OutDatagrams', 'packets sent'],
  ['RcvbufErrors', 'receive buffer errors'],
  ['SndbufErrors', 'send buffer errors'],
];
/** Those that have words of their own; others are told by name. */
const EXTENDED: Readonly<Record<string, string>> = {
  SyncookiesSent: 'SYN cookies sent',
  SyncookiesRecv: 'SYN cookies received',
  SyncookiesFailed: 'invalid SYN cookies received',
  EmbryonicRsts: 'resets received for embryonic SYN_RECV sockets',
  OfoPruned: 'packets dropped from out-of-order queue because of socket buffer overrun',
  TW: 'TCP sockets finished time wait in fast timer',
  TWRecycled: 'time wait sockets recycled by time stamp',
  PAWSActive: 'active connections rejected because of time stamp',
  PAWSEstab: 'packetes rejected in established connections because of timestamp',
  DelayedACKs: 'delayed acks sent',
  ListenOverflows: 'times the listen queue of a socket overflowed',
  ListenDrops: 'SYNs to LISTEN sockets dropped',
  TCPPureAcks: 'acknowledgments not containing data payload received',
  TCPHPAcks: 'predicted acknowledgments',
  TCPSackRecovery: 'times recovered from packet loss by selective acknowledgements',
  TCPFastRetrans: 'fast retransmits',
  TCPSlowStartRetrans: 'retransmits in slow start',
  TCPAbortOnData: 'connections reset due to unexpected data',
  TCPAbortOnClose: 'connections reset due to early user close',
  TCPAbortOnTimeout: 'connections aborted due to timeout',
};

const rows = (words: Words, of: Readonly<Record<string, number>>): string =>
  words.map(([name, text]) => `    ${of[name] ?? 0} ${text}\n`).join('');

/** @param tcp, udp which to tell of; both when neither is asked for */
export function countersText(all: Counters, tcp: boolean, udp: boolean): string {
  const any = !tcp && !udp;
  let out = '';
  if (tcp || any) out += `Tcp:\n${rows(TCP, all.Tcp)}`;
  if (udp || any) out += `Udp:\n${rows(UDP, all.Udp)}`;
  if (!tcp && !any) return out;
  const more = Object.entries(all.TcpExt).filter(([, n]) => n !== 0);
  return `${out}TcpExt:\n${more.map(([name, n]) => (EXTENDED[name] ? `    ${n} ${EXTENDED[name]}\n` : `    ${name}: ${n}\n`)).join('')}`;
}
