/**
 * TCP as the system calls see it: connect, listen, send, receive, shutdown, close.
 * @see Linux net/ipv4/tcp.c, net/ipv4/tcp_ipv4.c: tcp_v4_connect
 */
import {
  SNMP_TCP_ACTIVE_OPENS, SNMP_X_ABORT_ON_CLOSE, SNMP_X_ABORT_ON_DATA,
} from '../../abi';
import { connectPort } from './bind';
import { bindInsert, bindRemove, connInsert, isV4, v4Of } from './demux';
import { RDY_HUP, RDY_IN, RDY_OUT, RDY_RDHUP, isGroup, nowNs, pathMtu, sockEvent } from './glue';
import { oooCount } from './ooo';
import { RING_MAX, ringDrop, ringFree, ringPut, ringRead } from './ring';
import {
  F_LINGER0, F_ORPHAN, F_RCV_SHUT, F_SND_SHUT, F_WANT_OUT, M_RCVBUF_LOCK, S_CLOSE, S_CLOSE_WAIT, S_ESTABLISHED, S_FIN_WAIT1, S_FIN_WAIT2,
  S_LAST_ACK, S_LISTEN, S_SYN_RECV, S_SYN_SENT, S_TIME_WAIT, Sock, rcvRing, sndRing, sockAt, sockRelease,
} from './table';
import { establishedEnd, finWait2Enter, tcpAbort, tcpDone, unqueue } from './tcp_close';
import { readDone } from './tcp_delack';
import { snmpInc } from './tcpnet';
import { headLength, initialSeq, sendReset, sendSyn, tsOffset } from './tcp_output';
import { SECOND } from './tcp_rtt';
import { rtxArm } from './tcp_timer';
import { rcvSpaceAdjust } from './tcp_window';
import { push } from './tcp_write';

/** Half of tcp_rmem[1]: the window a connection starts with. @see Linux tcp_full_space */
const FULL_SPACE: u32 = 65536;
/** What a packet over IPv4 holds at most; one over IPv6, of MTUs that there are, holds less. @see Linux ipv4_default_advmss, ip6_default_advmss */
const MSS_MAX: u32 = 65535 - 40;
/** tcp_wmem[1] and what follows the window from there. */
const SND_FIRST: u32 = 87040;

/**
 * MSS, first window and buffers of a new connection from the path's MTU.
 * @param peerMss what the peer's SYN says (0: none, or we are first)
 * @returns false when there is no way to the peer
 * @see Linux tcp_select_initial_window
 */
export function tcpPrepare(s: Sock, peerMss: u32, ts: bool): bool {
  const mtu = pathMtu(s);
  if (mtu < 68) return false;
  const head = headLength(s);
  s.mssClamp = min<u32>(<u32>mtu - head, MSS_MAX);
  if (s.maxseg != 0) s.mssClamp = min(s.mssClamp, s.maxseg);
  s.advMss = s.routeMss == 0 ? s.mssClamp : s.maxseg != 0 ? min(s.routeMss, s.maxseg) : s.routeMss;
  const active = s.state == S_SYN_SENT;
  let unit = s.advMss;
  if (!active) {
    if (peerMss != 0) unit = min(unit, max<u32>(peerMss, 88));
    if (ts) unit -= 12;
  }
  const space = s.more & M_RCVBUF_LOCK ? s.rcvBuf : FULL_SPACE;
  s.rcvSsthresh = unit > space ? space : (space / unit) * unit;
  s.rcvSsthresh = min<u32>(s.rcvSsthresh, 65535);
  if (!(s.more & M_RCVBUF_LOCK)) s.rcvBuf = max(s.advMss * 2, 196608);
  if (s.sndBuf == 0) s.sndBuf = max<u32>(SND_FIRST, s.advMss * 4);
  s.mss = s.mssClamp;
  s.reordering = 3;
  s.rto = SECOND;
  return true;
}

/** Starts a connection. Pre: remote is set. @returns -EINPROGRESS or an error */
export function tcpConnect(s: Sock): i32 {
  if (isV4(s.r0, s.r1) ? isGroup(s.ns, v4Of(s.r1)) : (s.r0 & 0xff) == 0xff) return -101;
  const err = connectPort(s);
  if (err < 0) return err;
  s.state = S_SYN_SENT;
  if (!tcpPrepare(s, 0, false)) {
    s.state = S_CLOSE;
    return -101;
  }
  connInsert(s);
  bindInsert(s);
  s.flags &= ~(F_RCV_SHUT | F_SND_SHUT);
  s.tsOffset = tsOffset(s);
  s.iss = err > 0 ? s.spare : initialSeq(s);
  s.sndUna = s.iss;
  s.sndNxt = s.iss + 1;
  s.sndBase = s.sndNxt;
  s.rcvNxt = 0;
  s.retries = 0;
  s.backoff = 0;
  s.srtt = 0;
  s.synAt = nowNs();
  snmpInc(s.ns, SNMP_TCP_ACTIVE_OPENS);
  rtxArm(s, SECOND);
  // A SYN that a rule or the route stopped is sent again like a lost one. @see Linux tcp_output.c: tcp_connect
  sendSyn(s);
  return -115;
}

/** Bytes the sender may add now. */
export function sndRoom(s: Sock): u32 {
  const limit = min(s.sndBuf, RING_MAX);
  return s.sndLen < limit ? limit - s.sndLen : 0;
}

/** Queues bytes of the stream. @returns bytes taken, or a negative errno */
export function tcpSend(s: Sock, at: usize, len: u32): i32 {
  if (s.err != 0) {
    const e = -<i32>s.err;
    s.err = 0;
    return e;
  }
  if (s.state == S_SYN_SENT || s.state == S_SYN_RECV) return -11;
  if (s.flags & F_SND_SHUT || (s.state != S_ESTABLISHED && s.state != S_CLOSE_WAIT)) return -32;
  const n = min(len, sndRoom(s));
  if (n == 0 && len != 0) {
    s.flags |= F_WANT_OUT;
    return -11;
  }
  if (!ringPut(sndRing(s), at, n)) return -105;
  if (n < len || sndRoom(s) == 0) s.flags |= F_WANT_OUT;
  push(s);
  return <i32>n;
}

/** Copies readable bytes out. @returns bytes, 0 at end of stream, or a negative errno */
export function tcpRecv(s: Sock, at: usize, len: u32): i32 {
  const ring = rcvRing(s);
  if (ring.len == 0) {
    // 32 (EPIPE) is left by a reset after the peer's FIN: the stream has ended before. @see Linux tcp_recvmsg_locked (SOCK_DONE)
    if (s.err != 0 && s.err != 32) {
      const e = -<i32>s.err;
      s.err = 0;
      return e;
    }
    if (s.flags & F_RCV_SHUT) return 0;
    if (s.state == S_CLOSE || s.state == S_LISTEN) return -107;
    return -11;
  }
  const n = min(ring.len, len);
  ringRead(ring, 0, at, n);
  ringDrop(ring, n);
  if (ring.len == 0 && oooCount(s) == 0) ringFree(ring);
  s.copiedSeq += n;
  rcvSpaceAdjust(s);
  readDone(s, n);
  return <i32>n;
}

/** Says FIN when the stream is sent. */
function finish(s: Sock): void {
  if (s.flags & F_SND_SHUT) return;
  s.flags |= F_SND_SHUT;
  establishedEnd(s);
  if (s.state == S_ESTABLISHED) s.state = S_FIN_WAIT1;
  else if (s.state == S_CLOSE_WAIT) s.state = S_LAST_ACK;
  if (s.flags & F_RCV_SHUT && !(s.flags & F_ORPHAN)) sockEvent(s.id, RDY_HUP | RDY_OUT);
  push(s);
}

/** @param how 1 read, 2 write, 3 both */
export function tcpShutdown(s: Sock, how: i32): i32 {
  if (s.state == S_CLOSE) return -107;
  if (s.state == S_LISTEN) {
    if (how & 1) listenStop(s);
    return 0;
  }
  if (how & 2) {
    if (s.state == S_SYN_SENT) {
      tcpAbort(s, 104);
      return 0;
    }
    finish(s);
  }
  if (how & 1) {
    s.flags |= F_RCV_SHUT;
    sockEvent(s.id, RDY_IN | RDY_RDHUP);
  }
  return 0;
}

/** Ends all children that nobody accepted. @see Linux inet_csk_listen_stop */
function listenStop(l: Sock): void {
  while (l.acceptHead != 0) {
    const s = sockAt(l.acceptHead);
    unqueue(s);
    s.flags |= F_ORPHAN;
    if (s.state == S_CLOSE) sockRelease(s);
    else {
      sendReset(s);
      tcpDone(s);
    }
  }
  while (l.synHead != 0) tcpDone(sockAt(l.synHead));
  l.state = S_CLOSE;
  bindRemove(l);
}

/** The application lets go. */
export function tcpClose(s: Sock): void {
  if (s.state == S_LISTEN) {
    listenStop(s);
    sockRelease(s);
    return;
  }
  s.flags |= F_ORPHAN;
  if (s.state == S_CLOSE || s.state == S_SYN_SENT) {
    tcpDone(s);
    return;
  }
  if (s.state == S_TIME_WAIT) {
    ringFree(rcvRing(s));
    return;
  }
  // Unread data, or linger 0: the peer must know. @see RFC 2525 §2.17
  if (rcvRing(s).len != 0 || s.flags & F_LINGER0) {
    snmpInc(s.ns, s.flags & F_LINGER0 ? SNMP_X_ABORT_ON_DATA : SNMP_X_ABORT_ON_CLOSE);
    sendReset(s);
    tcpDone(s);
    return;
  }
  if (s.state == S_FIN_WAIT2) {
    finWait2Enter(s);
    return;
  }
  finish(s);
}
