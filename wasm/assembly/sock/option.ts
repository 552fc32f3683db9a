/** Socket options by number (SOCKOPT_*). @see socket(7), ip(7), tcp(7), udp(7) */
import {
  SOCKOPT_ACCEPTCONN, SOCKOPT_BROADCAST, SOCKOPT_DEV, SOCKOPT_ERROR, SOCKOPT_HDRINCL, SOCKOPT_KEEPALIVE, SOCKOPT_LINGER,
  SOCKOPT_MARK, SOCKOPT_MTU_DISCOVER, SOCKOPT_NODELAY, SOCKOPT_RCVBUF, SOCKOPT_RECVERR, SOCKOPT_REUSEADDR, SOCKOPT_REUSEPORT,
  SOCKOPT_SNDBUF, SOCKOPT_TOS, SOCKOPT_TTL, SOCKOPT_V6ONLY,
} from '../../abi';
import { RCVBUF_DEFAULT } from './dgram';
import { nsTtl } from './glue';
import {
  F_BROADCAST, F_HDRINCL, F_KEEPALIVE, F_LINGER0, F_NODELAY, F_NODF, F_PMTU_DO, F_PMTU_PROBE, F_RECVERR, F_REUSEADDR, F_REUSEPORT, F_V6ONLY, S_LISTEN,
  T_TCP, sockAt,
} from './table';
import { push } from './tcp_output';
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
  return 0;
}

/** setsockopt(2). @returns 0, -ENOPROTOOPT, -EINVAL */
export function optionSet(id: i32, key: i32, value: i32): i32 {
  const s = sockAt(id);
  const flag = flagOf(key);
  if (flag != 0) {
    if (flag == F_V6ONLY && (s.family == 4 || s.lport != 0)) return s.family == 4 ? -92 : -22;
    if (value != 0) s.flags |= flag;
    else s.flags &= ~flag;
    if (flag == F_KEEPALIVE && s.type == T_TCP) keepArm(s);
    if (flag == F_NODELAY && value != 0 && s.type == T_TCP) push(s);
    return 0;
  }
  if (key == SOCKOPT_TTL) {
    if (value < -1 || value == 0 || value > 255) return -22;
    s.ttl = <u8>(value < 0 ? 0 : value);
  } else if (key == SOCKOPT_TOS) s.tos = <u8>value;
  else if (key == SOCKOPT_MARK) s.mark = <u32>value;
  else if (key == SOCKOPT_DEV) s.dev = value;
  else if (key == SOCKOPT_SNDBUF) s.sndBuf = <u32>min(max(value << 1, 4608), 425984);
  else if (key == SOCKOPT_RCVBUF) s.rcvBuf = <u32>min(max(value << 1, 2304), s.type == T_TCP ? 196608 : 425984);
  else if (key == SOCKOPT_LINGER) {
    if (value == 0) s.flags |= F_LINGER0;
    else s.flags &= ~F_LINGER0;
  } else if (key == SOCKOPT_MTU_DISCOVER) {
    // 4 (INTERFACE) and 5 (OMIT) send without DF, as 0 does; that they disregard a learned path MTU is not modelled.
    if (value < 0 || value > 5) return -22;
    s.flags &= ~(F_NODF | F_PMTU_DO | F_PMTU_PROBE);
    s.flags |= value == 0 || value > 3 ? F_NODF : value == 2 ? F_PMTU_DO : value == 3 ? F_PMTU_PROBE : 0;
  } else return -92;
  return 0;
}

/** getsockopt(2). `error` reads and clears. */
export function optionGet(id: i32, key: i32): i32 {
  const s = sockAt(id);
  const flag = flagOf(key);
  if (flag != 0) return s.flags & flag ? 1 : 0;
  if (key == SOCKOPT_ERROR) {
    const e = <i32>s.err;
    s.err = 0;
    return e;
  }
  if (key == SOCKOPT_TTL) return s.ttl != 0 ? <i32>s.ttl : nsTtl(s.ns);
  if (key == SOCKOPT_TOS) return s.tos;
  if (key == SOCKOPT_MTU_DISCOVER) return s.flags & F_NODF ? 0 : s.flags & F_PMTU_DO ? 2 : s.flags & F_PMTU_PROBE ? 3 : 1;
  if (key == SOCKOPT_MARK) return <i32>s.mark;
  if (key == SOCKOPT_ACCEPTCONN) return s.state == S_LISTEN ? 1 : 0;
  // What an untouched socket answers: tcp_wmem[1], tcp_rmem[1], wmem_default, rmem_default.
  if (key == SOCKOPT_SNDBUF) return <i32>(s.sndBuf != 0 ? s.sndBuf : s.type == T_TCP ? 16384 : RCVBUF_DEFAULT);
  if (key == SOCKOPT_RCVBUF) return <i32>(s.rcvBuf != 0 && s.type != T_TCP ? s.rcvBuf : s.type == T_TCP ? 131072 : RCVBUF_DEFAULT);
  return -92;
}
