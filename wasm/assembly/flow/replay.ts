/**
 * A packet of a remembered flow: everything is looked at before anything is done, so that one that does not fit goes
 * its slow way as if nobody had looked. What is done is what the slow way does, down to the jitter of the clock.
 *
 * While nothing else waits, a packet that has crossed a link goes on at once, as it would when it was taken from the
 * head of the queue.
 */
import { Dev } from '../dev/dev';
import { Fdb, fdbUntil } from '../dev/fdb';
import { Ns } from '../dev/ns';
import { vxlanSend } from '../dev/vxlan';
import { linkArrive, MAX_HOPS } from '../dev/xmit';
import { NEIGH_STEADY, Neigh } from '../ip/neightab';
import { BUF_BASE, BUF_CAP, BUF_REC, Sim } from '../mem';
import { Conn } from '../nf/conn';
import { ctCalm, ctSeen } from '../nf/conntrack';
import { clockCost, clockCross } from '../sim/clock';
import { PF_UNCOUNTED, Pkt } from '../sim/packet';
import { pktPush } from '../sim/pool';
import { workPush } from '../sim/work';
import { csumL4, csumRight20 } from '../wire/checksum';
import { ETH_HLEN } from '../wire/ether';
import { PROTO_TCP, PROTO_UDP } from '../wire/ipv4';
import { arrived } from './deliver';
import { flowOwe } from './epoch';
import { frameFits, frameWhole, headOf, IP, KEY_LINK, keyAddrs, keyHead, keyKind, keyPorts, L4, protoOf, sumAt, sumMoved } from './frame';
import {
  END_CROSS, Memo, memoAsk, memoFind, memoHash, memoLast, memoUsed, PATH_CHECKS, PATH_IP, PATH_MACS, PATH_SUMS, Path,
} from './memo';
import { OUTER, TUNNEL, tunnelHead, tunnelHeaders, tunnelPair } from './outer';
import { recBegin, recBeginTunnel, recEnd } from './record';

/** More than all steps of a segment take, ns: what expires within is not replayed. */
const SOON: u64 = 1_000_000;

/** A packet has crossed a link (takes it): goes on with it until it waits, or is where it was going. */
export function flowArrive(pkt: u32): void {
  const s = Sim.at();
  const p = Pkt.at(pkt);
  // A flood's copies are nobody's flow: their bytes are shared.
  if ((s.flowOff | s.traceOn | s.captures) != 0 || !privately(p)) {
    linkArrive(pkt);
    return;
  }
  const f = p.data as usize;
  const at = first(p.dev, f);
  if (at != 0 && whole(p, changetype<Path>(changetype<Memo>(at).path as usize), f)) walk(pkt, at, f, 0);
  else slow(pkt, at);
}

/** A tunnel's packet goes out (takes it). */
export function flowTunnel(pkt: u32): void {
  const s = Sim.at();
  const p = Pkt.at(pkt);
  const marked = load<u64>(changetype<usize>(p), offsetof<Pkt>('mark')) != 0 || p.sock != 0;
  if ((s.flowOff | s.traceOn | s.captures) != 0 || marked || !privately(p)) {
    vxlanSend(pkt);
    return;
  }
  const head = tunnelHead(p);
  const dev = p.dev | TUNNEL;
  const ports = load<u32>(p.data as usize);
  const h = memoHash(dev, head, tunnelPair(p), ports);
  const at = memoFind(h, dev, 0, 0, head, tunnelPair(p), ports);
  const m = changetype<Memo>(at);
  const r = changetype<Path>(m.path as usize);
  if (at == 0 || p.gen != r.gen || !holds(p, m, r, 0)) {
    if (at == 0 && !memoAsk(h)) {
      vxlanSend(pkt);
      return;
    }
    recBeginTunnel(pkt, head, p.user2);
    vxlanSend(pkt);
    recEnd(at);
    return;
  }
  pass(p, m, r, p.data as usize, p.len + 20);
  p.user = 0;
  p.user2 = 0;
  p.nexthop = 0;
  p.rtype = 0;
  p.oif = 0;
  const udp = p.data as usize;
  store<u32>(udp, m.newPorts);
  if (r.bits & PATH_SUMS) {
    const addrs = m.newAddrs;
    const sum = csumL4(bswap<u32>(addrs as u32), bswap<u32>((addrs >> 32) as u32), PROTO_UDP, udp, p.len);
    store<u16>(udp, sum == 0 ? 0xffff : sum, 6);
  }
  const f = pktPush(pkt, OUTER);
  tunnelHeaders(f, m, r, bswap<u16>((Ns.at(r.idNs).ipid++ & 0xffff) as u16), p.len - OUTER);
  if (crosses(pkt, r)) walk(pkt, follow(m, r, f), f, m.path as usize);
}

/** The frame crosses a link. @returns whether it goes on at once; else it waits (taken) */
function crosses(pkt: u32, r: Path): bool {
  if (Sim.at().workHead != 0) {
    place(pkt, r);
    workPush(pkt);
    return false;
  }
  clockCross();
  return true;
}

/** The packet is where its path ends, at the other end of a link. */
function place(pkt: u32, r: Path): void {
  const p = Pkt.at(pkt);
  p.dev = r.endDev;
  p.gen = r.endGen;
  p.ns = r.endNs;
  p.flags = 0;
}

/**
 * The memo behind a memo, 0: there is none yet. What a memo makes of a frame is always the same, so it is the one that was
 * behind it last; where that one looks at more of the frame, what it looks at must be the same, too.
 */
function follow(m: Memo, r: Path, f: usize): usize {
  const next = m.next;
  const known = (next & ~1) as usize;
  if (next != 0 && (!(next & 1) || asks(known, f))) return known;
  const at = first(r.endDev, f);
  m.next = at != 0 && kindOf(at) < r.kind ? (at as u32) | 1 : (at as u32);
  return at;
}

function kindOf(memo: usize): u32 {
  return changetype<Path>(changetype<Memo>(memo).path as usize).kind;
}

/** Whether a memo is of a frame's addresses, ports and header word. Pre: device and the link's addresses are its own. */
function asks(memo: usize, f: usize): bool {
  const m = changetype<Memo>(memo);
  const kind = kindOf(memo);
  if (m.addrs != keyAddrs(kind, f) || m.ports != keyPorts(kind, f)) return false;
  return changetype<Path>(m.path as usize).head == keyHead(kind, headOf(f));
}

/**
 * Carries a packet from segment to segment (takes it). Where it is, it is told when it leaves.
 * @param memo its next one, 0: there is none @param behind the path it has come by, whose header's sum was right, 0: it has just arrived
 */
function walk(pkt: u32, memo: usize, f: usize, behind: usize): void {
  const p = Pkt.at(pkt);
  let at = memo;
  let last = behind;
  let right = behind != 0;
  Sim.at().cause = 0;
  while (at != 0) {
    const m = changetype<Memo>(at);
    const r = changetype<Path>(m.path as usize);
    if (!holds(p, m, r, f)) break;
    if (r.bits & PATH_CHECKS && !right) {
      right = csumRight20(f + IP);
      if (!right) break;
    }
    perform(p, m, r, f);
    if (r.end != END_CROSS) {
      arrived(pkt, m, r, f);
      return;
    }
    if (!crosses(pkt, r)) return;
    last = m.path as usize;
    at = follow(m, r, f);
  }
  if (last != 0) place(pkt, changetype<Path>(last));
  slow(pkt, at);
}

/** The memo of a frame that arrives at a device, 0: none. */
function first(dev: u32, f: usize): usize {
  const mac0 = load<u64>(f);
  const mac1 = load<u64>(f, 6);
  const last = memoLast(dev, mac0, mac1);
  if (last != 0) return last;
  const kind = keyKind(dev, f);
  const head = keyHead(kind, headOf(f));
  const addrs = keyAddrs(kind, f);
  const ports = keyPorts(kind, f);
  const at = memoFind(memoHash(dev, head, addrs, ports), dev, mac0, mac1, head, addrs, ports);
  if (kind == KEY_LINK) memoUsed(dev, at);
  return at;
}

/** The slow way (takes the packet), which is recorded when it is the flow's turn. @param old its memo so far, 0: none */
function slow(pkt: u32, old: usize): void {
  const p = Pkt.at(pkt);
  const f = p.data as usize;
  const d = Dev.at(p.dev);
  const plain = (p.flags & ~PF_UNCOUNTED) == 0 && load<u64>(changetype<usize>(p), offsetof<Pkt>('mark')) == 0;
  if (!plain || d.gen != p.gen || !frameFits(p)) {
    linkArrive(pkt);
    return;
  }
  if (old == 0 && !memoAsk(hashOf(p, f))) {
    linkArrive(pkt);
    return;
  }
  recBegin(pkt);
  linkArrive(pkt);
  recEnd(old);
}

function hashOf(p: Pkt, f: usize): u64 {
  const kind = keyKind(p.dev, f);
  return memoHash(p.dev, keyHead(kind, headOf(f)), keyAddrs(kind, f), keyPorts(kind, f));
}

/** Whether the packet's bytes are its own, in a small buffer. */
function privately(p: Pkt): bool {
  return p.buf < BUF_CAP && load<u32>(BUF_BASE + (p.buf as usize) * BUF_REC) == 1;
}

/** Whether a packet is one of those that memos are made of: looked at once, for no link changes it. Pre: privately. */
function whole(p: Pkt, r: Path, f: usize): bool {
  if (p.gen != r.gen || p.flags != r.flags || load<u64>(changetype<usize>(p), offsetof<Pkt>('mark')) != 0) return false;
  return p.len >= 42 && frameWhole(f, p.len);
}

/** Whether all but sums is as it was when the segment was recorded. */
function holds(p: Pkt, m: Memo, r: Path, f: usize): bool {
  const soon = Sim.at().now + SOON;
  if (p.len > m.max || p.hops >= MAX_HOPS || (soon > r.until && !young(r, soon))) return false;
  if (r.neigh != 0 && !(Neigh.at(r.neigh).state & NEIGH_STEADY)) return false;
  return m.ct == 0 || tracked(p, m, r, f, soon);
}

/** Whether the forwarding entries of a path are young enough: looked at when the youngest they were could be too old. */
function young(r: Path, soon: u64): bool {
  const a = r.fdbTo != 0 ? fdbUntil(r.fdbTo) : u64.MAX_VALUE;
  const b = r.fdbTo2 != 0 ? fdbUntil(r.fdbTo2) : u64.MAX_VALUE;
  r.until = min(a, b);
  return soon <= r.until;
}

/** Whether the connection is the one it was, and takes the packet as it took the recorded one. */
function tracked(p: Pkt, m: Memo, r: Path, f: usize, soon: u64): bool {
  const c = Conn.at(m.ct);
  if (c.serial != m.serial || c.status != m.status || c.expires <= soon) return false;
  return ctCalm(m.ct, r.ctDir, r.dev & TUNNEL ? PROTO_UDP : protoOf(r.head), f + L4, f + p.len, soon);
}

/**
 * Takes the clock's steps and notes when entries and the connection were used; counters are owed.
 * @param th transport's header @param bytes of the IP packet
 */
function pass(p: Pkt, m: Memo, r: Path, th: usize, bytes: u32): void {
  const s = Sim.at();
  const began = s.now;
  const step = clockCost();
  if (r.fdb != 0) Fdb.at(r.fdb).used = began + step * (r.fdbAt as u64);
  if (r.neigh != 0) Neigh.at(r.neigh).used = began + step * (r.neighAt as u64);
  if (m.ct != 0) {
    s.now = began + step * (r.ctAt as u64);
    seen(p, m, r, th, bytes);
  }
  s.now = began + step * (r.steps as u64);
  if (r.packets++ == 0) flowOwe(r);
  r.bytes += p.len;
}

/** The connection sees the packet. */
function seen(p: Pkt, m: Memo, r: Path, th: usize, bytes: u32): void {
  ctSeen(m.ct, r.ctDir, r.dev & TUNNEL ? PROTO_UDP : protoOf(r.head), th, p.data + p.len, bytes);
}

/** Does what the segment does: the clock, entries, the connection, headers. */
function perform(p: Pkt, m: Memo, r: Path, f: usize): void {
  p.hops++;
  pass(p, m, r, f + L4, p.len - ETH_HLEN);
  if (r.bits & PATH_MACS) {
    store<u64>(f, r.newMac0);
    store<u64>(f, r.newMac1, 6);
  }
  if (!(r.bits & PATH_IP)) return;
  store<u8>(f + IP, r.ttl as u8, 8);
  store<u16>(f + IP, sumMoved(load<u16>(f + IP, 10), m.ipSum, false) as u16, 10);
  if (m.l4Sum == 0) return;
  store<u64>(f + IP, m.newAddrs, 12);
  store<u32>(f + L4, m.newPorts);
  const field = f + sumAt(r.head);
  store<u16>(field, sumMoved(load<u16>(field), m.l4Sum, protoOf(r.head) != PROTO_TCP) as u16);
}
