/**
 * The route of what this machine sends: device, next hop and source address.
 * @see Linux net/ipv4/route.c: ip_route_output_key_hash_rcu, __mkroute_output
 */
import {
  CONF_ROUTE_LOCALNET, DEV_LOOPBACK, EINVAL, ENETUNREACH, RT_SCOPE_LINK, RT_SCOPE_UNIVERSE, RTN_BROADCAST, RTN_LOCAL,
  RTN_MULTICAST, RTN_UNICAST,
} from '../../abi';
import { Dev } from '../dev/dev';
import { Ns } from '../dev/ns';
import { Sim } from '../mem';
import { Addr, addrLocal, addrSelect } from './addr';
import { confOr } from './conf';
import { FIBR_GW, fibLookup, fibSource, flowSet } from './fib';
import { pmtuGateway } from './pmtu';

/** RTN_* that the destination alone decides, RTN_UNICAST when it does not. */
function groupOf(dst: u32): u32 {
  if (dst == 0xffffffff) return RTN_BROADCAST;
  return dst >> 28 == 14 ? RTN_MULTICAST : RTN_UNICAST;
}

/** A route that needs no table: straight out of a device. */
function direct(dst: u32, dev: u32, src: u32, scope: u32): i32 {
  const s = Sim.at();
  const group = groupOf(dst);
  s.r0 = Dev.at(dev).kind == DEV_LOOPBACK && group == RTN_UNICAST ? RTN_LOCAL : group;
  s.r1 = dev;
  s.r2 = dst;
  s.r3 = src != 0 ? src : addrSelect(dev, 0, scope);
  s.r4 = 0;
  s.r5 = 0;
  return permitted(s.r3, dev);
}

/** Whether a source may leave by a device: loopback's only where route_localnet allows it. @returns 0 or -EINVAL */
function permitted(src: u32, dev: u32): i32 {
  const stays = Dev.at(dev).kind == DEV_LOOPBACK || src >> 24 != 127;
  return stays || confOr(dev, CONF_ROUTE_LOCALNET) ? 0 : -EINVAL;
}

/**
 * Finds the way to `dst`. The answer is in Sim: r0 = RTN_*, r1 = device (loopback for own addresses), r2 = next hop,
 * r3 = source, r4 = route or 0, r5 = FIBR_*.
 * @param src source, 0: to be chosen @param oif device the sender insists on, 0 any
 * @returns 0, -ENETUNREACH, -EHOSTUNREACH, -EACCES or -EINVAL
 */
export function routeOutput(ns: u32, dst: u32, src: u32, oif: u32, mark: u32, tos: u32): i32 {
  const group = groupOf(dst);
  if (src != 0) {
    if (src >> 28 == 14 || src == 0xffffffff || src >> 24 == 0) return -EINVAL;
    if (oif == 0 && group != RTN_UNICAST) {
      const own = addrLocal(ns, src, 0);
      if (own != 0) return direct(dst, Addr.at(own).dev, src, RT_SCOPE_UNIVERSE);
    }
  }
  if (oif != 0) {
    if (!Dev.at(oif).up) return -ENETUNREACH;
    if (dst >> 8 == 0xe00000 || dst == 0xffffffff) return direct(dst, oif, src, RT_SCOPE_LINK);
  }
  const f = flowSet(dst, src, 0, oif);
  f.mark = mark;
  f.tos = tos;
  f.proto = Sim.at().askProto;
  f.sport = Sim.at().askPorts & 0xffff;
  f.dport = Sim.at().askPorts >> 16;
  const err = fibLookup(ns);
  if (err != 0) return oif != 0 ? direct(dst, oif, src, RT_SCOPE_LINK) : err;
  const s = Sim.at();
  if (src != 0) s.r3 = src;
  else s.r3 = group == RTN_MULTICAST && oif != 0 ? addrSelect(oif, 0, RT_SCOPE_UNIVERSE) : fibSource();
  if (s.r0 == RTN_LOCAL) {
    s.r1 = Ns.at(ns).lo;
    return s.r1 == 0 ? -ENETUNREACH : 0;
  }
  if (group != RTN_UNICAST) {
    s.r0 = group;
    s.r2 = dst;
    s.r5 = 0;
  } else if (s.r0 == RTN_UNICAST) redirected(ns, dst);
  return permitted(s.r3, s.r1);
}

/** A redirect that was taken for the destination names another next hop. */
export function redirected(ns: u32, dst: u32): void {
  const s = Sim.at();
  if (!s.pmtus) return;
  const gw = pmtuGateway(ns, s.r4, dst);
  if (gw == 0) return;
  s.r2 = gw;
  s.r5 |= FIBR_GW;
}

/** The next questions are about what a protocol sends between two ports; all 0: it is not known. */
export function routeFor(proto: u32, sport: u32, dport: u32): void {
  const s = Sim.at();
  s.askProto = proto;
  s.askPorts = sport | (dport << 16);
}
