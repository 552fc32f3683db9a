/**
 * ICMP: answers echo requests, tells senders of errors, and sockets of errors about their packets.
 * Limits: errors are not rate-limited but for missing routes (peer.ts); no redirects, timestamps or address masks.
 * @see Linux net/ipv4/icmp.c: __icmp_send, icmp_echo, icmp_unreach; RFC 792, RFC 1122 §3.2.2
 */
import {
  DROP_BAD_CHECKSUM,
  DROP_BAD_HEADER,
  ICMP_ANSWERED,
  ICMP_IGNORED,
  ICMP_REPLY,
  ICMP_TOLD,
  PKT_HOST,
  RTN_BROADCAST,
  RTN_LOCAL,
  RTN_MULTICAST,
  TRACE_ICMP_IN,
} from '../../abi';
import { Ns } from '../dev/ns';
import { Sim } from '../mem';
import { ctAttachReply } from '../nf/conntrack';
import { PF_ICMP_ERROR, Pkt, pktAlloc, pktDrop, pktFree } from '../sim/pool';
import { trace, traceBecause, traceCause } from '../sim/trace';
import { icmpErrorToSock } from '../sock/input';
import { wr16 } from '../wire/bytes';
import { csumFold, csumPartial } from '../wire/checksum';
import { ETH_IPV4 } from '../wire/ether';
import { ip4Dst, ip4Frag, ip4Hlen, ip4Len, ip4Proto, ip4Src, ip4Tos, PROTO_ICMP } from '../wire/ipv4';
import { ICMP_ECHO, ICMP_ECHOREPLY, icmpIsError } from '../wire/l4';
import { addrIsLocal, addrType } from './addr';
import { ip4Output } from './output';

/** The host that ICMP errors quote at most: 576 bytes of IP packet. @see RFC 1812 §4.3.2.3 */
const ERROR_MAX: u32 = 576 - 20 - 8;

/** Whether an error may be sent about a packet. @see RFC 1122 §3.2.2 */
function mayAnswer(p: Pkt): bool {
  if (p.proto != ETH_IPV4 || p.nh == 0) return false;
  const ip = p.nh as usize;
  if (p.pkttype != PKT_HOST || p.rtype == RTN_BROADCAST || p.rtype == RTN_MULTICAST) return false;
  if (ip4Frag(ip) & 0x1fff || p.flags & PF_ICMP_ERROR) return false;
  const src = ip4Src(ip);
  if (src == 0 || src >> 28 >= 14) return false;
  if (ip4Proto(ip) == PROTO_ICMP) {
    const type = load<u8>(ip + ip4Hlen(ip)) as u32;
    if (icmpIsError(type)) return false;
  }
  return true;
}

/** Tells the sender of a packet of an error; the packet stays the caller's. @param info second word: MTU for 3/4 */
export function icmpSend(pkt: u32, type: u32, code: u32, info: u32): void {
  const p = Pkt.at(pkt);
  if (!mayAnswer(p) || Sim.at().icmpBusy) return;
  const ip = p.nh as usize;
  const quote = min(min(ip4Len(ip), p.data + p.len - p.nh), ERROR_MAX);
  const err = pktAlloc(8 + quote);
  if (err == 0) return;
  const e = Pkt.at(err);
  const m = e.data as usize;
  store<u8>(m, type as u8);
  store<u8>(m, code as u8, 1);
  store<u16>(m, 0, 2);
  wr16(m + 4, 0);
  wr16(m + 6, info);
  memory.copy(m + 8, ip, quote as usize);
  store<u16>(m, csumFold(csumPartial(m, 8 + quote, 0)), 2);
  e.flags |= PF_ICMP_ERROR;
  // It belongs to the connection of what it answers. @see Linux icmp.c: icmp_glue_bits
  ctAttachReply(err, pkt);
  const dst = ip4Dst(ip);
  const own = p.rtype == RTN_LOCAL && addrIsLocal(p.ns, dst);
  const was = traceBecause(p);
  output(p.ns, err, own ? dst : 0, ip4Src(ip), (ip4Tos(ip) & 0x1e) | 0xc0);
  traceCause(was);
}

/** Sends a message of ICMP's own; a rule that rejects it is not answered. @see Linux icmp.c: icmp_xmit_lock */
function output(ns: u32, pkt: u32, src: u32, dst: u32, tos: u32): void {
  const s = Sim.at();
  s.icmpBusy = 1;
  ip4Output(ns, pkt, src, dst, PROTO_ICMP, 0, tos, 0, 0);
  s.icmpBusy = 0;
}

/** Host unreachable, when ARP gave up; the packet stays the caller's. */
export function icmpUnreachHost(pkt: u32): void {
  icmpSend(pkt, 3, 1, 0);
}

/** An ICMP message for this machine (takes it; Pkt.th is its header). Raw sockets have their copies already. */
export function icmpInput(pkt: u32): void {
  const p = Pkt.at(pkt);
  const len = p.data + p.len - p.th;
  const m = p.th as usize;
  if (len < 8) {
    pktDrop(pkt, DROP_BAD_HEADER);
    return;
  }
  if (csumFold(csumPartial(m, len, 0)) != 0) {
    pktDrop(pkt, DROP_BAD_CHECKSUM);
    return;
  }
  const type = load<u8>(m) as u32;
  trace(p, TRACE_ICMP_IN, (type << 8) | (load<u8>(m, 1) as u32), fate(p, type), 0);
  if (type == ICMP_ECHO) {
    if (echoes(p)) echo(p, m, len);
  } else if (type != ICMP_ECHOREPLY && icmpIsError(type)) {
    const inner = m + 8;
    if (len >= 8 + 20 && len >= 8 + ip4Hlen(inner) + 8) icmpErrorToSock(p.ns, pkt, type, load<u8>(m, 1) as u32);
  }
  pktFree(pkt);
}

/** Whether an echo request is answered: not one to a broadcast (icmp_echo_ignore_broadcasts). */
function echoes(p: Pkt): bool {
  if (Ns.at(p.ns).echoIgnoreAll || p.pkttype != PKT_HOST) return false;
  return addrType(p.ns, ip4Dst(p.nh as usize)) == RTN_LOCAL;
}

/** What comes of a message, for the trace. */
function fate(p: Pkt, type: u32): u32 {
  if (type == ICMP_ECHO) return echoes(p) ? ICMP_ANSWERED : ICMP_IGNORED;
  if (type == ICMP_ECHOREPLY) return ICMP_REPLY;
  return icmpIsError(type) ? ICMP_TOLD : ICMP_IGNORED;
}

function echo(p: Pkt, m: usize, len: u32): void {
  const ip = p.nh as usize;
  const to = ip4Src(ip);
  const reply = pktAlloc(len);
  if (reply == 0) return;
  const r = Pkt.at(reply).data as usize;
  memory.copy(r, m, len as usize);
  store<u8>(r, 0);
  store<u16>(r, 0, 2);
  store<u16>(r, csumFold(csumPartial(r, len, 0)), 2);
  output(p.ns, reply, ip4Dst(ip), to, ip4Tos(ip));
}
