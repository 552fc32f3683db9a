/**
 * Counters of a namespace by group and name, as /proc/net/snmp, snmp6 and netstat spell them.
 * Limits: nothing here can count, so that these stay 0: Ip InDiscards, Icmp
 * and Icmp6 OutErrors, IpExt InTruncatedPkts; of TcpExt BeyondWindow, OfoPruned, PAWSTimewait,
 * TCPAbortFailed, TCPAutoCorking, TCPBacklogDrop, TCPDelivered, TCPHPAcks, TCPLossFailures, TCPRcvCoalesce, TCPRenoFailures,
 * TCPRenoRecoveryFail, TCPSackFailures and TCPSackRecoveryFail.
 * @see Linux net/ipv4/proc.c
 */
import * as abi from '../../../wasm/abi.ts';

/** Group → name → value. */
export type Counters = Readonly<
  Record<
    'Ip' | 'Icmp' | 'IcmpMsg' | 'Tcp' | 'Udp' | 'TcpExt' | 'IpExt' | 'UdpLite' | 'Ip6' | 'Icmp6' | 'Udp6' | 'UdpLite6',
    Readonly<Record<string, number>>
  >
>;

/** The place of what nothing here counts. */
const NEVER = -1;

type Names = readonly (readonly [keyof Counters, string, number])[];

/** Messages of ICMP that have counters by name, in the order of /proc/net/snmp. */
const MESSAGES: Readonly<Record<string, number>> = {
  DestUnreachs: 3,
  TimeExcds: 11,
  ParmProbs: 12,
  SrcQuenchs: 4,
  Redirects: 5,
  Echos: 8,
  EchoReps: 0,
  Timestamps: 13,
  TimestampReps: 14,
  AddrMasks: 17,
  AddrMaskReps: 18,
};

const messages = (dir: 'In' | 'Out', base: number): Names =>
  Object.entries(MESSAGES).map(([name, type]) => ['Icmp', `${dir}${name}`, base + type]);

/** What mibRead writes. */
const MIB: Names = [
  ['Ip', 'InReceives', abi.MIB_IN_RECEIVES],
  ['Ip', 'InHdrErrors', abi.MIB_IN_HDR_ERRORS],
  ['Ip', 'InAddrErrors', abi.MIB_IN_ADDR_ERRORS],
  ['Ip', 'ForwDatagrams', abi.MIB_FORW_DATAGRAMS],
  ['Ip', 'InUnknownProtos', abi.MIB_IN_UNKNOWN_PROTOS],
  ['Ip', 'InDiscards', abi.MIB_IN_DISCARDS],
  ['Ip', 'InDelivers', abi.MIB_IN_DELIVERS],
  ['Ip', 'OutRequests', abi.MIB_OUT_REQUESTS],
  ['Ip', 'OutDiscards', abi.MIB_OUT_DISCARDS],
  ['Ip', 'OutNoRoutes', abi.MIB_OUT_NO_ROUTES],
  ['Ip', 'ReasmTimeout', abi.MIB_REASM_TIMEOUT],
  ['Ip', 'ReasmReqds', abi.MIB_REASM_REQDS],
  ['Ip', 'ReasmOKs', abi.MIB_REASM_OKS],
  ['Ip', 'ReasmFails', abi.MIB_REASM_FAILS],
  ['Ip', 'FragOKs', abi.MIB_FRAG_OKS],
  ['Ip', 'FragFails', abi.MIB_FRAG_FAILS],
  ['Ip', 'FragCreates', abi.MIB_FRAG_CREATES],
  ['Ip', 'OutTransmits', abi.MIB_OUT_TRANSMITS],
  ['Icmp', 'InMsgs', abi.MIB_ICMP_IN_MSGS],
  ['Icmp', 'InErrors', abi.MIB_ICMP_IN_ERRORS],
  ['Icmp', 'InCsumErrors', abi.MIB_ICMP_IN_CSUM_ERRORS],
  ...messages('In', abi.MIB_ICMP_IN_TYPE),
  ['Icmp', 'OutMsgs', abi.MIB_ICMP_OUT_MSGS],
  ['Icmp', 'OutErrors', abi.MIB_ICMP_OUT_ERRORS],
  ['Icmp', 'OutRateLimitGlobal', abi.MIB_ICMP_RATE_GLOBAL],
  ['Icmp', 'OutRateLimitHost', abi.MIB_ICMP_RATE_HOST],
  ...messages('Out', abi.MIB_ICMP_OUT_TYPE),
  ['IpExt', 'InNoRoutes', abi.MIB_IN_NO_ROUTES],
  ['IpExt', 'InTruncatedPkts', abi.MIB_IN_TRUNCATED],
  ['IpExt', 'InMcastPkts', abi.MIB_IN_MCAST],
  ['IpExt', 'OutMcastPkts', abi.MIB_OUT_MCAST],
  ['IpExt', 'InBcastPkts', abi.MIB_IN_BCAST],
  ['IpExt', 'OutBcastPkts', abi.MIB_OUT_BCAST],
  ['IpExt', 'InOctets', abi.MIB_IN_RECEIVES + 1],
  ['IpExt', 'OutOctets', abi.MIB_OUT_TRANSMITS + 1],
  ['IpExt', 'InMcastOctets', abi.MIB_IN_MCAST + 1],
  ['IpExt', 'OutMcastOctets', abi.MIB_OUT_MCAST + 1],
  ['IpExt', 'InBcastOctets', abi.MIB_IN_BCAST + 1],
  ['IpExt', 'OutBcastOctets', abi.MIB_OUT_BCAST + 1],
  ['IpExt', 'InCsumErrors', abi.MIB_IN_CSUM_ERRORS],
  ['IpExt', 'InNoECTPkts', abi.MIB_IN_NO_ECT],
  ['IpExt', 'InECT1Pkts', abi.MIB_IN_NO_ECT + 2],
  ['IpExt', 'InECT0Pkts', abi.MIB_IN_NO_ECT + 4],
  ['IpExt', 'InCEPkts', abi.MIB_IN_NO_ECT + 6],
  ['IpExt', 'ReasmOverlaps', abi.MIB_REASM_OVERLAPS],
];

/** Messages of ICMPv6 that have counters by name, in the order of /proc/net/snmp6. */
const MESSAGES6: Readonly<Record<string, number>> = {
  DestUnreachs: 1,
  PktTooBigs: 2,
  TimeExcds: 3,
  ParmProblems: 4,
  Echos: 128,
  EchoReplies: 129,
  GroupMembQueries: 130,
  GroupMembResponses: 131,
  GroupMembReductions: 132,
  RouterSolicits: 133,
  RouterAdvertisements: 134,
  NeighborSolicits: 135,
  NeighborAdvertisements: 136,
  Redirects: 137,
  MLDv2Reports: 143,
};

/** Where a type of ICMPv6 is counted, from the first of its direction. */
const place6 = (type: number): number => (type < 128 ? type : type - 128 + abi.MIB6_ICMP_ERRORS);
/** The type that is counted there. */
const type6 = (place: number): number => (place < abi.MIB6_ICMP_ERRORS ? place : place - abi.MIB6_ICMP_ERRORS + 128);

const messages6 = (dir: 'In' | 'Out', base: number): Names =>
  Object.entries(MESSAGES6).map(([name, type]) => ['Icmp6', `${dir}${name}`, base + place6(type)]);

/** What mib6Read writes. @see Linux net/ipv6/proc.c: snmp6_ipstats_list, snmp6_icmp6_list */
const MIB6: Names = [
  ['Ip6', 'InReceives', abi.MIB6_IN_RECEIVES],
  ['Ip6', 'InHdrErrors', abi.MIB6_IN_HDR_ERRORS],
  ['Ip6', 'InTooBigErrors', abi.MIB6_IN_TOO_BIG],
  ['Ip6', 'InNoRoutes', abi.MIB6_IN_NO_ROUTES],
  ['Ip6', 'InAddrErrors', abi.MIB6_IN_ADDR_ERRORS],
  ['Ip6', 'InUnknownProtos', abi.MIB6_IN_UNKNOWN_PROTOS],
  ['Ip6', 'InTruncatedPkts', abi.MIB6_IN_TRUNCATED],
  ['Ip6', 'InDiscards', abi.MIB6_IN_DISCARDS],
  ['Ip6', 'InDelivers', abi.MIB6_IN_DELIVERS],
  ['Ip6', 'OutForwDatagrams', abi.MIB6_OUT_FORWARDED],
  ['Ip6', 'OutRequests', abi.MIB6_OUT_REQUESTS],
  ['Ip6', 'OutDiscards', abi.MIB6_OUT_DISCARDS],
  ['Ip6', 'OutNoRoutes', abi.MIB6_OUT_NO_ROUTES],
  ['Ip6', 'ReasmTimeout', abi.MIB6_REASM_TIMEOUT],
  ['Ip6', 'ReasmReqds', abi.MIB6_REASM_REQDS],
  ['Ip6', 'ReasmOKs', abi.MIB6_REASM_OKS],
  ['Ip6', 'ReasmFails', abi.MIB6_REASM_FAILS],
  ['Ip6', 'FragOKs', abi.MIB6_FRAG_OKS],
  ['Ip6', 'FragFails', abi.MIB6_FRAG_FAILS],
  ['Ip6', 'FragCreates', abi.MIB6_FRAG_CREATES],
  ['Ip6', 'InMcastPkts', abi.MIB6_IN_MCAST],
  ['Ip6', 'OutMcastPkts', abi.MIB6_OUT_MCAST],
  ['Ip6', 'InOctets', abi.MIB6_IN_RECEIVES + 1],
  ['Ip6', 'OutOctets', abi.MIB6_OUT_TRANSMITS + 1],
  ['Ip6', 'InMcastOctets', abi.MIB6_IN_MCAST + 1],
  ['Ip6', 'OutMcastOctets', abi.MIB6_OUT_MCAST + 1],
  ['Ip6', 'InBcastOctets', NEVER],
  ['Ip6', 'OutBcastOctets', NEVER],
  ['Ip6', 'InNoECTPkts', abi.MIB6_IN_NO_ECT],
  ['Ip6', 'InECT1Pkts', abi.MIB6_IN_NO_ECT + 1],
  ['Ip6', 'InECT0Pkts', abi.MIB6_IN_NO_ECT + 2],
  ['Ip6', 'InCEPkts', abi.MIB6_IN_NO_ECT + 3],
  ['Ip6', 'OutTransmits', abi.MIB6_OUT_TRANSMITS],
  ['Icmp6', 'InMsgs', abi.MIB6_ICMP_IN_MSGS],
  ['Icmp6', 'InErrors', abi.MIB6_ICMP_IN_ERRORS],
  ['Icmp6', 'OutMsgs', abi.MIB6_ICMP_OUT_MSGS],
  ['Icmp6', 'OutErrors', abi.MIB6_ICMP_OUT_ERRORS],
  ['Icmp6', 'InCsumErrors', abi.MIB6_ICMP_IN_CSUM_ERRORS],
  ['Icmp6', 'OutRateLimitHost', abi.MIB6_ICMP_RATE_HOST],
  ...messages6('In', abi.MIB6_ICMP_IN_TYPE),
  ...messages6('Out', abi.MIB6_ICMP_OUT_TYPE),
];

/** Counters of UDP over IPv4. */
const UDP: readonly (readonly [string, number])[] = [
  ['InDatagrams', abi.SNMP_UDP_IN_DATAGRAMS],
  ['NoPorts', abi.SNMP_UDP_NO_PORTS],
  ['InErrors', abi.SNMP_UDP_IN_ERRORS],
  ['OutDatagrams', abi.SNMP_UDP_OUT_DATAGRAMS],
  ['RcvbufErrors', abi.SNMP_UDP_RCVBUF_ERRORS],
  ['SndbufErrors', abi.SNMP_UDP_SNDBUF_ERRORS],
  ['InCsumErrors', abi.SNMP_UDP_IN_CSUM_ERRORS],
  ['IgnoredMulti', abi.SNMP_UDP_IGNORED_MULTI],
  ['MemErrors', NEVER],
];

/** The four groups with these names; UDP-Lite nobody speaks here. */
const udp: Names = [
  ...UDP.map(([name, at]) => ['Udp', name, at] as const),
  ...UDP.map(([name, at]) => ['Udp6', name, at === NEVER ? NEVER : at + abi.SNMP_UDP_V6] as const),
  ...UDP.map(([name]) => ['UdpLite', name, NEVER] as const),
  ...UDP.filter(([name]) => name !== 'IgnoredMulti').map(([name]) => ['UdpLite6', name, NEVER] as const),
];

/** What snmpRead writes. */
const NAMES: Names = [
  ['Tcp', 'ActiveOpens', abi.SNMP_TCP_ACTIVE_OPENS],
  ['Tcp', 'PassiveOpens', abi.SNMP_TCP_PASSIVE_OPENS],
  ['Tcp', 'AttemptFails', abi.SNMP_TCP_ATTEMPT_FAILS],
  ['Tcp', 'EstabResets', abi.SNMP_TCP_ESTAB_RESETS],
  ['Tcp', 'CurrEstab', abi.SNMP_TCP_CURR_ESTAB],
  ['Tcp', 'InSegs', abi.SNMP_TCP_IN_SEGS],
  ['Tcp', 'OutSegs', abi.SNMP_TCP_OUT_SEGS],
  ['Tcp', 'RetransSegs', abi.SNMP_TCP_RETRANS_SEGS],
  ['Tcp', 'InErrs', abi.SNMP_TCP_IN_ERRS],
  ['Tcp', 'OutRsts', abi.SNMP_TCP_OUT_RSTS],
  ['Tcp', 'InCsumErrors', abi.SNMP_TCP_IN_CSUM_ERRORS],
  ...udp,
  ['TcpExt', 'SyncookiesSent', abi.SNMP_X_SYNCOOKIES_SENT],
  ['TcpExt', 'SyncookiesRecv', abi.SNMP_X_SYNCOOKIES_RECV],
  ['TcpExt', 'SyncookiesFailed', abi.SNMP_X_SYNCOOKIES_FAILED],
  ['TcpExt', 'EmbryonicRsts', abi.SNMP_X_EMBRYONIC_RSTS],
  ['TcpExt', 'OfoPruned', abi.SNMP_X_OFO_PRUNED],
  ['TcpExt', 'TW', abi.SNMP_X_TW],
  ['TcpExt', 'TWRecycled', abi.SNMP_X_TW_RECYCLED],
  ['TcpExt', 'PAWSEstab', abi.SNMP_X_PAWS_ESTAB],
  ['TcpExt', 'PAWSActive', abi.SNMP_X_PAWS_ACTIVE],
  ['TcpExt', 'DelayedACKs', abi.SNMP_X_DELAYED_ACKS],
  ['TcpExt', 'DelayedACKLost', abi.SNMP_X_DELAYED_ACK_LOST],
  ['TcpExt', 'ListenOverflows', abi.SNMP_X_LISTEN_OVERFLOWS],
  ['TcpExt', 'ListenDrops', abi.SNMP_X_LISTEN_DROPS],
  ['TcpExt', 'TCPPureAcks', abi.SNMP_X_PURE_ACKS],
  ['TcpExt', 'TCPHPAcks', abi.SNMP_X_HP_ACKS],
  ['TcpExt', 'TCPRenoRecovery', abi.SNMP_X_RENO_RECOVERY],
  ['TcpExt', 'TCPSackRecovery', abi.SNMP_X_SACK_RECOVERY],
  ['TcpExt', 'TCPSACKReneging', abi.SNMP_X_SACK_RENEGING],
  ['TcpExt', 'TCPSACKReorder', abi.SNMP_X_SACK_REORDER],
  ['TcpExt', 'TCPRenoReorder', abi.SNMP_X_RENO_REORDER],
  ['TcpExt', 'TCPTSReorder', abi.SNMP_X_TS_REORDER],
  ['TcpExt', 'TCPFullUndo', abi.SNMP_X_FULL_UNDO],
  ['TcpExt', 'TCPPartialUndo', abi.SNMP_X_PARTIAL_UNDO],
  ['TcpExt', 'TCPDSACKUndo', abi.SNMP_X_DSACK_UNDO],
  ['TcpExt', 'TCPLossUndo', abi.SNMP_X_LOSS_UNDO],
  ['TcpExt', 'TCPLostRetransmit', abi.SNMP_X_LOST_RETRANSMIT],
  ['TcpExt', 'TCPRenoFailures', abi.SNMP_X_RENO_FAILURES],
  ['TcpExt', 'TCPSackFailures', abi.SNMP_X_SACK_FAILURES],
  ['TcpExt', 'TCPLossFailures', abi.SNMP_X_LOSS_FAILURES],
  ['TcpExt', 'TCPFastRetrans', abi.SNMP_X_FAST_RETRANS],
  ['TcpExt', 'TCPSlowStartRetrans', abi.SNMP_X_SLOW_START_RETRANS],
  ['TcpExt', 'TCPTimeouts', abi.SNMP_X_TIMEOUTS],
  ['TcpExt', 'TCPLossProbes', abi.SNMP_X_LOSS_PROBES],
  ['TcpExt', 'TCPLossProbeRecovery', abi.SNMP_X_LOSS_PROBE_RECOVERY],
  ['TcpExt', 'TCPRenoRecoveryFail', abi.SNMP_X_RENO_RECOVERY_FAIL],
  ['TcpExt', 'TCPSackRecoveryFail', abi.SNMP_X_SACK_RECOVERY_FAIL],
  ['TcpExt', 'TCPDSACKOldSent', abi.SNMP_X_DSACK_OLD_SENT],
  ['TcpExt', 'TCPDSACKOfoSent', abi.SNMP_X_DSACK_OFO_SENT],
  ['TcpExt', 'TCPDSACKRecv', abi.SNMP_X_DSACK_RECV],
  ['TcpExt', 'TCPAbortOnData', abi.SNMP_X_ABORT_ON_DATA],
  ['TcpExt', 'TCPAbortOnClose', abi.SNMP_X_ABORT_ON_CLOSE],
  ['TcpExt', 'TCPAbortOnTimeout', abi.SNMP_X_ABORT_ON_TIMEOUT],
  ['TcpExt', 'TCPAbortOnLinger', abi.SNMP_X_ABORT_ON_LINGER],
  ['TcpExt', 'TCPAbortFailed', abi.SNMP_X_ABORT_FAILED],
  ['TcpExt', 'TCPTimeWaitOverflow', abi.SNMP_X_TIME_WAIT_OVERFLOW],
  ['TcpExt', 'TCPSpuriousRTOs', abi.SNMP_X_SPURIOUS_RTOS],
  ['TcpExt', 'TCPSACKDiscard', abi.SNMP_X_SACK_DISCARD],
  ['TcpExt', 'TCPRcvCoalesce', abi.SNMP_X_RCV_COALESCE],
  ['TcpExt', 'TCPOFOQueue', abi.SNMP_X_OFO_QUEUE],
  ['TcpExt', 'TCPOFODrop', abi.SNMP_X_OFO_DROP],
  ['TcpExt', 'TCPOFOMerge', abi.SNMP_X_OFO_MERGE],
  ['TcpExt', 'TCPChallengeACK', abi.SNMP_X_CHALLENGE_ACK],
  ['TcpExt', 'TCPSYNChallenge', abi.SNMP_X_SYN_CHALLENGE],
  ['TcpExt', 'TCPFromZeroWindowAdv', abi.SNMP_X_FROM_ZERO_WINDOW],
  ['TcpExt', 'TCPToZeroWindowAdv', abi.SNMP_X_TO_ZERO_WINDOW],
  ['TcpExt', 'TCPWantZeroWindowAdv', abi.SNMP_X_WANT_ZERO_WINDOW],
  ['TcpExt', 'TCPSynRetrans', abi.SNMP_X_SYN_RETRANS],
  ['TcpExt', 'TCPOrigDataSent', abi.SNMP_X_ORIG_DATA_SENT],
  ['TcpExt', 'TCPHystartTrainDetect', abi.SNMP_X_HYSTART_TRAIN],
  ['TcpExt', 'TCPHystartTrainCwnd', abi.SNMP_X_HYSTART_TRAIN_CWND],
  ['TcpExt', 'TCPHystartDelayDetect', abi.SNMP_X_HYSTART_DELAY],
  ['TcpExt', 'TCPHystartDelayCwnd', abi.SNMP_X_HYSTART_DELAY_CWND],
  ['TcpExt', 'TCPACKSkippedSynRecv', abi.SNMP_X_ACK_SKIPPED_SYN_RECV],
  ['TcpExt', 'TCPACKSkippedPAWS', abi.SNMP_X_ACK_SKIPPED_PAWS],
  ['TcpExt', 'TCPACKSkippedSeq', abi.SNMP_X_ACK_SKIPPED_SEQ],
  ['TcpExt', 'TCPWinProbe', abi.SNMP_X_WIN_PROBE],
  ['TcpExt', 'TCPKeepAlive', abi.SNMP_X_KEEP_ALIVE],
  ['TcpExt', 'TCPDelivered', abi.SNMP_X_DELIVERED],
  ['TcpExt', 'TCPBacklogDrop', abi.SNMP_X_BACKLOG_DROP],
  ['TcpExt', 'TCPRcvQDrop', abi.SNMP_X_RCVQ_DROP],
  ['TcpExt', 'TCPReqQFullDoCookies', abi.SNMP_X_REQQ_FULL_DO_COOKIES],
  ['TcpExt', 'TCPReqQFullDrop', abi.SNMP_X_REQQ_FULL_DROP],
  ['TcpExt', 'TCPRetransFail', abi.SNMP_X_RETRANS_FAIL],
  ['TcpExt', 'TCPAutoCorking', abi.SNMP_X_AUTOCORKING],
  ['TcpExt', 'TCPZeroWindowDrop', abi.SNMP_X_ZERO_WINDOW_DROP],
  ['TcpExt', 'BeyondWindow', abi.SNMP_X_BEYOND_WINDOW],
  ['TcpExt', 'PAWSTimewait', abi.SNMP_X_TIME_WAIT_PAWS],
];

/** Types that were met, with their counts. @see Linux proc.c: icmpmsg_put, snmp6_seq_show_icmpv6msg */
function met(
  out: Record<string, number>,
  count: (index: number) => number,
  bases: readonly number[],
  types: number,
  type: (place: number) => number,
): void {
  for (const [k, dir] of ['In', 'Out'].entries())
    for (let place = 0; place < types; place++) {
      const n = count((bases[k] as number) + place);
      if (n !== 0) out[`${dir}Type${type(place)}`] = n;
    }
}

/** Reads what snmpRead has written at `at`, mibRead at `ip` and mib6Read at `ip6`. */
export function readSnmp(view: DataView, at: number, ip: number, ip6: number): Counters {
  const out: Record<keyof Counters, Record<string, number>> = {
    Ip: {},
    Icmp: {},
    IcmpMsg: {},
    Tcp: {},
    Udp: {},
    UdpLite: {},
    Ip6: {},
    Icmp6: {},
    Udp6: {},
    UdpLite6: {},
    TcpExt: {},
    IpExt: {},
  };
  const from = (base: number) => (index: number) => (index === NEVER ? 0 : view.getFloat64(base + 8 * index, true));
  for (const [names, base] of [
    [MIB, ip],
    [NAMES, at],
    [MIB6, ip6],
  ] as const)
    for (const [group, name, index] of names) out[group][name] = from(base)(index);
  met(out.IcmpMsg, from(ip), [abi.MIB_ICMP_IN_TYPE, abi.MIB_ICMP_OUT_TYPE], abi.MIB_ICMP_TYPES, (place) => place);
  met(out.Icmp6, from(ip6), [abi.MIB6_ICMP_IN_TYPE, abi.MIB6_ICMP_OUT_TYPE], abi.MIB6_ICMP_TYPES, type6);
  return out;
}
