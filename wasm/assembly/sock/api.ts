/**
 * The socket calls as they cross the border: handles, integers, and addresses and bytes in the scratch area.
 * @see src/linux/core/core.ts for what each promises
 */
import {
  CROSS_SCOPE, SOCK_X_DEV, SOCK_X_DROPS, SOCK_X_FAMILY, SOCK_X_ID, SOCK_X_LOCAL, SOCK_X_LPORT, SOCK_X_RECVQ, SOCK_X_REMOTE, SOCK_X_RPORT, SOCK_X_SENDQ, SOCK_X_SIZE,
  SOCK_X_SOCK, SOCK_X_STATE, SOCK_X_TYPE, SOCK_X_V6ONLY, TCPKEY_SOMAXCONN,
} from '../../abi';
import { SCRATCH_BASE, SCRATCH_SIZE } from '../mem';
import { portFree, sockBind } from './bind';
import { bindInsert, bindRemove, isAny, isV4, mapped, sockMoved } from './demux';
import { dgramTake } from './dgram';
import { RDY_ERR, RDY_HUP, RDY_IN, RDY_OUT, RDY_RDHUP, needsDev, nsAlive, nsV6Only, scopeDev } from './glue';
import { groupAdd, groupDrop, groupsDrop } from './group';
import { pingConnect, pingSend } from './ping';
import { rawConnect, rawSend } from './raw';
import {
  F_ADDR_BOUND, F_BOUND, F_CONNECTED, F_IN_BIND, F_ORPHAN, F_RCV_SHUT, F_SND_SHUT, F_V6ONLY, S_CLOSE, S_ESTABLISHED, S_LISTEN, S_SYN_RECV, S_SYN_SENT,
  T_PING, T_RAW, T_TCP, T_UDP, rcvRing, sndRing, sockAlloc, sockAt, sockFirst, sockRelease, sockValid,
} from './table';
import { snmpDump, tcpKey } from './tcpnet';
import { tcpAccept } from './tcp_listen';
import { sndRoom, tcpClose, tcpConnect, tcpRecv, tcpSend, tcpShutdown } from './tcp_socket';
import { udpConnect, udpRead, udpSend } from './udp';

function addr0(): u64 {
  return load<u64>(SCRATCH_BASE);
}

function addr1(): u64 {
  return load<u64>(SCRATCH_BASE + 8);
}

/** Where bytes cross. */
export const DATA: usize = SCRATCH_BASE + 64;
const DATA_MAX: u32 = (SCRATCH_SIZE as u32) - 64;

/** socket(2). @returns a handle or a negative errno */
export function open(ns: i32, type: i32, family: i32, protocol: i32): i32 {
  if (type < 1 || (type > 3 && type != T_PING)) return -93;
  if (family != 4 && family != 6) return -97;
  if (!nsAlive(ns)) return -22;
  const id = sockAlloc(ns);
  if (id == 0) return -23;
  const s = sockAt(id);
  s.type = <u8>type;
  s.family = <u8>family;
  s.proto = <u8>(type == T_TCP ? 6 : type == T_UDP ? 17 : protocol);
  s.state = S_CLOSE;
  if (family == 4) {
    s.l1 = mapped(0);
    s.r1 = mapped(0);
  }
  if (family == 6 && nsV6Only(ns)) s.flags |= F_V6ONLY;
  if (type == T_RAW) {
    s.lport = s.proto;
    bindInsert(s);
  }
  return id;
}

/** Whether a handle names a socket that somebody holds: what comes from outside may be stale. */
export function held(id: i32): bool {
  return sockValid(id) && !(sockAt(id).flags & F_ORPHAN);
}

/** bind(2); the address is in the scratch area. */
export function bind(id: i32, port: i32): i32 {
  sockMoved();
  if (!held(id)) return -9;
  const s = sockAt(id);
  if (s.family == 4 && !isV4(addr0(), addr1())) return -97;
  if (s.family == 6 && needsDev(addr0())) {
    const scope = scopeDev(addr0());
    if (scope != 0 && s.dev != 0 && s.dev != scope) return -22;
    if (scope != 0) s.dev = scope;
    if (s.dev == 0) return -22;
  }
  // A v6 socket bound to 0.0.0.0 in mapped form takes IPv4 only; :: takes both.
  return sockBind(s, addr0(), addr1(), <u32>port);
}

/** Joins or leaves the group in the scratch area on a device, or leaves it on whatever device (0). */
export function group(id: i32, dev: u32, join: bool): i32 {
  sockMoved();
  if (!held(id)) return -9;
  return join ? groupAdd(sockAt(id), dev, addr0(), addr1()) : groupDrop(sockAt(id), dev, addr0(), addr1());
}

/** connect(2); the address is in the scratch area. */
export function connect(id: i32, port: i32): i32 {
  sockMoved();
  if (!held(id)) return -9;
  const s = sockAt(id);
  let r0 = addr0();
  let r1 = addr1();
  if (s.family == 4 && !isV4(r0, r1)) return -97;
  if (s.type == T_TCP) {
    if (s.state == S_LISTEN) return -106;
    if (s.state == S_SYN_SENT || s.state == S_SYN_RECV) return -114;
    if (s.state != S_CLOSE) return -106;
    if (s.err != 0) {
      const e = -<i32>s.err;
      s.err = 0;
      return e;
    }
  }
  if (isAny(r0, r1)) {
    r0 = 0;
    r1 = s.family == 4 || isV4(r0, r1) ? mapped(0x7f000001) : 0x0100000000000000;
  }
  // What is of one link needs to be told which. @see Linux __ip6_datagram_connect, tcp_v6_connect
  if (!isV4(r0, r1) && needsDev(r0)) {
    const scope = scopeDev(r0);
    if (scope != 0 && s.dev != 0 && s.dev != scope) return -22;
    if (scope != 0) s.dev = scope;
    if (s.dev == 0) return -22;
  }
  s.r0 = r0;
  s.r1 = r1;
  s.rport = <u16>port;
  // A second connect of a datagram socket chooses its source anew.
  if (!(s.flags & F_ADDR_BOUND) && s.type != T_TCP) {
    s.l0 = 0;
    s.l1 = s.family == 4 ? mapped(0) : 0;
  }
  if (s.type == T_TCP) return tcpConnect(s);
  return s.type == T_UDP ? udpConnect(s) : s.type == T_PING ? pingConnect(s) : rawConnect(s);
}

/** listen(2) */
export function listen(id: i32, backlog: i32): i32 {
  if (!held(id)) return -9;
  const s = sockAt(id);
  if (s.type != T_TCP) return -95;
  if (s.state != S_CLOSE && s.state != S_LISTEN) return -22;
  const most = tcpKey(s.ns, TCPKEY_SOMAXCONN);
  s.backlog = min(<u32>backlog, most);
  if (s.state == S_LISTEN) return 0;
  if (s.lport == 0 || !(s.flags & F_IN_BIND)) {
    const had = s.flags & F_BOUND;
    s.flags &= ~F_BOUND;
    const err = sockBind(s, s.l0, s.l1, s.lport);
    if (err != 0) {
      s.flags |= had;
      return err;
    }
  } else if (!portFree(s, s.lport)) return -98;
  s.state = S_LISTEN;
  s.flags &= ~(F_RCV_SHUT | F_SND_SHUT);
  return 0;
}

/** accept(2) */
export function accept(id: i32): i32 {
  if (!held(id)) return -9;
  const s = sockAt(id);
  return s.type == T_TCP ? tcpAccept(s) : -95;
}

/** send(2): `len` bytes at DATA; `to` tells that address and port are given. */
export function send(id: i32, len: i32, to: bool, port: i32): i32 {
  if (!held(id)) return -9;
  const s = sockAt(id);
  if (<u32>len > DATA_MAX) return -90;
  if (s.type == T_TCP) return tcpSend(s, DATA, <u32>len);
  if (!to && !(s.flags & F_CONNECTED)) return -89;
  if (!to) store<u32>(SCRATCH_BASE + CROSS_SCOPE, 0);
  const r0 = to ? addr0() : s.r0;
  const r1 = to ? addr1() : s.r1;
  if (s.family == 4 && !isV4(r0, r1)) return -97;
  if (s.type == T_UDP) return udpSend(s, r0, r1, to ? <u32>port : <u32>s.rport, DATA, <u32>len);
  return s.type == T_PING ? pingSend(s, r0, r1, DATA, <u32>len) : rawSend(s, r0, r1, DATA, <u32>len);
}

/** recv(2) of a stream: bytes at DATA. */
export function recv(id: i32, max: i32): i32 {
  if (!held(id)) return -9;
  const s = sockAt(id);
  if (s.type != T_TCP) return -95;
  return tcpRecv(s, DATA, min(<u32>max, DATA_MAX));
}

/** recvfrom(2) of datagrams: a record of dgram.ts at DATA. */
export function recvFrom(id: i32): i32 {
  if (!held(id)) return -9;
  const s = sockAt(id);
  if (s.type == T_TCP) return -95;
  const n = dgramTake(s, DATA);
  if (n != 0) {
    if (s.type == T_UDP) udpRead(s, DATA);
    return <i32>n;
  }
  if (s.err != 0) {
    const e = -<i32>s.err;
    s.err = 0;
    return e;
  }
  return s.flags & F_RCV_SHUT ? 0 : -11;
}

/** shutdown(2) */
export function shutdown(id: i32, how: i32): i32 {
  if (!held(id)) return -9;
  const s = sockAt(id);
  if (s.type == T_TCP) return tcpShutdown(s, how);
  if (!(s.flags & F_CONNECTED)) return -107;
  if (how & 1) s.flags |= F_RCV_SHUT;
  if (how & 2) s.flags |= F_SND_SHUT;
  return 0;
}

/** close(2): the handle is dead. */
export function close(id: i32): void {
  if (!held(id)) return;
  const s = sockAt(id);
  if (s.type == T_TCP) tcpClose(s);
  else {
    groupsDrop(s);
    bindRemove(s);
    sockRelease(s);
  }
}

/** Readiness as poll(2) sees it now. @see Linux tcp_poll, datagram_poll */
export function ready(id: i32): i32 {
  if (!held(id)) return RDY_ERR | RDY_HUP;
  const s = sockAt(id);
  let m: u32 = s.err != 0 ? RDY_ERR : 0;
  if (s.type != T_TCP) {
    if (rcvRing(s).len != 0 || s.err != 0 || s.flags & F_RCV_SHUT) m |= RDY_IN;
    if (s.flags & F_RCV_SHUT) m |= RDY_RDHUP;
    if ((s.flags & (F_RCV_SHUT | F_SND_SHUT)) == (F_RCV_SHUT | F_SND_SHUT)) m |= RDY_HUP;
    return m | RDY_OUT;
  }
  if (s.state == S_LISTEN) return m | (s.acceptHead != 0 ? RDY_IN : 0);
  const both = (s.flags & (F_RCV_SHUT | F_SND_SHUT)) == (F_RCV_SHUT | F_SND_SHUT);
  if (both || s.state == S_CLOSE) m |= RDY_HUP;
  if (s.flags & F_RCV_SHUT) m |= RDY_IN | RDY_RDHUP;
  if (s.state == S_SYN_SENT || s.state == S_SYN_RECV) return m;
  if (rcvRing(s).len != 0 || s.err != 0) m |= RDY_IN;
  if (s.flags & F_SND_SHUT || s.state == S_CLOSE || sndRoom(s) != 0 || s.err != 0) m |= RDY_OUT;
  return m;
}

/** Writes the record of a socket at `at` (SOCK_X_*). */
export function info(id: i32, at: usize): void {
  if (!sockValid(id)) {
    memory.fill(at, 0, SOCK_X_SIZE);
    return;
  }
  const s = sockAt(id);
  store<u32>(at + SOCK_X_SOCK, s.flags & F_ORPHAN || s.parent != 0 ? 0 : id);
  store<u8>(at + SOCK_X_TYPE, s.type);
  store<u8>(at + SOCK_X_FAMILY, s.family);
  store<u8>(at + SOCK_X_STATE, s.type == T_TCP ? s.state : s.flags & F_CONNECTED ? S_ESTABLISHED : S_CLOSE);
  store<u8>(at + SOCK_X_V6ONLY, s.flags & 4 ? 1 : 0);
  store<u64>(at + SOCK_X_LOCAL, s.l0);
  store<u64>(at + SOCK_X_LOCAL + 8, s.l1);
  store<u64>(at + SOCK_X_REMOTE, s.r0);
  store<u64>(at + SOCK_X_REMOTE + 8, s.r1);
  store<u16>(at + SOCK_X_LPORT, s.lport);
  store<u16>(at + SOCK_X_RPORT, s.rport);
  let rq = rcvRing(s).len;
  let sq = sndRing(s).len;
  if (s.type != T_TCP) rq = s.charged;
  else if (s.state == S_LISTEN) {
    rq = s.acceptLen;
    sq = s.backlog;
  }
  store<u32>(at + SOCK_X_RECVQ, rq);
  store<u32>(at + SOCK_X_SENDQ, sq);
  store<u32>(at + SOCK_X_DEV, <u32>s.dev);
  store<u32>(at + SOCK_X_ID, <u32>id);
  store<u32>(at + SOCK_X_DROPS, s.drops);
}

/**
 * Writes records of a namespace's sockets at DATA, oldest first, from socket `from` on (0, 1: the first).
 * @returns count; the next `from` is in the first word of the scratch area, 0 when that was all
 */
export function dump(ns: i32, from: i32): i32 {
  let n = 0;
  let i = from <= 1 || !sockValid(from) ? sockFirst(ns) : from;
  while (i != 0 && (n + 1) * SOCK_X_SIZE <= <i32>DATA_MAX) {
    info(i, DATA + <usize>(n * SOCK_X_SIZE));
    n++;
    i = sockAt(i).nsNext;
  }
  store<i32>(SCRATCH_BASE, i);
  return n;
}

/** Counters of a namespace at DATA: SNMP_MAX f64. */
export function snmp(ns: i32): void {
  snmpDump(ns, DATA);
}
