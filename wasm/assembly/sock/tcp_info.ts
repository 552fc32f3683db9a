/** What `ss -i` tells of a connection: struct tcp_info, read from the socket. @see Linux net/ipv4/tcp.c: tcp_get_info */
import {
  TCPI_ADVMSS, TCPI_APP_LIMITED, TCPI_ATO, TCPI_BACKOFF, TCPI_BYTES_ACKED, TCPI_BYTES_RECEIVED, TCPI_BYTES_RETRANS, TCPI_BYTES_SENT, TCPI_CA_STATE,
  TCPI_CONGESTION, TCPI_CWND, TCPI_DATA_SEGS_IN, TCPI_DATA_SEGS_OUT, TCPI_DELIVERED, TCPI_DSACK_DUPS, TCPI_LAST_ACK, TCPI_LAST_RCV, TCPI_LAST_SND,
  TCPI_LOST, TCPI_MAX, TCPI_MIN_RTT, TCPI_NOTSENT, TCPI_OPTIONS, TCPI_PMTU, TCPI_PROBES, TCPI_RCVBUF, TCPI_RCV_MSS, TCPI_RCV_OOOPACK,
  TCPI_RCV_RTT, TCPI_RCV_SPACE, TCPI_RCV_SSTHRESH, TCPI_RCV_WND, TCPI_RCV_WSCALE, TCPI_REORDERING, TCPI_REORD_SEEN, TCPI_RETRANS,
  TCPI_RETRANSMITS, TCPI_RTO, TCPI_RTT, TCPI_RTTVAR, TCPI_SACKED, TCPI_SEGS_IN, TCPI_SEGS_OUT, TCPI_SNDBUF, TCPI_SND_MSS, TCPI_SND_WND,
  TCPI_SND_WSCALE, TCPI_SSTHRESH, TCPI_STATE, TCPI_TIMER, TCPI_TIMER_NS, TCPI_TOTAL_RETRANS, TCPI_UNACKED,
} from '../../abi';
import { nowNs } from './glue';
import { timerWhen } from '../sim/timer';
import {
  F_SACK, F_TS, F_WSCALE, M_CWND_LIMITED, M_TIMER_PROBE, M_TIMER_REO, M_TIMER_TLP, S_LISTEN, S_TIME_WAIT, Sock, T_TCP, sockAt, sockValid,
} from './table';
import { effectiveMss, sndPending, writeSeq } from './tcp_output';
import { rcvWindow } from './tcp_window';
import { txCount } from './txq';

function put(at: usize, field: i32, v: f64): void {
  store<f64>(at + ((field as usize) << 3), v);
}

function sinceMs(t: i64): f64 {
  return ((nowNs() - t) / 1000000) as f64;
}

/** Writes TCPI_MAX numbers at `at`. */
export function tcpInfo(id: i32, at: usize): void {
  memory.fill(at, 0, (TCPI_MAX as usize) << 3);
  if (!sockValid(id) || sockAt(id).type != T_TCP) return;
  const s = sockAt(id);
  put(at, TCPI_STATE, s.state as f64);
  put(at, TCPI_CONGESTION, s.ca as f64);
  put(at, TCPI_OPTIONS, ((s.flags & F_TS ? 1 : 0) | (s.flags & F_SACK ? 2 : 0) | (s.flags & F_WSCALE ? 4 : 0)) as f64);
  put(at, TCPI_RCVBUF, s.rcvBuf as f64);
  put(at, TCPI_SNDBUF, s.sndBuf as f64);
  timer(s, at);
  if (s.state == S_LISTEN) {
    put(at, TCPI_UNACKED, s.acceptLen as f64);
    put(at, TCPI_SACKED, s.backlog as f64);
    return;
  }
  put(at, TCPI_SND_WSCALE, s.sndScale as f64);
  put(at, TCPI_RCV_WSCALE, s.rcvScale as f64);
  sender(s, at);
  receiver(s, at);
}

function timer(s: Sock, at: usize): void {
  if (s.rtxTimer != 0) {
    const kind = s.state == S_TIME_WAIT ? 3 : s.more & M_TIMER_PROBE ? 4 : s.more & (M_TIMER_TLP | M_TIMER_REO) ? 5 : 1;
    put(at, TCPI_TIMER, kind as f64);
    put(at, TCPI_TIMER_NS, (s.rtxDue - nowNs()) as f64);
  } else if (s.keepTimer != 0) {
    put(at, TCPI_TIMER, 2);
    put(at, TCPI_TIMER_NS, ((timerWhen(s.keepTimer) as i64) - nowNs()) as f64);
  }
}

function sender(s: Sock, at: usize): void {
  put(at, TCPI_CA_STATE, s.caState as f64);
  put(at, TCPI_RETRANSMITS, s.retries as f64);
  put(at, TCPI_PROBES, s.probes as f64);
  put(at, TCPI_BACKOFF, s.backoff as f64);
  put(at, TCPI_RTO, (s.rto / 1000) as f64);
  put(at, TCPI_SND_MSS, effectiveMss(s) as f64);
  put(at, TCPI_UNACKED, txCount(s) as f64);
  put(at, TCPI_SACKED, s.sackedOut as f64);
  put(at, TCPI_LOST, s.lostOut as f64);
  put(at, TCPI_RETRANS, s.retransOut as f64);
  put(at, TCPI_LAST_SND, s.lsndtime == 0 ? 0 : sinceMs(s.lsndtime));
  put(at, TCPI_LAST_RCV, sinceMs(s.rcvAt));
  put(at, TCPI_LAST_ACK, sinceMs(s.ackAt));
  put(at, TCPI_PMTU, s.pmtu as f64);
  put(at, TCPI_RTT, (s.srtt >> 3) as f64);
  put(at, TCPI_RTTVAR, (s.mdev >> 2) as f64);
  put(at, TCPI_SSTHRESH, s.ssthresh as f64);
  put(at, TCPI_CWND, s.cwnd as f64);
  put(at, TCPI_REORDERING, s.reordering as f64);
  put(at, TCPI_TOTAL_RETRANS, s.totalRetrans as f64);
  put(at, TCPI_BYTES_ACKED, s.bytesAcked as f64);
  put(at, TCPI_NOTSENT, sndPending(s) ? ((writeSeq(s) - s.sndNxt) as f64) : 0);
  put(at, TCPI_MIN_RTT, s.minRtt as f64);
  put(at, TCPI_DATA_SEGS_OUT, s.dataSegsOut as f64);
  put(at, TCPI_DELIVERED, s.delivered as f64);
  put(at, TCPI_BYTES_SENT, s.bytesSent as f64);
  put(at, TCPI_BYTES_RETRANS, s.bytesRetrans as f64);
  put(at, TCPI_DSACK_DUPS, s.dsackDups as f64);
  put(at, TCPI_REORD_SEEN, s.reordSeen as f64);
  put(at, TCPI_SND_WND, s.sndWnd as f64);
  put(at, TCPI_SEGS_OUT, s.segsOut as f64);
  put(at, TCPI_APP_LIMITED, s.more & M_CWND_LIMITED ? 0 : 1);
}

function receiver(s: Sock, at: usize): void {
  put(at, TCPI_ATO, (s.ato / 1000) as f64);
  put(at, TCPI_RCV_MSS, s.rcvMss as f64);
  put(at, TCPI_ADVMSS, s.advMss as f64);
  put(at, TCPI_RCV_SSTHRESH, s.rcvSsthresh as f64);
  put(at, TCPI_RCV_RTT, (s.rcvRtt >> 3) as f64);
  put(at, TCPI_RCV_SPACE, s.rcvSpace as f64);
  put(at, TCPI_BYTES_RECEIVED, s.bytesReceived as f64);
  put(at, TCPI_SEGS_IN, s.segsIn as f64);
  put(at, TCPI_DATA_SEGS_IN, s.dataSegsIn as f64);
  put(at, TCPI_RCV_OOOPACK, s.rcvOoopack as f64);
  put(at, TCPI_RCV_WND, rcvWindow(s) as f64);
}
