/**
 * Records a segment while the packet goes its slow way. The places it passes tell what they count and use; whatever
 * they do besides, and everything that makes a packet, a timer, an entry, an event, a random number or a drop, ends the
 * recording (recAbort): what is not known to be repeatable is not repeated. Headers are compared at the end, so nobody
 * has to tell of a rewrite; that the sums come out as they did is checked.
 * All of it costs a packet nothing but a look at Sim.rec when nothing is recorded.
 */
import { DEV_LOOPBACK } from '../../abi';
import { Dev, devOut } from '../dev/dev';
import { MEMO_REC, PATH_BUCKETS, PATH_CAP, PATH_HASH, PATH_REC, REC_MEMO, REC_PATH, REC_HEADS, Sim } from '../mem';
import { Conn } from '../nf/conn';
import { Pkt } from '../sim/packet';
import { csumFold16 } from '../wire/checksum';
import { ETH_HLEN } from '../wire/ether';
import { PROTO_TCP } from '../wire/ipv4';
import { flowStale } from './epoch';
import { headOf, KEY_FLOW, KEY_HOSTS, KEY_LINK, keyHead, keyKind, protoOf, IP, L4, moves, sumAt, sumMoved, turns } from './frame';
import { END_CROSS, END_DELIVER, END_VXLAN, Memo, memoBegin, memoKeep, PATH_CHECKS, PATH_COUNTERS, PATH_IP, PATH_KEY, PATH_LIST, PATH_MACS, PATH_SUMS, Path, pathAt } from './memo';
import { OUTER, TUNNEL, tunnelHeaders, tunnelPair } from './outer';

/** Bits of the header word that are the TTL. */
const TTL: u64 = 0xff00000000;

function path(): Path {
  return changetype<Path>(REC_PATH);
}

function memo(): Memo {
  return changetype<Memo>(REC_MEMO);
}

/** Ends the recording, if there is one: something happened that a memo cannot repeat. */
export function recAbort(): void {
  Sim.at().rec = 0;
}

/** Begins. Pre: the frame is one that frameFits. */
export function recBegin(pkt: u32): void {
  const s = Sim.at();
  const p = Pkt.at(pkt);
  const f = p.data as usize;
  memory.fill(REC_PATH, 0, PATH_REC + MEMO_REC);
  const r = path();
  r.dev = p.dev;
  r.gen = p.gen;
  r.mac0 = load<u64>(f);
  r.mac1 = load<u64>(f, 6);
  r.head = headOf(f);
  r.flags = p.flags;
  r.kind = keyKind(p.dev, f);
  const m = memo();
  s.recEpoch = s.flowEpoch;
  m.addrs = load<u64>(f + IP, 12);
  m.ports = load<u32>(f + L4);
  m.max = p.len;
  m.ipSum = load<u16>(f + IP, 10);
  m.l4Sum = load<u16>(f + sumAt(r.head));
  s.recSteps = 0;
  s.recDone = 0;
  s.rec = Dev.at(p.dev).kind == DEV_LOOPBACK ? 0 : 1;
}

/** The same for what `vxlanSend` takes. @param size bytes of the packet inside */
export function recBeginTunnel(pkt: u32, head: u64, size: u32): void {
  const s = Sim.at();
  const p = Pkt.at(pkt);
  memory.fill(REC_PATH, 0, PATH_REC + MEMO_REC);
  const r = path();
  r.dev = p.dev | TUNNEL;
  r.gen = p.gen;
  r.head = head;
  r.flags = p.flags;
  const m = memo();
  s.recEpoch = s.flowEpoch;
  m.addrs = tunnelPair(p);
  m.ports = load<u32>(p.data as usize);
  m.max = p.len;
  s.recSteps = 0;
  s.recDone = 0;
  s.rec = 1;
  recCount(devOut(p.dev), size as u64);
}

/** The sender of a tunnel's packet computes its sum. */
export function recSums(): void {
  path().bits |= PATH_SUMS;
}

/** A header took the next identification of a namespace. */
export function recId(ns: u32): void {
  const r = path();
  if (r.idNs != 0 || !(r.dev & TUNNEL)) recAbort();
  r.idNs = ns;
}

/** It did not go out, after all. */
export function recFailed(): void {
  Sim.at().recDone = 0;
}

/** Two counters at `at`, packets and bytes, are moved on by one packet of `bytes`. */
export function recCount(at: usize, bytes: u64): void {
  const r = path();
  if (r.counters == PATH_COUNTERS) {
    recAbort();
    return;
  }
  const c = REC_PATH + PATH_LIST + (r.counters as usize) * 8;
  store<u32>(c, at as u32);
  store<i32>(c, (bytes as i32) - (memo().max as i32), 4);
  r.counters++;
}

/** The header's sum was verified. */
export function recChecked(): void {
  path().bits |= PATH_CHECKS;
}

/** A forwarding entry heard its MAC. */
export function recHeard(fdb: u32): void {
  const r = path();
  if (r.fdb != 0) recAbort();
  r.fdb = fdb;
  r.fdbAt = Sim.at().recSteps;
}

/** A forwarding entry named a port, being young enough. */
export function recForwards(fdb: u32): void {
  const r = path();
  if (r.fdbTo == 0) r.fdbTo = fdb;
  else if (r.fdbTo2 == 0) r.fdbTo2 = fdb;
  else recAbort();
}

/** A packet went to a neighbour. */
export function recNeighbour(neigh: u32): void {
  const r = path();
  if (r.neigh != 0) recAbort();
  r.neigh = neigh;
  r.neighAt = Sim.at().recSteps;
}

/** A packet was found to be of a connection. Pre: it has been counted. */
export function recTracked(ct: u32, dir: u32): void {
  const r = path();
  const m = memo();
  if (m.ct != 0) recAbort();
  m.ct = ct;
  m.serial = Conn.at(ct).serial;
  m.status = Conn.at(ct).status;
  r.ctAt = Sim.at().recSteps;
  r.ctDir = dir;
}

/** The frame crosses to the device `to`, whose other end it left by. */
export function recCross(pkt: u32, to: u32): void {
  const r = path();
  r.end = END_CROSS;
  r.endDev = to;
  r.endGen = Dev.at(to).gen;
  r.endNs = Dev.at(to).ns;
  finish(pkt, (Pkt.at(pkt).data) as usize);
}

/** The packet is handed to its transport. */
export function recDeliver(pkt: u32): void {
  const r = path();
  const p = Pkt.at(pkt);
  r.end = END_DELIVER;
  keep(r, p);
  finish(pkt, (p.nh - ETH_HLEN) as usize);
}

/** The frame enters a VXLAN. */
export function recVxlan(pkt: u32, dev: u32): void {
  const r = path();
  const p = Pkt.at(pkt);
  r.end = END_VXLAN;
  keep(r, p);
  r.endDev = dev;
  finish(pkt, p.data as usize);
}

function keep(r: Path, p: Pkt): void {
  r.endDev = p.dev;
  r.endNs = p.ns;
  r.rtype = p.rtype;
  r.outdev = p.outdev;
  r.pkttype = p.pkttype;
  r.ctinfo = p.ctinfo;
  r.port = p.port;
  r.indev = p.indev;
  r.endFlags = p.flags;
}

/** Reads what became of the headers. @param f where the frame begins */
function finish(pkt: u32, f: usize): void {
  const s = Sim.at();
  const r = path();
  const m = memo();
  s.rec = 0;
  if (r.dev & TUNNEL) {
    finishTunnel(pkt, f);
    return;
  }
  const bytes = r.end == END_DELIVER ? Pkt.at(pkt).len + ETH_HLEN : Pkt.at(pkt).len;
  const head = headOf(f);
  if (bytes != m.max || ((head ^ r.head) & ~TTL) != 0 || load<u16>(f + 12) != 8) return;
  const field = f + sumAt(head);
  r.steps = s.recSteps;
  r.ttl = load<u8>(f + IP, 8) as u32;
  r.newMac0 = load<u64>(f);
  r.newMac1 = load<u64>(f, 6);
  m.newAddrs = load<u64>(f + IP, 12);
  m.newPorts = load<u32>(f + L4);
  if (r.newMac0 != r.mac0 || r.newMac1 != r.mac1) r.bits |= PATH_MACS;
  const moved = moves(m.addrs, m.newAddrs);
  const ip = moved + turns((r.head >> 32) as u32 & 0xffff, (head >> 32) as u32 & 0xffff);
  const l4 = moved + turns(m.ports & 0xffff, m.newPorts & 0xffff) + turns(m.ports >> 16, m.newPorts >> 16);
  const ipWas = m.ipSum;
  const l4Was = m.l4Sum;
  m.ipSum = csumFold16(ip) as u16;
  m.l4Sum = csumFold16(l4) as u16;
  if ((ip | l4) != 0) r.bits |= PATH_IP;
  // What a memo would make of this packet is what became of it.
  if (sumMoved(ipWas, m.ipSum, false) != load<u16>(f + IP, 10)) return;
  const udp = protoOf(head) != PROTO_TCP;
  if (sumMoved(l4Was, m.l4Sum, udp) != load<u16>(field)) return;
  if (r.kind != KEY_FLOW) widen(r, m);
  s.recDone = 1;
}

/** Leaves out of the key what did not count; unless it did. */
function widen(r: Path, m: Memo): void {
  if (m.ct != 0 || m.l4Sum != 0 || (r.kind == KEY_LINK && r.bits & (PATH_CHECKS | PATH_IP))) {
    r.kind = KEY_NONE;
    return;
  }
  r.head = keyHead(r.kind, r.head);
  m.ports = 0;
  m.newPorts = 0;
  if (r.kind == KEY_HOSTS) return;
  m.addrs = 0;
  m.newAddrs = 0;
}

/** Such a segment is not kept. */
const KEY_NONE: u32 = 3;

/** Reads which headers a tunnel's packet got; a memo would write the same. @param f where the frame begins */
function finishTunnel(pkt: u32, f: usize): void {
  const s = Sim.at();
  const r = path();
  const m = memo();
  if (r.end != END_CROSS || r.idNs == 0 || Pkt.at(pkt).len != m.max + OUTER) return;
  r.steps = s.recSteps;
  r.newMac0 = load<u64>(f);
  r.newMac1 = load<u64>(f, 6);
  r.newHead = headOf(f);
  m.newAddrs = load<u64>(f + IP, 12);
  m.newPorts = load<u32>(f + L4);
  // A sum that was computed and then patched is left to the slow way.
  if (r.bits & PATH_SUMS && m.newPorts != m.ports) return;
  tunnelHeaders(REC_HEADS, m, r, load<u16>(f + IP, 4), m.max);
  if (memory.compare(REC_HEADS, f, OUTER as usize) == 0) s.recDone = 1;
}

/** The path like the one recorded, or a new one. @returns its address, 0: there is no room */
function pathOf(): usize {
  const s = Sim.at();
  const size = PATH_LIST - PATH_KEY + (path().counters as usize) * 8;
  let h: u64 = 0;
  for (let i: usize = 0; i < size; i += 8) h = (h ^ load<u64>(REC_PATH + PATH_KEY + i)) * 0x9e3779b97f4a7c15 + (h >> 32);
  const at = PATH_HASH + (((h >> 40) as usize) & ((PATH_BUCKETS - 1) as usize)) * 4;
  const first = load<u32>(at);
  for (let k = first; k != 0; k = changetype<Path>(k as usize).next)
    if (memory.compare((k as usize) + PATH_KEY, REC_PATH + PATH_KEY, size) == 0) return k as usize;
  if (s.paths == PATH_CAP) return 0;
  const fresh = pathAt(s.paths++);
  memory.copy(fresh, REC_PATH, PATH_REC);
  changetype<Path>(fresh).next = first;
  store<u32>(at, fresh as u32);
  return fresh;
}

/** The slow way is over: keeps what was recorded, if it was to the end. @param old the flow's memo so far, 0: none */
export function recEnd(old: usize): void {
  const s = Sim.at();
  s.rec = 0;
  if (s.recDone == 0 || s.recEpoch != s.flowEpoch || path().kind == KEY_NONE) return;
  s.recDone = 0;
  memoBegin();
  const at = pathOf();
  memo().path = at as u32;
  if (at != 0 && old != 0) {
    memo().link = changetype<Memo>(old).link;
    memory.copy(old, REC_MEMO, MEMO_REC);
  } else if (at == 0 || !memoKeep(REC_MEMO)) {
    s.flowGone++;
    flowStale();
    return;
  }
  s.flowMade++;
}
