/**
 * The handshake: SYN_SENT and SYN_RECV, simultaneous open, what the options of the SYNs agree on.
 * @see RFC 9293 §3.5, Linux tcp_rcv_synsent_state_process, tcp_minisocks.c: tcp_check_req
 */
import {
  SNMP_TCP_CURR_ESTAB, SNMP_X_ACK_SKIPPED_SYN_RECV, SNMP_X_EMBRYONIC_RSTS, SNMP_X_PAWS_ACTIVE, SNMP_X_PAWS_ESTAB, SNMP_X_SYN_RETRANS, TCPKEY_SACK, TCPKEY_TIMESTAMPS,
  TCPKEY_WINDOW_SCALING,
} from '../../abi';
import { RDY_OUT, nowNs, sockEvent } from './glue';
import { after, before } from './seq';
import { Segment, TH_ACK, TH_RST, TH_SYN, segLength } from './segment';
import {
  F_ACK_NOW, F_SACK, F_TS, F_WSCALE, M_RCVBUF_LOCK, S_ESTABLISHED, S_SYN_RECV, Sock, sockId,
} from './table';
import { tcpAbort, tcpDone } from './tcp_close';
import { INIT_CWND, SSTHRESH_INFINITE, congInit } from './tcp_cong';
import { pawsRejects, tooOften, tsTake } from './tcp_input';
import { childEstablished } from './tcp_listen';
import { snmpInc, tcpKey } from './tcpnet';
import { WSCALE, mtuSync, replyReset, sendAck, sendSyn, tsNow } from './tcp_output';
import { minRttSample, rtoSet, rttSample } from './tcp_rtt';
import { keepArm, rtxArm, rtxCancel } from './tcp_timer';
import { push } from './tcp_write';

/** What the timestamps option takes of each segment. */
const TS_LEN: u32 = 12;
/** What half of tcp_rmem's default holds. */
const RCV_START: u32 = 65536;

/** Options of the peer's SYN: what both can do holds. */
export function synOptionsTaken(s: Sock, g: Segment): void {
  if (g.hasTs && tcpKey(s.ns, TCPKEY_TIMESTAMPS) != 0) {
    s.flags |= F_TS;
    s.tsRecent = g.tsVal;
    s.tsRecentAt = (nowNs() / 1000000000) as u32;
  } else s.flags &= ~F_TS;
  if (g.sack && tcpKey(s.ns, TCPKEY_SACK) != 0) s.flags |= F_SACK;
  else s.flags &= ~F_SACK;
  if (g.scale != 0 && tcpKey(s.ns, TCPKEY_WINDOW_SCALING) != 0) {
    s.flags |= F_WSCALE;
    s.sndScale = <u8>(g.scale - 1);
    s.rcvScale = <u8>WSCALE;
  } else {
    s.flags &= ~F_WSCALE;
    s.sndScale = 0;
    s.rcvScale = 0;
    s.rcvSsthresh = min(s.rcvSsthresh, 0xffff);
    s.rcvBuf = min<u32>(s.rcvBuf, 0xffff);
  }
  let peer = g.mss != 0 ? g.mss : 536;
  if (s.maxseg != 0) peer = min(peer, s.maxseg);
  s.mssClamp = max<u32>(peer, 48);
  s.cwnd = INIT_CWND;
  s.ssthresh = SSTHRESH_INFINITE;
}

/** The connection is up: all that counts from here. @param wnd the peer's window, scaled */
function up(s: Sock, g: Segment, wnd: u32): void {
  s.state = S_ESTABLISHED;
  snmpInc(s.ns, SNMP_TCP_CURR_ESTAB);
  s.sndUna = s.iss + 1;
  s.sndNxt = s.sndUna;
  s.sndBase = s.sndUna;
  s.sndSml = s.sndUna;
  s.sndWnd = wnd;
  s.maxWnd = wnd;
  s.sndWl1 = g.seq;
  s.cwndUsageSeq = s.sndUna;
  s.rackSteps = 1;
  s.challengeAt = 0;
  s.delivered = 1;
  // An active open's SYN counts as acknowledged. @see Linux tcp_snd_una_update
  if (s.parent == 0) s.bytesAcked = 1;
  if (s.synAt != 0) {
    const us = max<i64>((nowNs() - s.synAt) / 1000, 1) as u32;
    minRttSample(s, us);
    rttSample(s, us);
  } else if (s.flags & F_TS && g.hasTs && g.tsEcr != 0 && tsNow(s) - g.tsEcr < 2000000) {
    rttSample(s, max<u32>(tsNow(s) - g.tsEcr, 1) * 1000);
  }
  s.synAt = 0;
  // A SYN that was lost says that the way is narrow. @see Linux tcp_init_transfer
  if (s.retries > 1) s.cwnd = 1;
  s.retries = 0;
  rtoSet(s);
  mtuSync(s);
  congInit(s);
  s.cwndStamp = nowNs();
  // Timestamps take their part of each segment; one segment of the caller's buffer stays free. @see Linux tcp_init_buffer_space
  if (s.flags & F_TS) s.advMss -= TS_LEN;
  if (s.parent == 0 && !(s.more & M_RCVBUF_LOCK)) s.rcvSsthresh = min(s.rcvSsthresh, RCV_START - s.advMss);
  s.rcvMss = max<u32>(min(min(min(s.advMss, s.mss), (s.rcvAdv - s.rcvWup) >> 1), 536), 88);
  s.copiedSeq = s.rcvNxt;
  s.rcvSpace = min<u32>(s.rcvAdv - s.rcvWup, INIT_CWND * s.advMss);
  s.rcvSpaceSeq = s.rcvNxt;
  s.rcvSpaceAt = nowNs();
  s.rcvAt = nowNs();
  s.ackAt = s.rcvAt;
  rtxCancel(s);
  keepArm(s);
}

/** A segment in SYN_SENT. */
export function synSentInput(s: Sock, g: Segment): void {
  const ack = (g.flags & TH_ACK) != 0;
  if (ack && (!after(g.ack, s.iss) || after(g.ack, s.sndNxt))) {
    replyReset(g);
    return;
  }
  if (ack && g.hasTs && g.tsEcr != 0 && tcpKey(s.ns, TCPKEY_TIMESTAMPS) != 0 && <i32>(tsNow(s) - g.tsEcr) < 0) {
    snmpInc(s.ns, SNMP_X_PAWS_ACTIVE);
    replyReset(g);
    return;
  }
  if (g.flags & TH_RST) {
    if (ack) tcpAbort(s, 111);
    return;
  }
  if (!(g.flags & TH_SYN)) return;
  synOptionsTaken(s, g);
  s.irs = g.seq;
  s.rcvNxt = g.seq + 1;
  s.rcvWup = s.rcvNxt;
  s.rcvAdv = s.rcvNxt + s.rcvSsthresh;
  if (!ack) {
    // Both opened at once. @see RFC 9293 §3.5 figure 8
    s.state = S_SYN_RECV;
    s.sndNxt = s.iss + 1;
    s.synAt = nowNs();
    rtxArm(s, s.rto);
    sendSyn(s);
    return;
  }
  up(s, g, g.wnd);
  s.flags |= F_ACK_NOW;
  sockEvent(sockId(s), RDY_OUT);
  push(s);
}

/**
 * A segment in SYN_RECV.
 * @returns 0: the connection is up, go on with the segment; 1: handled; -1: the listener is to have it
 * @see Linux tcp_check_req
 */
export function synRecvInput(s: Sock, g: Segment): i32 {
  const active = s.parent == 0;
  const old = pawsRejects(s, g);
  const again = g.seq == s.irs && (g.flags & (TH_SYN | TH_RST | TH_ACK)) == TH_SYN;
  if (again && !old) {
    if (tooOften(s, g, SNMP_X_ACK_SKIPPED_SYN_RECV)) return 1;
    snmpInc(s.ns, SNMP_X_SYN_RETRANS);
    s.synAt = 0;
    s.totalRetrans++;
    sendSyn(s);
    return 1;
  }
  // The SYN-ACK of a simultaneous open tells no more than an ACK.
  const both = active && (g.flags & (TH_SYN | TH_ACK | TH_RST)) == (TH_SYN | TH_ACK) && g.seq == s.irs && g.ack == s.iss + 1;
  const end = g.seq + segLength(g);
  if (!both && (old || before(end, s.rcvNxt) || after(g.seq, s.rcvAdv))) {
    if (old) snmpInc(s.ns, SNMP_X_PAWS_ESTAB);
    if (!(g.flags & TH_RST) && !tooOften(s, g, SNMP_X_ACK_SKIPPED_SYN_RECV)) sendAck(s);
    return 1;
  }
  if (!both && g.flags & (TH_RST | TH_SYN)) {
    snmpInc(s.ns, SNMP_X_EMBRYONIC_RSTS);
    if (!(g.flags & TH_RST)) replyReset(g);
    if (active) tcpAbort(s, 111);
    else tcpDone(s);
    return 1;
  }
  if (!(g.flags & TH_ACK)) return 1;
  if (g.ack != s.iss + 1) {
    if (!active) return -1;
    replyReset(g);
    return 1;
  }
  if (!active && !childEstablished(s, g)) return 1;
  tsTake(s, g);
  up(s, g, both ? g.wnd : g.wnd << (s.sndScale as u32));
  if (both) {
    g.flags &= ~TH_SYN;
    g.seq++;
  }
  if (active) sockEvent(sockId(s), RDY_OUT);
  return 0;
}
