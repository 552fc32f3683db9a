/**
 * Listening: SYNs become half-open children, children whose handshake is done wait in the accept queue.
 * Limits: no SYN cookies: a full queue drops the SYN, as Linux does with net.ipv4.tcp_syncookies = 0.
 * @see Linux net/ipv4/tcp_input.c: tcp_conn_request, net/ipv4/tcp_minisocks.c: tcp_check_req
 */
import { bindInsert, connInsert } from './demux';
import { RDY_IN, needsDev, nowNs, sockEvent } from './glue';
import { Segment, TH_ACK, TH_RST, TH_SYN } from './segment';
import {
  F_KEEPALIVE, F_NODELAY, F_QUEUED, F_REUSEADDR, F_REUSEPORT, F_V6ONLY, S_LISTEN, S_SYN_RECV, Sock, sockAlloc, sockAt, sockId,
} from './table';
import { tcpDone } from './tcp_close';
import { initialSeq, replyReset, sendSyn, tsOffset } from './tcp_output';
import { synOptionsTaken } from './tcp_input';
import { SECOND, rtxArm } from './tcp_timer';
import { tcpPrepare } from './tcp_socket';

/** A segment for a listener. */
export function listenInput(l: Sock, g: Segment): void {
  if (g.flags & TH_RST) return;
  if (g.flags & TH_ACK) {
    replyReset(g);
    return;
  }
  if (!(g.flags & TH_SYN)) return;
  // sk_acceptq_is_full, inet_csk_reqsk_queue_is_full
  if (l.acceptLen > l.backlog || l.synLen >= max<u32>(l.backlog, 8)) {
    l.drops++;
    return;
  }
  const id = sockAlloc();
  if (id == 0) return;
  const s = sockAt(id);
  s.type = l.type;
  s.family = l.family;
  s.proto = l.proto;
  s.ns = l.ns;
  // Who spoke to us from a link is on that link. @see Linux tcp_v6_conn_request
  s.dev = l.dev != 0 || !needsDev(g.r0) ? l.dev : g.dev;
  s.mark = l.mark;
  s.ttl = l.ttl;
  s.tos = l.tos;
  s.flags = l.flags & (F_REUSEADDR | F_REUSEPORT | F_V6ONLY | F_NODELAY | F_KEEPALIVE);
  s.rcvBuf = l.rcvBuf;
  s.sndBuf = l.sndBuf;
  s.l0 = g.l0;
  s.l1 = g.l1;
  s.lport = <u16>g.lport;
  s.r0 = g.r0;
  s.r1 = g.r1;
  s.rport = <u16>g.rport;
  s.parent = sockId(l);
  s.state = S_SYN_RECV;
  if (!tcpPrepare(s, g.mss, (g.hasTs != 0))) {
    s.parent = 0;
    tcpDone(s);
    return;
  }
  l.synLen++;
  synOptionsTaken(s, g);
  s.irs = g.seq;
  s.rcvNxt = g.seq + 1;
  s.rcvAcked = s.rcvNxt;
  s.iss = initialSeq(s);
  s.tsOffset = tsOffset(s);
  s.sndUna = s.iss;
  s.sndNxt = s.iss + 1;
  s.sndMax = s.sndNxt;
  s.sndBase = s.sndNxt;
  connInsert(s);
  bindInsert(s);
  s.rto = SECOND;
  s.timedAt = nowNs();
  rtxArm(s, SECOND);
  sendSyn(s);
}

/** The handshake of a child is done. @returns false when the accept queue was full and the ACK is ignored */
export function childEstablished(s: Sock): bool {
  const l = sockAt(s.parent);
  const id = sockId(s);
  if (l.synLen != 0) l.synLen--;
  s.flags |= F_QUEUED;
  s.acceptNext = 0;
  if (l.acceptTail != 0) sockAt(l.acceptTail).acceptNext = id;
  else l.acceptHead = id;
  l.acceptTail = id;
  l.acceptLen++;
  sockEvent(sockId(l), RDY_IN);
  return true;
}

/** Takes the oldest waiting connection. @returns its socket, or -EAGAIN */
export function tcpAccept(l: Sock): i32 {
  if (l.state != S_LISTEN) return -22;
  const id = l.acceptHead;
  if (id == 0) return -11;
  const s = sockAt(id);
  l.acceptHead = s.acceptNext;
  if (l.acceptHead == 0) l.acceptTail = 0;
  l.acceptLen--;
  s.parent = 0;
  s.acceptNext = 0;
  s.flags &= ~F_QUEUED;
  return id;
}
