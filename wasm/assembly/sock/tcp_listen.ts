/**
 * Listening: SYNs become half-open children, children whose handshake is done wait in the accept queue.
 * @see Linux net/ipv4/tcp_input.c: tcp_conn_request, net/ipv4/tcp_minisocks.c: tcp_check_req
 */
import {
  IP4_TCP_FWMARK_ACCEPT, SNMP_TCP_PASSIVE_OPENS, SNMP_X_EMBRYONIC_RSTS, SNMP_X_LISTEN_DROPS, SNMP_X_LISTEN_OVERFLOWS, SNMP_X_REQQ_FULL_DO_COOKIES,
  SNMP_X_REQQ_FULL_DROP, TCPKEY_ABORT_ON_OVERFLOW, TCPKEY_BACKLOG_SYN, TCPKEY_SYNCOOKIES,
} from '../../abi';
import { ip4Get } from '../ip/net4';
import { bindInsert, connInsert, isV4, v4Of } from './demux';
import { RDY_IN, isGroup, needsDev, nowNs, sockEvent } from './glue';
import { Segment, TH_ACK, TH_RST, TH_SYN } from './segment';
import {
  F_CORK, F_KEEPALIVE, F_NODELAY, F_QUEUED, F_REUSEADDR, F_REUSEPORT, F_V6ONLY, M_ACKED, M_CONGESTION, M_QUICKACK, M_RCVBUF_LOCK, M_SNDBUF_LOCK, S_LISTEN, S_SYN_RECV, Sock,
  sockAlloc, sockAt, sockId,
} from './table';
import { tcpDone } from './tcp_close';
import { cookieAck, cookieSyn } from './tcp_cookie';
import { synOptionsTaken } from './tcp_handshake';
import { snmpInc, tcpKey } from './tcpnet';
import { initialSeq, replyReset, sendSyn, tsOffset } from './tcp_output';
import { SECOND } from './tcp_rtt';
import { rtxArm } from './tcp_timer';
import { tcpPrepare } from './tcp_socket';

/** A segment for a listener. */
export function listenInput(l: Sock, g: Segment): void {
  if (g.flags & TH_RST) return;
  if (g.flags & TH_ACK) {
    if (g.flags & TH_SYN || !cookieAck(l, g)) replyReset(g);
    return;
  }
  if (!(g.flags & TH_SYN)) return;
  // Nobody connects to a group.
  if (isV4(g.l0, g.l1) && isGroup(g.ns, v4Of(g.l1))) return;
  const cookies = tcpKey(l.ns, TCPKEY_SYNCOOKIES);
  let cookie = cookies == 2;
  if (l.synLen >= l.backlog && g.isn == 0) {
    if (cookies == 0) {
      snmpInc(l.ns, SNMP_X_REQQ_FULL_DROP);
      listenDrop(l);
      return;
    }
    snmpInc(l.ns, SNMP_X_REQQ_FULL_DO_COOKIES);
    cookie = true;
  }
  if (acceptFull(l)) {
    snmpInc(l.ns, SNMP_X_LISTEN_OVERFLOWS);
    listenDrop(l);
    return;
  }
  const most = tcpKey(l.ns, TCPKEY_BACKLOG_SYN);
  if (!cookie && cookies == 0 && g.isn == 0 && (l.synLen >= most || most - l.synLen < most >> 2)) {
    listenDrop(l);
    return;
  }
  const s = childMake(l, g);
  if (s == 0) {
    listenDrop(l);
    return;
  }
  if (cookie) cookieSyn(sockAt(s), g);
  else synTaken(sockAt(s), g);
}

/** Whether no more connections may wait to be accepted. @see Linux sk_acceptq_is_full */
export function acceptFull(l: Sock): bool {
  return l.acceptLen > l.backlog;
}

/** Counts a SYN or ACK that a listener could not take. */
export function listenDrop(l: Sock): void {
  l.drops++;
  snmpInc(l.ns, SNMP_X_LISTEN_DROPS);
}

/** A socket for the connection of a segment, with what it has from its listener; not in any hash yet. @returns 0 when full */
export function childMake(l: Sock, g: Segment): i32 {
  const id = sockAlloc(l.ns);
  if (id == 0) return 0;
  const s = sockAt(id);
  s.type = l.type;
  s.family = l.family;
  s.proto = l.proto;
  // Who spoke to us from a link is on that link. @see Linux tcp_v6_conn_request
  s.dev = l.dev != 0 || !needsDev(g.r0) ? l.dev : g.dev;
  // @see Linux inet_request_mark
  s.mark = l.mark == 0 && ip4Get(l.ns as u32, IP4_TCP_FWMARK_ACCEPT) != 0 ? g.mark : l.mark;
  s.uid = l.uid;
  s.gid = l.gid;
  s.ttl = l.ttl;
  s.tos = l.tos;
  s.flags = l.flags & (F_REUSEADDR | F_REUSEPORT | F_V6ONLY | F_NODELAY | F_KEEPALIVE | F_CORK);
  s.more = l.more & (M_RCVBUF_LOCK | M_SNDBUF_LOCK | M_CONGESTION | M_QUICKACK);
  s.ca = l.ca;
  s.rcvBuf = l.rcvBuf;
  s.sndBuf = l.sndBuf;
  s.keepIdle = l.keepIdle;
  s.keepIntvl = l.keepIntvl;
  s.keepCnt = l.keepCnt;
  s.userTimeout = l.userTimeout;
  s.linger2 = l.linger2;
  s.maxseg = l.maxseg;
  s.l0 = g.l0;
  s.l1 = g.l1;
  s.lport = <u16>g.lport;
  s.r0 = g.r0;
  s.r1 = g.r1;
  s.rport = <u16>g.rport;
  s.parent = sockId(l);
  s.state = S_SYN_RECV;
  s.queueNext = l.synHead;
  if (l.synHead != 0) sockAt(l.synHead).queuePrev = id;
  l.synHead = id;
  l.synLen++;
  if (tcpPrepare(s, g.mss, g.hasTs != 0)) return id;
  tcpDone(s);
  return 0;
}

/** The numbers of a passive open. @param iss ours */
export function childNumbers(s: Sock, irs: u32, iss: u32): void {
  s.irs = irs;
  s.rcvNxt = irs + 1;
  s.rcvWup = s.rcvNxt;
  s.iss = iss;
  s.sndUna = iss;
  s.sndNxt = iss + 1;
  s.sndBase = s.sndNxt;
}

/** Answers a SYN and remembers it. */
function synTaken(s: Sock, g: Segment): void {
  s.tsOffset = tsOffset(s);
  synOptionsTaken(s, g);
  childNumbers(s, g.seq, g.isn != 0 ? g.isn : initialSeq(s));
  connInsert(s);
  bindInsert(s);
  s.rto = SECOND;
  s.synAt = nowNs();
  rtxArm(s, SECOND);
  sendSyn(s);
}

/**
 * The final ACK of a child is here: it goes to the accept queue.
 * @returns false when that is full and the ACK is ignored (or answered with a reset: net.ipv4.tcp_abort_on_overflow)
 */
export function childEstablished(s: Sock, g: Segment): bool {
  const l = sockAt(s.parent);
  const id = sockId(s);
  if (acceptFull(l)) {
    snmpInc(s.ns, SNMP_X_LISTEN_OVERFLOWS);
    listenDrop(l);
    s.more |= M_ACKED;
    if (tcpKey(s.ns, TCPKEY_ABORT_ON_OVERFLOW) != 0) {
      snmpInc(s.ns, SNMP_X_EMBRYONIC_RSTS);
      replyReset(g);
      tcpDone(s);
    }
    return false;
  }
  if (s.queuePrev != 0) sockAt(s.queuePrev).queueNext = s.queueNext;
  else l.synHead = s.queueNext;
  if (s.queueNext != 0) sockAt(s.queueNext).queuePrev = s.queuePrev;
  l.synLen--;
  s.flags |= F_QUEUED;
  s.queueNext = 0;
  s.queuePrev = l.acceptTail;
  if (l.acceptTail != 0) sockAt(l.acceptTail).queueNext = id;
  else l.acceptHead = id;
  l.acceptTail = id;
  l.acceptLen++;
  snmpInc(s.ns, SNMP_TCP_PASSIVE_OPENS);
  sockEvent(sockId(l), RDY_IN);
  return true;
}

/** Takes the oldest waiting connection. @returns its socket, or -EAGAIN */
export function tcpAccept(l: Sock): i32 {
  if (l.state != S_LISTEN) return -22;
  const id = l.acceptHead;
  if (id == 0) return -11;
  const s = sockAt(id);
  l.acceptHead = s.queueNext;
  if (l.acceptHead == 0) l.acceptTail = 0;
  else sockAt(l.acceptHead).queuePrev = 0;
  l.acceptLen--;
  s.parent = 0;
  s.queueNext = 0;
  s.queuePrev = 0;
  s.flags &= ~F_QUEUED;
  return id;
}
