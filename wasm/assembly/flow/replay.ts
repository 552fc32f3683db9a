/**
 * A packet of a remembered flow: everything is looked at before anything is done, so that one that does not fit goes
 * its slow way as if nobody had looked. What is done is what the slow way does, down to the jitter of the clock.
 *
 * While nothing else waits, a packet that has crossed a link goes on at once, as it would when it was taken from the
 * head of the queue.
 */
import { Dev } from '../dev/dev';
import { Fdb, fdbYoung } from '../dev/fdb';
import { vxlanXmit } from '../dev/vxlan';
import { linkArrive } from '../dev/xmit';
import { ip4ToTransport } from '../ip/input';
import { NEIGH_STEADY, Neigh } from '../ip/neightab';
import { BUF_BASE, BUF_CAP, BUF_REC, REC_TIMES, Sim } from '../mem';
import { Conn, ctGet } from '../nf/conn';
import { ctCalm, ctSeen } from '../nf/conntrack';
import { clockCross } from '../sim/clock';
import { PF_UNCOUNTED, Pkt } from '../sim/pool';
import { workPush } from '../sim/work';
import { csumFold, csumPartial } from '../wire/checksum';
import { ETH_HLEN, ETH_IPV4 } from '../wire/ether';
import { PROTO_TCP } from '../wire/ipv4';
import { flowOwe } from './epoch';
import { frameFits, frameWhole, headOf, IP, L4, protoOf, sumAt, sumMoved } from './frame';
import {
  END_CROSS, END_DELIVER, Memo, memoAsk, memoFind, memoHash, memoIs, PATH_CHECKS, PATH_IP, PATH_MACS, Path,
} from './memo';
import { recBegin, recEnd } from './record';

/** More than all steps of a segment take, ns: what expires within is not replayed. */
const SOON: u64 = 1_000_000;
/** Links a packet may cross. */
const MAX_HOPS: u32 = 64;

/** A packet has crossed a link (takes it): goes on with it until it waits, or is where it was going. */
export function flowArrive(pkt: u32): void {
  const s = Sim.at();
  if ((s.flowOff | s.traceOn | s.captures) != 0) {
    linkArrive(pkt);
    return;
  }
  const p = Pkt.at(pkt);
  let last: usize = 0;
  let checked = false;
  while (true) {
    const f = p.data as usize;
    const dev = p.dev;
    const mac0 = load<u64>(f);
    const mac1 = load<u64>(f, 6);
    const head = headOf(f);
    const addrs = load<u64>(f + IP, 12);
    const ports = load<u32>(f + L4);
    let at = last != 0 ? (changetype<Memo>(last).next as usize) : 0;
    if (at == 0 || !memoIs(changetype<Memo>(at), dev, mac0, mac1, head, addrs, ports)) {
      const h = memoHash(dev, head, addrs, ports);
      at = memoFind(h, dev, mac0, mac1, head, addrs, ports);
      if (at == 0) {
        slow(pkt, 0, h);
        return;
      }
      if (last != 0) changetype<Memo>(last).next = at as u32;
    }
    const m = changetype<Memo>(at);
    const r = changetype<Path>(m.path as usize);
    if (!holds(p, m, r, f)) {
      slow(pkt, at, 0);
      return;
    }
    if (r.bits & PATH_CHECKS && !checked) {
      if (csumFold(csumPartial(f + IP, 20, 0)) != 0) {
        linkArrive(pkt);
        return;
      }
      checked = true;
    }
    if (m.ct != 0 && !tracked(p, m, r, f)) {
      slow(pkt, at, 0);
      return;
    }
    perform(p, m, r, f);
    s.flowHits++;
    if (r.end != END_CROSS) {
      arrived(pkt, m, r);
      return;
    }
    p.dev = r.endDev;
    p.gen = r.endGen;
    p.ns = r.endNs;
    p.flags = 0;
    if (s.workHead != 0) {
      workPush(pkt);
      return;
    }
    clockCross();
    last = at;
  }
}

/** The slow way (takes the packet), which is recorded when it is the flow's turn. @param old its memo so far, 0: none */
function slow(pkt: u32, old: usize, h: u64): void {
  const p = Pkt.at(pkt);
  const d = Dev.at(p.dev);
  const plain = (p.flags & ~PF_UNCOUNTED) == 0 && load<u64>(changetype<usize>(p), offsetof<Pkt>('mark')) == 0;
  if (!plain || !privately(p) || d.gen != p.gen || !frameFits(p) || (old == 0 && !memoAsk(h))) {
    linkArrive(pkt);
    return;
  }
  recBegin(pkt);
  linkArrive(pkt);
  recEnd(old);
}

/** Whether the packet's bytes are its own, in a small buffer. */
function privately(p: Pkt): bool {
  return p.buf < BUF_CAP && load<u32>(BUF_BASE + (p.buf as usize) * BUF_REC) == 1;
}

/** Whether all but sums and connection is as it was when the segment was recorded. */
function holds(p: Pkt, m: Memo, r: Path, f: usize): bool {
  if (p.len > m.max || p.len < 42 || p.gen != r.gen || p.flags != r.flags || p.hops >= MAX_HOPS) return false;
  if (load<u64>(changetype<usize>(p), offsetof<Pkt>('mark')) != 0 || !privately(p) || !frameWhole(f, p.len)) return false;
  if (r.fdbTo != 0 && !fdbYoung(r.fdbTo, Sim.at().now + SOON)) return false;
  if (r.fdbTo2 != 0 && !fdbYoung(r.fdbTo2, Sim.at().now + SOON)) return false;
  return r.neigh == 0 || (Neigh.at(r.neigh).state & NEIGH_STEADY) != 0;
}

/** Whether the connection is the one it was, and takes the packet as it took the recorded one. */
function tracked(p: Pkt, m: Memo, r: Path, f: usize): bool {
  const c = Conn.at(m.ct);
  if (c.serial != m.serial || c.status != m.status || c.expires <= Sim.at().now + SOON) return false;
  return ctCalm(m.ct, r.ctDir, protoOf(r.head), f + L4, f + p.len, Sim.at().now + SOON);
}

/** Does what the segment does: the clock, entries, the connection, headers; counters are owed. */
function perform(p: Pkt, m: Memo, r: Path, f: usize): void {
  const s = Sim.at();
  clockSteps(r.steps);
  s.cause = 0;
  p.hops++;
  if (r.fdb != 0) Fdb.at(r.fdb).used = timeOf(r.fdbAt);
  if (r.neigh != 0) Neigh.at(r.neigh).used = timeOf(r.neighAt);
  if (m.ct != 0) {
    const end = s.now;
    s.now = timeOf(r.ctAt);
    ctSeen(m.ct, r.ctDir, protoOf(r.head), f + L4, f + p.len, p.len - ETH_HLEN);
    s.now = end;
  }
  if (r.packets++ == 0) flowOwe(r);
  r.bytes += p.len;
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

/** When step k of the segment was over. */
function timeOf(k: u32): u64 {
  return load<u64>(REC_TIMES + ((k as usize) << 3));
}

/** Takes the clock's steps. @see sim/clock.ts: clockStep */
function clockSteps(n: u32): void {
  const s = Sim.at();
  let j = s.jitter;
  let t = s.now;
  const alone = s.workHead == 0;
  store<u64>(REC_TIMES, t);
  for (let k: u32 = 1; k <= n; k++) {
    j = j * 6364136223846793005 + 1442695040888963407;
    t += alone ? 1000 + (((j >> 33) * 3000) >> 31) : 100 + (((j >> 33) * 300) >> 31);
    store<u64>(REC_TIMES + ((k as usize) << 3), t);
  }
  s.jitter = j;
  s.now = t;
}

/** The packet is where its path ends (takes it). */
function arrived(pkt: u32, m: Memo, r: Path): void {
  const p = Pkt.at(pkt);
  p.dev = r.endDev;
  p.ns = r.endNs;
  p.flags = r.endFlags;
  p.mac = p.data;
  p.proto = ETH_IPV4;
  p.pkttype = r.pkttype;
  p.rtype = r.rtype;
  p.outdev = r.outdev;
  p.port = r.port;
  p.indev = r.indev;
  if (r.end != END_DELIVER) {
    vxlanXmit(r.endDev, pkt);
    return;
  }
  if (m.ct != 0) {
    ctGet(m.ct);
    p.ct = m.ct;
    p.ctinfo = r.ctinfo;
  }
  p.nh = p.data + ETH_HLEN;
  p.th = p.nh + 20;
  p.data = p.nh;
  p.len -= ETH_HLEN;
  ip4ToTransport(pkt);
}
