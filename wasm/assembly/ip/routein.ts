/**
 * The route of what comes in: whether it is for this machine, goes through, or pretends (a martian); the check of its
 * source (rp_filter).
 * @see Linux net/ipv4/route.c: ip_route_input_slow, __mkroute_input, ip_mc_validate_source; fib_frontend.c: fib_validate_source
 */
import {
  CONF_ACCEPT_LOCAL, CONF_BC_FORWARDING, CONF_FORWARDING, CONF_LOG_MARTIANS, CONF_PROXY_ARP_PVLAN, CONF_ROUTE_LOCALNET,
  CONF_RP_FILTER, CONF_SEND_REDIRECTS, CONF_SHARED_MEDIA, CONF_SRC_VALID_MARK, DEV_LOOPBACK, DROP_MARTIAN_DST,
  DROP_MARTIAN_SRC, DROP_RP_FILTER, EHOSTUNREACH, LOG_MARTIAN_DST, LOG_MARTIAN_SRC, RTN_BROADCAST, RTN_LOCAL,
  RTN_MULTICAST, RTN_UNICAST,
} from '../../abi';
import { Dev } from '../dev/dev';
import { Ns } from '../dev/ns';
import { Sim } from '../mem';
import { nfLogMartian } from '../nf/target/log';
import { Pkt } from '../sim/packet';
import { rd16 } from '../wire/bytes';
import { ETH_IPV4 } from '../wire/ether';
import { ip4Hlen, ip4IsFragment, ip4Proto, PROTO_TCP, PROTO_UDP } from '../wire/ipv4';
import { addrAny, addrIsOwn, addrOnLink } from './addr';
import { confAnd, confMax, confOf, confOr } from './conf';
import { Flow, fibLookup, fibOnLink, flowSet } from './fib';
import { groupHas } from './mcast';
import { Net4 } from './net4';
import { Route } from './route';
import { redirected } from './routeout';

/** Tells the log of a martian, when the device wants that. @param what LOG_MARTIAN_* */
function log(dev: u32, what: u32, src: u32, dst: u32): void {
  if (confOr(dev, CONF_LOG_MARTIANS)) nfLogMartian(what, dev, src, dst, Sim.at().asking);
}

function badSource(dev: u32, src: u32, dst: u32, reason: u32): i32 {
  log(dev, LOG_MARTIAN_SRC, src, dst);
  return reason as i32;
}

function badDestination(dev: u32, src: u32, dst: u32): i32 {
  log(dev, LOG_MARTIAN_DST, src, dst);
  return DROP_MARTIAN_DST;
}

/** Whether the answer in Sim leaves by a device, by any of its next hops. @see fib_info_nh_uses_dev */
function leavesBy(dev: u32): bool {
  const s = Sim.at();
  if (s.r4 == 0) return s.r1 == dev;
  for (let k = Route.at(s.r4).head; k != 0; k = Route.at(k).more) if (Route.at(k).dev == dev) return true;
  return false;
}

/**
 * Whether a source may come by a device. Overwrites Flow and the answer in Sim.
 * @param dst destination, 0: a broadcast @param out device the packet is to leave by, 0: it stays
 * @returns 0; 1: it may, and is on the link itself; negative: -DROP_MARTIAN_SRC or -DROP_RP_FILTER
 */
function validate(ns: u32, dev: u32, src: u32, dst: u32, out: u32, mark: u32, tos: u32): i32 {
  const rpf = confMax(dev, CONF_RP_FILTER);
  if (rpf == 0 && (dev != out || !confOr(dev, CONF_SEND_REDIRECTS))) {
    if (confOr(dev, CONF_ACCEPT_LOCAL)) return 0;
    const n = Net4.at(ns);
    if (!n.customLocal && !n.custom) return addrIsOwn(ns, src) ? -(DROP_MARTIAN_SRC as i32) : 0;
  }
  const f = flowSet(src, dst, out, 0);
  f.tos = tos;
  if (confOr(dev, CONF_SRC_VALID_MARK)) f.mark = mark;
  dissect(ns, f, 0, true);
  const failed = rpf != 0 ? -(DROP_RP_FILTER as i32) : 0;
  if (fibLookup(ns) != 0) return failed;
  const type = Sim.at().r0;
  if (type != RTN_UNICAST && (type != RTN_LOCAL || !confOr(dev, CONF_ACCEPT_LOCAL))) return -(DROP_MARTIAN_SRC as i32);
  if (leavesBy(dev) || (type == RTN_LOCAL && Dev.at(dev).kind == DEV_LOOPBACK)) return fibOnLink() ? 1 : 0;
  if (!addrAny(dev)) return failed;
  if (rpf == 1) return failed;
  Flow.get().oif = dev;
  return fibLookup(ns) == 0 && Sim.at().r0 == RTN_UNICAST && fibOnLink() ? 1 : 0;
}

/**
 * Whether the way back to a source leaves by the device it came by, or with `loose` by any. Overwrites Flow and the answer in Sim.
 * @param local an own address will do too
 * @see Linux net/ipv4/netfilter/ipt_rpfilter.c
 */
export function reversePath(
  ns: u32, dev: u32, src: u32, dst: u32, mark: u32, tos: u32, loose: bool, local: bool,
): bool {
  const group = dst >> 28 == 14 || dst == 0xffffffff;
  if (src >> 24 == 0 && (dst == 0xffffffff || dst >> 8 == 0xe00000)) return true;
  const f = flowSet(src, group || dst >> 24 == 0 ? 0 : dst, 0, 0);
  f.mark = mark;
  f.tos = tos;
  if (fibLookup(ns) != 0) return false;
  const type = Sim.at().r0;
  if (type != RTN_UNICAST && (type != RTN_LOCAL || !local)) return false;
  return leavesBy(dev) || loose;
}

/**
 * What else a question about a packet received holds, when a rule wants to know: protocol and ports, unless it is a fragment.
 * @param proto protocol, when there is no packet @param back the way to its sender is asked for
 * @see Linux fib4_rules_early_flow_dissect
 */
function dissect(ns: u32, f: Flow, proto: u32, back: bool): void {
  if (!Net4.at(ns).dissects) return;
  f.proto = proto;
  const pkt = Sim.at().asking;
  if (pkt == 0 || Pkt.at(pkt).proto != ETH_IPV4) return;
  const ip = Pkt.at(pkt).nh as usize;
  f.proto = ip4Proto(ip);
  if ((f.proto != PROTO_TCP && f.proto != PROTO_UDP) || ip4IsFragment(ip)) return;
  const th = ip + ip4Hlen(ip);
  f.sport = rd16(back ? th + 2 : th);
  f.dport = rd16(back ? th : th + 2);
}

/** A packet to a group. @returns 0 or DROP_* */
function group(ns: u32, dev: u32, src: u32, dst: u32, igmp: bool): i32 {
  if (!groupHas(dev, dst) && !igmp) return DROP_MARTIAN_DST;
  if (src >> 28 == 14 || src == 0xffffffff) return DROP_MARTIAN_SRC;
  if (src >> 24 == 127 && !confOr(dev, CONF_ROUTE_LOCALNET) && Dev.at(dev).kind != DEV_LOOPBACK) return DROP_MARTIAN_SRC;
  if (src >> 24 == 0) {
    if (dst >> 8 != 0xe00000 && !igmp) return DROP_MARTIAN_SRC;
  } else {
    const ok = validate(ns, dev, src, 0, 0, 0, 0);
    if (ok < 0) return -ok;
  }
  return stay(ns, RTN_MULTICAST, dst);
}

/** The packet is for this machine. */
function stay(ns: u32, type: u32, dst: u32): i32 {
  const s = Sim.at();
  s.r0 = type;
  s.r1 = Ns.at(ns).lo;
  s.r2 = dst;
  s.r5 = 0;
  return 0;
}

function broadcast(ns: u32, dev: u32, src: u32, dst: u32, mark: u32, tos: u32, arp: bool): i32 {
  if (arp) return DROP_MARTIAN_DST;
  if (src >> 24 != 0) {
    const ok = validate(ns, dev, src, 0, 0, mark, tos);
    if (ok < 0) return badSource(dev, src, dst, -ok);
  }
  return stay(ns, RTN_BROADCAST, dst);
}

/** Set in Sim.r5 for what leaves by the device it came by towards somewhere its sender could reach itself. */
export const FIBR_REDIRECT: u32 = 4;

/**
 * Routes what came in by a device. The answer is in Sim: r0 = RTN_LOCAL, _BROADCAST, _MULTICAST (for this machine) or
 * _UNICAST (through), r1 = out device, r2 = next hop, r4 = route of what goes through,
 * r5 = FIBR_*.
 * @param proto IP protocol @param arp a question of ARP's: what does not leave by another device is no one's
 * @returns 0; DROP_* (positive): a martian, say nothing; -errno: no route
 */
export function routeInput(ns: u32, dev: u32, src: u32, dst: u32, mark: u32, tos: u32, proto: u32, arp: bool): i32 {
  if (dst >> 28 == 14) return group(ns, dev, src, dst, proto == 2);
  if (src >> 28 == 14 || src == 0xffffffff) return badSource(dev, src, dst, DROP_MARTIAN_SRC);
  if (dst == 0xffffffff || (src | dst) == 0) return broadcast(ns, dev, src, dst, mark, tos, arp);
  if (src >> 24 == 0) return badSource(dev, src, dst, DROP_MARTIAN_SRC);
  if (dst >> 24 == 0) return badDestination(dev, src, dst);
  if ((dst >> 24 == 127 || src >> 24 == 127) && !confOr(dev, CONF_ROUTE_LOCALNET)) {
    return dst >> 24 == 127 ? badDestination(dev, src, dst) : badSource(dev, src, dst, DROP_MARTIAN_SRC);
  }
  const f = flowSet(dst, src, dev, 0);
  f.mark = mark;
  f.tos = tos;
  dissect(ns, f, proto, false);
  const err = fibLookup(ns);
  if (err != 0) return confOf(dev, CONF_FORWARDING) ? err : -EHOSTUNREACH;
  const type = Sim.at().r0;
  if (type == RTN_BROADCAST && !confAnd(dev, CONF_BC_FORWARDING)) return broadcast(ns, dev, src, dst, mark, tos, arp);
  if (type == RTN_LOCAL) {
    const ok = validate(ns, dev, src, dst, 0, mark, tos);
    return ok < 0 ? badSource(dev, src, dst, -ok) : stay(ns, RTN_LOCAL, dst);
  }
  if (!confOf(dev, CONF_FORWARDING)) return -EHOSTUNREACH;
  if (type != RTN_UNICAST && type != RTN_BROADCAST) return badDestination(dev, src, dst);
  return through(ns, dev, src, dst, mark, tos, arp);
}

/** The packet goes on: its source is checked, and whether its sender took a detour. */
function through(ns: u32, dev: u32, src: u32, dst: u32, mark: u32, tos: u32, arp: bool): i32 {
  const s = Sim.at();
  const type = s.r0;
  redirected(ns, dst);
  const out = s.r1;
  const hop = s.r2;
  const bits = s.r5;
  const route = s.r4;
  const ok = validate(ns, dev, src, dst, out, mark, tos);
  if (ok < 0) return badSource(dev, src, dst, -ok);
  let redirect: u32 = 0;
  if (ok > 0 && out == dev && !arp) {
    if (confOr(out, CONF_SHARED_MEDIA) || addrOnLink(out, src, bits & 1 ? hop : 0)) redirect = FIBR_REDIRECT;
  }
  if (arp && out == dev && !confOr(dev, CONF_PROXY_ARP_PVLAN)) return DROP_MARTIAN_DST;
  s.r0 = type;
  s.r1 = out;
  s.r2 = hop;
  s.r4 = route;
  s.r5 = bits | redirect;
  return 0;
}
