/** struct tcp_info of a connection, read from the socket. @see Linux include/uapi/linux/tcp.h, tcp(7) TCP_INFO */
import * as abi from '../../../wasm/abi.ts';

export interface CoreTcpInfo {
  readonly state: number;
  /** 0 Open, 1 Disorder, 2 CWR, 3 Recovery, 4 Loss. */
  readonly caState: number;
  readonly retransmits: number;
  readonly probes: number;
  readonly backoff: number;
  /** 1 timestamps, 2 SACK, 4 window scale. */
  readonly options: number;
  readonly sndWscale: number;
  readonly rcvWscale: number;
  /** µs, as all times that are not said to be others. */
  readonly rto: number;
  readonly ato: number;
  readonly sndMss: number;
  readonly rcvMss: number;
  readonly unacked: number;
  readonly sacked: number;
  readonly lost: number;
  readonly retrans: number;
  /** ms since. */
  readonly lastSnd: number;
  readonly lastRcv: number;
  readonly lastAck: number;
  readonly pmtu: number;
  readonly rcvSsthresh: number;
  readonly rtt: number;
  readonly rttvar: number;
  readonly ssthresh: number;
  /** Segments. */
  readonly cwnd: number;
  readonly advmss: number;
  readonly reordering: number;
  readonly rcvRtt: number;
  readonly rcvSpace: number;
  readonly totalRetrans: number;
  readonly bytesAcked: number;
  readonly bytesReceived: number;
  readonly segsOut: number;
  readonly segsIn: number;
  readonly notsent: number;
  readonly minRtt: number;
  readonly dataSegsIn: number;
  readonly dataSegsOut: number;
  readonly delivered: number;
  readonly bytesSent: number;
  readonly bytesRetrans: number;
  readonly dsackDups: number;
  readonly reordSeen: number;
  readonly rcvOoopack: number;
  readonly sndWnd: number;
  readonly rcvWnd: number;
  /** 0 reno, 1 cubic. */
  readonly congestion: number;
  /** 0 none, 1 retransmission, 2 keepalive, 3 time-wait, 4 zero-window probe, 5 loss probe or reordering. */
  readonly timer: number;
  /** When it is due, ns from now. */
  readonly timerNs: number;
  readonly rcvbuf: number;
  readonly sndbuf: number;
  /** 1: the application, not the window, limits. */
  readonly appLimited: number;
}

const FIELDS: Readonly<Record<keyof CoreTcpInfo, number>> = {
  state: abi.TCPI_STATE,
  caState: abi.TCPI_CA_STATE,
  retransmits: abi.TCPI_RETRANSMITS,
  probes: abi.TCPI_PROBES,
  backoff: abi.TCPI_BACKOFF,
  options: abi.TCPI_OPTIONS,
  sndWscale: abi.TCPI_SND_WSCALE,
  rcvWscale: abi.TCPI_RCV_WSCALE,
  rto: abi.TCPI_RTO,
  ato: abi.TCPI_ATO,
  sndMss: abi.TCPI_SND_MSS,
  rcvMss: abi.TCPI_RCV_MSS,
  unacked: abi.TCPI_UNACKED,
  sacked: abi.TCPI_SACKED,
  lost: abi.TCPI_LOST,
  retrans: abi.TCPI_RETRANS,
  lastSnd: abi.TCPI_LAST_SND,
  lastRcv: abi.TCPI_LAST_RCV,
  lastAck: abi.TCPI_LAST_ACK,
  pmtu: abi.TCPI_PMTU,
  rcvSsthresh: abi.TCPI_RCV_SSTHRESH,
  rtt: abi.TCPI_RTT,
  rttvar: abi.TCPI_RTTVAR,
  ssthresh: abi.TCPI_SSTHRESH,
  cwnd: abi.TCPI_CWND,
  advmss: abi.TCPI_ADVMSS,
  reordering: abi.TCPI_REORDERING,
  rcvRtt: abi.TCPI_RCV_RTT,
  rcvSpace: abi.TCPI_RCV_SPACE,
  totalRetrans: abi.TCPI_TOTAL_RETRANS,
  bytesAcked: abi.TCPI_BYTES_ACKED,
  bytesReceived: abi.TCPI_BYTES_RECEIVED,
  segsOut: abi.TCPI_SEGS_OUT,
  segsIn: abi.TCPI_SEGS_IN,
  notsent: abi.TCPI_NOTSENT,
  minRtt: abi.TCPI_MIN_RTT,
  dataSegsIn: abi.TCPI_DATA_SEGS_IN,
  dataSegsOut: abi.TCPI_DATA_SEGS_OUT,
  delivered: abi.TCPI_DELIVERED,
  bytesSent: abi.TCPI_BYTES_SENT,
  bytesRetrans: abi.TCPI_BYTES_RETRANS,
  dsackDups: abi.TCPI_DSACK_DUPS,
  reordSeen: abi.TCPI_REORD_SEEN,
  rcvOoopack: abi.TCPI_RCV_OOOPACK,
  sndWnd: abi.TCPI_SND_WND,
  rcvWnd: abi.TCPI_RCV_WND,
  congestion: abi.TCPI_CONGESTION,
  timer: abi.TCPI_TIMER,
  timerNs: abi.TCPI_TIMER_NS,
  rcvbuf: abi.TCPI_RCVBUF,
  sndbuf: abi.TCPI_SNDBUF,
  appLimited: abi.TCPI_APP_LIMITED,
};

/** Reads the record at `at`. */
export function readTcpInfo(view: DataView, at: number): CoreTcpInfo {
  const out: Record<string, number> = {};
  for (const [name, field] of Object.entries(FIELDS)) out[name] = view.getFloat64(at + 8 * field, true);
  return out as unknown as CoreTcpInfo;
}
