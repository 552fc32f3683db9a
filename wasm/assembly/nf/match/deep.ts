/**
 * Matches on what lies deeper in a packet, and on what this machine would do with it: tcpmss, ecn, u32, rpfilter, socket.
 * Limits: socket asks the packet's own addresses, not those of what an ICMP error quotes.
 * @see Linux net/netfilter/xt_tcpmss.c, xt_ecn.c, xt_u32.c, xt_socket.c, net/ipv4/netfilter/ipt_rpfilter.c
 */
import {
  DEV_LOOPBACK,
  IPS_SRC_NAT_DONE,
  MATCH_X_A,
  MATCH_X_B,
  MATCH_X_NEXT,
  MATCH_X_P,
  MX_ECN,
  MX_FIXED,
  MX_RPFILTER,
  MX_SOCKET,
  MX_TCPMSS,
  MX_TIME,
  RPF_ACCEPT_LOCAL,
  RPF_LOOSE,
  RPF_VALIDMARK,
  RTN_LOCAL,
  SOCKET_NOWILDCARD,
  SOCKET_RESTORE,
  SOCKET_TRANSPARENT,
  U32_AND,
  U32_AT,
  U32_END,
  U32_LEFT,
  U32_LOAD,
  U32_MIN,
  U32_RIGHT,
} from '../../../abi';
import { Dev } from '../../dev/dev';
import { reversePath } from '../../ip/routein';
import { route6Find } from '../../ip6/route';
import { MATCH_BASE, MATCH_REC, Sim } from '../../mem';
import { isAny } from '../../sock/demux';
import { sockTaker } from '../../sock/input';
import { sockAt } from '../../sock/table';
import { Pkt } from '../../sim/packet';
import { rd16 } from '../../wire/bytes';
import { ETH_IPV4 } from '../../wire/ether';
import { ip4Dst, ip4Len, ip4Src, ip4Tos, PROTO_TCP, PROTO_UDP } from '../../wire/ipv4';
import { in6IsAny, in6IsLinkLocal, ip6Class, ip6Len, ip6Src } from '../../wire/ipv6';
import { tcpHlen } from '../../wire/l4';
import { Conn, T_SPORT, tupleOf } from '../conn';
import { CTINFO_REPLY } from '../conntrack';
import { protoOf } from '../match';
import { timeFits } from './time';

function lengthOf(p: Pkt): u32 {
  return p.proto == ETH_IPV4 ? ip4Len(p.nh as usize) : ip6Len(p.nh as usize);
}

/** Bytes from the transport header on. */
function upper(p: Pkt): u32 {
  const end = p.nh + lengthOf(p);
  return p.th == 0 || p.th > end ? 0 : end - p.th;
}

/** A packet without its whole header is dropped. */
function tcpmss(m: usize, p: Pkt): bool {
  const th = p.th as usize;
  const have = upper(p);
  const head = have < 20 ? (0 as u32) : tcpHlen(th);
  if (head < 20 || head > have) {
    Sim.at().hotdrop = 1;
    return false;
  }
  let at: u32 = 20;
  while (at < head) {
    const o = th + (at as usize);
    const kind = load<u8>(o) as u32;
    if (kind == 2 && head - at >= 4 && load<u8>(o, 1) == 4) {
      const mss = rd16(o + 2);
      return mss >= load<u32>(m, MATCH_X_A) && mss <= load<u32>(m, MATCH_X_B);
    }
    const len: u32 = at + 1 < head ? (load<u8>(o, 1) as u32) : 0;
    at += kind < 2 || len == 0 ? 1 : len;
  }
  return false;
}

function ecn(m: usize, p: Pkt): bool {
  const a = load<u32>(m, MATCH_X_A);
  if (load<u8>(m, MATCH_X_P) == 1) return upper(p) >= 20 && (load<u8>(p.th as usize, 13) & a) != 0;
  return ((p.proto == ETH_IPV4 ? ip4Tos(p.nh as usize) : ip6Class(p.nh as usize)) & 3) == a;
}

/** Runs the program of u32. Offsets count from the IP header. */
function u32Fits(m: usize, p: Pkt): bool {
  const ip = p.nh as usize;
  const len = lengthOf(p) as u64;
  const n = load<u32>(m, MATCH_X_A);
  let piece = m;
  let at: u64 = 0;
  let val: u32 = 0;
  let low: u32 = 0;
  let fits = false;
  for (let k: u32 = 0; k < n; k++) {
    if (k % 5 == 0) piece = MATCH_BASE + (load<u32>(piece, MATCH_X_NEXT) as usize) * MATCH_REC;
    const code = piece + MATCH_X_A + ((k % 5) as usize) * 8;
    const x = load<u32>(code, 4);
    const op = load<u32>(code);
    if (op == U32_LOAD || op == U32_AT) {
      at = op == U32_LOAD ? 0 : at + (val as u64);
      if (at + (x as u64) + 4 > len) return false;
      val = bswap<u32>(load<u32>(ip + (at as usize) + (x as usize)));
      fits = false;
    } else if (op == U32_AND) val &= x;
    else if (op == U32_LEFT) val = x > 31 ? 0 : val << x;
    else if (op == U32_RIGHT) val = x > 31 ? 0 : val >> x;
    else if (op == U32_MIN) low = x;
    else if (op == U32_END) {
      if (!fits) return false;
    } else if (val >= low && val <= x) fits = true;
  }
  return true;
}

function rpfilter(m: usize, p: Pkt): bool {
  const dev = p.indev;
  if (dev == 0 || Dev.at(dev).kind == DEV_LOOPBACK) return true;
  const how = load<u8>(m, MATCH_X_P) as u32;
  const loose = (how & RPF_LOOSE) != 0;
  const local = (how & RPF_ACCEPT_LOCAL) != 0;
  const ip = p.nh as usize;
  if (p.proto == ETH_IPV4) {
    const mark = how & RPF_VALIDMARK ? p.mark : 0;
    return reversePath(p.ns, dev, ip4Src(ip), ip4Dst(ip), mark, ip4Tos(ip), loose, local);
  }
  const src = ip6Src(ip);
  if (in6IsAny(src)) return true;
  const bound = in6IsLinkLocal(src) || !loose;
  if (route6Find(p.ns, src, bound ? dev : 0) != 0) return false;
  const s = Sim.at();
  if (s.r0 == RTN_LOCAL) return local;
  return s.r1 == dev || loose;
}

/** @see Linux net/ipv4/netfilter/nf_socket_ipv4.c: nf_sk_lookup_slow_v4 */
function socket(m: usize, p: Pkt): bool {
  const proto = protoOf(p);
  if ((proto != PROTO_TCP && proto != PROTO_UDP) || upper(p) < 8) return false;
  let own: usize = 0;
  let port = rd16((p.th as usize) + 2);
  // The answer to what source NAT has changed is for who sent it.
  if (p.ct != 0 && p.ctinfo == CTINFO_REPLY && Conn.at(p.ct).status & IPS_SRC_NAT_DONE) {
    own = tupleOf(p.ct, 0);
    port = load<u16>(tupleOf(p.ct, 0), T_SPORT) as u32;
  }
  const id = sockTaker(p, proto == PROTO_TCP, own, port);
  if (id == 0) return false;
  const how = load<u8>(m, MATCH_X_P) as u32;
  const s = sockAt(id);
  if (how & SOCKET_TRANSPARENT) return false;
  if (!(how & SOCKET_NOWILDCARD) && isAny(s.l0, s.l1)) return false;
  if (how & SOCKET_RESTORE) p.mark = s.mark;
  return true;
}

/** Whether a packet fits. @param kind MX_TIME and behind it @param m the record */
export function deepFits(kind: u32, m: usize, p: Pkt): bool {
  switch (kind) {
    case MX_TIME:
      return timeFits(m);
    case MX_TCPMSS:
      return tcpmss(m, p);
    case MX_ECN:
      return ecn(m, p);
    case MX_RPFILTER:
      return rpfilter(m, p);
    case MX_SOCKET:
      return socket(m, p);
    case MX_FIXED:
      return load<u32>(m, MATCH_X_A) != 0;
  }
  return u32Fits(m, p);
}
