/**
 * Lookup of IPv4 routes: the tables that the policy rules lead to, or local, main and default while there are no rules
 * but the kernel's own; the choice among next hops.
 * Limits: the hash over next hops is our own, so which flow takes which differs from the kernel's choice.
 * @see Linux net/ipv4/fib_trie.c: fib_table_lookup; fib_semantics.c: fib_select_path; include/net/ip_fib.h: fib_lookup
 */
import {
  CONF_IGNORE_ROUTES_WITH_LINKDOWN, EACCES, EAGAIN, EHOSTUNREACH, EINVAL, ENETUNREACH, IP4_MULTIPATH_HASH_POLICY,
  ROUTE_HAS_GW, RT_SCOPE_LINK, RT_TABLE_LOCAL, RTN_BLACKHOLE, RTN_BROADCAST, RTN_LOCAL, RTN_PROHIBIT,
  RTN_THROW, RTN_UNICAST, RTN_UNREACHABLE,
} from '../../abi';
import { Dev } from '../dev/dev';
import { Ns } from '../dev/ns';
import { FLOW_BASE, Sim } from '../mem';
import { mask4 } from '../wire/bytes';
import { Addr, addrBroadcast, addrLocal, addrOwn, addrSelect } from './addr';
import { confOr } from './conf';
import { rulesLookup } from './fibrule';
import { ip4Get, Net4 } from './net4';
import { rank, Route } from './route';

/** Bits of Sim.r5: the next hop is a gateway; the route is one of the machine's addresses. */
export const FIBR_GW: u32 = 1;
export const FIBR_ADDR: u32 = 2;

/** What a lookup asks for; devices are the core's, 0 any. @see Linux struct flowi4 */
@unmanaged
export class Flow {
  dst: u32;
  src: u32;
  iif: u32;
  oif: u32;
  mark: u32;
  tos: u32;
  /** Transport protocol and ports, for rules that ask; 0 unknown. */
  proto: u32;
  sport: u32;
  dport: u32;

  @inline static get(): Flow {
    return changetype<Flow>(FLOW_BASE);
  }
}

/** Begins a question. The rest is 0. */
export function flowSet(dst: u32, src: u32, iif: u32, oif: u32): Flow {
  const f = Flow.get();
  f.dst = dst;
  f.src = src;
  f.iif = iif;
  f.oif = oif;
  f.mark = 0;
  f.tos = 0;
  f.proto = 0;
  f.sport = 0;
  f.dport = 0;
  return f;
}

/** errno of a type of route that does not carry, 0 of one that does. @see Linux fib_semantics.c: fib_props */
function errorOf(type: u32): i32 {
  if (type == RTN_BLACKHOLE) return -EINVAL;
  if (type == RTN_UNREACHABLE) return -EHOSTUNREACH;
  if (type == RTN_PROHIBIT) return -EACCES;
  return type == RTN_THROW ? -EAGAIN : 0;
}

/** Leaves an answer: type, device, next hop, preferred source (0: to be selected), route (its next hop's record; 0: an own address), FIBR_*. */
function answer(type: u32, dev: u32, hop: u32, src: u32, route: u32, bits: u32): i32 {
  const s = Sim.at();
  s.r0 = type;
  s.r1 = dev;
  s.r2 = hop;
  s.r3 = src;
  s.r4 = route;
  s.r5 = bits;
  return 0;
}

/** Whether packets may take a next hop now. */
function alive(dev: u32): bool {
  const d = Dev.at(dev);
  return dev != 0 && d.up != 0 && (d.carrier != 0 || !confOr(dev, CONF_IGNORE_ROUTES_WITH_LINKDOWN));
}

/** Own addresses and broadcasts. @returns 0, or -EAGAIN: it is neither */
function ownLookup(ns: u32, dst: u32, oif: u32): i32 {
  const k = addrLocal(ns, dst, oif);
  if (k != 0) return answer(RTN_LOCAL, Addr.at(k).dev, dst, addrOwn(k), 0, FIBR_ADDR);
  const b = addrBroadcast(ns, dst, oif);
  return b != 0 ? answer(RTN_BROADCAST, Addr.at(b).dev, dst, addrOwn(b), 0, FIBR_ADDR) : -EAGAIN;
}

/** The next hop of a route for a flow, among those that are alive and go by `oif`; 0: none. */
function hopOf(ns: u32, k: u32, oif: u32): u32 {
  if (Route.at(k).more == 0) return alive(Route.at(k).dev) && (oif == 0 || oif == Route.at(k).dev) ? k : 0;
  let total: u64 = 0;
  for (let h = k; h != 0; h = Route.at(h).more) {
    if (!alive(Route.at(h).dev)) continue;
    if (oif != 0 && oif == Route.at(h).dev) return h;
    total += Route.at(h).weight as u64;
  }
  if (oif != 0 || total == 0) return 0;
  const at: u64 = (flowHash(ns) as u64) * total;
  let sum: u64 = 0;
  for (let h = k; h != 0; h = Route.at(h).more) {
    if (!alive(Route.at(h).dev)) continue;
    sum += Route.at(h).weight as u64;
    if (at < sum << 32) return h;
  }
  return 0;
}

/** Addresses, with fib_multipath_hash_policy 1 also protocol and ports. */
function flowHash(ns: u32): u32 {
  const f = Flow.get();
  let h: u32 = (f.src * 0x9e3779b1) ^ rotl<u32>(f.dst * 0x85ebca6b, 13);
  if (ip4Get(ns, IP4_MULTIPATH_HASH_POLICY) == 1) h ^= (((f.sport << 16) | f.dport) * 0xc2b2ae35) ^ f.proto;
  h ^= h >> 15;
  h *= 0x2c1b3c6d;
  return h ^ (h >> 12);
}

/**
 * Goes through the records of a namespace from `k` on.
 * @param last rank of the last table to look into @param shorter prefixes must be longer than so many bits, -1 any
 * @returns 0, a negative errno, or -EAGAIN: the tables know nothing
 */
function scan(ns: u32, first: u32, last: u32, shorter: i32): i32 {
  const f = Flow.get();
  const dst = f.dst;
  let thrown: u32 = 0;
  for (let k = Ns.at(ns).routes; k != 0; k = Route.at(k).next) {
    const r = Route.at(k);
    if (((dst ^ r.dst) & mask4(r.bits)) != 0 || r.table == thrown || (r.bits as i32) <= shorter) continue;
    const place = rank(r.table);
    if (place < first) continue;
    if (place > last) break;
    const err = errorOf(r.type);
    if (err == -EAGAIN) thrown = r.table;
    else if (err != 0) return err;
    else {
      const h = hopOf(ns, k, f.oif);
      if (h != 0) return found(k, h, dst);
    }
  }
  return -EAGAIN;
}

function found(k: u32, h: u32, dst: u32): i32 {
  const r = Route.at(k);
  const gw: u32 = Route.at(h).flags & ROUTE_HAS_GW ? FIBR_GW : 0;
  return answer(r.type, Route.at(h).dev, gw ? Route.at(h).gw : dst, r.src, h, gw);
}

/** One table. @returns 0, a negative errno, or -EAGAIN: it knows nothing */
export function tableLookup(ns: u32, table: u32, suppress: i32): i32 {
  if (table == RT_TABLE_LOCAL && suppress < 32) {
    const f = Flow.get();
    if (ownLookup(ns, f.dst, f.oif) == 0) return 0;
  }
  return scan(ns, rank(table), rank(table), suppress);
}

/**
 * Answers the question in Flow, in Sim: r0 = RTN_*, r1 = device, r2 = next hop, r3 = preferred source or 0, r4 = route
 * or 0, r5 = FIBR_*.
 * @returns 0, -ENETUNREACH, -EHOSTUNREACH, -EACCES or -EINVAL
 */
export function fibLookup(ns: u32): i32 {
  let err: i32;
  if (Net4.at(ns).custom) err = rulesLookup(ns);
  else {
    const f = Flow.get();
    err = ownLookup(ns, f.dst, f.oif);
    if (err != 0) err = scan(ns, 0, 2, -1);
  }
  return err == -EAGAIN ? -ENETUNREACH : err;
}

/** The source address of the answer in Sim. @see Linux fib_semantics.c: fib_result_prefsrc */
export function fibSource(): u32 {
  const s = Sim.at();
  if (s.r3 != 0) return s.r3;
  if (s.r0 == RTN_LOCAL) return s.r2;
  const scope: u32 = s.r4 != 0 ? Route.at(s.r4).scope : RT_SCOPE_LINK;
  return addrSelect(s.r1, s.r5 & FIBR_GW ? s.r2 : 0, scope);
}

/** Whether the host of the answer in Sim is on the link itself. */
export function fibOnLink(): bool {
  return (Sim.at().r5 & FIBR_GW) == 0;
}

/** What an address is to this machine, all tables asked: RTN_*. @see Linux fib_frontend.c: inet_addr_type */
export function fibType(ns: u32, ip: u32): u32 {
  if (ip == 0 || ip == 0xffffffff) return RTN_BROADCAST;
  flowSet(ip, 0, 0, 0);
  return tableLookup(ns, RT_TABLE_LOCAL, -1) == 0 ? Sim.at().r0 : RTN_UNICAST;
}
