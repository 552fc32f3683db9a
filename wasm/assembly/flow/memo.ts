/**
 * What is remembered of flows. A segment is the way of a packet from its arrival at a device to the next link, or to what
 * takes it. A memo holds what is a flow's own: addresses, ports, its connection, what they become. What flows have in
 * common, the devices, entries, counters and headers, is a path.
 *
 *   memo  64 bytes, a line of cache; those of one flow are made one after the other
 *   path  512 bytes: counters that are owed | what it is good for | its steps | what becomes of the packet | counters
 *
 * All are of one epoch (Sim.pathEpoch): when Sim.flowEpoch has moved on there are none, and the next that is recorded
 * begins anew. A flow gets a memo when it asks twice: one that sends a single packet records nothing.
 * Limits: MEMO_CAP memos; when they are used up all are forgotten (counted).
 * @see Linux net/netfilter/nf_flow_table_core.c, Open vSwitch datapath/flow_table.c (the mask cache)
 */
import {
  ASK_BASE, ASK_CAP, ASK_PAGES, LAST_BASE, LAST_CAP, MEMO_BASE, MEMO_BUCKETS, MEMO_BUCKETS_MAX, MEMO_CAP, MEMO_HASH, MEMO_REC, PATH_BASE,
  PATH_BUCKETS, PATH_HASH, PATH_REC, Sim,
} from '../mem';

/** What a flow has of its own in a segment. Headers are kept as they lie in memory. */
@unmanaged
export class Memo {
  /** The next of its bucket. */
  link: u32;
  /** Address of its path. */
  path: u32;
  /** Source and destination; ports. */
  addrs: u64;
  ports: u32;
  /** The longest frame that went this way, bytes. */
  max: u32;
  /** Its connection (0: none), which must be this one and have this status. */
  ct: u32;
  serial: u32;
  status: u32;
  /**
   * The memo of the segment behind this one, 0: not found yet. What a memo makes of a frame is always the same. Bit 0: that
   * one looks at more of a frame than this, so it may be another flow's.
   */
  next: u32;
  newAddrs: u64;
  /** Of a memo without ports: the destination port that `sock` is of. */
  newPorts: u32;
  /** What is added to the sums: of the IPv4 header, of the transport. */
  ipSum: u16;
  l4Sum: u16;
  /** The datagram socket that its packets are for, 0: none, and the epoch of sockets in which it was found. */
  sock: i32;
  sockEpoch: u32;
}

/** What becomes of the packet. */
export const END_CROSS: u32 = 1;
export const END_DELIVER: u32 = 2;
export const END_VXLAN: u32 = 3;

/** The headers' sum must be right; addresses of the link change; the IPv4 header changes, or what is behind it. */
export const PATH_CHECKS: u32 = 1;
export const PATH_MACS: u32 = 2;
export const PATH_IP: u32 = 4;
/** The packet gets headers (tunnel.ts), with a UDP checksum. */
export const PATH_SUMS: u32 = 8;

/** Pairs of counters that a path can have. */
export const PATH_COUNTERS: u32 = 39;

/** What flows have in common in a segment. From `dev` on: what tells paths apart. */
@unmanaged
export class Path {
  /** The next of its hash; the next whose counters are owed, 0: its own are not. */
  next: u32;
  owing: u32;
  /** Packets and bytes of frames that its counters have not seen yet. */
  packets: u64;
  bytes: u64;
  /** Its forwarding entries are not too old until then, ns, whatever becomes of them. */
  until: u64;
  /** Where the packet is, and the device's generation. */
  dev: u32;
  gen: u32;
  /** The frame's first 14 bytes as two words that overlap; version, TOS, fragment, TTL, protocol, TCP's flags. */
  mac0: u64;
  mac1: u64;
  head: u64;
  /** Pkt.flags on arrival. */
  flags: u32;
  /** PATH_* */
  bits: u32;
  /** KEY_*; fields of a key that do not count are 0. */
  kind: u32;
  /** Steps of the clock, and after how many of them each entry is used. */
  steps: u32;
  fdb: u32;
  fdbAt: u32;
  /** Forwarding entries that must not be too old. */
  fdbTo: u32;
  fdbTo2: u32;
  neigh: u32;
  neighAt: u32;
  ctAt: u32;
  ctDir: u32;
  ttl: u32;
  newMac0: u64;
  newMac1: u64;
  /** END_*, and the device, its generation and namespace. */
  end: u32;
  endDev: u32;
  endGen: u32;
  endNs: u32;
  /** Pkt.rtype, outdev, pkttype, ctinfo. */
  rtype: u32;
  outdev: u32;
  pkttype: u32;
  ctinfo: u32;
  port: u32;
  indev: u32;
  /** Pkt.flags at the end. */
  endFlags: u32;
  /** How many counters follow. */
  counters: u32;
  /** Namespace whose identifications of IPv4 packets are used, 0: none; the header word of a header that is new. */
  idNs: u32;
  newHead: u64;
}

/** From where on a path's bytes tell it apart, and where its counters begin. */
export const PATH_KEY: usize = offsetof<Path>('dev');
export const PATH_LIST: usize = 200;

/** Path k. */
export function pathAt(k: u32): usize {
  return PATH_BASE + (k as usize) * PATH_REC;
}

/** Hash of what is a flow's own. */
export function memoHash(dev: u32, head: u64, addrs: u64, ports: u32): u64 {
  const where = ((ports as u64) | ((dev as u64) << 32)) * 0x9e3779b97f4a7c15;
  const h = (addrs ^ (head * 0xbf58476d1ce4e5b9) ^ where ^ (where >> 29)) * 0x94d049bb133111eb;
  return h ^ (h >> 32);
}

function bucket(h: u64): usize {
  return MEMO_HASH + ((h as usize) & (Sim.at().memoMask as usize)) * 4;
}

/** Whether a memo is a flow's. Pre: it is of the present epoch. */
export function memoIs(m: Memo, dev: u32, mac0: u64, mac1: u64, head: u64, addrs: u64, ports: u32): bool {
  if (m.addrs != addrs || m.ports != ports) return false;
  const r = changetype<Path>(m.path as usize);
  return r.head == head && r.dev == dev && r.mac0 == mac0 && r.mac1 == mac1;
}

/** The memo of a flow, 0: none. */
export function memoFind(h: u64, dev: u32, mac0: u64, mac1: u64, head: u64, addrs: u64, ports: u32): usize {
  const s = Sim.at();
  if (s.pathEpoch != s.flowEpoch) return 0;
  let at = load<u32>(bucket(h)) as usize;
  while (at != 0) {
    const m = changetype<Memo>(at);
    if (memoIs(m, dev, mac0, mac1, head, addrs, ports)) return at;
    at = m.link as usize;
  }
  return 0;
}

/** Where the memo lies that an ingress shares among its flows and used last (KEY_LINK): no hash is needed to find it again. */
function lastAt(dev: u32): usize {
  return LAST_BASE + ((dev & (LAST_CAP - 1)) as usize) * 4;
}

/** The memo of a link's two stations, if it was used last, 0: it was not. */
export function memoLast(dev: u32, mac0: u64, mac1: u64): usize {
  const s = Sim.at();
  const at = load<u32>(lastAt(dev)) as usize;
  if (at == 0 || s.pathEpoch != s.flowEpoch) return 0;
  const r = changetype<Path>(changetype<Memo>(at).path as usize);
  return r.dev == dev && r.mac0 == mac0 && r.mac1 == mac1 ? at : 0;
}

/** Such a memo is used. */
export function memoUsed(dev: u32, at: usize): void {
  store<u32>(lastAt(dev), at as u32);
}

/** Places where a flow may wait to ask again: so many, side by side. */
const ASK_WAYS: u64 = 8;
/** Bits of its word that count others who found no place since. */
const PATIENCE: u32 = 7;

/**
 * A flow asks for a memo. @returns whether it asked before: then it gets one
 * Those that wait stay until they ask again, or until too many others have found no place: flows that take turns all get
 * theirs, and one that has sent its last is not in the way for long.
 */
export function memoAsk(h: u64): bool {
  const set = ASK_BASE + (((h >> 20) & ((ASK_CAP as u64) / ASK_WAYS - 1)) as usize) * 32;
  const who = (((h >> 32) as u32) & ~PATIENCE) | (PATIENCE + 1);
  let place: usize = 0;
  for (let at = set; at < set + 32; at += 4) {
    const held = load<u32>(at);
    if (held == 0) place = at;
    else if ((held & ~PATIENCE) == who) {
      store<u32>(at, 0);
      return true;
    }
  }
  if (place == 0) {
    const at = set + (((h >> 61) as usize) << 2);
    const held = load<u32>(at);
    if ((held & PATIENCE) != PATIENCE) {
      store<u32>(at, held + 1);
      return false;
    }
    place = at;
  }
  store<u32>(place, who);
  store<u8>(ASK_PAGES + ((place - ASK_BASE) >> 12), 1);
  return false;
}

/** What is kept is of the present epoch from here on: all else goes. */
export function memoBegin(): void {
  const s = Sim.at();
  if (s.pathEpoch == s.flowEpoch) return;
  s.pathEpoch = s.flowEpoch;
  memory.fill(PATH_HASH, 0, 4 * (PATH_BUCKETS as usize));
  memory.fill(LAST_BASE, 0, 4 * (LAST_CAP as usize));
  memory.fill(MEMO_HASH, 0, 4 * ((s.memoMask + 1) as usize));
  s.memoMask = MEMO_BUCKETS - 1;
  s.paths = 0;
  s.memos = 0;
}

function push(m: Memo): void {
  const r = changetype<Path>(m.path as usize);
  const at = bucket(memoHash(r.dev, r.head, m.addrs, m.ports));
  m.link = load<u32>(at);
  store<u32>(at, changetype<usize>(m) as u32);
}

/** Doubles the buckets. */
function grow(): void {
  const s = Sim.at();
  memory.fill(MEMO_HASH, 0, 8 * ((s.memoMask + 1) as usize));
  s.memoMask = s.memoMask * 2 + 1;
  for (let k: u32 = 0; k < s.memos; k++) push(changetype<Memo>(MEMO_BASE + (k as usize) * MEMO_REC));
}

/** Keeps a memo: a copy of the one at `from`. @returns whether there was room */
export function memoKeep(from: usize): bool {
  const s = Sim.at();
  if (s.memos == MEMO_CAP) return false;
  const at = MEMO_BASE + (s.memos as usize) * MEMO_REC;
  memory.copy(at, from, MEMO_REC);
  s.memos++;
  push(changetype<Memo>(at));
  // Half as many memos as buckets: one that is looked for is seldom behind another.
  if (s.memos * 2 > s.memoMask && s.memoMask + 1 < MEMO_BUCKETS_MAX) grow();
  return true;
}
