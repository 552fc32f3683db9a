/**
 * Counters of a namespace by group and name, as /proc/net/snmp and /proc/net/netstat spell them.
 * Limits: those of IPv6 are not counted. Nothing here can count, so that these stay 0: Ip InDiscards and OutDiscards, Icmp
 * OutErrors, IpExt InTruncatedPkts; InCsumErrors of Tcp and Udp, Udp IgnoredMulti; of TcpExt BeyondWindow, OfoPruned, PAWSTimewait,
 * TCPAbortFailed, TCPAutoCorking, TCPBacklogDrop, TCPDelivered, TCPHPAcks, TCPLossFailures, TCPRcvCoalesce, TCPRenoFailures,
 * TCPRenoRecoveryFail, TCPSackFailures and TCPSackRecoveryFail.
 * @see Linux net/ipv4/proc.c
 */
import * as abi from '../../../wasm/abi.ts';

/** Group → name → value. */
export type Counters = Readonly<
  Record<'Ip' | 'Icmp' | 'IcmpMsg' | 'Tcp' | 'Udp' | 'TcpExt' | 'IpExt', Readonly<Record<string, number>>>
>;

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
  ['Udp', 'InDatagrams', abi.SNMP_UDP_IN_DATAGRAMS],
  ['Udp', 'NoPorts', abi.SNMP_UDP_NO_PORTS],
  ['Udp', 'InErrors', abi.SNMP_UDP_IN_ERRORS],
  ['Udp', 'OutDatagrams', abi.SNMP_UDP_OUT_DATAGRAMS],
  ['Udp', 'RcvbufErrors', abi.SNMP_UDP_RCVBUF_ERRORS],
  ['Udp', 'SndbufErrors', abi.SNMP_UDP_SNDBUF_ERRORS],
  ['Udp', 'InCsumErrors', abi.SNMP_UDP_IN_CSUM_ERRORS],
  ['Udp', 'IgnoredMulti', abi.SNMP_UDP_IGNORED_MULTI],
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

/** Reads what snmpRead has written at `at`, and mibRead at `ip`. */
export function readSnmp(view: DataView, at: number, ip: number): Counters {
  const out: Record<keyof Counters, Record<string, number>> = {
    Ip: {},
    Icmp: {},
    IcmpMsg: {},
    Tcp: {},
    Udp: {},
    TcpExt: {},
    IpExt: {},
  };
  const read = (names: Names, from: number): void => {
    for (const [group, name, index] of names) out[group][name] = view.getFloat64(from + 8 * index, true);
  };
  read(MIB, ip);
  read(NAMES, at);
  // Types that were met. @see Linux proc.c: icmpmsg_put
  for (const [dir, base] of [
    ['In', abi.MIB_ICMP_IN_TYPE],
    ['Out', abi.MIB_ICMP_OUT_TYPE],
  ] as const)
    for (let type = 0; type < abi.MIB_ICMP_TYPES; type++) {
      const n = view.getFloat64(ip + 8 * (base + type), true);
      if (n !== 0) out.IcmpMsg[`${dir}Type${type}`] = n;
    }
  return out;
}
