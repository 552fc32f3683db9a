/**
 * Targets that change a packet or its mark and let it go on: CONNMARK, TOS and DSCP, TTL and HL, TCPMSS.
 * @see Linux net/netfilter/xt_connmark.c, xt_DSCP.c, xt_HL.c, xt_TCPMSS.c
 */
import {
  CONNMARK_RESTORE,
  CONNMARK_SAVE,
  DROP_NO_BUFFER,
  DROP_RULE,
  HOOK_OUTPUT,
  RULE_ARG,
  RULE_ARG2,
  RULE_VALUE,
  RULE_VALUE_MASK,
  TARGET_CONNMARK,
  TARGET_TCPMSS,
  TARGET_TOS,
  TARGET_TTL,
  TRACE_MARK,
  TTL_INC,
  TTL_SET,
} from '../../../abi';
import { ip4FlowMtu } from '../../ip/output';
import { pmtuOf } from '../../ip/pmtu';
import { routeMtu } from '../../ip/route';
import { ip6Mtu } from '../../ip6/output';
import { pmtu6Of } from '../../ip6/pmtu';
import { route6Mtu } from '../../ip6/route';
import { PF_TRACE, Pkt } from '../../sim/packet';
import { pktWritable } from '../../sim/pool';
import { trace } from '../../sim/trace';
import { rd16, wr16 } from '../../wire/bytes';
import { csumReplace16 } from '../../wire/checksum';
import { ETH_IPV4 } from '../../wire/ether';
import { ip4Dst, ip4Frag, ip4Len, ip4Src } from '../../wire/ipv4';
import { ip6Class, ip6Dst, ip6Len, ip6Src } from '../../wire/ipv6';
import { TCP_SYN, tcpFlags, tcpHlen } from '../../wire/l4';
import { Conn } from '../conn';

/** Sets the mark of a packet. */
export function markSet(p: Pkt, mark: u32): void {
  if (p.flags & PF_TRACE && p.mark != mark) trace(p, TRACE_MARK, p.mark, mark, 0);
  p.mark = mark;
}

function connmark(p: Pkt, r: usize): void {
  if (p.ct == 0) return;
  const c = Conn.at(p.ct);
  const how = load<u32>(r + RULE_ARG);
  const nfmask = load<u32>(r + RULE_ARG2);
  const ctmark = load<u32>(r + RULE_VALUE);
  const ctmask = load<u32>(r + RULE_VALUE_MASK);
  if (how == CONNMARK_SAVE) c.mark = (c.mark & ~ctmask) ^ (p.mark & nfmask);
  else if (how == CONNMARK_RESTORE) markSet(p, (p.mark & ~nfmask) ^ (c.mark & ctmask));
  else c.mark = (c.mark & ~ctmask) ^ ctmark;
}

/** Writes one byte of the IP header and patches its checksum. @param even the offset of the 16-bit word it is in */
function setByte(ip: usize, at: u32, even: u32, value: u32): void {
  const word = ip + (even as usize);
  const old = load<u16>(word) as u32;
  store<u8>(ip + (at as usize), value as u8);
  csumReplace16(ip + 10, old, load<u16>(word) as u32);
}

function tos(pkt: u32, r: usize): u32 {
  const p = Pkt.at(pkt);
  const v4 = p.proto == ETH_IPV4;
  const was = v4 ? (load<u8>(p.nh as usize, 1) as u32) : ip6Class(p.nh as usize);
  const is: u32 = (was & ~load<u32>(r + RULE_VALUE_MASK)) ^ load<u32>(r + RULE_VALUE);
  if ((is & 0xff) == was) return 0;
  if (!pktWritable(pkt)) return DROP_NO_BUFFER;
  const ip = Pkt.at(pkt).nh as usize;
  if (v4) setByte(ip, 1, 0, is & 0xff);
  else wr16(ip, (rd16(ip) & 0xf00f) | ((is & 0xff) << 4));
  return 0;
}

function ttl(pkt: u32, r: usize): u32 {
  const value = load<u32>(r + RULE_VALUE);
  const how = load<u32>(r + RULE_VALUE_MASK);
  if (!pktWritable(pkt)) return DROP_NO_BUFFER;
  const ip = Pkt.at(pkt).nh as usize;
  const v4 = Pkt.at(pkt).proto == ETH_IPV4;
  const was = load<u8>(ip + (v4 ? 8 : 7)) as i32;
  let is = value as i32;
  if (how != TTL_SET) is = how == TTL_INC ? min(was + (value as i32), 255) : max(was - (value as i32), 0);
  if (!v4) store<u8>(ip, is as u8, 7);
  else if (is != was) setByte(ip, 8, 8, is as u32);
  return 0;
}

/** The segment size that fits both ways, 0: not known. @see xt_TCPMSS.c: tcpmss_reverse_mtu */
function clamp(p: Pkt, hook: u32, outdev: u32): u32 {
  if (outdev == 0) return 0;
  const v4 = p.proto == ETH_IPV4;
  const ip = p.nh as usize;
  const out = v4
    ? pmtuOf(p.ns, p.route, ip4Dst(ip), routeMtu(p.route, outdev))
    : pmtu6Of(p.ns, ip6Dst(ip), route6Mtu(p.route, outdev));
  let back: u32 = 0;
  if (hook != HOOK_OUTPUT && p.indev != 0)
    back = v4 ? ip4FlowMtu(p.ns, ip4Src(ip), 0, 0, 0, 0) : ip6Mtu(p.ns, ip6Src(ip), 0);
  const mtu = back == 0 ? out : min(out, back);
  const heads: u32 = v4 ? 40 : 60;
  return mtu <= heads ? 0 : mtu - heads;
}

/** Lowers the MSS option of a SYN, or adds one to a SYN that has none (RFC 1122: 536 is meant). */
function tcpmss(pkt: u32, r: usize, hook: u32, outdev: u32): u32 {
  const p = Pkt.at(pkt);
  const v4 = p.proto == ETH_IPV4;
  if (v4 && ip4Frag(p.nh as usize) & 0x1fff) return 0;
  const head = tcpHlen(p.th as usize);
  const total = (v4 ? ip4Len(p.nh as usize) : ip6Len(p.nh as usize)) - (p.th - p.nh);
  if (total < head || head < 20) return DROP_RULE;
  let want = load<u32>(r + RULE_VALUE);
  if (want == 0) want = clamp(p, hook, outdev);
  if (want == 0) return DROP_RULE;
  if (!(tcpFlags(p.th as usize) & TCP_SYN)) return 0;
  if (!pktWritable(pkt)) return DROP_NO_BUFFER;
  const th = Pkt.at(pkt).th as usize;
  let at: u32 = 20;
  while (at + 4 <= head) {
    const kind = load<u8>(th + (at as usize)) as u32;
    if (kind == 2 && load<u8>(th + (at as usize), 1) == 4) {
      lower(th, at, want);
      return 0;
    }
    const len = load<u8>(th + (at as usize), 1) as u32;
    at += kind < 2 || len == 0 ? 1 : len;
  }
  return 0;
}

function lower(th: usize, at: u32, want: u32): void {
  const field = th + (at as usize) + 2;
  if (rd16(field) <= want) return;
  const old = load<u16>(field) as u32;
  wr16(field, want);
  let was = old;
  let is = load<u16>(field) as u32;
  if (at & 1) {
    was = (was >> 8) | ((was & 0xff) << 8);
    is = (is >> 8) | ((is & 0xff) << 8);
  }
  csumReplace16(th + 16, was, is);
}

/** Carries a target out. @returns 0 to go on, or the reason to drop */
export function mangleTarget(pkt: u32, target: u32, r: usize, hook: u32, outdev: u32): u32 {
  if (target == TARGET_CONNMARK) {
    connmark(Pkt.at(pkt), r);
    return 0;
  }
  if (target == TARGET_TOS) return tos(pkt, r);
  if (target == TARGET_TTL) return ttl(pkt, r);
  return target == TARGET_TCPMSS ? tcpmss(pkt, r, hook, outdev) : 0;
}
