/**
 * Local addresses and ports: who conflicts with whom, ephemeral ports.
 * Limits: who may have a port below 1024 is asked above; SO_REUSEPORT does not ask for the same user.
 * @see Linux net/ipv4/inet_connection_sock.c: inet_csk_bind_conflict, inet_csk_find_open_port;
 *      net/ipv4/inet_hashtables.c: __inet_hash_connect; net/ipv4/udp.c: udp_lib_get_port
 */
import { TCPKEY_NONLOCAL_BIND } from '../../abi';
import { bindFirst, bindInsert, connFind, finish, isAny, isV4, mix, mix64 } from './demux';
import { addrIsLocal, hashSeed, portRange, random32, sourceFor } from './glue';
import {
  F_ADDR_BOUND, F_BOUND, F_REUSEADDR, F_REUSEPORT, F_V6ONLY, M_FREEBIND, SOCK_HEAD, S_LISTEN, S_TIME_WAIT, Sock, T_PING, T_RAW, T_TCP, sockAt, sockId,
} from './table';
import { pingPort } from './ping';
import { tcpKey } from './tcpnet';
import { timeWaitReuse } from './tcp_timewait';

/** Whether two sockets' local addresses can catch the same packet. @see Linux ipv6_rcv_saddr_equal */
function overlap(a: Sock, b: Sock): bool {
  const anyA = isAny(a.l0, a.l1);
  const anyB = isAny(b.l0, b.l1);
  // Does the IPv4 or IPv6 world of one exist for the other?
  const a4 = a.family == 4 || (anyA ? !(a.flags & F_V6ONLY) : isV4(a.l0, a.l1));
  const a6 = a.family == 6 && (anyA || !isV4(a.l0, a.l1));
  const b4 = b.family == 4 || (anyB ? !(b.flags & F_V6ONLY) : isV4(b.l0, b.l1));
  const b6 = b.family == 6 && (anyB || !isV4(b.l0, b.l1));
  if (!((a4 && b4) || (a6 && b6))) return false;
  return anyA || anyB || (a.l0 == b.l0 && a.l1 == b.l1);
}

function conflicts(s: Sock, o: Sock): bool {
  if (s.dev != 0 && o.dev != 0 && s.dev != o.dev) return false;
  if (!overlap(s, o)) return false;
  if (s.flags & o.flags & F_REUSEPORT && o.state != S_TIME_WAIT) return false;
  if (s.flags & o.flags & F_REUSEADDR) return s.type == T_TCP && o.state == S_LISTEN;
  return true;
}

/** Whether `port` is free for the socket with the address it has. */
export function portFree(s: Sock, port: u32): bool {
  const me = sockId(s);
  let i = bindFirst(s.ns, s.type, port);
  while (i != 0) {
    const o = sockAt(i);
    if (i != me && o.lport == port && o.ns == s.ns && o.type == s.type && conflicts(s, o)) return false;
    i = o.bindNext;
  }
  return true;
}

/**
 * bind(2).
 * @returns 0, -EADDRINUSE, -EADDRNOTAVAIL, -EINVAL
 */
export function sockBind(s: Sock, a0: u64, a1: u64, port: u32): i32 {
  if (s.flags & F_BOUND) return -22;
  if (!isAny(a0, a1) && !(s.more & M_FREEBIND) && tcpKey(s.ns, TCPKEY_NONLOCAL_BIND) == 0 && !addrIsLocal(s.ns, a0, a1)) return -99;
  if (s.family == 6 && s.flags & F_V6ONLY && isV4(a0, a1)) return -22;
  const o0 = s.l0;
  const o1 = s.l1;
  s.l0 = a0;
  s.l1 = a1;
  // An IPv6 socket's wildcard is ::, an IPv4 socket's 0.0.0.0 in mapped form.
  if (s.type == T_RAW) {
    if (!isAny(a0, a1)) s.flags |= F_ADDR_BOUND;
    return 0;
  }
  let p = port;
  if (p == 0) p = s.type == T_PING ? pingPort(s) : findPort(s);
  else if (!portFree(s, p)) p = 0;
  if (p == 0) {
    s.l0 = o0;
    s.l1 = o1;
    return -98;
  }
  s.lport = <u16>p;
  s.flags |= F_BOUND;
  if (!isAny(a0, a1)) s.flags |= F_ADDR_BOUND;
  bindInsert(s);
  return 0;
}

/** A free ephemeral port, or 0: any for UDP, odd ones first for TCP (even ones are for connect). */
function findPort(s: Sock): u32 {
  const range = portRange(s.ns);
  const lo = range & 0xffff;
  const n = (range >> 16) - lo + 1;
  const start = random32() % n;
  const step: u32 = s.type == T_TCP ? 2 : 1;
  for (let half: u32 = 0; half < step; half++) {
    for (let k: u32 = 0; k < n; k += step) {
      let off = (start + k) % n;
      if (step == 2) off = ((off & ~1) + (half == 0 ? 1 : 0)) % n;
      const port = lo + off;
      if (portFree(s, port)) return port;
    }
  }
  return 0;
}

/** Gives a UDP socket a port when it has none. @returns 0 or -EAGAIN */
export function autobind(s: Sock): i32 {
  if (s.lport != 0) return 0;
  const p = findPort(s);
  if (p == 0) return -11;
  s.lport = <u16>p;
  bindInsert(s);
  return 0;
}

/** Perturbation of connect's port choice, one word for each of 16 buckets. */
function perturb(h: u32): usize {
  return SOCK_HEAD() - 192 + ((h & 15) << 2);
}

/**
 * Local address and port of a TCP connection to the remote set. Even ports by a keyed hash of the destination.
 * @returns 0; 1: it takes the place of a TIME_WAIT, Sock.spare is its initial sequence number; -EADDRNOTAVAIL (no port,
 * or the tuple is in use), -ENETUNREACH …
 */
export function connectPort(s: Sock): i32 {
  if (isAny(s.l0, s.l1)) {
    const err = sourceFor(s);
    if (err != 0) return err;
  }
  s.spare = 0;
  if (s.lport != 0) return !tupleFree(s, s.lport) ? -99 : s.spare != 0 ? 1 : 0;
  const range = portRange(s.ns);
  const lo = range & 0xffff;
  const n = ((range >> 16) - lo + 1) & ~1;
  const h = finish(mix(mix64(mix64(mix64(mix64(hashSeed(), s.l0), s.l1), s.r0), s.r1), s.rport));
  const slot = perturb(h);
  const start = (h + load<u32>(slot)) % n;
  for (let half: u32 = 0; half < 2; half++) {
    for (let k: u32 = 0; k < n; k += 2) {
      const port = lo + (((start & ~1) + half + k) % n);
      if (!portUsable(s, port)) continue;
      store<u32>(slot, load<u32>(slot) + k + 2 + (random32() & 6));
      s.lport = <u16>port;
      return s.spare != 0 ? 1 : 0;
    }
  }
  return -99;
}

/** Whether nobody else bound the port by hand, and the tuple is new. */
function portUsable(s: Sock, port: u32): bool {
  let i = bindFirst(s.ns, s.type, port);
  while (i != 0) {
    const o = sockAt(i);
    if (o.lport == port && o.ns == s.ns && o.type == s.type && (o.flags & F_BOUND || o.state == S_LISTEN)) return false;
    i = o.bindNext;
  }
  return tupleFree(s, port);
}

function tupleFree(s: Sock, port: u32): bool {
  const i = connFind(s.ns, s.l0, s.l1, port, s.r0, s.r1, s.rport);
  if (i == 0) return true;
  if (sockAt(i).state != S_TIME_WAIT) return false;
  s.spare = timeWaitReuse(sockAt(i));
  return s.spare != 0;
}
