/**
 * Fragmentation at the source: cuts an IPv6 packet that is too big into pieces of whole 8-byte units, each with the
 * headers every router must see and a fragment header.
 * @see Linux net/ipv6/ip6_output.c: ip6_fragment, ip6_find_1stfragopt; RFC 8200 §4.5
 */
import { HEADROOM, PKT_REC } from '../mem';
import { ctGet } from '../nf/conn';
import { PF_FRAG_FORGOT, Pkt } from '../sim/packet';
import { pktAlloc, pktFree } from '../sim/pool';
import { rng32 } from '../sim/rng';
import { wr16, wr32 } from '../wire/bytes';
import { IP6_HLEN, ip6Len, ip6Next, NEXT_DEST, NEXT_FRAGMENT, NEXT_HOP, NEXT_ROUTING } from '../wire/ipv6';

/** A header for one piece: everything of the whole packet, but bytes of its own. @returns 0 when out of buffers */
function piece(p: Pkt, len: u32): u32 {
  const f = pktAlloc(len);
  if (f == 0) return 0;
  const q = Pkt.at(f);
  const buf = q.buf;
  const data = q.data;
  memory.copy(changetype<usize>(q), changetype<usize>(p), PKT_REC);
  q.next = 0;
  q.buf = buf;
  q.data = data;
  q.len = len;
  q.fragMax = 0;
  q.flags &= ~PF_FRAG_FORGOT;
  if (q.ct != 0) ctGet(q.ct);
  return f;
}

function freeChain(head: u32): void {
  let f = head;
  while (f != 0) {
    const next = Pkt.at(f).next;
    pktFree(f);
    f = next;
  }
}

/** Where the part that is cut begins, and (<< 16) where its protocol is told; both from the IPv6 header. */
function split(ip: usize): u32 {
  const end = ip + ip6Len(ip);
  let next = ip6Next(ip);
  let told: u32 = 6;
  let at = IP6_HLEN;
  let part = at;
  let partTold = told;
  while ((next == NEXT_HOP || next == NEXT_ROUTING || next == NEXT_DEST) && ip + at + 8 <= end) {
    const len = ((load<u8>(ip + at, 1) as u32) + 1) << 3;
    if (ip + at + len > end) break;
    told = at;
    const was = next;
    next = load<u8>(ip + at) as u32;
    at += len;
    // Destination options belong to every piece only when a routing header follows them.
    if (was != NEXT_DEST || next == NEXT_ROUTING) {
      part = at;
      partTold = told;
    }
  }
  return (partTold << 16) | part;
}

/**
 * Cuts a packet; it stays the caller's. What lies between data and nh (a frame's header) goes before every piece.
 * @param mtu the most bytes a piece may have, its IPv6 header included
 * @returns the first piece, linked by Pkt.next; 0 when out of buffers or no piece fits the MTU
 */
export function ip6Fragments(pkt: u32, mtu: u32): u32 {
  const p = Pkt.at(pkt);
  const ip = p.nh as usize;
  const link = p.nh - p.data;
  const parts = split(ip);
  const hlen = parts & 0xffff;
  const told = parts >> 16;
  if (mtu < hlen + 16 || link > HEADROOM) return 0;
  const total = ip6Len(ip) - hlen;
  const ident = rng32();
  const next = load<u8>(ip + told);
  const room = (mtu - hlen - 8) & ~7;
  let head: u32 = 0;
  let tail: u32 = 0;
  let at: u32 = 0;
  while (at < total) {
    const n = total - at <= mtu - hlen - 8 ? total - at : room;
    const f = piece(p, link + hlen + 8 + n);
    if (f == 0) {
      freeChain(head);
      return 0;
    }
    const q = Pkt.at(f);
    memory.copy(q.data as usize, p.data as usize, (link + hlen) as usize);
    q.mac = link != 0 ? q.data : 0;
    q.nh = q.data + link;
    const h = q.nh as usize;
    store<u8>(h + told, NEXT_FRAGMENT as u8);
    const fh = h + hlen;
    store<u8>(fh, next);
    store<u8>(fh, 0, 1);
    wr16(fh + 2, at | (at + n < total ? 1 : 0));
    wr32(fh + 4, ident);
    q.th = (fh as u32) + 8;
    memory.copy(q.th as usize, ip + hlen + at, n as usize);
    wr16(h + 4, hlen - IP6_HLEN + 8 + n);
    if (head == 0) head = f;
    else Pkt.at(tail).next = f;
    tail = f;
    at += n;
  }
  return head;
}
