/**
 * Routes found lately: what routeInput and routeOutput answered for a pair of addresses, good until anything they
 * depend on changes (dstFlush: addresses, routes, rules, settings, devices). One entry for each hash.
 * Limits: only what a plain lookup answers is kept: no groups, no TOS, no policy rules, no several next hops, nothing while path
 * MTUs or redirects are learned (they expire).
 * @see Linux net/core/dst.c, net/ipv4/route.c: rt_cache_valid
 */
import { RTN_LOCAL, RTN_UNICAST } from '../../abi';
import { flowStale } from '../flow/epoch';
import { DST_BASE, DST_CAP, DST_REC, Sim } from '../mem';
import { Net4 } from './net4';
import { Route } from './route';
import { routeInput } from './routein';
import { routeOutput } from './routeout';

const OUTPUT: u64 = 0x80000000;

/** An entry: three words of the question, and Sim.r0 to r5. */
@unmanaged
class Dst {
  /** Destination, source. */
  pair: u64;
  /** Device it came in by, or namespace | OUTPUT; device to go out by. */
  where: u64;
  /** Mark, generation (never 0). */
  state: u64;
  r0: u32;
  r1: u32;
  r2: u32;
  r3: u32;
  r4: u32;
  r5: u32;

  @inline static of(pair: u64, where: u64): Dst {
    const h = (pair ^ (where * 0x9e3779b97f4a7c15)) * 0xbf58476d1ce4e5b9;
    return changetype<Dst>(DST_BASE + (((h >> 40) as usize) & ((DST_CAP - 1) as usize)) * DST_REC);
  }
}

/** Something changed on which routes depend. */
export function dstFlush(): void {
  Sim.at().dstGen++;
  flowStale();
}

function recall(d: Dst): i32 {
  const s = Sim.at();
  s.r0 = d.r0;
  s.r1 = d.r1;
  s.r2 = d.r2;
  s.r3 = d.r3;
  s.r4 = d.r4;
  s.r5 = d.r5;
  return 0;
}

function keep(ns: u32, pair: u64, where: u64, state: u64): void {
  const s = Sim.at();
  if (s.r0 != RTN_UNICAST && s.r0 != RTN_LOCAL) return;
  if (s.pmtus != 0 || Net4.at(ns).custom != 0 || (s.r4 != 0 && Route.at(Route.at(s.r4).head).more != 0)) return;
  const d = Dst.of(pair, where);
  d.pair = pair;
  d.where = where;
  d.state = state;
  d.r0 = s.r0;
  d.r1 = s.r1;
  d.r2 = s.r2;
  d.r3 = s.r3;
  d.r4 = s.r4;
  d.r5 = s.r5;
}

function stateOf(mark: u32): u64 {
  return (mark as u64) | (((Sim.at().dstGen + 1) as u64) << 32);
}

/** What routeInput says. */
export function dstInput(ns: u32, dev: u32, src: u32, dst: u32, mark: u32, tos: u32, proto: u32): i32 {
  if (tos != 0) return routeInput(ns, dev, src, dst, mark, tos, proto, false);
  const pair = (dst as u64) | ((src as u64) << 32);
  const where = dev as u64;
  const state = stateOf(mark);
  const d = Dst.of(pair, where);
  if (d.pair == pair && d.where == where && d.state == state) return recall(d);
  const err = routeInput(ns, dev, src, dst, mark, tos, proto, false);
  if (err == 0) keep(ns, pair, where, state);
  return err;
}

/** What routeOutput says. */
export function dstOutput(ns: u32, dst: u32, src: u32, oif: u32, mark: u32, tos: u32): i32 {
  if (tos != 0) return routeOutput(ns, dst, src, oif, mark, tos);
  const pair = (dst as u64) | ((src as u64) << 32);
  const where = (ns as u64) | OUTPUT | ((oif as u64) << 32);
  const state = stateOf(mark);
  const d = Dst.of(pair, where);
  if (d.pair == pair && d.where == where && d.state == state) return recall(d);
  const err = routeOutput(ns, dst, src, oif, mark, tos);
  if (err == 0) keep(ns, pair, where, state);
  return err;
}
