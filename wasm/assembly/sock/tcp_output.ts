/**
 * TCP output: headers and options, the window offered, what may be sent now (Nagle, window, congestion), resets.
 * Limits: no segmentation offload (Linux shows segments larger than the MSS on virtual links); urgent data is not sent.
 * @see RFC 9293 §3.8, Linux net/ipv4/tcp_output.c
 */
import { finish, mix64, mix, isV4, isAny } from './demux';
import { L4_TCP, hashSeed, l4Alloc, l4At, l4Owner, l4Send, nowNs, pathMtu } from './glue';
import { ringRead } from './ring';
import { after, before } from './seq';
import { Segment, TH_ACK, TH_FIN, TH_PSH, TH_RST, TH_SYN, segLength } from './segment';
import {
  F_ACK_NOW, F_NODELAY, F_PINGPONG, F_RCV_SHUT, F_SACK, F_SND_SHUT, F_TS, F_WSCALE, S_ESTABLISHED, S_SYN_RECV, S_SYN_SENT,
  Sock, oooAt, sndRing, sockId,
} from './table';
import { ackCancel, rtxArm } from './tcp_timer';

/** The scale we offer: what holds a 32 MiB receive buffer (tcp_rmem[2]). */
export const WSCALE: u32 = 10;

/** The clock of the timestamp option, ms. @see Linux tcp_time_stamp_ms, secure_tcp_ts_off */
export function tsNow(s: Sock): u32 {
  return <u32>(nowNs() / 1000000) + s.tsOffset;
}

/** Timestamp offset of a connection's direction. */
export function tsOffset(s: Sock): u32 {
  const h = mix64(mix64(mix64(mix64(hashSeed() ^ 0x7473, s.l0), s.l1), s.r0), s.r1);
  return finish(mix(h, (<u32>s.lport << 16) | <u32>s.rport));
}

/** Initial sequence number: keyed hash of the tuple plus a clock of 64 ns. @see RFC 6528 */
export function initialSeq(s: Sock): u32 {
  let h = mix64(mix64(mix64(mix64(hashSeed() ^ 0x69736e, s.l0), s.l1), s.r0), s.r1);
  h = mix(h, (<u32>s.lport << 16) | <u32>s.rport);
  return finish(h) + <u32>(nowNs() >> 6);
}

/** Where the data of the stream ends; FIN takes that number. */
export function sndEnd(s: Sock): u32 {
  return s.sndBase + s.sndLen;
}

/** Bytes the receive side can still take. */
export function rcvSpace(s: Sock): u32 {
  const cap = s.rcvBuf;
  return s.rcvLen < cap ? cap - s.rcvLen : 0;
}

/**
 * The window to offer, not scaled; moves the right edge and never back.
 * @see Linux __tcp_select_window
 */
function selectWindow(s: Sock): u32 {
  let win = min(s.rcvSsthresh, rcvSpace(s));
  if (win < s.advMss && win < s.rcvBuf >> 4) win = 0;
  const scale = <u32>s.rcvScale;
  if (scale != 0) win = (win + (1 << scale) - 1) & ~((1 << scale) - 1);
  const current = after(s.rcvAdv, s.rcvNxt) ? s.rcvAdv - s.rcvNxt : 0;
  if (win < current) win = scale != 0 ? (current + (1 << scale) - 1) & ~((1 << scale) - 1) : current;
  win = min(win, <u32>0xffff << scale);
  s.rcvAdv = s.rcvNxt + win;
  return win >> scale;
}

function put16(at: usize, v: u32): void {
  store<u16>(at, bswap<u16>(<u16>v));
}

function put32(at: usize, v: u32): void {
  store<u32>(at, bswap<u32>(v));
}

/** Options of a SYN in Linux's order: mss, sackOK, TS, nop, wscale. @returns their length */
function synOptions(s: Sock, at: usize, ack: bool): u32 {
  put32(at, 0x02040000 | s.advMss);
  let n: u32 = 4;
  const ts = !ack || (s.flags & F_TS) != 0;
  const sack = !ack || (s.flags & F_SACK) != 0;
  if (ts) {
    put16(at + n, sack ? 0x0402 : 0x0101);
    put16(at + n + 2, 0x080a);
    put32(at + n + 4, tsNow(s));
    put32(at + n + 8, ack ? s.tsRecent : 0);
    n += 12;
  } else if (sack) {
    put32(at + n, 0x01010402);
    n += 4;
  }
  if (!ack || s.flags & F_WSCALE) {
    put32(at + n, 0x01030300 | WSCALE);
    n += 4;
  }
  return n;
}

/** Options of any other segment: timestamps, and SACK blocks when runs wait. @returns their length */
function options(s: Sock, at: usize): u32 {
  let n: u32 = 0;
  if (s.flags & F_TS) {
    put32(at, 0x0101080a);
    put32(at + 4, tsNow(s));
    put32(at + 8, s.tsRecent);
    n = 12;
  }
  if (s.flags & F_SACK && s.oooCount != 0) {
    const blocks = min(<u32>s.oooCount, 3);
    put32(at + n, 0x01010500 | (2 + (blocks << 3)));
    n += 4;
    for (let i: u32 = 0; i < blocks; i++) {
      const run = oooAt(s, <i32>i);
      put32(at + n, load<u32>(run));
      put32(at + n + 4, load<u32>(run + 4));
      n += 8;
    }
  }
  return n;
}

/** Length of {@link options}. */
function optionsLength(s: Sock): u32 {
  let n: u32 = s.flags & F_TS ? 12 : 0;
  if (s.flags & F_SACK && s.oooCount != 0) n += 4 + (min(<u32>s.oooCount, 3) << 3);
  return n;
}

/**
 * Builds and sends one segment: `n` bytes of the stream from sequence number `seq`.
 * @returns 0, or a negative errno when it could not be sent (the timers will try again)
 */
export function transmit(s: Sock, seq: u32, flags: u32, n: u32): i32 {
  const syn = (flags & TH_SYN) != 0;
  const p = l4Alloc(60 + n);
  if (p == 0) return -105;
  l4Owner(p, sockId(s));
  const at = l4At(p);
  put16(at, s.lport);
  put16(at + 2, s.rport);
  put32(at + 4, seq);
  put32(at + 8, flags & TH_ACK ? s.rcvNxt : 0);
  const opt = syn ? synOptions(s, at + 20, (flags & TH_ACK) != 0) : options(s, at + 20);
  const head = 20 + opt;
  store<u8>(at + 12, <u8>((head >> 2) << 4));
  store<u8>(at + 13, <u8>flags);
  let wnd: u32 = 0;
  if (syn) {
    wnd = min(s.rcvSsthresh, 0xffff);
    s.rcvAdv = s.rcvNxt + wnd;
  } else if (!(flags & TH_RST)) wnd = selectWindow(s);
  put16(at + 14, wnd);
  store<u32>(at + 16, 0);
  if (n != 0) ringRead(sndRing(s), seq - s.sndBase, at + head, n);
  if (flags & TH_ACK) {
    s.rcvAcked = s.rcvNxt;
    s.flags &= ~F_ACK_NOW;
    if (s.quick != 0 && n == 0) s.quick--;
    ackCancel(s);
  }
  return l4Send(s.ns, p, head + n, L4_TCP, s.l0, s.l1, s.r0, s.r1, s.ttl, s.tos, s.dev, s.mark, true, false);
}

/** An acknowledgement with nothing else. */
export function sendAck(s: Sock): void {
  transmit(s, after(s.sndNxt, s.sndMax) ? s.sndNxt : s.sndMax, TH_ACK, 0);
}

/** A reset of a connection we know. */
export function sendReset(s: Sock): void {
  transmit(s, s.sndNxt, TH_RST | TH_ACK, 0);
}

/** Answers a segment that belongs to no connection. @see RFC 9293 §3.10.7.1 */
export function replyReset(g: Segment): void {
  if (g.flags & TH_RST) return;
  const p = l4Alloc(20);
  if (p == 0) return;
  const at = l4At(p);
  put16(at, g.lport);
  put16(at + 2, g.rport);
  const ack = (g.flags & TH_ACK) == 0;
  put32(at + 4, ack ? 0 : g.ack);
  put32(at + 8, ack ? g.seq + segLength(g) : 0);
  store<u8>(at + 12, 0x50);
  store<u8>(at + 13, <u8>(ack ? TH_RST | TH_ACK : TH_RST));
  store<u16>(at + 14, 0);
  store<u32>(at + 16, 0);
  l4Send(g.ns, p, 20, L4_TCP, g.l0, g.l1, g.r0, g.r1, 0, 0, 0, 0, true, false);
}

/** Sends the SYN (or SYN-ACK) again or for the first time. */
export function sendSyn(s: Sock): i32 {
  return transmit(s, s.iss, s.state == S_SYN_SENT ? TH_SYN : TH_SYN | TH_ACK, 0);
}

/** Whether a piece smaller than the MSS has to wait. @see Linux tcp_nagle_check, tcp_minshall_check */
function nagleHolds(s: Sock): bool {
  return (
    !(s.flags & (F_NODELAY | F_SND_SHUT)) && after(s.sndSml, s.sndUna) && !after(s.sndSml, s.sndNxt)
  );
}

/** Effective payload of a full segment with the options it carries now. */
export function effectiveMss(s: Sock): u32 {
  const opt = optionsLength(s);
  const path = pathMtu(s);
  const head: u32 = isV4(s.r0, s.r1) ? 40 : 60;
  const mss = min(s.mss, path > head ? path - head : 1);
  return mss > opt + 1 ? mss - opt : 1;
}

/**
 * Sends what the window, congestion and Nagle allow: new data, then FIN. Sends the acknowledgement that is due when no
 * data carried it.
 */
export function push(s: Sock): void {
  pushData(s);
  if (s.flags & F_ACK_NOW) sendAck(s);
}

function pushData(s: Sock): void {
  if (s.state == S_SYN_SENT || s.state == S_SYN_RECV || s.state == 6 || s.state == 7 || s.state == 10) return;
  const end = sndEnd(s);
  const mss = effectiveMss(s);
  const wnd = min(s.sndWnd, s.cwnd);
  let sent = false;
  for (;;) {
    const fin = (s.flags & F_SND_SHUT) != 0;
    if (after(s.sndNxt, end)) break;
    const avail = end - s.sndNxt;
    if (avail == 0 && !fin) break;
    const flight = s.sndNxt - s.sndUna;
    const room = wnd > flight ? wnd - flight : 0;
    let n = min(avail, mss);
    if (n > room) {
      // Silly window: only full pieces, or half of the largest window, or all that an idle peer can take.
      if (flight != 0 || room == 0) break;
      n = room;
    }
    if (n < mss && n == avail && n != 0 && nagleHolds(s)) break;
    const last = n == avail;
    let flags = TH_ACK;
    if (n != 0 && last) flags |= TH_PSH;
    if (last && fin) flags |= TH_FIN;
    if (n != 0 && n < mss) s.sndSml = s.sndNxt + n;
    const seq = s.sndNxt;
    s.sndNxt += n + (flags & TH_FIN);
    if (after(s.sndNxt, s.sndMax)) {
      if (s.timedAt == 0) {
        s.timedAt = nowNs();
        s.timedSeq = s.sndNxt;
      }
      s.sndMax = s.sndNxt;
    }
    if (n != 0 && nowNs() - s.rcvAt < 40000000 && s.rcvAt != 0) s.flags |= F_PINGPONG;
    transmit(s, seq, flags, n);
    sent = true;
    if (flags & TH_FIN) break;
  }
  // Something is out, or something waits for a window: the timer looks after both.
  if (s.rtxTimer == 0 && (s.sndUna != s.sndMax || (s.sndLen != 0 && !sent))) rtxArm(s, s.rto);
}

/**
 * Sends the oldest piece again and goes back to it: what follows is sent again as acknowledgements open the window.
 * @see Linux tcp_simple_retransmit
 */
export function resendFrom(s: Sock): void {
  retransmit(s);
  const end = sndEnd(s);
  const n = after(s.sndUna, end) ? 0 : min(min(end - s.sndUna, effectiveMss(s)), s.sndMax - s.sndUna);
  s.sndNxt = s.sndUna + n;
  if (s.sndNxt == end && after(s.sndMax, end)) s.sndNxt = s.sndMax;
}

/** Sends the oldest unacknowledged piece again. */
export function retransmit(s: Sock): void {
  const end = sndEnd(s);
  const una = s.sndUna;
  s.timedAt = 0;
  if (after(una, end)) return;
  const n = min(min(end - una, effectiveMss(s)), s.sndMax - una);
  let flags = TH_ACK;
  if (una + n == end) {
    if (n != 0) flags |= TH_PSH;
    if (s.flags & F_SND_SHUT && after(s.sndMax, end)) flags |= TH_FIN;
  }
  transmit(s, una, flags, n);
}
