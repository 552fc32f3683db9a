/**
 * A packet of a remembered flow: everything is looked at before anything is done, so that one that does not fit goes
 * its slow way as if nobody had looked. What is done is what the slow way does, down to the jitter of the clock.
 *
 * While nothing else waits, a packet that has crossed a link goes on at once, as it would when it was taken from the
 * head of the queue.
 */
import { Dev } from '../dev/dev';
import { Fdb, fdbYoung } from '../dev/fdb';
import { Ns } from '../dev/ns';
import { vxlanSend, vxlanXmit } from '../dev/vxlan';
import { linkArrive, MAX_HOPS } from '../dev/xmit';
import { ip4ToSocket, ip4ToTransport } from '../ip/input';
import { NEIGH_STEADY, Neigh } from '../ip/neightab';
import { BUF_BASE, BUF_CAP, BUF_REC, REC_TIMES, Sim } from '../mem';
import { Conn, ctGet } from '../nf/conn';
import { ctCalm, ctSeen } from '../nf/conntrack';
import { clockCross } from '../sim/clock';
import { PF_UNCOUNTED, Pkt, pktPush } from '../sim/pool';
import { workPush } from '../sim/work';
import { rawAny, udpAlone } from '../sock/demux';
import { udpSocket } from '../sock/input';
import { csumFold, csumL4, csumPartial } from '../wire/checksum';
import { ETH_HLEN, ETH_IPV4 } from '../wire/ether';
import { PROTO_TCP, PROTO_UDP } from '../wire/ipv4';
import { flowOwe } from './epoch';
import { frameFits, frameWhole, headOf, IP, keyAddrs, keyHead, keyKind, keyPorts, L4, protoOf, sumAt, sumMoved } from './frame';
import {
  END_CROSS, END_DELIVER, Memo, memoAsk, memoFind, memoHash, PATH_CHECKS, PATH_IP, PATH_MACS, PATH_SUMS, Path,
} from './memo';
import { OUTER, TUNNEL, tunnelHead, tunnelHeaders, tunnelPair } from './outer';
import { recBegin, recBeginTunnel, recEnd } from './record';

/** More than all steps of a segment take, ns: what expires within is not replayed. */
const SOON: u64 = 1_000_000;
/** The clock's generator, once and twice. @see sim/clock.ts: jitter */
const MUL: u64 = 6364136223846793005;
const ADD: u64 = 1442695040888963407;
const MUL2: u64 = MUL * MUL;
const ADD2: u64 = ADD * (MUL + 1);

/** A packet has crossed a link (takes it): goes on with it until it waits, or is where it was going. */
export function flowArrive(pkt: u32): void {
  const s = Sim.at();
  const p = Pkt.at(pkt);
  if ((s.flowOff | s.traceOn | s.captures) != 0) {
    linkArrive(pkt);
    return;
  }
  const f = p.data as usize;
  const at = first(p, f, keyKind(p.dev, f));
  if (at == 0) {
    slow(pkt, 0);
    return;
  }
  if (!whole(p, changetype<Path>(changetype<Memo>(at).path as usize), f)) {
    slow(pkt, at);
    return;
  }
  walk(pkt, at, f, false);
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
  if (at == 0 || p.gen != r.gen || !holds(p, m, r) || (m.ct != 0 && !tracked(p, m, r, 0))) {
    if (at == 0 && !memoAsk(h)) {
      vxlanSend(pkt);
      return;
    }
    recBeginTunnel(pkt, head, p.user2);
    vxlanSend(pkt);
    recEnd(at);
    return;
  }
  clockSteps(r.steps);
  touch(p, m, r, p.data as usize, p.len + 20);
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
  if (!cross(pkt, r)) return;
  const next = follow(p, m, f);
  if (next == 0) slow(pkt, 0);
  else walk(pkt, next, f, true);
}

/** The frame is at the other end of a link. @returns whether it goes on at once; else it waits (taken) */
function cross(pkt: u32, r: Path): bool {
  const p = Pkt.at(pkt);
  p.dev = r.endDev;
  p.gen = r.endGen;
  p.ns = r.endNs;
  p.flags = 0;
  if (Sim.at().workHead != 0) {
    workPush(pkt);
    return false;
  }
  clockCross();
  return true;
}

/**
 * The memo behind a memo, 0: there is none yet. What a memo makes of a frame is always the same, so it is the one that was
 * behind it last; where that one looks at more of the frame, what it looks at must be the same, too.
 */
function follow(p: Pkt, m: Memo, f: usize): usize {
  const next = m.next as usize;
  if (next != 0) {
    const kind = kindOf(next);
    if (kind >= kindOf(changetype<usize>(m)) || asks(next, kind, f)) return next;
  }
  const at = first(p, f, keyKind(p.dev, f));
  m.next = at as u32;
  return at;
}

function kindOf(memo: usize): u32 {
  return changetype<Path>(changetype<Memo>(memo).path as usize).kind;
}

/** Whether a memo is of a frame's addresses, ports and header word. Pre: device and the link's addresses are its own. */
function asks(memo: usize, kind: u32, f: usize): bool {
  const m = changetype<Memo>(memo);
  if (m.addrs != keyAddrs(kind, f) || m.ports != keyPorts(kind, f)) return false;
  return changetype<Path>(m.path as usize).head == keyHead(kind, headOf(f));
}

/** Carries a packet from segment to segment (takes it). @param checked whether the sum of its header was verified */
function walk(pkt: u32, memo: usize, f: usize, checked: bool): void {
  const p = Pkt.at(pkt);
  let at = memo;
  let right = checked;
  while (true) {
    const m = changetype<Memo>(at);
    const r = changetype<Path>(m.path as usize);
    if (!holds(p, m, r) || (m.ct != 0 && !tracked(p, m, r, f))) {
      slow(pkt, at);
      return;
    }
    if (r.bits & PATH_CHECKS && !right) {
      if (csumFold(csumPartial(f + IP, 20, 0)) != 0) {
        linkArrive(pkt);
        return;
      }
      right = true;
    }
    perform(p, m, r, f);
    if (r.end != END_CROSS) {
      arrived(pkt, m, r);
      return;
    }
    if (!cross(pkt, r)) return;
    at = follow(p, m, f);
    if (at != 0) continue;
    slow(pkt, 0);
    return;
  }
}

/** The memo of a frame, 0: none. @param kind keyKind */
function first(p: Pkt, f: usize, kind: u32): usize {
  const head = keyHead(kind, headOf(f));
  const addrs = keyAddrs(kind, f);
  const ports = keyPorts(kind, f);
  return memoFind(memoHash(p.dev, head, addrs, ports), p.dev, load<u64>(f), load<u64>(f, 6), head, addrs, ports);
}

/** The slow way (takes the packet), which is recorded when it is the flow's turn. @param old its memo so far, 0: none */
function slow(pkt: u32, old: usize): void {
  const p = Pkt.at(pkt);
  const f = p.data as usize;
  const d = Dev.at(p.dev);
  const plain = (p.flags & ~PF_UNCOUNTED) == 0 && load<u64>(changetype<usize>(p), offsetof<Pkt>('mark')) == 0;
  if (!plain || !privately(p) || d.gen != p.gen || !frameFits(p)) {
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

/** Whether a packet is one of those that memos are made of: looked at once, for no link changes it. */
function whole(p: Pkt, r: Path, f: usize): bool {
  if (p.gen != r.gen || p.flags != r.flags || load<u64>(changetype<usize>(p), offsetof<Pkt>('mark')) != 0) return false;
  return p.len >= 42 && privately(p) && frameWhole(f, p.len);
}

/** Whether all but sums and connection is as it was when the segment was recorded. */
function holds(p: Pkt, m: Memo, r: Path): bool {
  if (p.len > m.max || p.hops >= MAX_HOPS) return false;
  if (r.fdbTo != 0 && !fdbYoung(r.fdbTo, Sim.at().now + SOON)) return false;
  if (r.fdbTo2 != 0 && !fdbYoung(r.fdbTo2, Sim.at().now + SOON)) return false;
  return r.neigh == 0 || (Neigh.at(r.neigh).state & NEIGH_STEADY) != 0;
}

/** Whether the connection is the one it was, and takes the packet as it took the recorded one. */
function tracked(p: Pkt, m: Memo, r: Path, f: usize): bool {
  const c = Conn.at(m.ct);
  const soon = Sim.at().now + SOON;
  if (c.serial != m.serial || c.status != m.status || c.expires <= soon) return false;
  return ctCalm(m.ct, r.ctDir, r.dev & TUNNEL ? PROTO_UDP : protoOf(r.head), f + L4, f + p.len, soon);
}

/** Notes the use of entries and of the connection; counters are owed. @param th transport's header @param bytes of the IP packet */
function touch(p: Pkt, m: Memo, r: Path, th: usize, bytes: u32): void {
  const s = Sim.at();
  s.flowHits++;
  if (r.fdb != 0) Fdb.at(r.fdb).used = timeOf(r.fdbAt);
  if (r.neigh != 0) Neigh.at(r.neigh).used = timeOf(r.neighAt);
  if (m.ct != 0) {
    const end = s.now;
    s.now = timeOf(r.ctAt);
    ctSeen(m.ct, r.ctDir, r.dev & TUNNEL ? PROTO_UDP : protoOf(r.head), th, p.data + p.len, bytes);
    s.now = end;
  }
  if (r.packets++ == 0) flowOwe(r);
  r.bytes += p.len;
}

/** Does what the segment does: the clock, entries, the connection, headers; counters are owed. */
function perform(p: Pkt, m: Memo, r: Path, f: usize): void {
  const s = Sim.at();
  clockSteps(r.steps);
  s.cause = 0;
  p.hops++;
  touch(p, m, r, f + L4, p.len - ETH_HLEN);
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

/** What a step costs, by a state of the clock's generator. @see sim/clock.ts: clockStep */
function cost(j: u64, alone: bool): u64 {
  return alone ? 1000 + (((j >> 33) * 3000) >> 31) : 100 + (((j >> 33) * 300) >> 31);
}

/** Takes the clock's steps, two at a time: the generator's next state but one depends on no multiplication more. */
function clockSteps(n: u32): void {
  const s = Sim.at();
  const alone = s.workHead == 0;
  let j = s.jitter;
  let t = s.now;
  let at = REC_TIMES;
  store<u64>(at, t);
  for (let k = n >> 1; k != 0; k--) {
    const half = t + cost(j * MUL + ADD, alone);
    j = j * MUL2 + ADD2;
    t = half + cost(j, alone);
    at += 16;
    store<u64>(at - 8, half);
    store<u64>(at, t);
  }
  if (n & 1) {
    j = j * MUL + ADD;
    t += cost(j, alone);
    store<u64>(at, t, 8);
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
  if (load<u8>(p.nh as usize, 9) != PROTO_UDP || rawAny()) {
    ip4ToTransport(pkt);
    return;
  }
  ip4ToSocket(pkt, socketOf(p, m));
}

/** The socket of a datagram, which is remembered while sockets stay as they are. */
function socketOf(p: Pkt, m: Memo): i32 {
  const epoch = Sim.at().sockEpoch + 1;
  const port: u32 = m.ports == 0 ? (load<u16>(p.th as usize, 2) as u32) : m.newPorts;
  if (m.sockEpoch == epoch && m.newPorts == port) return m.sock;
  const id = udpSocket(p.ns, p);
  if (m.ports == 0 && !udpAlone(id)) return id;
  m.sock = id;
  m.sockEpoch = epoch;
  m.newPorts = port;
  return id;
}
