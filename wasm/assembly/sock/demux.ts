/**
 * Finding the socket of a packet. Two hashes: the bind hash by (namespace, type, local port) holds every socket that
 * has a port; the connection hash by the whole tuple holds TCP connections. Raw sockets use the bind hash with their
 * protocol as port.
 * @see Linux net/ipv4/inet_hashtables.c: compute_score, net/ipv4/udp.c: compute_score
 */
import {
  F_CONNECTED, F_IN_BIND, F_IN_CONN, F_V6ONLY, HASH_SIZE, S_LISTEN, Sock, T_UDP, bindHeads, connHeads, sockAt, sockId,
} from './table';

/** Upper half of ::ffff:0.0.0.0 as kept in Sock.l1: bytes 00 00 ff ff, then the IPv4 address. */
export const V4_TAG: u64 = 0xffff0000;
/** ::1 as kept in Sock.l1. */
export const V6_ONE: u64 = 0x0100000000000000;

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

function bindSlot(ns: i32, type: u8, port: u32): usize {
  const h = finish(mix(mix(<u32>ns, type), port));
  return bindHeads() + ((h & (HASH_SIZE - 1)) << 2);
}

function connSlot(ns: i32, l0: u64, l1: u64, lport: u32, r0: u64, r1: u64, rport: u32): usize {
  let h = mix64(mix64(<u32>ns, l0 ^ r0), l1);
  h = mix(mix64(h, r1), (lport << 16) | rport);
  return connHeads() + ((finish(h) & (HASH_SIZE - 1)) << 2);
}

/** First socket of the bind chain; follow bindNext and compare ns, type, lport. */
export function bindFirst(ns: i32, type: u8, port: u32): i32 {
  return load<i32>(bindSlot(ns, type, port));
}

/** Puts a socket with its lport into the bind hash. */
export function bindInsert(s: Sock): void {
  if (s.flags & F_IN_BIND) return;
  const slot = bindSlot(s.ns, s.type, s.lport);
  const id = sockId(s);
  const head = load<i32>(slot);
  s.bindNext = head;
  s.bindPrev = 0;
  if (head != 0) sockAt(head).bindPrev = id;
  store<i32>(slot, id);
  s.flags |= F_IN_BIND;
}

/** Takes it out again. */
export function bindRemove(s: Sock): void {
  if (!(s.flags & F_IN_BIND)) return;
  if (s.bindPrev != 0) sockAt(s.bindPrev).bindNext = s.bindNext;
  else store<i32>(bindSlot(s.ns, s.type, s.lport), s.bindNext);
  if (s.bindNext != 0) sockAt(s.bindNext).bindPrev = s.bindPrev;
  s.flags &= ~F_IN_BIND;
}

/** Puts a TCP connection with its whole tuple into the connection hash. */
export function connInsert(s: Sock): void {
  const slot = connSlot(s.ns, s.l0, s.l1, s.lport, s.r0, s.r1, s.rport);
  const id = sockId(s);
  const head = load<i32>(slot);
  s.connNext = head;
  s.connPrev = 0;
  if (head != 0) sockAt(head).connPrev = id;
  store<i32>(slot, id);
  s.flags |= F_IN_CONN;
}

/** Takes it out again. */
export function connRemove(s: Sock): void {
  if (!(s.flags & F_IN_CONN)) return;
  if (s.connPrev != 0) sockAt(s.connPrev).connNext = s.connNext;
  else store<i32>(connSlot(s.ns, s.l0, s.l1, s.lport, s.r0, s.r1, s.rport), s.connNext);
  if (s.connNext != 0) sockAt(s.connNext).connPrev = s.connPrev;
  s.flags &= ~F_IN_CONN;
}

/** The TCP connection of a tuple, or 0. */
export function connFind(ns: i32, l0: u64, l1: u64, lport: u32, r0: u64, r1: u64, rport: u32): i32 {
  let i = load<i32>(connSlot(ns, l0, l1, lport, r0, r1, rport));
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

/** The listener for a connection to (local address, port) that came by `dev`, or 0. */
export function listenerFind(ns: i32, l0: u64, l1: u64, lport: u32, dev: i32): i32 {
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
  return best;
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
  return best;
}
