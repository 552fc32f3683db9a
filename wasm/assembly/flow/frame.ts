/**
 * Frames that memos are made of: IPv4 without options, whole, UDP or TCP's plain segments, nothing behind the packet.
 * And what a rewrite does to a sum.
 */
import { Dev } from '../dev/dev';
import { Ns } from '../dev/ns';
import { Pkt } from '../sim/packet';
import { rd16 } from '../wire/bytes';
import { ETH_HLEN, ethDst } from '../wire/ether';
import { PROTO_TCP, PROTO_UDP } from '../wire/ipv4';

/** Offsets in a frame. */
export const IP: usize = 14;
export const L4: usize = 34;

/** Protocol in a header word. */
export function protoOf(head: u64): u32 {
  return ((head >> 40) as u32) & 255;
}

/** Version, header length, TOS 16 bits; fragment 16; TTL 8; protocol 8; of TCP the flags 8. As they lie in memory. */
export function headOf(f: usize): u64 {
  const w = (load<u16>(f + IP) as u64) | ((load<u32>(f + IP, 6) as u64) << 16);
  return load<u8>(f + IP, 9) == PROTO_TCP ? w | ((load<u8>(f + L4, 13) as u64) << 48) : w;
}

/** How much of a frame decides its way: all of the key; not the ports; the link's addresses only. */
export const KEY_FLOW: u32 = 0;
export const KEY_HOSTS: u32 = 1;
export const KEY_LINK: u32 = 2;

/**
 * KEY_* of a frame that arrives at a device. Bridged without netfilter its headers are not looked at; a namespace without
 * chains asks for no ports. @see Open vSwitch: megaflows
 */
export function keyKind(dev: u32, f: usize): u32 {
  const d = Dev.at(dev);
  if (d.master == 0) return Ns.at(d.ns).nfChains == 0 ? KEY_HOSTS : KEY_FLOW;
  return Ns.at(d.ns).bridgeNf == 0 && ethDst(f) != Dev.at(d.master).mac ? KEY_LINK : KEY_FLOW;
}

/** The header word of a key. */
export function keyHead(kind: u32, head: u64): u64 {
  return kind == KEY_FLOW ? head : kind == KEY_HOSTS ? head & 0xffffffffffff : 0;
}

/** Source and destination in a key. */
export function keyAddrs(kind: u32, f: usize): u64 {
  return kind == KEY_LINK ? 0 : load<u64>(f + IP, 12);
}

/** Ports in a key. */
export function keyPorts(kind: u32, f: usize): u32 {
  return kind == KEY_FLOW ? load<u32>(f + L4) : 0;
}

/** Where the transport's sum lies in a frame. */
export function sumAt(head: u64): usize {
  return L4 + (protoOf(head) == PROTO_TCP ? 16 : 6);
}

/** Whether the IPv4 packet ends where the frame does. */
export function frameWhole(f: usize, len: u32): bool {
  return rd16(f + IP + 2) + ETH_HLEN == len;
}

/** Whether a memo can be made of an arriving frame. */
export function frameFits(p: Pkt): bool {
  const f = p.data as usize;
  if (p.len < 42 || load<u16>(f, 12) != 8 || load<u8>(f + IP) != 0x45 || rd16(f + IP + 6) & 0x3fff) return false;
  // No group, no broadcast.
  if (load<u8>(f) & 1 || !frameWhole(f, p.len)) return false;
  const proto = load<u8>(f + IP, 9);
  if (proto == PROTO_UDP) return true;
  // An acknowledgement, with data or without, pushed or not.
  return proto == PROTO_TCP && p.len >= 54 && (load<u8>(f + L4, 13) & 0x37) == 0x10;
}

/** What is added to a sum that covers two addresses which become others. */
export function moves(from: u64, to: u64): u64 {
  let sum: u64 = 0;
  if ((from as u32) != (to as u32)) sum += (~(from as u32) as u64) + ((to as u32) as u64);
  if (from >> 32 != to >> 32) sum += (~((from >> 32) as u32) as u64) + (to >> 32);
  return sum;
}

/** The same of a word of 16 bits. */
export function turns(from: u32, to: u32): u64 {
  return from == to ? 0 : ((~from & 0xffff) as u64) + (to as u64);
}

/** A sum after `by` was added to what it covers, 0: nothing. @param udp whether 0 means that there is no sum @see RFC 1624 */
export function sumMoved(sum: u32, by: u32, udp: bool): u32 {
  if (by == 0 || (udp && sum == 0)) return sum;
  const s = (~sum & 0xffff) + by;
  const r = ~((s & 0xffff) + (s >> 16)) & 0xffff;
  return udp && r == 0 ? 0xffff : r;
}
