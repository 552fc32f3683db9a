/**
 * Packets: a header record that has one owner, and a buffer that several headers may share (floods). Whoever is
 * handed a packet owns it and passes it on or frees it; who writes asks for a private buffer first.
 *
 *   buffer:  | HEADROOM … | data … len | tailroom |
 *
 * Small buffers hold 2 KiB, jumbo ones a loopback frame (MTU 65536).
 * Limits: a full pool drops (DROP_NO_BUFFER), as a full ring of a real device does.
 */
import { DROP_NO_BUFFER } from '../../abi';
import {
  BUF_BASE,
  BUF_CAP,
  BUF_REC,
  HEADROOM,
  JUMBO_BASE,
  JUMBO_REC,
  PKT_BASE,
  PKT_REC,
  SLAB_BUF,
  SLAB_JUMBO,
  SLAB_PKT,
  Sim,
} from '../mem';
import { ctGet, ctPut } from '../nf/conn';
import { copy } from '../wire/bytes';
import { slabFree, slabTake } from './slab';
import { dropCount, traceDrop } from './stat';

/** Traced packet. */
export const PF_TRACE: u32 = 1;
/** PREROUTING was already crossed in the bridge. */
export const PF_PREROUTED: u32 = 2;
/** Set don't-fragment when the IPv4 header is built. */
export const PF_DF: u32 = 4;
/** The packet is an ICMP error, or carries what one made its sender say. */
export const PF_ICMP_ERROR: u32 = 8;
/** Not tracked (NOTRACK). */
export const PF_NOTRACK: u32 = 16;
/** May be sent to a broadcast address (SO_BROADCAST). */
export const PF_BROADCAST: u32 = 32;
/** Frame is being bridged (bridge netfilter). */
export const PF_BRIDGED: u32 = 64;
/** Made by this machine (never was received). */
export const PF_LOCAL: u32 = 128;
/** It was put together from fragments that had DF: its fragments have it too. */
export const PF_FRAG_PMTU: u32 = 256;
/** May be fragmented whatever its DF says. @see Linux skb->ignore_df */
export const PF_IGNORE_DF: u32 = 512;
/** IP does not know any more that it was put together, but the pieces it then leaves in are still those. @see Linux ip_do_fragment */
export const PF_FRAG_FORGOT: u32 = 1024;
/** The answer to a packet of `sock`, which did not send it itself. */
export const PF_ANSWER: u32 = 2048;
/** A copy of a multicast datagram that its sender hears too: no tap sees it come. */
export const PF_LOOPED: u32 = 1 << 28;
/** It leaves by the device it came by: its sender may be told of a better way. */
export const PF_REDIRECT: u32 = 1 << 24;
/** Its source was chosen by its route: rules that ask for one do not know it. */
export const PF_SRC_CHOSEN: u32 = 1 << 27;
/** IP options fill in addresses on the way out (record route, timestamp). */
export const PF_OPT_RR: u32 = 1 << 25;
export const PF_OPT_TS: u32 = 1 << 26;
/** Being bridged, and its port is known: Pkt.outdev. */
export const PF_BRIDGE_OUT: u32 = 0x10000;
/** Bridged, with a destination of another port: it comes back to the bridge when that neighbour is known. */
export const PF_BRIDGED_DNAT: u32 = 0x40000;
/** IPVS has had it. @see Linux skb->ipvs_property */
export const PF_IPVS: u32 = 0x20000;
/** A packet in its tunnel's headers waits to be sent by the namespace below (dev/vxlan.ts: vxlanSend). */
export const PF_TUNNEL: u32 = 1 << 20;
/** It arrives at a device without having crossed a link: the device's counters have seen it, or must not. */
/** An own multicast that its sender hears: it is for this machine, whatever its route. */
export const PF_OWN_GROUP: u32 = 1 << 22;
export const PF_UNCOUNTED: u32 = 1 << 21;
/** Bits that belong to the packet, not to the machine it is in. */
const PF_KEEP: u32 = PF_TRACE;

/** Header of a packet, 128 bytes. Addresses into memory are absolute; 0 is none. */
@unmanaged
export class Pkt {
  /** Link of free list, work queue and neighbour queue. */
  next: u32;
  /** Buffer number; jumbo ones have the top bit. */
  buf: u32;
  /** First byte and count: the frame below IP, the IP packet from IP on. */
  data: u32;
  len: u32;
  /** Headers. */
  mac: u32;
  nh: u32;
  th: u32;
  /** Ethertype. */
  proto: u32;
  ns: u32;
  /** Device it is on now. */
  dev: u32;
  pkttype: u32;
  flags: u32;
  /** Identity, kept by copies and across veth pairs. */
  id: u32;
  /** Links crossed so far. */
  hops: u32;
  /** Generation of the device it travels to. */
  gen: u32;
  /** For sock/: anything. */
  user: u32;
  // From here to `oif`: what it forgets when it leaves the machine (pktScrub).
  mark: u32;
  /** Connection (0 none) and IP_CT_*: 0 established, 1 related, 2 new; +3 when in reply direction. Without a connection: its zone (nf/zone.ts). */
  ct: u32;
  ctinfo: u32;
  /** Route: RTN_* (0 not looked up), next hop (IPv4 number), preferred source. */
  rtype: u32;
  nexthop: u32;
  prefsrc: u32;
  /** Device it came in by (0: made here), and goes out by: for netfilter's -i and -o. */
  indev: u32;
  outdev: u32;
  /** Bridge port it came in by. */
  port: u32;
  /** Sending socket, 0 none. */
  sock: u32;
  /** Put together from fragments: the size of the largest; else 0. */
  fragMax: u32;
  /** Device its sender insists on, 0 any. */
  oif: u32;
  /** For sock/: anything. */
  user2: u32;
  /** The route it takes, 0: an own address or a broadcast. */
  route: u32;
  /** When it was received by the present machine, ns. */
  stamp: u64;

  @inline static at(i: u32): Pkt {
    return changetype<Pkt>(PKT_BASE + (i as usize) * PKT_REC);
  }
}

/** The size of the largest fragment a packet was put together from, as far as IP knows; else 0. */
export function fragKnown(p: Pkt): u32 {
  return p.flags & PF_FRAG_FORGOT ? 0 : p.fragMax;
}

const JUMBO_BIT: u32 = 0x80000000;

/** Address of a buffer's record: a word of references, 12 spare bytes, then the bytes. */
function bufAt(buf: u32): usize {
  if (buf & JUMBO_BIT) return JUMBO_BASE + ((buf & ~JUMBO_BIT) as usize) * JUMBO_REC;
  return BUF_BASE + (buf as usize) * BUF_REC;
}

function bufEnd(buf: u32): usize {
  return bufAt(buf) + (buf & JUMBO_BIT ? JUMBO_REC : BUF_REC);
}

function bufAlloc(bytes: u32): u32 {
  let buf: u32 = 0;
  if (bytes + 16 <= (BUF_REC as u32)) {
    buf = slabTake(SLAB_BUF);
    if (buf == 0) {
      const i = coolOne();
      if (i != 0) {
        buf = Sim.at().r0;
        slabFree(SLAB_PKT, i);
      }
    }
  }
  if (bytes + 16 > (JUMBO_REC as u32)) return 0;
  if (buf == 0) {
    buf = slabTake(SLAB_JUMBO);
    if (buf == 0) return 0;
    buf |= JUMBO_BIT;
  }
  store<u32>(bufAt(buf), 1);
  return buf;
}

function bufUnref(buf: u32): void {
  const p = bufAt(buf);
  const refs = load<u32>(p) - 1;
  store<u32>(p, refs);
  if (refs != 0) return;
  if (buf & JUMBO_BIT) slabFree(SLAB_JUMBO, buf & ~JUMBO_BIT);
  else slabFree(SLAB_BUF, buf);
}

/** Zeroes a header but for its buffer. */
function clear(p: Pkt): void {
  const at = changetype<usize>(p);
  store<u64>(at, 0, 16);
  store<u64>(at, 0, 24);
  store<u64>(at, 0, 32);
  store<u64>(at, 0, 40);
  store<u64>(at, 0, 48);
  store<u64>(at, 0, 56);
  scrub(p);
  store<u64>(at, 0, 112);
  store<u64>(at, 0, 120);
}

/** Zeroes the fields that belong to the machine it was in. */
function scrub(p: Pkt): void {
  const at = changetype<usize>(p);
  store<u64>(at, 0, offsetof<Pkt>('mark'));
  store<u64>(at, 0, offsetof<Pkt>('mark') + 8);
  store<u64>(at, 0, offsetof<Pkt>('mark') + 16);
  store<u64>(at, 0, offsetof<Pkt>('mark') + 24);
  store<u64>(at, 0, offsetof<Pkt>('mark') + 32);
  store<u64>(at, 0, offsetof<Pkt>('mark') + 40);
}

/** A packet with a fresh identity and `len` bytes (not cleared) behind HEADROOM. @returns 0 when out of buffers */
export function pktAlloc(len: u32): u32 {
  const s = Sim.at();
  s.rec = 0;
  const i = s.hot;
  if (i == 0 || len + HEADROOM + 16 > (BUF_REC as u32)) return allocSlow(len);
  const p = Pkt.at(i);
  s.hot = p.next;
  s.hotCount--;
  p.next = 0;
  clear(p);
  p.data = (BUF_BASE as u32) + p.buf * (BUF_REC as u32) + 16 + HEADROOM;
  p.len = len;
  p.id = ++s.packet;
  return i;
}

/** Parts a packet that lies ready from its buffer. @returns its header; the buffer's number is in Sim.r0; 0: there is none */
function coolOne(): u32 {
  const s = Sim.at();
  const i = s.hot;
  if (i == 0) return 0;
  s.hot = Pkt.at(i).next;
  s.hotCount--;
  s.r0 = Pkt.at(i).buf;
  return i;
}

/** A header without buffer. @returns 0 when there are none */
function headAlloc(): u32 {
  Sim.at().rec = 0;
  let i = slabTake(SLAB_PKT);
  if (i == 0) {
    i = coolOne();
    if (i != 0) slabFree(SLAB_BUF, Sim.at().r0);
  }
  return i;
}

function allocSlow(len: u32): u32 {
  const buf = bufAlloc(len + HEADROOM);
  if (buf == 0) {
    dropCount(DROP_NO_BUFFER);
    return 0;
  }
  const i = headAlloc();
  if (i == 0) {
    bufUnref(buf);
    dropCount(DROP_NO_BUFFER);
    return 0;
  }
  const p = Pkt.at(i);
  p.next = 0;
  clear(p);
  const s = Sim.at();
  p.buf = buf;
  p.data = (bufAt(buf) as u32) + 16 + HEADROOM;
  p.len = len;
  p.id = ++s.packet;
  return i;
}

/** Frees a packet. */
export function pktFree(i: u32): void {
  const p = Pkt.at(i);
  if (p.ct != 0) ctPut(p.ct);
  const buf = p.buf;
  if (buf < BUF_CAP && load<u32>(BUF_BASE + (buf as usize) * BUF_REC) == 1) {
    const s = Sim.at();
    p.next = s.hot;
    s.hot = i;
    s.hotCount++;
    return;
  }
  bufUnref(buf);
  slabFree(SLAB_PKT, i);
}

/** Gives packet `i` the bytes of packet `from`, which goes. */
export function pktAdopt(i: u32, from: u32): void {
  const p = Pkt.at(i);
  const q = Pkt.at(from);
  const old = p.buf;
  p.buf = q.buf;
  p.data = q.data;
  p.len = q.len;
  q.buf = old;
  pktFree(from);
}

/** Frees a packet and counts (and traces) why. @param reason DROP_* */
export function pktDrop(i: u32, reason: u32): void {
  const p = Pkt.at(i);
  dropCount(reason);
  if (p.flags & PF_TRACE) traceDrop(p.id, p.ns, p.dev, reason);
  pktFree(i);
}

/** A second header on the same bytes, same identity. @returns 0 when out of headers (counted) */
export function pktClone(i: u32): u32 {
  const j = headAlloc();
  if (j == 0) {
    dropCount(DROP_NO_BUFFER);
    return 0;
  }
  const q = Pkt.at(j);
  copy(changetype<usize>(q), changetype<usize>(Pkt.at(i)), PKT_REC as u32);
  const b = bufAt(q.buf);
  store<u32>(b, load<u32>(b) + 1);
  if (q.ct != 0) ctGet(q.ct);
  return j;
}

/** Makes the bytes private to this header. @returns false when out of buffers: the packet is as it was */
export function pktWritable(i: u32): bool {
  return load<u32>(bufAt(Pkt.at(i).buf)) == 1 || copyOut(i);
}

function copyOut(i: u32): bool {
  const p = Pkt.at(i);
  const old = bufAt(p.buf);
  const size = (bufEnd(p.buf) - old) as u32;
  const buf = bufAlloc(size - 16);
  if (buf == 0) {
    dropCount(DROP_NO_BUFFER);
    return false;
  }
  const fresh = bufAt(buf);
  const from = (p.mac != 0 && p.mac < p.data ? p.mac : p.data) as usize;
  const shift = (fresh - old) as u32;
  memory.copy(fresh + (from - old), from, (p.data + p.len - (from as u32)) as usize);
  p.data += shift;
  if (p.mac) p.mac += shift;
  if (p.nh) p.nh += shift;
  if (p.th) p.th += shift;
  bufUnref(p.buf);
  p.buf = buf;
  return true;
}

/** Sees to `n` bytes of room before `data` in a private buffer. @returns false when out of buffers: the packet is as it was */
export function pktRoom(i: u32, n: u32): bool {
  const p = Pkt.at(i);
  const shared = load<u32>(bufAt(p.buf)) != 1;
  if (!shared && pktHeadroom(i) >= n) return true;
  if (pktHeadroom(i) >= n) return pktWritable(i);
  const buf = bufAlloc(p.len + n + HEADROOM);
  if (buf == 0) {
    dropCount(DROP_NO_BUFFER);
    return false;
  }
  const data = (bufAt(buf) as u32) + 16 + n + HEADROOM;
  memory.copy(data as usize, p.data as usize, p.len as usize);
  if (p.mac >= p.data) p.mac += data - p.data;
  else p.mac = 0;
  if (p.nh >= p.data) p.nh += data - p.data;
  if (p.th >= p.data) p.th += data - p.data;
  p.data = data;
  bufUnref(p.buf);
  p.buf = buf;
  return true;
}

/** Bytes free before `data`. */
export function pktHeadroom(i: u32): u32 {
  const p = Pkt.at(i);
  return p.data - ((bufAt(p.buf) as u32) + 16);
}

/** Opens `n` bytes before `data`. Pre: the headroom is there and the buffer is private. @returns new first address */
export function pktPush(i: u32, n: u32): usize {
  const p = Pkt.at(i);
  p.data -= n;
  p.len += n;
  return p.data as usize;
}

/** Takes `n` bytes off the front. Pre: n ≤ len. */
export function pktPull(i: u32, n: u32): void {
  const p = Pkt.at(i);
  p.data += n;
  p.len -= n;
}

/** Leaves the machine: forgets everything but identity, trace and hops. @see Linux skb_scrub_packet */
export function pktScrub(i: u32): void {
  const p = Pkt.at(i);
  p.flags &= PF_KEEP;
  if (p.ct != 0) ctPut(p.ct);
  scrub(p);
}
