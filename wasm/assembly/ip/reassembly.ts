/**
 * Reassembly: fragments wait in a queue of their datagram, sorted by offset, until it is whole or its 30 s are over.
 * An overlap ends the datagram; what was there already is dropped alone. Each user (local delivery, conntrack by hook)
 * has queues of its own.
 * Limits: FRAG_CAP datagrams and FRAG_HELD fragments wait in the whole lab; ECN bits are those of the first fragment.
 * @see Linux net/ipv4/ip_fragment.c: ip_frag_queue, ip_frag_reasm, ip_expire; RFC 815, RFC 1858, RFC 5722
 */
import {
  DROP_FRAG_FULL,
  DROP_FRAG_OVERLAP,
  DROP_FRAG_TIMEOUT,
  DROP_FRAGMENT,
  MIB_REASM_FAILS,
  MIB_REASM_OKS,
  MIB_REASM_OVERLAPS,
  MIB_REASM_REQDS,
  MIB_REASM_TIMEOUT,
  RTN_LOCAL,
  TIMER_FRAG,
  TRACE_FRAG_WAIT,
  TRACE_FRAG_WHOLE,
  TRACE_MERGED,
} from '../../abi';
import { FRAG_BASE, FRAG_BUCKETS, FRAG_HASH, FRAG_REC, SLAB_FRAG, Sim } from '../mem';
import { now } from '../sim/clock';
import { BUFFER_COST, PF_FRAG_PMTU, PF_IGNORE_DF, PF_TRACE, Pkt } from '../sim/packet';
import { pktAdopt, pktAlloc, pktDrop, pktFree } from '../sim/pool';
import { slabAlloc, slabFree, slabTop } from '../sim/slab';
import { dropCount } from '../sim/stat';
import { timerAdd, timerDel } from '../sim/timer';
import { trace } from '../sim/trace';
import { rd16, wr16 } from '../wire/bytes';
import { csumFold, csumPartial } from '../wire/checksum';
import { IP4_DF, IP4_MF, ip4Dst, ip4Frag, ip4Hlen, ip4Len, ip4Proto, ip4Src } from '../wire/ipv4';
import { addrType } from './addr';
import { icmpSend } from './icmp';
import { mibInc } from './mib';

/** Who reassembles. @see Linux enum ip_defrag_users */
export const DEFRAG_LOCAL: u32 = 0;
export const DEFRAG_CT_IN: u32 = 1;
export const DEFRAG_CT_OUT: u32 = 2;
export const DEFRAG_CT_BRIDGE: u32 = 3;

/** net.ipv4.ipfrag_time */
const LIFETIME: u64 = 30_000_000_000;
/** Fragments that may wait: half of the small buffers for a new datagram, some more to complete one. */
const HELD_NEW: u32 = 1024;
const HELD_MAX: u32 = 1408;

/** A datagram that is being put together. */
@unmanaged
export class FragQueue {
  next: u32;
  ns: u32;
  user: u32;
  src: u32;
  dst: u32;
  /** Identification << 16 | protocol. */
  id: u32;
  /** Fragments by offset, linked by Pkt.next. */
  head: u32;
  timer: u32;
  /** End of the data as known so far, and bytes that are here. */
  len: u32;
  meat: u32;
  /** 1: the last fragment is here, so len is final. */
  lastIn: u32;
  /** Largest fragment, and largest one with DF, header included. */
  maxSize: u32;
  maxDf: u32;

  @inline static at(i: u32): FragQueue {
    return changetype<FragQueue>(FRAG_BASE + (i as usize) * FRAG_REC);
  }
}

function bucket(ns: u32, src: u32, dst: u32, id: u32): usize {
  let h = (src ^ (dst * 0x9e3779b1) ^ id) * 0x85ebca6b + ns;
  h ^= h >> 15;
  return FRAG_HASH + ((h & (FRAG_BUCKETS - 1)) as usize) * 4;
}

function find(ns: u32, user: u32, ip: usize): u32 {
  const src = ip4Src(ip);
  const dst = ip4Dst(ip);
  const id = (rd16(ip + 4) << 16) | ip4Proto(ip);
  const at = bucket(ns, src, dst, id);
  let i = load<u32>(at);
  while (i != 0) {
    const q = FragQueue.at(i);
    if (q.id == id && q.src == src && q.dst == dst && q.ns == ns && q.user == user) return i;
    i = q.next;
  }
  if (Sim.at().fragsHeld >= HELD_NEW) return 0;
  i = slabAlloc(SLAB_FRAG);
  if (i == 0) return 0;
  const q = FragQueue.at(i);
  q.timer = timerAdd(now() + LIFETIME, TIMER_FRAG, i);
  if (q.timer == 0) {
    slabFree(SLAB_FRAG, i);
    return 0;
  }
  q.ns = ns;
  q.user = user;
  q.src = src;
  q.dst = dst;
  q.id = id;
  q.next = load<u32>(at);
  store<u32>(at, i);
  return i;
}

/** Forgets a datagram; its fragments are the caller's already. */
function unlink(i: u32): void {
  const q = FragQueue.at(i);
  timerDel(q.timer);
  let at = bucket(q.ns, q.src, q.dst, q.id);
  while (load<u32>(at) != i) at = changetype<usize>(FragQueue.at(load<u32>(at)));
  store<u32>(at, q.next);
  q.ns = 0;
  slabFree(SLAB_FRAG, i);
}

/** Ends a datagram and drops its fragments. */
function kill(i: u32, reason: u32): void {
  let f = FragQueue.at(i).head;
  while (f != 0) {
    const next = Pkt.at(f).next;
    Sim.at().fragsHeld--;
    pktDrop(f, reason);
    f = next;
  }
  unlink(i);
}

function offsetOf(f: u32): u32 {
  return (ip4Frag(Pkt.at(f).nh as usize) & 0x1fff) << 3;
}

/** Data bytes of a fragment: whole 8-byte units but in the last. */
function bytesOf(f: u32): u32 {
  const ip = Pkt.at(f).nh as usize;
  const n = ip4Len(ip) - ip4Hlen(ip);
  return ip4Frag(ip) & IP4_MF ? n & ~7 : n;
}

/** Puts a fragment in its place. @returns 0, or why it cannot be: DROP_FRAGMENT it alone, DROP_FRAG_OVERLAP all */
function insert(q: FragQueue, pkt: u32, from: u32, end: u32): u32 {
  let prev: u32 = 0;
  let k = q.head;
  let runStart: u32 = 0;
  let runEnd: u32 = 0;
  let run = false;
  while (k != 0) {
    const start = offsetOf(k);
    if (run && start == runEnd) runEnd += bytesOf(k);
    else {
      // Contained in what is here: a copy.
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
function endFits(q: FragQueue, more: bool, end: u32): bool {
  if (!more) {
    if (end < q.len || (q.lastIn && end != q.len)) return false;
    q.lastIn = 1;
    q.len = end;
  } else if (end > q.len) {
    if (q.lastIn) return false;
    q.len = end;
  }
  return true;
}

/**
 * Takes a fragment. Pre: nh and th are set, the packet is trimmed to its total length.
 * @param user DEFRAG_*
 * @returns true: the datagram is whole and `pkt` is it (still the caller's); false: the packet is held or dropped
 */
export function fragInput(pkt: u32, user: u32): bool {
  const p = Pkt.at(pkt);
  const ip = p.nh as usize;
  const hlen = ip4Hlen(ip);
  const frag = ip4Frag(ip);
  const from = (frag & 0x1fff) << 3;
  const end = from + bytesOf(pkt);
  mibInc(p.ns, MIB_REASM_REQDS);
  if (end == from || end + hlen > 65535) {
    mibInc(p.ns, MIB_REASM_FAILS);
    pktDrop(pkt, DROP_FRAGMENT);
    return false;
  }
  const i = Sim.at().fragsHeld >= HELD_MAX ? 0 : find(p.ns, user, ip);
  if (i == 0) {
    mibInc(p.ns, MIB_REASM_FAILS);
    pktDrop(pkt, DROP_FRAG_FULL);
    return false;
  }
  const q = FragQueue.at(i);
  const bad = endFits(q, (frag & IP4_MF) != 0, end) ? insert(q, pkt, from, end) : DROP_FRAG_OVERLAP;
  if (bad != 0) {
    mibInc(p.ns, MIB_REASM_FAILS);
    if (bad == DROP_FRAG_OVERLAP) mibInc(p.ns, MIB_REASM_OVERLAPS);
    pktDrop(pkt, bad);
    if (bad == DROP_FRAG_OVERLAP) kill(i, bad);
    return false;
  }
  Sim.at().fragsHeld++;
  q.meat += end - from;
  const size = ip4Len(ip);
  q.maxSize = max(q.maxSize, size);
  if (frag & IP4_DF) q.maxDf = max(q.maxDf, size);
  if (!q.lastIn || q.meat != q.len) {
    trace(p, TRACE_FRAG_WAIT, from, end - from, user);
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
  const q = FragQueue.at(i);
  const first = Pkt.at(q.head);
  const hlen = ip4Hlen(first.nh as usize);
  const total = hlen + q.len;
  const p = Pkt.at(pkt);
  // The frame's header stays before the packet, whether it belongs to the data (in a bridge) or not.
  const lead = p.mac != 0 && p.mac < p.nh ? p.nh - p.mac : 0;
  const link = p.nh - p.data;
  const fresh = total > 65535 ? 0 : pktAlloc(lead + total);
  mibInc(p.ns, fresh == 0 ? MIB_REASM_FAILS : MIB_REASM_OKS);
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
  const df = q.maxDf == q.maxSize;
  wr16(at + 2, total);
  wr16(at + 6, df ? IP4_DF : 0);
  store<u16>(at, 0, 10);
  store<u16>(at, csumFold(csumPartial(at, hlen, 0)), 10);
  p.next = 0;
  trace(p, TRACE_FRAG_WHOLE, total, 0, 0);
  p.fragMax = q.maxSize;
  p.flags |= df ? PF_FRAG_PMTU | PF_IGNORE_DF : PF_IGNORE_DF;
  unlink(i);
  pktAdopt(pkt, fresh);
  p.mac = lead != 0 ? p.data : 0;
  p.nh = at as u32;
  p.th = p.nh + hlen;
  p.data = p.nh - link;
  p.len = link + total;
  return true;
}

/** Time is up. Only the machine it was for says so, and only when the first fragment is here. @see Linux ip_expire */
export function fragTimer(i: u32): void {
  const q = FragQueue.at(i);
  q.timer = 0;
  mibInc(q.ns, MIB_REASM_FAILS);
  mibInc(q.ns, MIB_REASM_TIMEOUT);
  const head = q.head;
  if (head != 0 && offsetOf(head) == 0 && addrType(q.ns, q.dst) == RTN_LOCAL) {
    Pkt.at(head).rtype = RTN_LOCAL;
    icmpSend(head, 11, 1, 0);
  }
  if (head == 0) dropCount(DROP_FRAG_TIMEOUT);
  kill(i, DROP_FRAG_TIMEOUT);
}

/** A namespace goes: what waits in it goes. */
export function fragNsDestroy(ns: u32): void {
  if (Sim.at().fragsHeld == 0) return;
  const top = slabTop(SLAB_FRAG);
  for (let i: u32 = 1; i < top; i++) if (FragQueue.at(i).ns == ns) kill(i, DROP_FRAGMENT);
}

/** Writes how many datagrams of a namespace wait to be whole, and the bytes that they hold, with what a buffer costs: f64 each. */
export function fragWaiting(ns: u32, out: usize): void {
  memory.fill(out, 0, 16);
  for (let i: u32 = 1; i < slabTop(SLAB_FRAG); i++) if (FragQueue.at(i).ns == ns) fragAdd(out, FragQueue.at(i).head);
}

/** Adds a datagram to what fragWaiting or frag6Waiting writes. @param head its first fragment */
export function fragAdd(out: usize, head: u32): void {
  store<f64>(out, load<f64>(out) + 1);
  let bytes: u32 = 0;
  for (let f = head; f != 0; f = Pkt.at(f).next) bytes += Pkt.at(f).len + BUFFER_COST;
  store<f64>(out, load<f64>(out, 8) + (bytes as f64), 8);
}
