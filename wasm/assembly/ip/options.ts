/**
 * Options of IPv4 headers that come in: what is malformed is answered, source routes are refused or not taken, record
 * route and timestamps are filled in, here and on the way out.
 * Limits: loose and strict source routes are never followed, also where accept_source_route allows them: such packets
 * go to where their header says. Replies carry no options.
 * @see Linux net/ipv4/ip_options.c: __ip_options_compile, ip_forward_options; RFC 791 §3.1, RFC 1122 §3.2.1.8
 */
import { CONF_ACCEPT_SOURCE_ROUTE, CONF_LOG_MARTIANS, DROP_NO_BUFFER, DROP_OPTIONS, EVENT_LOG, LOG_SOURCE_ROUTE, RTN_UNICAST } from '../../abi';
import { now } from '../sim/clock';
import { PF_OPT_RR, PF_OPT_TS, Pkt } from '../sim/packet';
import { pktDrop, pktWritable } from '../sim/pool';
import { eventPush } from '../sim/ring';
import { rd32, wr32 } from '../wire/bytes';
import { csumFold, csumPartial } from '../wire/checksum';
import { ip4Dst, ip4Hlen, ip4Src, ip4Tos } from '../wire/ipv4';
import { addrSelect } from './addr';
import { confAnd, confOr } from './conf';
import { fibLookup, fibSource, fibType, flowSet } from './fib';
import { icmpSend, specificDst } from './icmp';

const END: u32 = 0;
const NOOP: u32 = 1;
const RR: u32 = 7;
const TS: u32 = 68;
const LSRR: u32 = 131;
const SSRR: u32 = 137;
const CIPSO: u32 = 134;
/** Kinds of timestamps: stamps only, addresses and stamps, at the addresses that are given. */
const TS_ONLY: u32 = 0;
const TS_ADDR: u32 = 1;
const TS_PRESPEC: u32 = 3;
const DAY_MS: u64 = 86_400_000;
/** No octet is wrong. */
const FINE: i32 = -1;

function byte(p: usize): u32 {
  return load<u8>(p) as u32;
}

/** Milliseconds since midnight, UTC. */
function stamp(): u32 {
  return ((now() / 1_000_000) % DAY_MS) as u32;
}

/** Record route: room for this machine's address. @returns FINE, or the offset of the octet that is wrong */
function recordRoute(p: Pkt, o: usize, len: u32): i32 {
  if (len < 3) return 1;
  const at = byte(o + 2);
  if (at < 4) return 2;
  if (at > len) return FINE;
  if (at + 3 > len) return 2;
  wr32(o + at - 1, specificDst(p));
  store<u8>(o, (at + 4) as u8, 2);
  p.flags |= PF_OPT_RR;
  return FINE;
}

function timestamp(p: Pkt, o: usize, len: u32): i32 {
  if (len < 4) return 1;
  const at = byte(o + 2);
  if (at < 5) return 2;
  const kind = byte(o + 3) & 15;
  if (at > len) {
    const over = byte(o + 3) >> 4;
    if (kind == TS_PRESPEC) return FINE;
    if (over == 15) return 3;
    store<u8>(o, (kind | ((over + 1) << 4)) as u8, 3);
    return FINE;
  }
  if (at + 3 > len) return 2;
  const q = o + at - 1;
  if (kind == TS_ONLY) {
    wr32(q, stamp());
    store<u8>(o, (at + 4) as u8, 2);
    return FINE;
  }
  if (kind != TS_ADDR && kind != TS_PRESPEC) return FINE;
  if (at + 7 > len) return 2;
  if (kind == TS_ADDR) {
    wr32(q, specificDst(p));
    p.flags |= PF_OPT_TS;
  } else if (fibType(p.ns, rd32(q)) == RTN_UNICAST) return FINE;
  wr32(q + 4, stamp());
  store<u8>(o, (at + 8) as u8, 2);
  return FINE;
}

/** One option. @returns FINE, or the offset in it of the octet that is wrong */
function option(p: Pkt, o: usize, len: u32, seen: u32): i32 {
  const kind = byte(o);
  if (kind == RR) return seen & 1 ? 0 : recordRoute(p, o, len);
  if (kind == TS) return seen & 2 ? 0 : timestamp(p, o, len);
  if (kind == LSRR || kind == SSRR) {
    if (len < 3) return 1;
    if (byte(o + 2) < 4) return 2;
    return seen & 4 ? 0 : FINE;
  }
  if (kind == 148) return len < 4 ? 1 : FINE;
  return kind == CIPSO && seen & 8 ? 0 : FINE;
}

function bitOf(kind: u32): u32 {
  if (kind == RR) return 1;
  if (kind == TS) return 2;
  if (kind == LSRR || kind == SSRR) return 4;
  return kind == CIPSO ? 8 : 0;
}

/** Goes through all options. @returns bits of those seen; negative: ~offset in the header of the octet that is wrong */
function compile(p: Pkt): i32 {
  const ip = p.nh as usize;
  const end = ip + ip4Hlen(ip);
  let seen: u32 = 0;
  let o = ip + 20;
  while (o < end) {
    const kind = byte(o);
    if (kind == END) {
      memory.fill(o, 0, end - o);
      break;
    }
    if (kind == NOOP) {
      o++;
      continue;
    }
    if (o + 2 > end) return ~((o - ip) as i32);
    const len = byte(o + 1);
    if (len < 2 || o + len > end) return ~((o - ip) as i32);
    const bad = option(p, o, len, seen);
    if (bad != FINE) return ~(((o - ip) as i32) + bad);
    seen |= bitOf(kind);
    o += len;
  }
  store<u16>(ip, 0, 10);
  store<u16>(ip, csumFold(csumPartial(ip, ip4Hlen(ip), 0)), 10);
  return seen as i32;
}

/** A packet with options was routed. @returns whether it may go on; else it is dropped, and answered when malformed */
export function optionsInput(pkt: u32): bool {
  if (!pktWritable(pkt)) {
    pktDrop(pkt, DROP_NO_BUFFER);
    return false;
  }
  const p = Pkt.at(pkt);
  p.flags &= ~(PF_OPT_RR | PF_OPT_TS);
  const seen = compile(p);
  if (seen < 0) {
    icmpSend(pkt, 12, 0, (~seen as u32) << 24);
    pktDrop(pkt, DROP_OPTIONS);
    return false;
  }
  if (!(seen & 4) || confAnd(p.dev, CONF_ACCEPT_SOURCE_ROUTE)) return true;
  const ip = p.nh as usize;
  if (confOr(p.dev, CONF_LOG_MARTIANS)) eventPush(EVENT_LOG, LOG_SOURCE_ROUTE | (p.dev << 8), ip4Src(ip), ip4Dst(ip));
  pktDrop(pkt, DROP_OPTIONS);
  return false;
}

/** The source this machine has on the way to where a forwarded packet goes. @see Linux route.c: ip_rt_get_source */
function ownSource(p: Pkt): u32 {
  const ip = p.nh as usize;
  const f = flowSet(ip4Dst(ip), ip4Src(ip), p.dev, p.outdev);
  f.mark = p.mark;
  f.tos = ip4Tos(ip);
  return fibLookup(p.ns) == 0 ? fibSource() : addrSelect(p.outdev, p.nexthop, 0);
}

/** A packet goes on: the addresses noted in it become those of the device it leaves by. */
export function optionsForward(pkt: u32): void {
  const p = Pkt.at(pkt);
  const ip = p.nh as usize;
  const end = ip + ip4Hlen(ip);
  const src = ownSource(p);
  let o = ip + 20;
  while (o < end && byte(o) != END) {
    const kind = byte(o);
    if (kind == NOOP) {
      o++;
      continue;
    }
    if (kind == RR && p.flags & PF_OPT_RR) wr32(o + byte(o + 2) - 5, src);
    if (kind == TS && p.flags & PF_OPT_TS) wr32(o + byte(o + 2) - 9, src);
    o += byte(o + 1);
  }
  store<u16>(ip, 0, 10);
  store<u16>(ip, csumFold(csumPartial(ip, ip4Hlen(ip), 0)), 10);
}
