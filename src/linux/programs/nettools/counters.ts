/**
 * `netstat -s`: counters in words.
 * @see net-tools statistics.c
 */
import type { Counters } from '../../core/snmp.ts';

/** Words after the number; with a colon at the end before it. `optional` ones are told when they are not 0. */
interface Row {
  readonly words: string;
  readonly optional?: boolean;
  /** Under the histogram of its direction. */
  readonly kind?: 'input' | 'output';
}

const row = (words: string): Row => ({ words });
const maybe = (words: string): Row => ({ words, optional: true });

/** What messages of ICMP are called. */
const MESSAGES: Readonly<Record<string, string>> = {
  DestUnreachs: 'destination unreachable',
  TimeExcds: 'timeout in transit',
  ParmProbs: 'wrong parameters',
  SrcQuenchs: 'source quenches',
  Redirects: 'redirects',
  Echos: 'echo requests',
  EchoReps: 'echo replies',
  Timestamps: 'timestamp request',
  TimestampReps: 'timestamp reply',
  AddrMasks: 'address mask request',
  AddrMaskReps: 'address mask replies',
};

const histogram = (prefix: string, kind: 'input' | 'output'): [string, Row][] =>
  Object.entries(MESSAGES).map(([name, words]) => [`${prefix}${name}`, { words: `${words}:`, optional: true, kind }]);

/** Those that have words of their own; others are told by name when they are not 0. */
const WORDS: Readonly<Record<keyof Counters, Readonly<Record<string, Row>>>> = {
  Ip: {
    Forwarding: row('Forwarding:'),
    InReceives: row('total packets received'),
    InHdrErrors: maybe('with invalid headers'),
    InAddrErrors: maybe('with invalid addresses'),
    ForwDatagrams: row('forwarded'),
    InUnknownProtos: maybe('with unknown protocol'),
    InDiscards: row('incoming packets discarded'),
    InDelivers: row('incoming packets delivered'),
    OutRequests: row('requests sent out'),
    OutDiscards: maybe('outgoing packets dropped'),
    OutNoRoutes: maybe('dropped because of missing route'),
    ReasmTimeout: maybe('fragments dropped after timeout'),
    ReasmReqds: maybe('reassemblies required'),
    ReasmOKs: maybe('packets reassembled ok'),
    ReasmFails: maybe('packet reassembles failed'),
    FragOKs: maybe('fragments received ok'),
    FragFails: maybe('fragments failed'),
    FragCreates: maybe('fragments created'),
  },
  Icmp: {
    InMsgs: row('ICMP messages received'),
    InErrors: row('input ICMP message failed'),
    OutMsgs: row('ICMP messages sent'),
    OutErrors: row('ICMP messages failed'),
    ...Object.fromEntries([...histogram('In', 'input'), ...histogram('Out', 'output')]),
  },
  IcmpMsg: {},
  Tcp: {
    ActiveOpens: row('active connection openings'),
    PassiveOpens: row('passive connection openings'),
    AttemptFails: row('failed connection attempts'),
    EstabResets: row('connection resets received'),
    CurrEstab: row('connections established'),
    InSegs: row('segments received'),
    OutSegs: row('segments sent out'),
    RetransSegs: row('segments retransmitted'),
    InErrs: row('bad segments received'),
    OutRsts: row('resets sent'),
  },
  Udp: {
    InDatagrams: row('packets received'),
    NoPorts: row('packets to unknown port received'),
    InErrors: row('packet receive errors'),
    OutDatagrams: row('packets sent'),
    RcvbufErrors: row('receive buffer errors'),
    SndbufErrors: row('send buffer errors'),
  },
  TcpExt: {
    SyncookiesSent: maybe('SYN cookies sent'),
    SyncookiesRecv: maybe('SYN cookies received'),
    SyncookiesFailed: maybe('invalid SYN cookies received'),
    EmbryonicRsts: maybe('resets received for embryonic SYN_RECV sockets'),
    OfoPruned: maybe('packets dropped from out-of-order queue because of socket buffer overrun'),
    TW: maybe('TCP sockets finished time wait in fast timer'),
    TWRecycled: maybe('time wait sockets recycled by time stamp'),
    PAWSActive: maybe('active connections rejected because of time stamp'),
    PAWSEstab: maybe('packetes rejected in established connections because of timestamp'),
    DelayedACKs: maybe('delayed acks sent'),
    ListenOverflows: maybe('times the listen queue of a socket overflowed'),
    ListenDrops: maybe('SYNs to LISTEN sockets dropped'),
    TCPPureAcks: maybe('acknowledgments not containing data payload received'),
    TCPHPAcks: maybe('predicted acknowledgments'),
    TCPSackRecovery: maybe('times recovered from packet loss by selective acknowledgements'),
    TCPFastRetrans: maybe('fast retransmits'),
    TCPSlowStartRetrans: maybe('retransmits in slow start'),
    TCPAbortOnData: maybe('connections reset due to unexpected data'),
    TCPAbortOnClose: maybe('connections reset due to early user close'),
    TCPAbortOnTimeout: maybe('connections aborted due to timeout'),
  },
  IpExt: {},
};

/** Settings among the counters that are not told. */
const SILENT: readonly string[] = ['DefaultTTL'];
/** After these the histogram of the direction begins. */
const TITLES: Readonly<Record<string, string>> = { InErrors: 'input', OutErrors: 'output' };

function groupText(group: keyof Counters, of: Readonly<Record<string, number>>): string {
  let out = `${group}:\n`;
  let indent = group === 'IcmpMsg' ? '        ' : '    ';
  const told = WORDS[group];
  const names = Object.keys(of);
  // what has words comes in the order of the kernel, told of each direction's errors before its histogram
  for (const name of names) {
    const { words, optional, kind } = told[name] ?? { words: `${name}:`, optional: true };
    if (SILENT.includes(name)) continue;
    const value = of[name] ?? 0;
    if (optional && value === 0) continue;
    if (group === 'Icmp') indent = kind ? '        ' : '    ';
    out += words.endsWith(':') ? `${indent}${words} ${value}\n` : `${indent}${value} ${words}\n`;
    if (group === 'Icmp' && TITLES[name] !== undefined) out += `    ICMP ${TITLES[name]} histogram:\n`;
  }
  return out;
}

/** @param tcp, udp which to tell of; all when neither is asked for */
export function countersText(all: Counters, tcp: boolean, udp: boolean): string {
  const any = !tcp && !udp;
  const groups: (keyof Counters)[] = [
    ...(any ? (['Ip', 'Icmp'] as const) : []),
    // those that netstat does not know come whatever is asked for
    'IcmpMsg',
    ...(tcp || any ? (['Tcp'] as const) : []),
    ...(udp || any ? (['Udp'] as const) : []),
    ...(tcp || any ? (['TcpExt'] as const) : []),
    'IpExt',
  ];
  return groups
    .filter((g) => g === 'TcpExt' || Object.keys(all[g]).length > 0)
    .map((g) => groupText(g, all[g]))
    .join('');
}
