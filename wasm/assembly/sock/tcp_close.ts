/**
 * The ends of a TCP connection: abort with an error, TIME_WAIT, and giving the record back.
 * @see Linux tcp_done, tcp_time_wait, tcp_reset
 */
import { bindRemove, connRemove } from './demux';
import { RDY_ERR, RDY_HUP, RDY_IN, RDY_OUT, RDY_RDHUP, sockEvent } from './glue';
import { ringFree } from './ring';
import { F_ORPHAN, F_QUEUED, F_RCV_SHUT, F_SND_SHUT, S_CLOSE, S_TIME_WAIT, Sock, rcvRing, sndRing, sockAt, sockId, sockRelease } from './table';
import { WAIT, rtxArm, timersCancel } from './tcp_timer';

/** Leaves the listener's queues. */
export function unqueue(s: Sock): void {
  if (s.parent == 0) return;
  const l = sockAt(s.parent);
  if (s.flags & F_QUEUED) {
    const id = sockId(s);
    let prev = 0;
    let i = l.acceptHead;
    while (i != 0 && i != id) {
      prev = i;
      i = sockAt(i).acceptNext;
    }
    if (prev == 0) l.acceptHead = s.acceptNext;
    else sockAt(prev).acceptNext = s.acceptNext;
    if (l.acceptTail == id) l.acceptTail = prev;
    l.acceptLen--;
    s.flags &= ~F_QUEUED;
  } else if (l.synLen != 0) l.synLen--;
  s.parent = 0;
}

/** The connection is over: out of the hashes, timers off; the record goes when nobody holds it. */
export function tcpDone(s: Sock): void {
  timersCancel(s);
  const young = s.parent != 0 && !(s.flags & F_QUEUED);
  connRemove(s);
  if (s.flags & F_ORPHAN || young) {
    unqueue(s);
    bindRemove(s);
    sockRelease(s);
    return;
  }
  s.state = S_CLOSE;
  s.flags |= F_RCV_SHUT | F_SND_SHUT;
  bindRemove(s);
  ringFree(sndRing(s));
}

/** The connection fails with `err` (positive errno): reset came, or nobody answers. */
export function tcpAbort(s: Sock, err: u16): void {
  s.err = err;
  const held = !(s.flags & F_ORPHAN) && s.parent == 0;
  const id = sockId(s);
  tcpDone(s);
  if (held) sockEvent(id, RDY_IN | RDY_OUT | RDY_ERR | RDY_HUP | RDY_RDHUP);
}

/** Both sides have closed: wait for strays. */
export function timeWait(s: Sock): void {
  s.state = S_TIME_WAIT;
  timersCancel(s);
  ringFree(sndRing(s));
  if (s.flags & F_ORPHAN) ringFree(rcvRing(s));
  rtxArm(s, WAIT);
}
