/**
 * Reassembly: fragments wait in a queue of their datagram, sorted by offset, until it is whole or its 60 s are over. An
 * overlap ends the datagram in silence; a copy of what is here is dropped alone. Each user has queues of its own.
 * Limits: FRAG6_CAP datagrams wait in the whole lab; the fragments count with those of IPv4.
 * @see Linux net/ipv6/reassembly.c: ip6_frag_queue, ip6_frag_reasm, ip6frag_expire_frag_queue; RFC 8200 §4.5, RFC 5722
 */
import {
  DROP_BAD_HEADER, DROP_FRAG_FULL, DROP_FRAG_OVERLAP, DROP_FRAG_TIMEOUT, DROP_FRAGMENT, MIB6_IN_HDR_ERRORS, MIB6_REASM_FAILS, MIB6_REASM_OKS,
  MIB6_REASM_TIMEOUT, TIMER_FRAG6, TRACE_FRAG_WAIT, TRACE_FRAG_WHOLE, TRACE_MERGED,
} from '../../abi';
import { fragAdd } from '../ip/reassembly';
import { FRAG6_BASE, FRAG6_CAP, FRAG6_REC, SLAB_FRAG6, Sim } from '../mem';
import { now } from '../sim/clock';
import { PF_IGNORE_DF, PF_TRACE, Pkt } from '../sim/packet';
import { pktAdopt, pktAlloc, pktDrop, pktFree } from '../sim/pool';
import { slabAlloc, slabFree, slabTop } from '../sim/slab';
import { dropCount } from '../sim/stat';
import { timerAdd, timerDel } from '../sim/timer';
import { trace } from '../sim/trace';
import { rd16, rd32, same16, wr16 } from '../wire/bytes';
import {
  ICMP6_PARAM,
  ICMP6_TIME,
  IP6_HLEN,
  ip6Len,
  ip6Next,
  ip6Upper,
  NEXT_DEST,
  NEXT_FRAGMENT,
  NEXT_HOP,
  NEXT_ROUTING,
  PARAM6_FIELD,
} from '../wire/ipv6';
import { icmp6Send } from './icmp';
import { mib6Inc } from './mib6';

/** net.ipv6.ip6frag_time */
const LIFETIME: u64 = 60_000_000_000;
/** Fragments that may wait: as for IPv4. */
const HELD_NEW: u32 = 1024;
const HELD_MAX: u32 = 1408;

/** A datagram that is being put together. */
@unmanaged
export class Frag6Queue {
  next: u32;
  /** 0: free record. */
  ns: u32;
  user: u32;
  /** Device the fragments came by: link-local ones of two links differ. */
  dev: u32;
  id: u32;
  /** Fragments by offset, linked by Pkt.next. */
  head: u32;
  timer: u32;
  /** End of the data as known so far, and bytes that are here. */
  len: u32;
  meat: u32;
  lastIn: u32;
  /** Largest fragment, headers included. */
  maxSize: u32;
  /** The next header that the first fragment tells, and its offset in the IPv6 packet where it is told. */
  proto: u32;
  ends: u64;
  ends1: u64;
  ends2: u64;
  ends3: u64;

  @inline static at(i: u32): Frag6Queue {
    return changetype<Frag6Queue>(FRAG6_BASE + (i as usize) * FRAG6_REC);
  }
}

function endsOf(q: Frag6Queue): usize {
  return changetype<usize>(q) + offsetof<Frag6Queue>('ends');
}

/** The fragment header of a held fragment lies before its data, at Pkt.th - 8. */
function headerOf(f: u32): usize {
  return (Pkt.at(f).th - 8) as usize;
}

function offsetOf(f: u32): u32 {
  return rd16(headerOf(f) + 2) & 0xfff8;
}


/** Data bytes of a fragment. */
function bytesOf(f: u32): u32 {
  const p = Pkt.at(f);
  return p.nh + ip6Len(p.nh as usize) - p.th;
}

function find(ns: u32, user: u32, dev: u32, ip: usize, id: u32): u32 {
  for (let i: u32 = 1; i < FRAG6_CAP; i++) {
    const q = Frag6Queue.at(i);
    if (q.ns != ns || q.id != id || q.user != user || q.dev != dev) continue;
    if (same16(endsOf(q), ip + 8) && same16(endsOf(q) + 16, ip + 24)) return i;
  }
  if (Sim.at().fragsHeld >= HELD_NEW) return 0;
  const i = slabAlloc(SLAB_FRAG6);
  if (i == 0) return 0;
  const q = Frag6Queue.at(i);
  q.timer = timerAdd(now() + LIFETIME, TIMER_FRAG6, i);
  if (q.timer == 0) {
    slabFree(SLAB_FRAG6, i);
    return 0;
  }
  q.ns = ns;
  q.user = user;
  q.dev = dev;
  q.id = id;
  memory.copy(endsOf(q), ip + 8, 32);
  return i;
}

function unlink(i: u32): void {
  const q = Frag6Queue.at(i);
  timerDel(q.timer);
  q.ns = 0;
  slabFree(SLAB_FRAG6, i);
}

/** Ends a datagram and drops its fragments. */
function kill(i: u32, reason: u32): void {
  let f = Frag6Queue.at(i).head;
  while (f != 0) {
    const next = Pkt.at(f).next;
    Sim.at().fragsHeld--;
    pktDrop(f, reason);
    f = next;
  }
  unlink(i);
}

/** Puts a fragment in its place. @returns 0, or why it cannot be: DROP_FRAGMENT it alone, DROP_FRAG_OVERLAP all */
function insert(q: Frag6Queue, pkt: u32, from: u32, end: u32): u32 {
  let prev: u32 = 0;
  let k = q.head;
  let runStart: u32 = 0;
  let runEnd: u32 = 0;
  let run = false;
  while (k != 0) {
    const start = offsetOf(k);
    if (run && start == runEnd) runEnd += bytesOf(k);
    else {
      if (run && from >= runStart && end <= runEnd) return DROP_FRAGMENT;
      runStart = start;
      runEnd = start + bytesOf(k);
      run = true;
    }
    k = Pkt.at(k).next;
  }
  if (run && from >= runStart && end <= runEnd) return DROP_FRAGMENT;
  k = q.head;
  while (k != 0 && offsetOf(k) < from) {
    if (offsetOf(k) + bytesOf(k) > from) return DROP_FRAG_OVERLAP;
    prev = k;
    k = Pkt.at(k).next;
  }
  if (k != 0 && offsetOf(k) < end) return DROP_FRAG_OVERLAP;
  Pkt.at(pkt).next = k;
  if (prev == 0) q.head = pkt;
  else Pkt.at(prev).next = pkt;
  return 0;
}

/** What the end of a new fragment says about the datagram's. @returns false when it contradicts */
function endFits(q: Frag6Queue, last: bool, end: u32): bool {
  if (last) {
    if (end < q.len || (q.lastIn && end != q.len)) return false;
    q.lastIn = 1;
    q.len = end;
  } else if (end > q.len) {
    if (q.lastIn) return false;
    q.len = end;
  }
  return true;
}

/** A fragment that no datagram can have: its sender is told. @param at offset of what is wrong in the packet */
function wrong(pkt: u32, user: u32, at: u32): bool {
  if (user == 0) {
    mib6Inc(Pkt.at(pkt).ns, MIB6_IN_HDR_ERRORS);
    icmp6Send(pkt, ICMP6_PARAM, PARAM6_FIELD, at);
  }
  pktDrop(pkt, DROP_BAD_HEADER);
  return false;
}

/** Counts for this machine's own reassembly; that of conntrack counts nothing. @see Linux nf_ct_frag6_gather */
function count(ns: u32, user: u32, id: u32): void {
  if (user == 0) mib6Inc(ns, id);
}

/**
 * Takes a fragment. Pre: nh is set, the packet is trimmed to its length, and its fragment header lies in it.
 * @param user DEFRAG_* of ip/reassembly.ts @param at offset of the fragment header in the packet
 * @param told offset of the field that names it
 * @returns true: the datagram is whole and `pkt` is it, without the header (still the caller's); false: held or dropped
 */
export function frag6Input(pkt: u32, user: u32, at: u32, told: u32): bool {
  const p = Pkt.at(pkt);
  const ip = p.nh as usize;
  const fh = ip + at;
  const from = rd16(fh + 2) & 0xfff8;
  const last = (rd16(fh + 2) & 1) == 0;
  p.th = (fh as u32) + 8;
  const n = bytesOf(pkt);
  const end = from + n;
  if (end + (at - IP6_HLEN) > 65535) return wrong(pkt, user, at + 2);
  if (!last && n & 7) return wrong(pkt, user, 4);
  if (n == 0) {
    count(p.ns, user, MIB6_REASM_FAILS);
    pktDrop(pkt, DROP_FRAGMENT);
    return false;
  }
  const i = Sim.at().fragsHeld >= HELD_MAX ? 0 : find(p.ns, user, p.dev, ip, rd32(fh + 4));
  if (i == 0) {
    count(p.ns, user, MIB6_REASM_FAILS);
    pktDrop(pkt, DROP_FRAG_FULL);
    return false;
  }
  const q = Frag6Queue.at(i);
  const bad = endFits(q, last, end) ? insert(q, pkt, from, end) : DROP_FRAG_OVERLAP;
  if (bad != 0) {
    if (bad == DROP_FRAG_OVERLAP) {
      count(p.ns, user, MIB6_REASM_FAILS);
      kill(i, bad);
    }
    pktDrop(pkt, bad);
    return false;
  }
  Sim.at().fragsHeld++;
  q.meat += n;
  q.maxSize = max(q.maxSize, ip6Len(ip));
  if (from == 0) q.proto = (told << 8) | (load<u8>(fh) as u32);
  if (!q.lastIn || q.meat != q.len) {
    trace(p, TRACE_FRAG_WAIT, from, n, user);
    return false;
  }
  return assemble(i, pkt);
}

/** A fragment's bytes are copied to the datagram that goes on as `whole`, traced when one of them was. */
function merged(f: u32, whole: Pkt): void {
  const p = Pkt.at(f);
  trace(p, TRACE_MERGED, whole.id, 0, 0);
  whole.flags |= p.flags & PF_TRACE;
  pktFree(f);
}

/** All is here: `pkt`, the last to arrive, becomes the datagram. */
function assemble(i: u32, pkt: u32): bool {
  const q = Frag6Queue.at(i);
  const first = Pkt.at(q.head);
  const hlen = first.th - 8 - first.nh;
  const total = hlen + q.len;
  const p = Pkt.at(pkt);
  const lead = p.mac != 0 && p.mac < p.nh ? p.nh - p.mac : 0;
  const link = p.nh - p.data;
  const fresh = total - IP6_HLEN > 65535 ? 0 : pktAlloc(lead + total);
  count(q.ns, q.user, fresh == 0 ? MIB6_REASM_FAILS : MIB6_REASM_OKS);
  if (fresh == 0) {
    kill(i, DROP_FRAGMENT);
    return false;
  }
  const w = Pkt.at(fresh);
  const at = (w.data + lead) as usize;
  if (lead != 0) memory.copy(w.data as usize, p.mac as usize, lead as usize);
  memory.copy(at, first.nh as usize, hlen as usize);
  let f = q.head;
  while (f != 0) {
    const next = Pkt.at(f).next;
    memory.copy(at + hlen + offsetOf(f), Pkt.at(f).th as usize, bytesOf(f) as usize);
    Sim.at().fragsHeld--;
    if (f != pkt) merged(f, p);
    f = next;
  }
  store<u8>(at + (q.proto >> 8), q.proto as u8);
  wr16(at + 4, total - IP6_HLEN);
  p.next = 0;
  trace(p, TRACE_FRAG_WHOLE, total, 0, 0);
  p.fragMax = q.maxSize;
  p.flags |= PF_IGNORE_DF;
  unlink(i);
  pktAdopt(pkt, fresh);
  p.mac = lead != 0 ? p.data : 0;
  p.nh = at as u32;
  p.th = p.nh + hlen;
  p.data = p.nh - link;
  p.len = link + total;
  return true;
}

/** Time is up. It is said only when the first fragment is here. */
export function frag6Timer(i: u32): void {
  const q = Frag6Queue.at(i);
  q.timer = 0;
  mib6Inc(q.ns, MIB6_REASM_FAILS);
  mib6Inc(q.ns, MIB6_REASM_TIMEOUT);
  const head = q.head;
  if (head != 0 && offsetOf(head) == 0) icmp6Send(head, ICMP6_TIME, 1, 0);
  if (head == 0) dropCount(DROP_FRAG_TIMEOUT);
  kill(i, DROP_FRAG_TIMEOUT);
}

/** Whether a first fragment ends before the transport header does, which its sender must know. @see RFC 8200 §4.5 */
export function frag6Truncated(ip: usize, at: u32): bool {
  const end = ip + ip6Len(ip);
  const next = load<u8>(ip + at) as u32;
  const least: u32 = next == 6 ? 20 : next == 17 || next == 58 ? 8 : 1;
  return rd16(ip + at + 2) >> 3 == 0 && ip + at + 8 + least > end;
}

/**
 * Conntrack sees whole packets only: takes a fragment out of the packet's way. Pre: nh is set.
 * @returns true: it is whole, or was put together; false: it is held or dropped
 * @see Linux net/ipv6/netfilter/nf_conntrack_reasm.c: nf_ct_frag6_gather
 */
export function frag6Track(pkt: u32, user: u32): bool {
  const p = Pkt.at(pkt);
  const ip = p.nh as usize;
  const end = min((p.data + p.len) as usize, ip + ip6Len(ip));
  let next = ip6Next(ip);
  let told: u32 = 6;
  let at = IP6_HLEN;
  while (next == NEXT_HOP || next == NEXT_ROUTING || next == NEXT_DEST) {
    if (ip + at + 8 > end) return true;
    told = at;
    next = load<u8>(ip + at) as u32;
    at += ((load<u8>(ip + at, 1) as u32) + 1) << 3;
  }
  if (next != NEXT_FRAGMENT || ip + at + 8 > end || !frag6IsPiece(ip + at)) return true;
  if (!frag6Input(pkt, user, at, told)) return false;
  const whole = p.nh as usize;
  p.th = p.nh + (ip6Upper(whole, whole + ip6Len(whole)) >> 16);
  return true;
}

/** A namespace goes: what waits in it goes. */
export function frag6NsDestroy(ns: u32): void {
  for (let i: u32 = 1; i < FRAG6_CAP; i++) if (Frag6Queue.at(i).ns == ns) kill(i, DROP_FRAGMENT);
}

/** Whether more fragments of a packet's datagram exist: it is not an atomic fragment. */
export function frag6IsPiece(fh: usize): bool {
  return (rd16(fh + 2) & 0xfff9) != 0;
}

/** Writes how many datagrams of a namespace wait to be whole, and the bytes that they hold, with what a buffer costs: f64 each. */
export function frag6Waiting(ns: u32, out: usize): void {
  memory.fill(out, 0, 16);
  for (let i: u32 = 1; i < slabTop(SLAB_FRAG6); i++) if (Frag6Queue.at(i).ns == ns) fragAdd(out, Frag6Queue.at(i).head);
}
