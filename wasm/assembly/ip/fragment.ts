/**
 * Fragmentation: cuts an IPv4 packet that is too big for a link into pieces of whole 8-byte units.
 * @see Linux net/ipv4/ip_output.c: ip_do_fragment, ip_options.c: ip_options_fragment; RFC 791 §3.2
 */
import { DEV_VXLAN } from '../../abi';
import { Dev } from '../dev/dev';
import { HEADROOM, PKT_REC } from '../mem';
import { ctGet } from '../nf/conn';
import { PF_FRAG_FORGOT, PF_FRAG_PMTU, Pkt } from '../sim/packet';
import { pktAlloc, pktFree } from '../sim/pool';
import { wr16 } from '../wire/bytes';
import { csumFold, csumPartial } from '../wire/checksum';
import { IP4_DF, IP4_MF, ip4Frag, ip4Hlen, ip4Len } from '../wire/ipv4';

/**
 * How large the pieces of a packet may be: no larger than those it came in. Where IP has forgotten those, they go on as they
 * are, but that they have no room for a tunnel's headers: into one it is cut anew. @see Linux ip_do_fragment: slow_path
 */
export function pieceSize(p: Pkt, dev: u32, mtu: u32): u32 {
  if (p.fragMax == 0 || (p.flags & PF_FRAG_FORGOT && Dev.at(dev).kind == DEV_VXLAN)) return mtu;
  return min(p.fragMax, mtu);
}

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

/** Frees a chain of pieces. */
function freeChain(head: u32): void {
  let f = head;
  while (f != 0) {
    const next = Pkt.at(f).next;
    pktFree(f);
    f = next;
  }
}

/** Options that only the first piece carries become no-operations. */
function thinOptions(ip: usize, hlen: u32): void {
  const end = ip + hlen;
  let o = ip + 20;
  while (o < end && load<u8>(o) != 0) {
    const kind = load<u8>(o) as u32;
    const len: u32 = kind == 1 ? 1 : (load<u8>(o, 1) as u32);
    if (len == 0 || o + len > end) return;
    if (!(kind & 0x80)) memory.fill(o, 1, len as usize);
    o += len;
  }
}

/**
 * Cuts a packet; it stays the caller's. What lies between data and nh (a frame's header) goes before every piece.
 * @param mtu the most bytes a piece may have, its IP header included
 * @returns the first piece, linked by Pkt.next; 0 when out of buffers or no piece fits the MTU
 */
export function ip4Fragments(pkt: u32, mtu: u32): u32 {
  const p = Pkt.at(pkt);
  const ip = p.nh as usize;
  const link = p.nh - p.data;
  const hlen = ip4Hlen(ip);
  if (mtu < hlen + 8 || link > HEADROOM) return 0;
  const total = ip4Len(ip) - hlen;
  const was = ip4Frag(ip);
  const keep = p.flags & PF_FRAG_PMTU ? IP4_DF : 0;
  let head: u32 = 0;
  let tail: u32 = 0;
  let at: u32 = 0;
  while (at < total) {
    let n = total - at;
    if (n > mtu - hlen) n = (mtu - hlen) & ~7;
    const f = piece(p, link + hlen + n);
    if (f == 0) {
      freeChain(head);
      return 0;
    }
    const q = Pkt.at(f);
    memory.copy(q.data as usize, p.data as usize, (link + hlen) as usize);
    q.mac = link != 0 ? q.data : 0;
    q.nh = q.data + link;
    q.th = q.nh + hlen;
    memory.copy(q.th as usize, ip + hlen + at, n as usize);
    const h = q.nh as usize;
    if (at != 0 && hlen > 20) thinOptions(h, hlen);
    const more = at + n < total || was & IP4_MF ? IP4_MF : 0;
    wr16(h + 2, hlen + n);
    wr16(h + 6, ((was & 0x1fff) + (at >> 3)) | more | keep);
    store<u16>(h, 0, 10);
    store<u16>(h, csumFold(csumPartial(h, hlen, 0)), 10);
    if (head == 0) head = f;
    else Pkt.at(tail).next = f;
    tail = f;
    at += n;
  }
  return head;
}
