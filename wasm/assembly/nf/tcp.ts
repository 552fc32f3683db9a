/**
 * TCP as connection tracking sees it: the state table of Linux, resets that must be believed, windows (tcp_window.ts).
 * Limits: no SYN proxy; checksums are not looked at.
 * @see Linux net/netfilter/nf_conntrack_proto_tcp.c: tcp_conntracks, nf_conntrack_tcp_packet
 */
import { IPS_ASSURED, IPS_CONFIRMED, IPS_SEEN_REPLY } from '../../abi';
import { TEMP_BASE } from '../mem';
import { now } from '../sim/clock';
import { rd16, rd32 } from '../wire/bytes';
import { TCP_ACK, TCP_FIN, TCP_RST, TCP_SYN, tcpFlags, tcpHlen } from '../wire/l4';
import { Conn, connInTable, connKill } from './conn';
import {
  contextClear,
  TcpLast,
  TcpSide,
  TF_CHALLENGE,
  TF_CLOSE_INIT,
  TF_LIBERAL,
  TF_MAXACK,
  TF_SACK,
  TF_SIMULTANEOUS,
  TF_UNACKED,
  TF_WSCALE,
} from './context';
import { NfNs } from './settings';
import { segmentEnd, seqBefore, tcpFits, tcpReadOptions, tcpWindow, WIN_BAD, WIN_IGNORE } from './tcp_window';

/** Where the options of a SYN are read that is not believed; the rest of TEMP_BASE is for tuples. */
const SCRATCH: usize = TEMP_BASE + 224;

/** States. */
const SS: u32 = 1;
const SR: u32 = 2;
const ES: u32 = 3;
const FW: u32 = 4;
const LA: u32 = 6;
const TW: u32 = 7;
const CL: u32 = 8;
const S2: u32 = 9;
/** Invalid, ignore. */
const IV: u32 = 10;
const IG: u32 = 11;
/** Timeouts behind those of the states. */
const RETRANS: u32 = 10;
const UNACK: u32 = 11;
/** Kinds of segment. */
const K_SYN: u32 = 0;
const K_SYNACK: u32 = 1;
const K_FIN: u32 = 2;
const K_ACK: u32 = 3;
const K_RST: u32 = 4;
const K_NONE: u32 = 5;

/** [direction][flags: syn synack fin ack rst none][state: none SS SR ES FW CW LA TW CL S2] */
const STATES: usize = memory.data<u8>([
  1, 1, 11, 11, 11, 11, 11, 1, 1, 9,
  10, 10, 2, 10, 10, 10, 10, 10, 10, 2,
  10, 10, 4, 4, 6, 6, 6, 7, 8, 10,
  3, 10, 3, 3, 5, 5, 7, 7, 8, 10,
  10, 8, 8, 8, 8, 8, 8, 8, 8, 8,
  10, 10, 10, 10, 10, 10, 10, 10, 10, 10,
  10, 9, 10, 10, 10, 10, 10, 1, 10, 9,
  10, 2, 11, 11, 11, 11, 11, 11, 11, 2,
  10, 10, 4, 4, 6, 6, 6, 7, 8, 10,
  10, 11, 2, 3, 5, 5, 7, 7, 8, 11,
  10, 8, 8, 8, 8, 8, 8, 8, 8, 8,
  10, 10, 10, 10, 10, 10, 10, 10, 10, 10,
]);
/** What to do with the packet. */
export const TCP_OK: i32 = 0;
export const TCP_INVALID: i32 = 1;
/** The connection is over and this opens a new one: look it up again. */
export const TCP_REOPEN: i32 = 2;
/** It passes, but says nothing of the connection: it is not counted. */
export const TCP_IGNORE: i32 = 3;

function flagIndex(flags: u32): u32 {
  if (flags & TCP_RST) return K_RST;
  if (flags & TCP_SYN) return flags & TCP_ACK ? K_SYNACK : K_SYN;
  if (flags & TCP_FIN) return K_FIN;
  return flags & TCP_ACK ? K_ACK : K_NONE;
}

/** Whether header and flags make sense. URG goes with SYN, FIN+ACK and ACK. @see tcp_error, tcp_valid_flags */
function sane(th: usize, end: usize): bool {
  const head = tcpHlen(th);
  if (head < 20 || th + head > end) return false;
  const flags = tcpFlags(th) & 0x37;
  const plain = flags & ~(0x20 as u32);
  if (plain == TCP_SYN || plain == TCP_ACK || plain == (TCP_FIN | TCP_ACK)) return true;
  return flags == (TCP_SYN | TCP_ACK) || flags == TCP_RST || flags == (TCP_RST | TCP_ACK);
}

/** Seconds a state lasts. */
function timeoutOf(ns: u32, state: u32): u32 {
  return load<u32>(changetype<usize>(NfNs.at(ns)) + offsetof<NfNs>('tcp0') + (state as usize) * 4);
}

function expireIn(c: Conn, seconds: u32): void {
  c.expires = now() + (seconds as u64) * 1_000_000_000;
}

/** The first segment of what may become a connection. @see tcp_new */
function begin(ct: u32, ns: u32, index: u32, th: usize, end: usize): bool {
  const state = load<u8>(STATES + ((index * 10) as usize)) as u32;
  if (state >= IV || (state != SS && NfNs.at(ns).loose == 0)) return false;
  contextClear(ct);
  Conn.at(ct).tcpState = 0;
  const s = TcpSide.at(ct, 0);
  s.end = segmentEnd(th, end);
  s.maxWin = max(rd16(th + 14), 1);
  s.maxEnd = state == SS ? s.end : s.end + s.maxWin;
  if (state == SS) tcpReadOptions(th, end, s);
  else {
    s.flags = TF_SACK | TF_LIBERAL;
    TcpSide.at(ct, 1).flags = TF_SACK | TF_LIBERAL;
  }
  TcpLast.at(ct).index = K_NONE;
  return true;
}

/** Whether a connection that is over may be opened anew by this SYN. */
function reopens(ct: u32, dir: u32): bool {
  const closing = (TcpSide.at(ct, 0).flags | TcpSide.at(ct, 1).flags) & TF_CLOSE_INIT;
  const l = TcpLast.at(ct);
  return closing != 0 || (l.dir == dir && l.index == K_RST);
}

/** A segment that is let pass unbelieved: should the other side answer it, it was right. */
function ignore(ct: u32, dir: u32, index: u32, old: u32, th: usize, end: usize): void {
  const l = TcpLast.at(ct);
  l.index = index;
  l.dir = dir;
  l.seq = rd32(th + 4);
  l.end = segmentEnd(th, end);
  l.win = rd16(th + 14);
  if (index == K_SYN && dir == 0) {
    const s = changetype<TcpSide>(SCRATCH);
    s.flags = 0;
    tcpReadOptions(th, end, s);
    l.flags = s.flags & (TF_WSCALE | TF_SACK);
    l.scale = s.scale;
    if (old == LA) l.flags |= TF_CHALLENGE;
  }
  if (old == SS && index == K_ACK && dir == 1) l.ack = rd32(th + 8);
}

/** A SYN/ACK that answers a SYN we let pass unbelieved: the two are right, we were out of step. */
function resync(ct: u32, dir: u32): void {
  const l = TcpLast.at(ct);
  const s = TcpSide.at(ct, l.dir);
  s.end = l.end;
  s.maxEnd = l.end;
  s.maxWin = max(l.win, 1);
  s.scale = l.scale;
  l.flags &= ~TF_CHALLENGE;
  s.flags = l.flags;
  const o = TcpSide.at(ct, dir);
  memory.fill(changetype<usize>(o), 0, 20);
}

/** What a reset is taken for. */
const RST_BAD: u32 = 0;
const RST_CLOSES: u32 = 1;
/** Perhaps forged: an answer will tell. */
const RST_DOUBTED: u32 = 2;
/** It answers a segment we let pass: no window to check. */
const RST_ANSWER: u32 = 3;

/** @see RFC 5961 §3 */
function judgeReset(ct: u32, dir: u32, th: usize): u32 {
  const c = Conn.at(ct);
  const l = TcpLast.at(ct);
  const other = TcpSide.at(ct, 1 - dir);
  let kind = RST_CLOSES;
  if (other.flags & TF_MAXACK) {
    const seq = rd32(th + 4);
    const established = c.tcpState == ES && (c.status & IPS_ASSURED) != 0;
    if (seq == 0 && !established) return RST_CLOSES;
    if (seqBefore(seq, other.maxAck) && NfNs.at(c.ns).ignoreRst == 0) return RST_BAD;
    if (!established || seq == other.maxAck) return RST_CLOSES;
    if (l.index == K_ACK && l.dir == dir && seq == l.end) return RST_CLOSES;
    kind = RST_DOUBTED;
  }
  const answersSyn = (c.status & IPS_SEEN_REPLY) != 0 && l.index == K_SYN;
  const answersAck = !(c.status & IPS_ASSURED) && l.index == K_ACK;
  if ((answersSyn || answersAck) && rd32(th + 8) == l.end) return RST_ANSWER;
  return kind;
}

/** A FIN or RST out of the window: when the other side said the same, the connection is over soon. */
function outOfWindow(ct: u32, dir: u32, index: u32): void {
  if (index != K_FIN && index != K_RST) return;
  const c = Conn.at(ct);
  const l = TcpLast.at(ct);
  if (l.dir != dir && (l.index == K_FIN || l.index == K_RST)) {
    const limit = timeoutOf(c.ns, UNACK);
    if (c.expires > now() + (limit as u64) * 1_000_000_000) expireIn(c, limit);
    return;
  }
  l.index = index;
  l.dir = dir;
}

/** Seconds until the connection is forgotten, with nothing more heard. */
function choose(ct: u32, ns: u32, index: u32, state: u32): u32 {
  const l = TcpLast.at(ct);
  const own = timeoutOf(ns, state);
  if (l.retrans >= NfNs.at(ns).maxRetrans && own > timeoutOf(ns, RETRANS)) return timeoutOf(ns, RETRANS);
  if (index == K_RST) return timeoutOf(ns, CL);
  const unacked = (TcpSide.at(ct, 0).flags | TcpSide.at(ct, 1).flags) & TF_UNACKED;
  if (unacked != 0 && own > timeoutOf(ns, UNACK)) return timeoutOf(ns, UNACK);
  return l.win == 0 ? min(own, timeoutOf(ns, RETRANS)) : own;
}

/** The segment is believed: state, timeout, whether the connection is sure. */
function advance(ct: u32, dir: u32, index: u32, old: u32, state: u32): i32 {
  const c = Conn.at(ct);
  const l = TcpLast.at(ct);
  l.index = index;
  l.dir = dir;
  c.tcpState = state as u16;
  if (old != state && state == FW) TcpSide.at(ct, dir).flags |= TF_CLOSE_INIT;
  let seconds = choose(ct, c.ns, index, state);
  if (!(c.status & IPS_SEEN_REPLY)) {
    if (index == K_RST) {
      // A connection whose only answer is a reset never was one.
      if (connInTable(c)) connKill(ct);
      return TCP_OK;
    }
    if (index == K_SYN && old == SS) return TCP_IGNORE;
    if (state == ES) seconds = min(seconds, timeoutOf(c.ns, UNACK));
  } else if (state == ES && (old == SR || old == ES)) c.status |= IPS_ASSURED;
  expireIn(c, seconds);
  return TCP_OK;
}

/** Whether an acknowledgement (ACK, perhaps PSH) of a connection that is sure lies in its window: it changes no state. */
export function ctTcpCalm(ct: u32, dir: u32, th: usize, end: usize): bool {
  const c = Conn.at(ct);
  return c.tcpState == ES && (c.status & IPS_ASSURED) != 0 && sane(th, end) && tcpFits(ct, dir, th, end);
}

/** One segment of a connection. @param dir 0 original, 1 reply @param th TCP header @param end of its bytes @returns TCP_* */
export function ctTcp(ct: u32, dir: u32, th: usize, end: usize): i32 {
  const c = Conn.at(ct);
  if (!sane(th, end)) return TCP_INVALID;
  const index = flagIndex(tcpFlags(th));
  if (!(c.status & IPS_CONFIRMED) && dir == 0 && c.tcpState == 0 && !begin(ct, c.ns, index, th, end)) return TCP_INVALID;
  let old = c.tcpState as u32;
  let state = load<u8>(STATES + ((dir * 60 + index * 10 + old) as usize)) as u32;
  const l = TcpLast.at(ct);
  if (state == IV) return TCP_INVALID;
  if (state == SS && old >= TW && reopens(ct, dir)) {
    connKill(ct);
    return TCP_REOPEN;
  }
  if (state == IG || (state == SS && old >= TW)) {
    if (index != K_SYNACK || l.index != K_SYN || l.dir == dir || rd32(th + 8) != l.end) {
      ignore(ct, dir, index, old, th, end);
      return TCP_IGNORE;
    }
    resync(ct, dir);
    old = SS;
    state = SR;
  }
  if (state == TW && old == LA && index == K_ACK && l.dir != dir && l.index == K_SYN && l.flags & TF_CHALLENGE) {
    l.flags &= ~TF_CHALLENGE;
    return TCP_IGNORE;
  }
  if (state == S2) l.flags |= TF_SIMULTANEOUS;
  if (state == SR && dir == 1 && index == K_ACK && l.flags & TF_SIMULTANEOUS) state = ES;
  if (state == CL && index == K_RST) {
    const kind = judgeReset(ct, dir, th);
    if (kind == RST_BAD) return TCP_INVALID;
    if (kind == RST_DOUBTED) state = old;
    if (kind == RST_ANSWER) return advance(ct, dir, index, old, state);
  }
  const window = tcpWindow(ct, dir, index, c.tcpState as u32, th, end, NfNs.at(c.ns).liberal != 0);
  if (window == WIN_IGNORE) return TCP_IGNORE;
  if (window == WIN_BAD) {
    outOfWindow(ct, dir, index);
    return TCP_INVALID;
  }
  return advance(ct, dir, index, old, state);
}
