/** Socket options by number (SOCKOPT_*). @see socket(7), ip(7), tcp(7), udp(7) */
import {
  SOCKOPT_ACCEPTCONN, SOCKOPT_BROADCAST, SOCKOPT_CONGESTION, SOCKOPT_CORK, SOCKOPT_DEV, SOCKOPT_DROPS, SOCKOPT_ERROR, SOCKOPT_HDRINCL, SOCKOPT_FREEBIND, SOCKOPT_KEEPALIVE, SOCKOPT_KEEPCNT,
  SOCKOPT_KEEPIDLE, SOCKOPT_KEEPINTVL, SOCKOPT_LINGER, SOCKOPT_LINGER2, SOCKOPT_MAXSEG,
  SOCKOPT_MARK, SOCKOPT_MTU_DISCOVER, SOCKOPT_MULTICAST_ALL, SOCKOPT_MULTICAST_IF, SOCKOPT_MULTICAST_LOOP,
  SOCKOPT_MULTICAST_TTL, SOCKOPT_NODELAY, SOCKOPT_QUICKACK, SOCKOPT_RCVBUF, SOCKOPT_RECVERR, SOCKOPT_REUSEADDR, SOCKOPT_REUSEPORT,
  SOCKOPT_SNDBUF, SOCKOPT_SYNCNT, SOCKOPT_TOS, SOCKOPT_TTL, SOCKOPT_USER_TIMEOUT, SOCKOPT_V6ONLY, TCPKEY_KEEP_INTVL,
  TCPKEY_KEEP_PROBES, TCPKEY_KEEP_TIME, TCPKEY_SYN_RETRIES, TCPKEY_CONGESTION, TCPKEY_FIN_TIMEOUT,
} from '../../abi';
import { sockMoved } from './demux';
import { RCVBUF_DEFAULT } from './dgram';
import { nsTtl } from './glue';
import {
  F_BROADCAST, F_CORK, F_HDRINCL, F_KEEPALIVE, F_LINGER0, F_NODELAY, F_NODF, F_PINGPONG, F_PMTU_DO, F_PMTU_PROBE, F_RECVERR, F_REUSEADDR, F_REUSEPORT, F_V6ONLY, S_CLOSE, S_LISTEN, S_SYN_SENT,
  M_CONGESTION, M_FREEBIND, M_NO_MC_ALL, M_NO_MC_LOOP, M_QUICKACK, M_RCVBUF_LOCK, M_SNDBUF_LOCK, Sock, T_TCP, sockAt, sockValid,
} from './table';
import { push } from './tcp_write';
import { congStart } from './tcp_cong';
import { effectiveMss } from './tcp_output';
import { tcpKey } from './tcpnet';
import { keepArm } from './tcp_timer';

/** The flag behind a boolean option, or 0. */
function flagOf(key: i32): u32 {
  if (key == SOCKOPT_REUSEADDR) return F_REUSEADDR;
  if (key == SOCKOPT_REUSEPORT) return F_REUSEPORT;
  if (key == SOCKOPT_V6ONLY) return F_V6ONLY;
  if (key == SOCKOPT_NODELAY) return F_NODELAY;
  if (key == SOCKOPT_KEEPALIVE) return F_KEEPALIVE;
  if (key == SOCKOPT_RECVERR) return F_RECVERR;
  if (key == SOCKOPT_BROADCAST) return F_BROADCAST;
  if (key == SOCKOPT_HDRINCL) return F_HDRINCL;
  if (key == SOCKOPT_CORK) return F_CORK;
  return 0;
}

/** setsockopt(2). @returns 0, -ENOPROTOOPT, -EINVAL */
export function optionSet(id: i32, key: i32, value: i32): i32 {
  sockMoved();
  if (!sockValid(id)) return -9;
  const s = sockAt(id);
  const flag = flagOf(key);
  if (flag != 0) {
    if (flag == F_V6ONLY && (s.family == 4 || s.lport != 0)) return s.family == 4 ? -92 : -22;
    if (value != 0) s.flags |= flag;
    else s.flags &= ~flag;
    if (flag == F_KEEPALIVE && s.type == T_TCP) keepArm(s);
    if (s.type == T_TCP && (flag == F_NODELAY ? value != 0 : flag == F_CORK && value == 0)) push(s);
    return 0;
  }
  if (key == SOCKOPT_TTL) {
    if (value < -1 || value == 0 || value > 255) return -22;
    s.ttl = <u8>(value < 0 ? 0 : value);
  } else if (key == SOCKOPT_TOS) s.tos = s.type == T_TCP ? <u8>((value & ~3) | (s.tos & 3)) : <u8>value;
  else if (key == SOCKOPT_MARK) s.mark = <u32>value;
  else if (key == SOCKOPT_DEV) s.dev = value;
  else if (key == SOCKOPT_SNDBUF) {
    s.sndBuf = <u32>min(max(min(value, BUF_MAX) << 1, 4608), 425984);
    s.more |= M_SNDBUF_LOCK;
  } else if (key == SOCKOPT_RCVBUF) rcvBufSet(s, value);
  else if (key == SOCKOPT_LINGER) {
    if (value == 0) s.flags |= F_LINGER0;
    else s.flags &= ~F_LINGER0;
  } else if (key == SOCKOPT_MTU_DISCOVER) {
    // 4 (INTERFACE) and 5 (OMIT) send without DF, as 0 does; that they disregard a learned path MTU is not modelled.
    if (value < 0 || value > 5) return -22;
    s.flags &= ~(F_NODF | F_PMTU_DO | F_PMTU_PROBE);
    s.flags |= value == 0 || value > 3 ? F_NODF : value == 2 ? F_PMTU_DO : value == 3 ? F_PMTU_PROBE : 0;
  } else if (key == SOCKOPT_MULTICAST_TTL) {
    if (value < -1 || value > 255) return -22;
    s.mcHops = <u32>(value < 0 ? 0 : value + 1);
  } else if (key == SOCKOPT_MULTICAST_IF) s.mcDev = <u32>value;
  else if (key == SOCKOPT_MULTICAST_LOOP || key == SOCKOPT_MULTICAST_ALL) {
    const bit = key == SOCKOPT_MULTICAST_LOOP ? M_NO_MC_LOOP : M_NO_MC_ALL;
    if (value == 0) s.more |= bit;
    else s.more &= ~bit;
  } else return s.type == T_TCP || key == SOCKOPT_FREEBIND ? tcpOptionSet(s, key, value) : -92;
  return 0;
}

/** net.core.rmem_max and wmem_max. */
const BUF_MAX: i32 = 212992;

/** SO_RCVBUF. What is asked for is doubled for the overhead; of a stream's, the window spans half. */
function rcvBufSet(s: Sock, value: i32): void {
  const n = <u32>max(min(value, BUF_MAX) << 1, 2304);
  s.more |= M_RCVBUF_LOCK;
  s.rcvBuf = s.type == T_TCP ? n >> 1 : n;
  if (s.type == T_TCP && s.rcvSsthresh > s.rcvBuf) s.rcvSsthresh = s.rcvBuf;
}

/** Options of IPPROTO_TCP. @see tcp(7), Linux do_tcp_setsockopt */
function tcpOptionSet(s: Sock, key: i32, value: i32): i32 {
  if (key == SOCKOPT_FREEBIND || key == SOCKOPT_QUICKACK) {
    const bit = key == SOCKOPT_FREEBIND ? M_FREEBIND : M_QUICKACK;
    if (value != 0) s.more |= bit;
    else s.more &= ~bit;
    if (key == SOCKOPT_QUICKACK && value == 0) s.flags |= F_PINGPONG;
    return 0;
  }
  if (key == SOCKOPT_KEEPIDLE || key == SOCKOPT_KEEPINTVL) {
    if (value < 1 || value > 32767) return -22;
    if (key == SOCKOPT_KEEPIDLE) s.keepIdle = <u32>value;
    else s.keepIntvl = <u32>value;
    if (s.state != S_CLOSE && s.state != S_LISTEN) keepArm(s);
  } else if (key == SOCKOPT_KEEPCNT || key == SOCKOPT_SYNCNT) {
    if (value < 1 || value > 127) return -22;
    if (key == SOCKOPT_KEEPCNT) s.keepCnt = <u32>value;
    else s.synRetries = <u32>value;
  } else if (key == SOCKOPT_USER_TIMEOUT) {
    if (value < 0) return -22;
    s.userTimeout = <u32>value;
  } else if (key == SOCKOPT_LINGER2) s.linger2 = value < 0 ? -1 : value > 120 ? 0 : value;
  else if (key == SOCKOPT_MAXSEG) {
    if (value != 0 && (value < 88 || value > 32767)) return -22;
    s.maxseg = <u32>value;
  } else if (key == SOCKOPT_CONGESTION) {
    if (value < 0 || value > 1) return -2;
    s.ca = <u8>value;
    s.more |= M_CONGESTION;
    congStart(s);
  } else return -92;
  return 0;
}

/** getsockopt(2). `error` reads and clears. */
export function optionGet(id: i32, key: i32): i32 {
  if (!sockValid(id)) return -9;
  const s = sockAt(id);
  const flag = flagOf(key);
  if (flag != 0) return s.flags & flag ? 1 : 0;
  if (key == SOCKOPT_ERROR) {
    // A soft error is told when there is no other. @see Linux net/core/sock.c: sk_getsockopt, SO_ERROR
    const e = <i32>(s.err != 0 ? s.err : s.errSoft);
    if (s.err == 0) s.errSoft = 0;
    s.err = 0;
    return e;
  }
  if (key == SOCKOPT_TTL) return s.ttl != 0 ? <i32>s.ttl : nsTtl(s.ns);
  if (key == SOCKOPT_TOS) return s.tos;
  if (key == SOCKOPT_MTU_DISCOVER) return s.flags & F_NODF ? 0 : s.flags & F_PMTU_DO ? 2 : s.flags & F_PMTU_PROBE ? 3 : 1;
  if (key == SOCKOPT_MULTICAST_TTL) return s.mcHops == 0 ? 1 : <i32>(s.mcHops - 1);
  if (key == SOCKOPT_MULTICAST_IF) return <i32>s.mcDev;
  if (key == SOCKOPT_MULTICAST_LOOP) return s.more & M_NO_MC_LOOP ? 0 : 1;
  if (key == SOCKOPT_MULTICAST_ALL) return s.more & M_NO_MC_ALL ? 0 : 1;
  if (key == SOCKOPT_MARK) return <i32>s.mark;
  if (key == SOCKOPT_ACCEPTCONN) return s.state == S_LISTEN ? 1 : 0;
  // What an untouched socket answers: tcp_wmem[1], tcp_rmem[1], wmem_default, rmem_default.
  if (key == SOCKOPT_SNDBUF) return <i32>(s.sndBuf != 0 ? s.sndBuf : s.type == T_TCP ? 16384 : RCVBUF_DEFAULT);
  if (key == SOCKOPT_RCVBUF) return <i32>(s.type != T_TCP ? (s.rcvBuf != 0 ? s.rcvBuf : RCVBUF_DEFAULT) : s.more & M_RCVBUF_LOCK ? s.rcvBuf << 1 : max<u32>(131072, s.rcvSsthresh << 1));
  return tcpOptionGet(s, key);
}

function tcpOptionGet(s: Sock, key: i32): i32 {
  if (key == SOCKOPT_DROPS) return <i32>s.drops;
  if (key == SOCKOPT_FREEBIND) return s.more & M_FREEBIND ? 1 : 0;
  if (s.type != T_TCP) return -92;
  if (key == SOCKOPT_KEEPIDLE) return <i32>(s.keepIdle != 0 ? s.keepIdle : tcpKey(s.ns, TCPKEY_KEEP_TIME));
  if (key == SOCKOPT_KEEPINTVL) return <i32>(s.keepIntvl != 0 ? s.keepIntvl : tcpKey(s.ns, TCPKEY_KEEP_INTVL));
  if (key == SOCKOPT_KEEPCNT) return <i32>(s.keepCnt != 0 ? s.keepCnt : tcpKey(s.ns, TCPKEY_KEEP_PROBES));
  if (key == SOCKOPT_SYNCNT) return <i32>(s.synRetries != 0 ? s.synRetries : tcpKey(s.ns, TCPKEY_SYN_RETRIES));
  if (key == SOCKOPT_USER_TIMEOUT) return <i32>s.userTimeout;
  if (key == SOCKOPT_LINGER2) return s.linger2 != 0 ? s.linger2 : <i32>tcpKey(s.ns, TCPKEY_FIN_TIMEOUT);
  if (key == SOCKOPT_MAXSEG) return <i32>(s.state == S_CLOSE || s.state == S_LISTEN || s.state == S_SYN_SENT ? (s.maxseg != 0 ? s.maxseg : 536) : effectiveMss(s));
  if (key == SOCKOPT_CONGESTION) return <i32>(s.more & M_CONGESTION || s.state != S_CLOSE ? <u32>s.ca : tcpKey(s.ns, TCPKEY_CONGESTION));
  if (key == SOCKOPT_QUICKACK) return s.flags & F_PINGPONG ? 0 : 1;
  return -92;
}
