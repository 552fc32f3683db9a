/** Questions about routes from outside the core. Equivalent: `ip route get`. @see Linux route.c: inet_rtm_getroute */
import {
  FLOW_X_IIF, FLOW_X_MARK, FLOW_X_OIF, FLOW_X_PROTO, FLOW_X_TOS,
  ROUTE_CACHE_LOCAL, ROUTE_CACHE_REDIRECT, ROUTE_CACHE_REDIRECTED, ROUTE_HAS_GW, ROUTE_HAS_SRC, ROUTE_MTU_LOCK, ROUTE_X_ADVMSS, ROUTE_X_BITS,
  ROUTE_X_CACHE, ROUTE_X_DEV, ROUTE_X_DST, ROUTE_X_EXPIRES, ROUTE_X_FLAGS, ROUTE_X_GW, ROUTE_X_METRIC, ROUTE_X_MTU,
  ROUTE_X_SCOPE, ROUTE_X_SIZE, ROUTE_X_SRC, ROUTE_X_TABLE, ROUTE_X_TYPE, RT_TABLE_LOCAL, RTN_LOCAL,
} from '../../abi';
import { route6Lookup } from '../ip6/route';
import { Sim } from '../mem';
import { now } from '../sim/clock';
import { isMapped, rdMapped, wrMapped } from '../wire/bytes';
import { FIBR_GW } from './fib';
import { pmtuExpires, pmtuGateway, pmtuLocked, pmtuOf } from './pmtu';
import { Route, routeLocked } from './route';
import { FIBR_REDIRECT, routeInput } from './routein';
import { routeOutput } from './routeout';

/** A martian is no valid question. */
const EINVAL_ANSWER: i32 = -22;

/**
 * Leaves the route of a flow as a ROUTE_X_* record at `out`.
 * @param dst address of 16 bytes @param src 16 bytes of the source, 0 none
 * @param flow address of a FLOW_X_* record; with a device it comes in by, the source counts as that of a packet received
 * @returns 0 or a negative errno
 */
export function routeLookup(ns: u32, dst: usize, src: usize, flow: usize, out: usize): i32 {
  if (!isMapped(dst)) return route6Lookup(ns, dst, src, load<u32>(flow + FLOW_X_OIF), out);
  const ip = rdMapped(dst);
  const from = src != 0 ? rdMapped(src) : 0;
  const iif = load<u32>(flow + FLOW_X_IIF);
  const mark = load<u32>(flow + FLOW_X_MARK);
  const tos = load<u32>(flow + FLOW_X_TOS);
  const proto = load<u32>(flow + FLOW_X_PROTO);
  const err =
    iif != 0
      ? routeInput(ns, iif, from, ip, mark, tos, proto, false)
      : routeOutput(ns, ip, from, load<u32>(flow + FLOW_X_OIF), mark, tos);
  if (err != 0) return err > 0 ? EINVAL_ANSWER : err;
  write(ns, ip, from, iif != 0, out);
  return 0;
}

function write(ns: u32, ip: u32, from: u32, input: bool, out: usize): void {
  const s = Sim.at();
  const r = Route.at(s.r4);
  const gw: u32 = s.r5 & FIBR_GW ? ROUTE_HAS_GW : 0;
  const src: u32 = !input && s.r3 != 0 ? ROUTE_HAS_SRC : 0;
  memory.fill(out, 0, ROUTE_X_SIZE);
  wrMapped(out + ROUTE_X_DST, ip);
  wrMapped(out + ROUTE_X_GW, s.r2);
  wrMapped(out + ROUTE_X_SRC, s.r3);
  store<u32>(out + ROUTE_X_TABLE, s.r4 ? r.table : RT_TABLE_LOCAL);
  store<u32>(out + ROUTE_X_BITS, s.r4 ? r.bits : 32);
  store<u32>(out + ROUTE_X_DEV, s.r1);
  store<u32>(out + ROUTE_X_SCOPE, s.r4 ? r.scope : 0);
  store<u32>(out + ROUTE_X_METRIC, s.r4 ? r.metric : 0);
  store<u32>(out + ROUTE_X_TYPE, s.r0);
  const locked: u32 = routeLocked(s.r4) || pmtuLocked(ns, s.r4, ip) ? ROUTE_MTU_LOCK : 0;
  store<u32>(out + ROUTE_X_FLAGS, gw | src | locked);
  store<u32>(out + ROUTE_X_MTU, s.r4 ? r.mtu : 0);
  store<u32>(out + ROUTE_X_ADVMSS, s.r4 ? r.advMss : 0);
  let cache: u32 = s.r0 == RTN_LOCAL ? ROUTE_CACHE_LOCAL : 0;
  if (s.r5 & FIBR_REDIRECT) cache |= ROUTE_CACHE_REDIRECT;
  if (s.r0 != RTN_LOCAL && s.pmtus) {
    if (pmtuGateway(ns, s.r4, ip) != 0) cache |= ROUTE_CACHE_REDIRECTED;
    const mtu = pmtuOf(ns, s.r4, ip, 0xffff);
    if (mtu != 0xffff) store<u32>(out + ROUTE_X_MTU, mtu);
    const end = pmtuExpires(ns, s.r4, ip);
    if (end != 0) store<u32>(out + ROUTE_X_EXPIRES, ((end - now()) / 1_000_000_000) as u32);
  }
  store<u32>(out + ROUTE_X_CACHE, cache);
}
