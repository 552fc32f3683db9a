/**
 * The receiver's side of flow control: the window offered, its growth, the size of the peer's segments, when to tell.
 * Limits: the buffer's overhead is not modelled: rcvBuf is what the window may span (Linux: tcp_full_space).
 * @see RFC 9293 §3.8.6.2, Linux tcp_output.c: __tcp_select_window; tcp_input.c: tcp_grow_window, tcp_rcv_space_adjust
 */
import { SNMP_X_FROM_ZERO_WINDOW, SNMP_X_TO_ZERO_WINDOW, SNMP_X_WANT_ZERO_WINDOW, TCPKEY_MODERATE_RCVBUF } from '../../abi';
import { nowNs } from './glue';
import { after, before } from './seq';
import { F_WSCALE, M_RCVBUF_LOCK, M_ZERO_WINDOW, Sock } from './table';
import { snmpInc, tcpKey } from './tcpnet';

/** What auto-tuning may reach: as much as a ring holds. */
export const RCV_MAX: u32 = 0x100000;

/** A segment must fill half of its buffer to let the window grow. @see Linux __tcp_grow_window */
const GROW_MIN: u32 = 1152;

/** Bytes the receive side can still take. */
export function rcvRoom(s: Sock): u32 {
  return s.rcvLen < s.rcvBuf ? s.rcvBuf - s.rcvLen : 0;
}

/** What is left of the window told last. @see Linux tcp_receive_window */
export function rcvWindow(s: Sock): u32 {
  return after(s.rcvAdv, s.rcvNxt) ? s.rcvAdv - s.rcvNxt : 0;
}

/** The window that would be told now, if it could shrink; 0 when it would be silly. */
export function windowNow(s: Sock): u32 {
  let mss = s.rcvMss;
  let space = rcvRoom(s);
  const full = s.rcvBuf;
  if (mss > full) mss = full;
  const scale = s.rcvScale as u32;
  if (space < full >> 1) {
    s.quick = 0;
    space = (space >> scale) << scale;
    if (space < full >> 4 || space < mss) return 0;
  }
  if (space > s.rcvSsthresh) space = s.rcvSsthresh;
  if (scale != 0) return (space + (1 << scale) - 1) & ~((1 << scale) - 1);
  let wnd = rcvWindow(s);
  if (wnd + mss <= space || wnd > space) wnd = mss == 0 ? space : (space / mss) * mss;
  else if (mss == full && space > wnd + (full >> 1)) wnd = space;
  return wnd;
}

/** The window to put in a header, not scaled; moves the right edge and never back. @see Linux tcp_select_window */
export function windowSelect(s: Sock): u32 {
  const scale = s.rcvScale as u32;
  const current = rcvWindow(s);
  let wnd = windowNow(s);
  if (wnd < current) {
    if (wnd == 0) snmpInc(s.ns, SNMP_X_WANT_ZERO_WINDOW);
    wnd = (current + (1 << scale) - 1) & ~((1 << scale) - 1);
  }
  wnd = min(wnd, 0xffff << scale);
  s.rcvWup = s.rcvNxt;
  s.rcvAdv = s.rcvNxt + wnd;
  if (wnd >> scale == 0) {
    if (!(s.more & M_ZERO_WINDOW)) snmpInc(s.ns, SNMP_X_TO_ZERO_WINDOW);
    s.more |= M_ZERO_WINDOW;
  } else if (s.more & M_ZERO_WINDOW) {
    snmpInc(s.ns, SNMP_X_FROM_ZERO_WINDOW);
    s.more &= ~M_ZERO_WINDOW;
  }
  return wnd >> scale;
}

/** n bytes came in order: the window may grow by twice as much. Small pieces, whose buffers cost more than they hold, do not count. */
export function windowGrow(s: Sock, n: u32): void {
  const most = min(s.rcvBuf, rcvRoom(s));
  if (s.rcvSsthresh >= most || n < GROW_MIN) return;
  s.rcvSsthresh += min(most - s.rcvSsthresh, n << 1);
}

/** The receiver's own measure of the round trip, µs. @see Linux tcp_rcv_rtt_measure */
export function rcvRttMeasure(s: Sock): void {
  const now = nowNs();
  if (s.rcvRttAt != 0) {
    if (before(s.rcvNxt, s.rcvRttSeq)) return;
    const us = max<i64>((now - s.rcvRttAt) / 1000, 1) as u32;
    // Dominated by the application's reading: take the least.
    if (s.rcvRtt == 0 || us << 3 < s.rcvRtt) s.rcvRtt = us << 3;
  }
  s.rcvRttSeq = s.rcvNxt + max(rcvWindow(s), 1);
  s.rcvRttAt = now;
}

/** The application reads as fast as data come: room for twice what came in a round trip. @see Linux tcp_rcv_space_adjust */
export function rcvSpaceAdjust(s: Sock): void {
  const now = nowNs();
  const us = (now - s.rcvSpaceAt) / 1000;
  if (s.rcvRtt == 0 || us < ((s.rcvRtt >> 3) as i64)) return;
  const copied = s.copiedSeq - s.rcvSpaceSeq;
  if (copied > s.rcvSpace) {
    if (!(s.more & M_RCVBUF_LOCK) && tcpKey(s.ns, TCPKEY_MODERATE_RCVBUF) != 0) {
      let want = ((copied as u64) << 1) + 16 * (s.advMss as u64);
      if (s.rcvSpace != 0) want += ((want * ((copied - s.rcvSpace) as u64)) / (s.rcvSpace as u64)) << 1;
      const most: u64 = s.flags & F_WSCALE ? RCV_MAX : 65535;
      const size = min(want, most) as u32;
      if (size > s.rcvBuf) s.rcvBuf = size;
    }
    s.rcvSpace = copied;
  }
  s.rcvSpaceSeq = s.copiedSeq;
  s.rcvSpaceAt = now;
}
