/**
 * What the data of a segment does: into the receive ring when it is next, beside it when it came early; FIN.
 * @see RFC 9293 §3.10.7.4 seventh and eighth step, Linux tcp_data_queue, tcp_fin
 */
import {
  SNMP_X_ABORT_ON_DATA, SNMP_X_DELAYED_ACK_LOST, SNMP_X_RCVQ_DROP, SNMP_X_ZERO_WINDOW_DROP,
} from '../../abi';
import { RDY_HUP, RDY_IN, RDY_RDHUP, sockEvent } from './glue';
import { dsackSet, oooAdd, oooClear, oooCount, oooTake } from './ooo';
import { ringReserve, ringWrite } from './ring';
import { after, before, seqMax } from './seq';
import { Segment, TH_FIN } from './segment';
import {
  F_ACK_NOW, F_ACK_SCHED, F_FIN_RCVD, F_ORPHAN, F_PINGPONG, F_RCV_SHUT, S_CLOSE_WAIT, S_CLOSING, S_ESTABLISHED, S_FIN_WAIT1, S_FIN_WAIT2,
  S_SYN_RECV, Sock, rcvRing, sockId,
} from './table';
import { tcpAbort, timeWait } from './tcp_close';
import { dataCame, quickEnter } from './tcp_delack';
import { snmpInc } from './tcpnet';
import { replyReset } from './tcp_output';

/** Takes data and FIN. Pre: the segment has passed the sequence check. */
export function dataInput(s: Sock, g: Segment): void {
  // The peer has said FIN before: nothing may follow it.
  if (s.state != S_ESTABLISHED && s.state != S_FIN_WAIT1 && s.state != S_FIN_WAIT2 && s.state != S_SYN_RECV) {
    s.flags |= F_ACK_NOW;
    return;
  }
  if (g.len != 0 && s.flags & F_ORPHAN && after(g.seq + g.len, s.rcvNxt)) {
    // Nobody is left to read it. @see RFC 1122 §4.2.2.13, Linux tcp_rcv_state_process
    snmpInc(s.ns, SNMP_X_ABORT_ON_DATA);
    replyReset(g);
    tcpAbort(s, 104);
    return;
  }
  let seq = g.seq;
  let data = <usize>g.data;
  let n = g.len;
  let fin = (g.flags & TH_FIN) != 0;
  const edge = seqMax(s.rcvAdv, s.rcvNxt);
  const end = seq + n + (fin ? 1 : 0);
  if (!after(end, s.rcvNxt)) {
    snmpInc(s.ns, SNMP_X_DELAYED_ACK_LOST);
    dsackSet(s, seq, end);
    outside(s);
    return;
  }
  if (n != 0 && !before(seq, edge)) {
    if (edge == s.rcvNxt) snmpInc(s.ns, SNMP_X_ZERO_WINDOW_DROP);
    outside(s);
    return;
  }
  if (before(seq, s.rcvNxt)) {
    dsackSet(s, seq, s.rcvNxt);
    const cut = s.rcvNxt - seq;
    data += min(cut, n);
    n -= min(cut, n);
    seq = s.rcvNxt;
  }
  if (after(seq + n, edge)) {
    n = edge - seq;
    fin = false;
  }
  if (fin) {
    s.finSeq = seq + n;
    s.flags |= F_FIN_RCVD;
  }
  if (n != 0) take(s, seq, data, n);
  if (s.flags & F_FIN_RCVD && s.rcvNxt == s.finSeq) finInput(s);
  else if (seq != s.rcvNxt && n == 0) s.flags |= F_ACK_NOW;
}

/** Old data, or data beyond the window: tell the peer where we are. */
function outside(s: Sock): void {
  quickEnter(s, 16);
  s.flags |= F_ACK_SCHED | F_ACK_NOW;
}

/** Puts n bytes into the ring; what is now in order becomes readable. */
function take(s: Sock, seq: u32, data: usize, n: u32): void {
  const ring = rcvRing(s);
  const off = ring.len + (seq - s.rcvNxt);
  s.dataSegsIn++;
  s.flags |= F_ACK_SCHED;
  if (!ringReserve(ring, off + n)) {
    snmpInc(s.ns, SNMP_X_RCVQ_DROP);
    s.flags |= F_ACK_NOW;
    return;
  }
  if (seq != s.rcvNxt) {
    if (oooAdd(s, seq, seq + n)) ringWrite(ring, off, data, n);
    s.rcvOoopack++;
    s.flags |= F_ACK_NOW;
    return;
  }
  ringWrite(ring, off, data, n);
  const next = oooCount(s) != 0 ? oooTake(s, seq + n) : seq + n;
  if (oooCount(s) != 0) s.flags |= F_ACK_NOW;
  ring.len += next - s.rcvNxt;
  s.bytesReceived += (next - s.rcvNxt) as u64;
  s.rcvNxt = next;
  dataCame(s, n);
  if (!(s.flags & F_RCV_SHUT)) sockEvent(sockId(s), RDY_IN);
}

/** The peer has finished. @see Linux tcp_fin */
function finInput(s: Sock): void {
  s.rcvNxt++;
  s.flags &= ~F_FIN_RCVD;
  s.flags |= F_RCV_SHUT | F_ACK_SCHED;
  oooClear(s);
  if (s.state == S_ESTABLISHED || s.state == S_SYN_RECV) {
    s.state = S_CLOSE_WAIT;
    s.flags |= F_PINGPONG;
    sockEvent(sockId(s), RDY_IN | RDY_RDHUP);
    return;
  }
  s.flags |= F_ACK_NOW;
  if (s.state == S_FIN_WAIT1) {
    s.state = S_CLOSING;
    sockEvent(sockId(s), RDY_IN | RDY_RDHUP);
  } else if (s.state == S_FIN_WAIT2) {
    timeWait(s);
    sockEvent(sockId(s), RDY_IN | RDY_RDHUP | RDY_HUP);
  }
}
