/**
 * Finding the socket of a packet. Two hashes: the bind hash by (namespace, type, local port) holds every socket that
 * has a port; the connection hash by the whole tuple holds TCP connections. Raw sockets use the bind hash with their
 * protocol as port.
 * @see Linux net/ipv4/inet_hashtables.c: compute_score, net/ipv4/udp.c: compute_score
 */
import {
  F_CONNECTED, F_IN_BIND, F_IN_CONN, F_REUSEPORT, F_V6ONLY, SOCK_HEAD, S_LISTEN, Sock, T_PING, T_RAW, T_UDP, sockAt, sockTop,
} from './table';
import { SOCK_STATE, Sim } from '../mem';
import { blockAlloc, blockFree } from './ring';

/** Upper half of ::ffff:0.0.0.0 as kept in Sock.l1: bytes 00 00 ff ff, then the IPv4 address. */
export const V4_TAG: u64 = 0xffff0000;

/** Whether the pair is an IPv4 address in its mapped form. */
export function isV4(a0: u64, a1: u64): bool {
  return a0 == 0 && (a1 & 0xffffffff) == V4_TAG;
}

/** Whether the pair is 0.0.0.0 or ::. */
export function isAny(a0: u64, a1: u64): bool {
  return a0 == 0 && (a1 == 0 || a1 == V4_TAG);
}

/** The IPv4 address of a mapped pair, in host order. */
export function v4Of(a1: u64): u32 {
  return bswap<u32>(<u32>(a1 >> 32));
}

/** The second word of the mapped form of an IPv4 address in host order. */
export function mapped(ip: u32): u64 {
  return (<u64>bswap<u32>(ip) << 32) | V4_TAG;
}

/** The same of one that lies in a header. */
export function mappedAt(p: usize): u64 {
  return ((load<u32>(p) as u64) << 32) | V4_TAG;
}

/** A 32-bit mixing step. @see MurmurHash3 */
export function mix(h: u32, v: u32): u32 {
  let k = v * 0xcc9e2d51;
  k = rotl<u32>(k, 15) * 0x1b873593;
  return rotl<u32>(h ^ k, 13) * 5 + 0xe6546b64;
}

/** Mixes a 64-bit word. */
export function mix64(h: u32, v: u64): u32 {
  return mix(mix(h, <u32>v), <u32>(v >> 32));
}

/** The last avalanche of a hash. */
export function finish(h0: u32): u32 {
  let h = h0 ^ (h0 >> 16);
  h *= 0x85ebca6b;
  h ^= h >> 13;
  h *= 0xc2b2ae35;
  return h ^ (h >> 16);
}

/** Where the hashes are described in the table's header: heads, how many, how many sockets. */
const BIND: usize = 12;
const CONN: usize = 24;
const HEADS_MIN: u32 = 1024;
const HEADS_MAX: u32 = 262144;

/** How many raw sockets are in the bind hash, of all namespaces. */
const RAWS: usize = SOCK_STATE + 16;

/** Whether there is a raw socket anywhere: without one no packet is looked at for them. */
export function rawAny(): bool {
  return load<u32>(RAWS) != 0;
}

function bindHash(ns: i32, type: u8, port: u32): u32 {
  return finish(mix(mix(<u32>ns, type), port));
}

function connHash(ns: i32, l0: u64, l1: u64, lport: u32, r0: u64, r1: u64, rport: u32): u32 {
  const h = mix64(mix64(<u32>ns, l0 ^ r0), l1);
  return finish(mix(mix64(h, r1), (lport << 16) | rport));
}

/** Where the head of hash value h is. Pre: the hash has been made. */
function slot(which: usize, h: u32): usize {
  const head = SOCK_HEAD() + which;
  return load<u32>(head) + ((h & (load<u32>(head + 4) - 1)) << 2);
}

function headsMake(size: u32): u32 {
  const at = blockAlloc(size << 2);
  if (at != 0) memory.fill(at, 0, size << 2);
  return at;
}

/** Makes the hashes. @returns 0, or -1 without memory */
export function demuxInit(): i32 {
  for (let which: usize = BIND; which <= CONN; which += CONN - BIND) {
    const at = headsMake(HEADS_MIN);
    if (at == 0) return -1;
    store<u32>(SOCK_HEAD() + which, at);
    store<u32>(SOCK_HEAD() + which + 4, HEADS_MIN);
  }
  return 0;
}

/** Counts one more; doubles a hash that holds as many sockets as heads. Chains keep the order of their sockets. */
function grow(which: usize): void {
  const head = SOCK_HEAD() + which;
  const size = load<u32>(head + 4);
  const count = load<u32>(head + 8) + 1;
  store<u32>(head + 8, count);
  if (count <= size || size >= HEADS_MAX) return;
  const at = headsMake(size << 1);
  if (at == 0) return;
  blockFree(load<u32>(head), size << 2);
  store<u32>(head, at);
  store<u32>(head + 4, size << 1);
  const top = sockTop();
  for (let i = 1; i <= top; i++) {
    const s = sockAt(i);
    if (!s.used) continue;
    if (which == BIND && s.flags & F_IN_BIND) bindLink(s);
    else if (which == CONN && s.flags & F_IN_CONN) connLink(s);
  }
}

function shrink(which: usize): void {
  const at = SOCK_HEAD() + which + 8;
  store<u32>(at, load<u32>(at) - 1);
}

function bindLink(s: Sock): void {
  const at = slot(BIND, bindHash(s.ns, s.type, s.lport));
  const head = load<i32>(at);
  s.bindNext = head;
  s.bindPrev = 0;
  if (head != 0) sockAt(head).bindPrev = s.id;
  store<i32>(at, s.id);
}

function connLink(s: Sock): void {
  const at = slot(CONN, connHash(s.ns, s.l0, s.l1, s.lport, s.r0, s.r1, s.rport));
  const head = load<i32>(at);
  s.connNext = head;
  s.connPrev = 0;
  if (head != 0) sockAt(head).connPrev = s.id;
  store<i32>(at, s.id);
}

/** First socket of the bind chain; follow bindNext and compare ns, type, lport. */
export function bindFirst(ns: i32, type: u8, port: u32): i32 {
  return load<i32>(slot(BIND, bindHash(ns, type, port)));
}

/** Another socket may fit a datagram from here on: none that was found is good any more. */
export function sockMoved(): void {
  Sim.at().sockEpoch++;
}

/** Puts a socket with its lport into the bind hash. */
export function bindInsert(s: Sock): void {
  if (s.flags & F_IN_BIND) return;
  sockMoved();
  grow(BIND);
  bindLink(s);
  if (s.type == T_RAW || s.type == T_PING) store<u32>(RAWS, load<u32>(RAWS) + 1);
  s.flags |= F_IN_BIND;
}

/** Takes it out again. */
export function bindRemove(s: Sock): void {
  if (!(s.flags & F_IN_BIND)) return;
  sockMoved();
  if (s.bindPrev != 0) sockAt(s.bindPrev).bindNext = s.bindNext;
  else store<i32>(slot(BIND, bindHash(s.ns, s.type, s.lport)), s.bindNext);
  if (s.bindNext != 0) sockAt(s.bindNext).bindPrev = s.bindPrev;
  if (s.type == T_RAW || s.type == T_PING) store<u32>(RAWS, load<u32>(RAWS) - 1);
  s.flags &= ~F_IN_BIND;
  shrink(BIND);
}

/** Puts a TCP connection with its whole tuple into the connection hash. */
export function connInsert(s: Sock): void {
  grow(CONN);
  connLink(s);
  s.flags |= F_IN_CONN;
}

/** Takes it out again. */
export function connRemove(s: Sock): void {
  if (!(s.flags & F_IN_CONN)) return;
  if (s.connPrev != 0) sockAt(s.connPrev).connNext = s.connNext;
  else store<i32>(slot(CONN, connHash(s.ns, s.l0, s.l1, s.lport, s.r0, s.r1, s.rport)), s.connNext);
  if (s.connNext != 0) sockAt(s.connNext).connPrev = s.connPrev;
  s.flags &= ~F_IN_CONN;
  shrink(CONN);
}

/** The TCP connection of a tuple, or 0. */
export function connFind(ns: i32, l0: u64, l1: u64, lport: u32, r0: u64, r1: u64, rport: u32): i32 {
  let i = load<i32>(slot(CONN, connHash(ns, l0, l1, lport, r0, r1, rport)));
  while (i != 0) {
    const s = sockAt(i);
    if (
      s.lport == lport && s.rport == rport && s.l1 == l1 && s.r1 == r1 && s.ns == ns && s.l0 == l0 && s.r0 == r0
    ) return i;
    i = s.connNext;
  }
  return 0;
}

/** How well a socket fits a packet's local side; 0 not at all. */
function localScore(s: Sock, l0: u64, l1: u64, dev: i32): i32 {
  let score = 1;
  if (isAny(s.l0, s.l1)) {
    if (isV4(l0, l1)) {
      if (s.family == 6 && (s.flags & F_V6ONLY)) return 0;
      if (s.family == 4) score += 1;
    } else if (s.family == 4) return 0;
  } else {
    if (s.l0 != l0 || s.l1 != l1) return 0;
    score += 8;
  }
  if (s.dev != 0) {
    if (s.dev != dev) return 0;
    score += 4;
  }
  return score;
}

/** Hash that spreads flows over sockets that share a port. @see Linux inet_ehashfn, reciprocal_scale */
function flowHash(l1: u64, lport: u32, r0: u64, r1: u64, rport: u32): u32 {
  return finish(mix(mix64(mix64(mix64(load<u32>(SOCK_STATE + 4), l1), r0), r1), (lport << 16) | rport));
}

/** Of the sockets that fit as well as `best` and share its port by SO_REUSEPORT, the one that is the flow's. */
function spread(best: i32, score: i32, listen: bool, ns: i32, l0: u64, l1: u64, lport: u32, r0: u64, r1: u64, rport: u32, dev: i32): i32 {
  const b = sockAt(best);
  let n: u32 = 0;
  for (let i = bindFirst(ns, b.type, lport); i != 0; i = sockAt(i).bindNext)
    if (shares(sockAt(i), b, score, listen, ns, l0, l1, lport, dev)) n++;
  if (n < 2) return best;
  let k = <u32>((<u64>flowHash(l1, lport, r0, r1, rport) * <u64>n) >> 32);
  for (let i = bindFirst(ns, b.type, lport); i != 0; i = sockAt(i).bindNext) {
    if (!shares(sockAt(i), b, score, listen, ns, l0, l1, lport, dev)) continue;
    if (k == 0) return i;
    k--;
  }
  return best;
}

function shares(s: Sock, b: Sock, score: i32, listen: bool, ns: i32, l0: u64, l1: u64, lport: u32, dev: i32): bool {
  return (s.flags & (F_REUSEPORT | F_CONNECTED)) == F_REUSEPORT && s.lport == lport && s.ns == ns && s.type == b.type &&
    (!listen || s.state == S_LISTEN) && localScore(s, l0, l1, dev) == score;
}

/** The listener for a connection from (r, rport) to (l, lport) that came by `dev`, or 0. */
export function listenerFind(ns: i32, l0: u64, l1: u64, lport: u32, r0: u64, r1: u64, rport: u32, dev: i32): i32 {
  let best = 0;
  let bestScore = 0;
  let i = bindFirst(ns, 1, lport);
  while (i != 0) {
    const s = sockAt(i);
    if (s.state == S_LISTEN && s.lport == lport && s.ns == ns && s.type == 1) {
      const score = localScore(s, l0, l1, dev);
      if (score > bestScore) {
        best = i;
        bestScore = score;
      }
    }
    i = s.bindNext;
  }
  if (best != 0 && sockAt(best).flags & F_REUSEPORT) return spread(best, bestScore, true, ns, l0, l1, lport, r0, r1, rport, dev);
  return best;
}

/** Whether a socket is the only one of its port, and takes datagrams from all: whoever sends there, it is for this one. */
export function udpAlone(id: i32): bool {
  if (id == 0) return false;
  const s = sockAt(id);
  if (s.flags & F_CONNECTED) return false;
  for (let i = bindFirst(s.ns, T_UDP, s.lport); i != 0; i = sockAt(i).bindNext) {
    const o = sockAt(i);
    if (i != id && o.lport == s.lport && o.ns == s.ns && o.type == T_UDP) return false;
  }
  return true;
}

/** The UDP socket for a datagram to (local, lport) from (remote, rport), or 0. */
export function udpFind(ns: i32, l0: u64, l1: u64, lport: u32, r0: u64, r1: u64, rport: u32, dev: i32): i32 {
  let best = 0;
  let bestScore = 0;
  let i = bindFirst(ns, T_UDP, lport);
  while (i != 0) {
    const s = sockAt(i);
    if (s.lport == lport && s.ns == ns && s.type == T_UDP) {
      let score = localScore(s, l0, l1, dev);
      if (score != 0 && s.flags & F_CONNECTED) {
        if (s.r0 != r0 || s.r1 != r1 || s.rport != rport) score = 0;
        else score += 16;
      }
      if (score > bestScore) {
        best = i;
        bestScore = score;
      }
    }
    i = s.bindNext;
  }
  if (best != 0 && (sockAt(best).flags & (F_REUSEPORT | F_CONNECTED)) == F_REUSEPORT)
    return spread(best, bestScore, false, ns, l0, l1, lport, r0, r1, rport, dev);
  return best;
}
