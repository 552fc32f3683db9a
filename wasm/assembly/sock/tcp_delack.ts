/**
 * When to acknowledge: at once, or after a while; quick acknowledgements at the start of a burst, ping-pong mode.
 * Limits: acknowledgements of out-of-order data are not compressed (tcp_comp_sack_nr = 0).
 * @see RFC 9293 §3.8.6.3, Linux tcp_input.c: tcp_event_data_recv, __tcp_ack_snd_check; tcp_output.c: tcp_send_delayed_ack
 */
import { SNMP_X_DELAYED_ACKS } from '../../abi';
import { TM_ACK, nowNs, timerDel, timerSet } from './glue';
import { oooCount } from './ooo';
import {
  F_ACK_NOW, F_ACK_PUSHED, F_ACK_PUSHED2, F_ACK_SCHED, F_PINGPONG, F_RCV_SHUT, M_QUICKACK, S_CLOSE, S_LISTEN, S_SYN_RECV, S_SYN_SENT, S_TIME_WAIT, Sock, sockId,
} from './table';
import { snmpInc } from './tcpnet';
import { sendAck } from './tcp_output';
import { rcvRttMeasure, rcvWindow, windowGrow, windowNow } from './tcp_window';

/** How long an acknowledgement waits at least, and at most. @see Linux TCP_ATO_MIN, TCP_DELACK_MAX */
export const ATO_MIN: i64 = 40000000;
const DELACK_MAX: i64 = 200000000;
const QUICK_MAX: u32 = 16;

/** The next segments are acknowledged at once. @see Linux tcp_incr_quickack */
export function quickMore(s: Sock, most: u32): void {
  let n: u32 = s.rcvMss == 0 ? 2 : rcvWindow(s) / (2 * s.rcvMss);
  if (n == 0) n = 2;
  n = min(n, most);
  if (n > (s.quick as u32)) s.quick = n as u8;
}

/** @see Linux tcp_enter_quickack_mode */
export function quickEnter(s: Sock, most: u32): void {
  quickMore(s, most);
  s.flags &= ~F_PINGPONG;
  s.ato = ATO_MIN;
}

/** n bytes of data came that count (in order). @see Linux tcp_event_data_recv, tcp_measure_rcv_mss */
export function dataCame(s: Sock, n: u32): void {
  s.flags |= F_ACK_SCHED;
  if (n >= s.rcvMss) s.rcvMss = min(n, s.advMss);
  else {
    if (s.flags & F_ACK_PUSHED) s.flags |= F_ACK_PUSHED2;
    s.flags |= F_ACK_PUSHED;
  }
  rcvRttMeasure(s);
  const now = nowNs();
  if (s.ato == 0) {
    quickMore(s, QUICK_MAX);
    s.ato = ATO_MIN;
  } else {
    const gap = now - s.rcvAt;
    if (gap <= ATO_MIN / 2) s.ato = (s.ato >> 1) + ATO_MIN / 2;
    else if (gap < s.ato) s.ato = min((s.ato >> 1) + gap, s.rto);
    else if (gap > s.rto) quickMore(s, QUICK_MAX);
  }
  s.rcvAt = now;
  windowGrow(s, n);
}

/** Decides after a segment. @param unread bytes the application has not read */
export function ackCheck(s: Sock): void {
  if (!(s.flags & (F_ACK_SCHED | F_ACK_NOW))) return;
  const full = s.rcvNxt - s.rcvWup > s.rcvMss && (s.rcvLen == 0 || windowNow(s) >= rcvWindow(s));
  const quick = (s.more & M_QUICKACK) != 0 || (s.quick != 0 && !(s.flags & F_PINGPONG));
  if (full || quick || s.flags & F_ACK_NOW || oooCount(s) != 0) s.flags |= F_ACK_NOW;
  else ackDelay(s);
}

/** Lets the acknowledgement wait. @see Linux tcp_send_delayed_ack */
function ackDelay(s: Sock): void {
  let ato = s.ato;
  if (ato > ATO_MIN) {
    let most: i64 = 500000000;
    if (s.flags & (F_PINGPONG | F_ACK_PUSHED)) most = DELACK_MAX;
    if (s.srtt != 0) most = min(most, max(((s.srtt >> 3) as i64) * 1000, ATO_MIN));
    ato = min(ato, most);
  }
  ato = min(ato, DELACK_MAX);
  let due = nowNs() + ato;
  if (s.ackTimer != 0) {
    if (s.ackDue <= nowNs() + (ato >> 2)) {
      s.flags |= F_ACK_NOW;
      return;
    }
    due = min(due, s.ackDue);
    if (due == s.ackDue) return;
    timerDel(s.ackTimer);
  }
  s.ackDue = due;
  s.ackTimer = timerSet(TM_ACK, sockId(s), due);
}

/** The wait is over. @see Linux tcp_delack_timer_handler */
export function ackTimeout(s: Sock): void {
  if (s.state == S_CLOSE || s.state == S_LISTEN || !(s.flags & F_ACK_SCHED)) return;
  if (s.flags & F_PINGPONG) {
    s.flags &= ~F_PINGPONG;
    s.ato = ATO_MIN;
  } else s.ato = min(s.ato << 1, s.rto);
  snmpInc(s.ns, SNMP_X_DELAYED_ACKS);
  sendAck(s);
}

/** The application has read: acknowledge, or tell the window, when that helps the sender. @see Linux __tcp_cleanup_rbuf */
export function readDone(s: Sock, copied: u32): void {
  if (s.state == S_CLOSE || s.state == S_TIME_WAIT || s.state == S_SYN_SENT || s.state == S_SYN_RECV) return;
  let now = false;
  if (s.flags & F_ACK_SCHED) {
    const pushed = (s.flags & F_ACK_PUSHED2) != 0 || ((s.flags & F_ACK_PUSHED) != 0 && !(s.flags & F_PINGPONG));
    now = s.rcvNxt - s.rcvWup > s.rcvMss || (copied != 0 && pushed && s.rcvLen == 0);
  }
  if (copied != 0 && !now && !(s.flags & F_RCV_SHUT)) {
    const open = rcvWindow(s);
    if (open << 1 <= s.rcvBuf) {
      const may = windowNow(s);
      now = may != 0 && may >= open << 1;
    }
  }
  if (now) sendAck(s);
}
