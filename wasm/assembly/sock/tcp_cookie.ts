/**
 * SYN cookies: a SYN-ACK whose sequence number says all that its ACK will need, so that a full SYN queue keeps nothing.
 * The scale and SACK ride in the low bits of the timestamp.
 * @see RFC 4987 §3.6, Linux net/ipv4/syncookies.c
 */
import { SNMP_X_SYNCOOKIES_FAILED, SNMP_X_SYNCOOKIES_RECV, SNMP_X_SYNCOOKIES_SENT, SNMP_X_LISTEN_OVERFLOWS, TCPKEY_SYNCOOKIES } from '../../abi';
import { bindInsert, connInsert, finish, mix, mix64 } from './demux';
import { hashSeed, nowNs } from './glue';
import { Segment } from './segment';
import { F_SACK, F_TS, F_WSCALE, M_COOKIE, S_CLOSE, S_SYN_RECV, Sock, sockAt } from './table';
import { tcpDone } from './tcp_close';
import { synOptionsTaken } from './tcp_handshake';
import { tcpSegmentAgain } from './tcp_input';
import { acceptFull, childMake, childNumbers, listenDrop } from './tcp_listen';
import { snmpInc, tcpKey } from './tcpnet';
import { sendSyn, tsNow, tsOffset } from './tcp_output';

/** A cookie holds for two of these. */
const MINUTE: i64 = 60000000000;
const OPTION_BITS: u32 = 63;
const NO_SCALE: u32 = 15;

/** MSS values a cookie can say. */
function mssOf(i: u32): u32 {
  return i == 0 ? 536 : i == 1 ? 1300 : i == 2 ? 1440 : 1460;
}

function count(): u32 {
  return (nowNs() / MINUTE) as u32;
}

function hash(s: Sock, c: u32, salt: u32): u32 {
  const h = mix64(mix64(mix64(mix64(hashSeed() ^ salt, s.l0), s.l1), s.r0), s.r1);
  return finish(mix(mix(h, (<u32>s.lport << 16) | <u32>s.rport), c));
}

/** Sequence number that says when, and the MSS. @see Linux secure_tcp_syn_cookie */
function cookie(s: Sock, irs: u32, c: u32, data: u32): u32 {
  return hash(s, 0, 0x636f6f) + irs + (c << 24) + ((hash(s, c, 0x6b6965) + data) & 0xffffff);
}

/** Answers a SYN and forgets it. Takes the child. */
export function cookieSyn(s: Sock, g: Segment): void {
  synOptionsTaken(s, g);
  let i: u32 = 3;
  while (i != 0 && mssOf(i) > s.mssClamp) i--;
  // Without timestamps nothing but the MSS can be kept.
  if (!(s.flags & F_TS)) s.flags &= ~(F_SACK | F_WSCALE);
  childNumbers(s, g.seq, cookie(s, g.seq, count(), i));
  s.tsOffset = tsOffset(s);
  const bits = (s.flags & F_WSCALE ? s.sndScale as u32 : NO_SCALE) | (s.flags & F_SACK ? 16 : 0);
  const now = tsNow(s) - s.tsOffset;
  let said = (now & ~OPTION_BITS) | bits;
  if (said > now) said -= 64;
  s.tsOffset += said - now;
  snmpInc(s.ns, SNMP_X_SYNCOOKIES_SENT);
  sockAt(s.parent).more |= M_COOKIE;
  sendSyn(s);
  s.state = S_CLOSE;
  tcpDone(s);
}

/** An ACK for a listener: the answer to a cookie becomes a connection. @returns false: it answers none */
export function cookieAck(l: Sock, g: Segment): bool {
  if (!(l.more & M_COOKIE) || tcpKey(l.ns, TCPKEY_SYNCOOKIES) == 0) return false;
  if (acceptFull(l)) {
    snmpInc(l.ns, SNMP_X_LISTEN_OVERFLOWS);
    listenDrop(l);
    return true;
  }
  const id = childMake(l, g);
  if (id == 0) return false;
  const s = sockAt(id);
  const irs = g.seq - 1;
  const iss = g.ack - 1;
  const rest = iss - hash(s, 0, 0x636f6f) - irs;
  const age = (count() - (rest >> 24)) & 0xff;
  const data = age < 2 ? (rest - hash(s, count() - age, 0x6b6965)) & 0xffffff : 0xffffff;
  if (data > 3) {
    snmpInc(s.ns, SNMP_X_SYNCOOKIES_FAILED);
    s.state = S_CLOSE;
    tcpDone(s);
    return false;
  }
  snmpInc(s.ns, SNMP_X_SYNCOOKIES_RECV);
  s.tsOffset = tsOffset(s);
  const bits = g.hasTs ? (g.tsEcr - s.tsOffset) & OPTION_BITS : NO_SCALE;
  g.mss = mssOf(data);
  g.scale = (bits & 15) == NO_SCALE ? 0 : (bits & 15) + 1;
  g.sack = g.hasTs ? (bits >> 4) & 1 : 0;
  synOptionsTaken(s, g);
  childNumbers(s, irs, iss);
  s.rcvAdv = s.rcvNxt + min<u32>(s.rcvSsthresh, 0xffff);
  connInsert(s);
  bindInsert(s);
  tcpSegmentAgain(s, g);
  // It keeps nothing of a handshake that fails.
  if (s.used && s.id == id && s.state == S_SYN_RECV) tcpDone(s);
  return true;
}
