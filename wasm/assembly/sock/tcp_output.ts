/**
 * TCP output, the header: options, window, checksum; acknowledgements and resets. tcp_write.ts decides what may be sent.
 * Limits: no segmentation offload: a segment is one packet of at most the path's MTU; urgent data is not sent; no ECN.
 * @see RFC 9293 §3.1, RFC 7323, Linux net/ipv4/tcp_output.c: __tcp_transmit_skb, tcp_send_active_reset
 */
import {
  SNMP_TCP_OUT_RSTS, SNMP_TCP_OUT_SEGS, TCPKEY_SACK, TCPKEY_TIMESTAMPS, TCPKEY_WINDOW_SCALING,
} from '../../abi';
import { replyMark } from '../ip/net4';
import { finish, mix64, mix, isV4 } from './demux';
import {
  L4_TCP, hashSeed, isLoopback6, l4Alloc, l4At, l4Owner, l4OwnerKernel, l4Send, needsDev, nowNs, pathMtu, segmentDf,
} from './glue';
import { sackAt } from './ooo';
import { ringRead } from './ring';
import { after } from './seq';
import { Segment, TH_ACK, TH_RST, TH_SYN, segLength } from './segment';
import {
  F_ACK_NOW, F_ACK_PUSHED, F_ACK_PUSHED2, F_ACK_SCHED, F_SACK, F_SND_SHUT, F_TS, F_WSCALE, M_DSACK, S_SYN_SENT, Sock, sndRing,
} from './table';
import { snmpInc, tcpKey } from './tcpnet';
import { ackCancel } from './tcp_timer';
import { ATO_MIN } from './tcp_delack';
import { windowSelect } from './tcp_window';

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

/** Beyond the last number that was queued, FIN included. @see Linux tcp_sock.write_seq */
export function writeSeq(s: Sock): u32 {
  return s.sndBase + s.sndLen + (s.flags & F_SND_SHUT ? 1 : 0);
}

/** Whether something was never sent yet. */
export function sndPending(s: Sock): bool {
  return after(writeSeq(s), s.sndNxt);
}

/** Right edge of the peer's window. */
export function wndEnd(s: Sock): u32 {
  return s.sndUna + s.sndWnd;
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
  const ts = ack ? (s.flags & F_TS) != 0 : tcpKey(s.ns, TCPKEY_TIMESTAMPS) != 0;
  const sack = ack ? (s.flags & F_SACK) != 0 : tcpKey(s.ns, TCPKEY_SACK) != 0;
  const scale = ack ? (s.flags & F_WSCALE) != 0 : tcpKey(s.ns, TCPKEY_WINDOW_SCALING) != 0;
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
  if (scale) {
    put32(at + n, 0x01030300 | WSCALE);
    n += 4;
  }
  return n;
}

/** SACK blocks the next segment carries: a DSACK, and as many runs as fit. */
function sackCount(s: Sock): u32 {
  if (!(s.flags & F_SACK)) return 0;
  const n = (s.numSacks as u32) + (s.more & M_DSACK ? 1 : 0);
  return min<u32>(n, s.flags & F_TS ? 3 : 4);
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
  const blocks = sackCount(s);
  if (blocks == 0) return n;
  put32(at + n, 0x01010500 | (2 + (blocks << 3)));
  n += 4;
  let k: u32 = 0;
  if (s.more & M_DSACK) {
    put32(at + n, s.dsackStart);
    put32(at + n + 4, s.dsackEnd);
    n += 8;
    k = 1;
    s.more &= ~M_DSACK;
  }
  for (let i: u32 = 0; k < blocks; i++) {
    put32(at + n, load<u32>(sackAt(s, i)));
    put32(at + n + 4, load<u32>(sackAt(s, i), 4));
    n += 8;
    k++;
  }
  return n;
}

/** Length of {@link options}. */
export function optionsLength(s: Sock): u32 {
  const blocks = sackCount(s);
  return (s.flags & F_TS ? 12 : 0) + (blocks != 0 ? 4 + (blocks << 3) : 0);
}

/** An acknowledgement leaves with the segment. @see Linux tcp_event_ack_sent */
function ackSent(s: Sock): void {
  if (s.quick != 0 && s.flags & F_ACK_SCHED) {
    s.quick--;
    // Out of quick acknowledgements: back to the least delay.
    if (s.quick == 0) s.ato = ATO_MIN;
  }
  s.flags &= ~(F_ACK_NOW | F_ACK_SCHED | F_ACK_PUSHED | F_ACK_PUSHED2);
  ackCancel(s);
}

/**
 * Builds and sends one segment: `n` bytes of the stream from sequence number `seq`.
 * @returns 0, or a negative errno when it could not be sent (the timers will try again)
 */
export function transmit(s: Sock, seq: u32, flags: u32, n: u32): i32 {
  const syn = (flags & TH_SYN) != 0;
  const p = l4Alloc(60 + n);
  if (p == 0) return -105;
  l4Owner(p, s.id);
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
    s.rcvWup = s.rcvNxt;
    s.rcvAdv = s.rcvNxt + wnd;
  } else if (!(flags & TH_RST)) wnd = windowSelect(s);
  put16(at + 14, wnd);
  store<u32>(at + 16, 0);
  if (n != 0) {
    ringRead(sndRing(s), seq - s.sndBase, at + head, n);
    s.dataSegsOut++;
    s.bytesSent += n as u64;
  }
  if (flags & TH_ACK) ackSent(s);
  s.segsOut++;
  snmpInc(s.ns, SNMP_TCP_OUT_SEGS);
  if (flags & TH_RST) snmpInc(s.ns, SNMP_TCP_OUT_RSTS);
  // A SYN-ACK, small as it is, is never cut. @see Linux ip_output.c: ip_build_and_send_pkt
  const df = (flags & (TH_SYN | TH_ACK)) == (TH_SYN | TH_ACK) || segmentDf(s);
  return l4Send(s.ns, p, head + n, L4_TCP, s.l0, s.l1, s.r0, s.r1, s.ttl, s.tos, s.dev, s.mark, df, false);
}

/** An acknowledgement with nothing else. @see Linux tcp_acceptable_seq */
export function sendAck(s: Sock): void {
  transmit(s, s.sndNxt, TH_ACK, 0);
}

/** A reset of a connection we know. */
export function sendReset(s: Sock): void {
  transmit(s, s.sndNxt, TH_RST | TH_ACK, 0);
}

/** A segment without data that the peer must answer: an old sequence number. @see Linux tcp_xmit_probe_skb */
export function sendProbe(s: Sock): i32 {
  return transmit(s, s.sndUna - 1, TH_ACK, 0);
}

/** Answers a segment that belongs to no connection. @see RFC 9293 §3.10.7.1 */
export function replyReset(g: Segment): void {
  if (g.flags & TH_RST) return;
  const p = l4Alloc(20);
  if (p == 0) return;
  // @see Linux tcp_v6_send_response: unlike IPv4's its packet has no socket
  if (isV4(g.r0, g.r1)) l4OwnerKernel(p);
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
  snmpInc(g.ns, SNMP_TCP_OUT_SEGS);
  snmpInc(g.ns, SNMP_TCP_OUT_RSTS);
  // @see Linux tcp_v6_send_response: rt6_need_strict
  const dev = needsDev(g.r0) || isLoopback6(g.r0, g.r1) ? g.dev : 0;
  l4Send(g.ns, p, 20, L4_TCP, g.l0, g.l1, g.r0, g.r1, 0, g.tos, dev, isV4(g.r0, g.r1) ? replyMark(g.ns as u32, g.mark) : 0, true, false);
}

/** Sends the SYN (or SYN-ACK) again or for the first time. */
export function sendSyn(s: Sock): i32 {
  return transmit(s, s.iss, s.state == S_SYN_SENT ? TH_SYN : TH_SYN | TH_ACK, 0);
}

/** Bytes of IP and TCP header without options. */
export function headLength(s: Sock): u32 {
  return isV4(s.r0, s.r1) ? 40 : 60;
}

/** Takes the path's MTU as it is known now. @see Linux tcp_sync_mss */
export function mtuSync(s: Sock): void {
  s.pmtu = pathMtu(s);
  const head = headLength(s);
  let mss = min(s.mssClamp, s.pmtu > head ? s.pmtu - head : 1);
  // A peer with a small window gets pieces of half of it. @see Linux tcp_bound_to_half_wnd
  const cut = s.maxWnd > 536 ? s.maxWnd >> 1 : s.maxWnd;
  if (cut != 0 && mss > cut) mss = max(cut, 68 - 40);
  s.mss = max<u32>(mss, 48);
}

/** Effective payload of a full segment with the options it carries now. */
export function effectiveMss(s: Sock): u32 {
  const opt = optionsLength(s);
  return s.mss > opt + 1 ? s.mss - opt : 1;
}
