/**
 * What `netstat -s` calls counters: `%` stands for the number. A word after `?` is told when it is not 0, one after `<` or `>`
 * under the histogram of what came or went, when it is not 0; without a sign always.
 * @see net-tools statistics.c
 */
import type { Counters } from '../../core/snmp.ts';

type Words = Readonly<Record<string, string>>;

/** What IPv4 and IPv6 are told of in the same words. */
const IP: Words = {
  InReceives: '% total packets received',
  InHdrErrors: '?% with invalid headers',
  InAddrErrors: '?% with invalid addresses',
  ForwDatagrams: '% forwarded',
  OutForwDatagrams: '% forwarded',
  InUnknownProtos: '?% with unknown protocol',
  InDiscards: '% incoming packets discarded',
  InDelivers: '% incoming packets delivered',
  OutRequests: '% requests sent out',
  OutDiscards: '?% outgoing packets dropped',
  OutNoRoutes: '?% dropped because of missing route',
  ReasmTimeout: '?% fragments dropped after timeout',
  ReasmReqds: '?% reassemblies required',
  ReasmOKs: '?% packets reassembled ok',
  ReasmFails: '?% packet reassemblies failed',
  FragOKs: '?% outgoing packets fragmented ok',
  FragFails: '?% outgoing packets failed fragmentation',
  FragCreates: '?% fragments created',
};

const UDP: Words = {
  InDatagrams: '% packets received',
  NoPorts: '% packets to unknown port received',
  InErrors: '% packet receive errors',
  OutDatagrams: '% packets sent',
};

/** Messages of one direction. */
const messages = (sign: '<' | '>', words: Words): Words =>
  Object.fromEntries(
    Object.entries(words).map(([name, w]) => [`${sign === '<' ? 'In' : 'Out'}${name}`, `${sign}${w}: %`]),
  );

const ICMP: Words = {
  InMsgs: '% ICMP messages received',
  InErrors: '% input ICMP message failed',
  OutMsgs: '% ICMP messages sent',
  OutErrors: '% ICMP messages failed',
  ...messages('<', {
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
  }),
  ...messages('>', {
    DestUnreachs: 'destination unreachable',
    TimeExcds: 'time exceeded',
    ParmProbs: 'wrong parameters',
    SrcQuenchs: 'source quench',
    Redirects: 'redirect',
    Echos: 'echo requests',
    EchoReps: 'echo replies',
    Timestamps: 'timestamp requests',
    TimestampReps: 'timestamp replies',
    AddrMasks: 'address mask requests',
    AddrMaskReps: 'address mask replies',
  }),
};

/** Of ICMPv6, what both directions are told of alike. */
const BOTH6: Words = {
  DestUnreachs: 'destination unreachable',
  PktTooBigs: 'packets too big',
  ParmProblems: 'parameter problem',
  Echos: 'echo requests',
  EchoReplies: 'echo replies',
  GroupMembQueries: 'group member queries',
  GroupMembResponses: 'group member responses',
  GroupMembReductions: 'group member reductions',
  RouterSolicits: 'router solicits',
  Redirects: 'redirects',
};

const ICMP6: Words = {
  InMsgs: '% ICMP messages received',
  InErrors: '% input ICMP message failed',
  OutMsgs: '% ICMP messages sent',
  ...messages('<', {
    ...BOTH6,
    TimeExcds: 'received ICMPv6 time exceeded',
    RouterAdvertisements: 'router advertisement',
    NeighborSolicits: 'neighbour solicits',
    NeighborAdvertisements: 'neighbour advertisement',
  }),
  ...messages('>', {
    ...BOTH6,
    TimeExcds: 'sent ICMPv6 time exceeded',
    NeighborSolicits: 'neighbor solicits',
    NeighborAdvertisements: 'neighbor advertisements',
  }),
};

const TCP_EXT: Words = {
  SyncookiesSent: '?% SYN cookies sent',
  SyncookiesRecv: '?% SYN cookies received',
  SyncookiesFailed: '?% invalid SYN cookies received',
  EmbryonicRsts: '?% resets received for embryonic SYN_RECV sockets',
  OfoPruned: '?% packets dropped from out-of-order queue because of socket buffer overrun',
  TW: '?% TCP sockets finished time wait in fast timer',
  TWRecycled: '?% time wait sockets recycled by time stamp',
  PAWSActive: '?% active connections rejected because of time stamp',
  PAWSEstab: '?% packets rejected in established connections because of timestamp',
  DelayedACKs: '?% delayed acks sent',
  DelayedACKLost: '?Quick ack mode was activated % times',
  ListenOverflows: '?% times the listen queue of a socket overflowed',
  ListenDrops: '?% SYNs to LISTEN sockets dropped',
  TCPPureAcks: '?% acknowledgments not containing data payload received',
  TCPHPAcks: '?% predicted acknowledgments',
  TCPRenoRecovery: '?% times recovered from packet loss due to fast retransmit',
  TCPSACKReorder: '?Detected reordering % times using SACK',
  TCPRenoReorder: '?Detected reordering % times using reno fast retransmit',
  TCPTSReorder: '?Detected reordering % times using time stamp',
  TCPFullUndo: '?% congestion windows fully recovered without slow start',
  TCPPartialUndo: '?% congestion windows partially recovered using Hoe heuristic',
  TCPLossUndo: '?% congestion windows recovered without slow start after partial ack',
  TCPRenoFailures: '?% timeouts after reno fast retransmit',
  TCPLossFailures: '?% timeouts in loss state',
  TCPFastRetrans: '?% fast retransmits',
  TCPSlowStartRetrans: '?% retransmits in slow start',
  TCPAbortOnData: '?% connections reset due to unexpected data',
  TCPAbortOnClose: '?% connections reset due to early user close',
  TCPAbortOnTimeout: '?% connections aborted due to timeout',
  TCPAbortOnLinger: '?% connections aborted after user close in linger timeout',
  TCPAbortFailed: '?% times unable to send RST due to no memory',
};

/** By group; a counter without words is told by its name, when it is not 0. */
export const WORDS: Readonly<Partial<Record<keyof Counters, Words>>> = {
  Ip: { ...IP, Forwarding: 'Forwarding: %' },
  Icmp: ICMP,
  Tcp: {
    ActiveOpens: '% active connection openings',
    PassiveOpens: '% passive connection openings',
    AttemptFails: '% failed connection attempts',
    EstabResets: '% connection resets received',
    CurrEstab: '% connections established',
    InSegs: '% segments received',
    OutSegs: '% segments sent out',
    RetransSegs: '% segments retransmitted',
    InErrs: '% bad segments received',
    OutRsts: '% resets sent',
  },
  Udp: { ...UDP, RcvbufErrors: '?% receive buffer errors', SndbufErrors: '?% send buffer errors' },
  TcpExt: TCP_EXT,
  Ip6: {
    ...IP,
    InTooBigErrors: '?% with packets too big',
    InNoRoutes: '?% incoming packets with no route',
    InTruncatedPkts: '?% with truncated packets',
    InMcastPkts: '?% incoming multicast packets',
    OutMcastPkts: '?% outgoing multicast packets',
  },
  Icmp6: ICMP6,
  Udp6: UDP,
};
