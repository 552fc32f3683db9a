/**
 * Virtual services and the real servers behind them. A service is known by (protocol, address, port) or by the mark of
 * the packets it takes; its newest server is the first of the list.
 * Limits: IPv4; no tunnels.
 * @see Linux net/netfilter/ipvs/ip_vs_ctl.c
 */
import {
  EEXIST,
  EINVAL,
  ENOENT,
  ENOSPC,
  VS_FWD_TUNNEL,
  VS_SCHED_SH,
  VS_X_ACTIVE,
  VS_X_ADDR,
  VS_X_FWD,
  VS_X_FWMARK,
  VS_X_HANDLE,
  VS_X_INACTIVE,
  VS_X_LOWER,
  VS_X_NETMASK,
  VS_X_PERSIST,
  VS_X_PERSISTENT,
  VS_X_PORT,
  VS_X_PROTO,
  VS_X_SCHED,
  VS_X_SIZE,
  VS_X_SVC,
  VS_X_UPPER,
  VS_X_WEIGHT,
} from '../../../abi';
import {
  SLAB_VS_DEST,
  SLAB_VS_SVC,
  Sim,
  VS_DEST_BASE,
  VS_DEST_CAP,
  VS_DEST_REC,
  VS_SVC_BASE,
  VS_SVC_CAP,
  VS_SVC_REC,
} from '../../mem';
import { Ns } from '../../dev/ns';
import { slabAlloc, slabFree } from '../../sim/slab';
import { NfNs } from '../settings';
import { statsDump, statsInit, statsZero } from './stats';

@unmanaged
export class Svc {
  link: u32;
  /** 0: free record. */
  ns: u32;
  next: u32;
  /** 0: by mark. */
  proto: u32;
  addr: u32;
  port: u32;
  fwmark: u32;
  sched: u32;
  /** Seconds for which a client keeps its server, 0: not at all; and the mask of what is a client. */
  persist: u32;
  netmask: u32;
  dests: u32;
  /** Scheduler's: the server chosen last, weight now, largest weight, step. */
  cursor: u32;
  weight: u32;
  maxWeight: u32;
  step: u32;
  spare: u32;

  @inline static at(i: u32): Svc {
    return changetype<Svc>(VS_SVC_BASE + (i as usize) * VS_SVC_REC);
  }
}

@unmanaged
export class Dest {
  link: u32;
  /** 0: free record. */
  svc: u32;
  next: u32;
  /** 0: taken away, but connections refer to it. */
  available: u32;
  addr: u32;
  port: u32;
  weight: u32;
  fwd: u32;
  active: u32;
  inactive: u32;
  persistent: u32;
  upper: u32;
  lower: u32;
  overload: u32;
  refs: u32;
  spare: u32;

  @inline static at(i: u32): Dest {
    return changetype<Dest>(VS_DEST_BASE + (i as usize) * VS_DEST_REC);
  }
}

/** Address of the counters of a service. */
export function svcStats(i: u32): usize {
  return VS_SVC_BASE + (i as usize) * VS_SVC_REC + 64;
}

/** Address of the counters of a server. */
export function destStats(i: u32): usize {
  return VS_DEST_BASE + (i as usize) * VS_DEST_REC + 64;
}

/** The service a packet is for: by its mark first. @returns 0 when there is none */
export function svcFind(ns: u32, mark: u32, proto: u32, addr: u32, port: u32): u32 {
  let any: u32 = 0;
  let found: u32 = 0;
  for (let i = NfNs.at(ns).vsFirst; i != 0; i = Svc.at(i).next) {
    const s = Svc.at(i);
    if (s.fwmark != 0) {
      if (s.fwmark == mark) return i;
    } else if (s.proto == proto && s.addr == addr) {
      if (s.port == port) found = i;
      else if (s.port == 0 && s.persist != 0) any = i;
    }
  }
  return found != 0 ? found : any;
}

function exact(ns: u32, x: usize): u32 {
  for (let i = NfNs.at(ns).vsFirst; i != 0; i = Svc.at(i).next) {
    const s = Svc.at(i);
    if (s.fwmark != load<u32>(x, VS_X_FWMARK)) continue;
    if (s.fwmark != 0) return i;
    if (s.proto == load<u32>(x, VS_X_PROTO) && s.addr == load<u32>(x, VS_X_ADDR) && s.port == load<u32>(x, VS_X_PORT)) return i;
  }
  return 0;
}

/** Greatest common divisor of the servers' weights, largest weight. @see ip_vs_wrr.c: ip_vs_wrr_init_svc */
function weigh(i: u32): void {
  const s = Svc.at(i);
  let most: u32 = 0;
  let step: u32 = 0;
  for (let d = s.dests; d != 0; d = Dest.at(d).next) {
    let a = Dest.at(d).weight;
    if (a == 0) continue;
    most = max(most, a);
    let b = step;
    while (b != 0) {
      const r = a % b;
      a = b;
      b = r;
    }
    step = a;
  }
  s.step = max(step, 1);
  s.maxWeight = most == 0 ? 0 : most - (s.step - 1);
  if (s.weight > s.maxWeight || s.weight == 0) s.weight = s.maxWeight;
  else if (s.step > 1) s.weight = (s.weight / s.step) * s.step + 1;
}

/** Adds or changes a service. @param edit 0 adds, 1 changes @returns its handle, -EEXIST, -ENOENT (ESRCH by ipvsadm), -EINVAL, -ENOSPC */
export function vsServiceSet(ns: u32, x: usize, edit: u32): i32 {
  let i = exact(ns, x);
  if (load<u32>(x, VS_X_SCHED) > (VS_SCHED_SH as u32)) return -EINVAL;
  if (edit == 0 && i != 0) return -EEXIST;
  if (edit != 0 && i == 0) return -ENOENT;
  if (i == 0) {
    if (!Ns.at(ns).live) return -EINVAL;
    i = slabAlloc(SLAB_VS_SVC);
    if (i == 0) return -ENOSPC;
    const s = Svc.at(i);
    const n = NfNs.at(ns);
    s.ns = ns;
    s.proto = load<u32>(x, VS_X_PROTO);
    s.addr = load<u32>(x, VS_X_ADDR);
    s.port = load<u32>(x, VS_X_PORT);
    s.fwmark = load<u32>(x, VS_X_FWMARK);
    s.next = n.vsFirst;
    n.vsFirst = i;
    // A service needs the hooks of netfilter, whether or not there are chains.
    Ns.at(ns).nfChains++;
    Sim.at().vsServices++;
    statsInit(svcStats(i));
  }
  const s = Svc.at(i);
  if (s.sched != load<u32>(x, VS_X_SCHED)) s.cursor = 0;
  s.sched = load<u32>(x, VS_X_SCHED);
  s.persist = load<u32>(x, VS_X_PERSIST);
  s.netmask = load<u32>(x, VS_X_NETMASK);
  weigh(i);
  return i as i32;
}

/** Takes a service away, and its servers. @returns 0 or -ENOENT */
export function vsServiceDel(i: u32): i32 {
  if (i == 0 || i >= VS_SVC_CAP || Svc.at(i).ns == 0) return -ENOENT;
  const s = Svc.at(i);
  while (s.dests != 0) vsDestDel(s.dests);
  const n = NfNs.at(s.ns);
  if (n.vsFirst == i) n.vsFirst = s.next;
  else {
    let k = n.vsFirst;
    while (Svc.at(k).next != i) k = Svc.at(k).next;
    Svc.at(k).next = s.next;
  }
  Ns.at(s.ns).nfChains--;
  Sim.at().vsServices--;
  s.ns = 0;
  slabFree(SLAB_VS_SVC, i);
  return 0;
}

function destOf(svc: u32, addr: u32, port: u32): u32 {
  for (let d = Svc.at(svc).dests; d != 0; d = Dest.at(d).next)
    if (Dest.at(d).addr == addr && Dest.at(d).port == port) return d;
  return 0;
}

/** Adds or changes a server of service VS_X_SVC. @returns its handle, -EEXIST, -ENOENT, -EINVAL or -ENOSPC */
export function vsDestSet(x: usize, edit: u32): i32 {
  const svc = load<u32>(x, VS_X_SVC);
  if (svc == 0 || svc >= VS_SVC_CAP || Svc.at(svc).ns == 0) return -ENOENT;
  let i = destOf(svc, load<u32>(x, VS_X_ADDR), load<u32>(x, VS_X_PORT));
  if (edit == 0 && i != 0) return -EEXIST;
  if (edit != 0 && i == 0) return -ENOENT;
  if (load<u32>(x, VS_X_FWD) == VS_FWD_TUNNEL) return -EINVAL;
  if (i == 0) {
    i = slabAlloc(SLAB_VS_DEST);
    if (i == 0) return -ENOSPC;
    const d = Dest.at(i);
    d.svc = svc;
    d.available = 1;
    d.addr = load<u32>(x, VS_X_ADDR);
    d.port = load<u32>(x, VS_X_PORT);
    d.next = Svc.at(svc).dests;
    Svc.at(svc).dests = i;
    statsInit(destStats(i));
  }
  const d = Dest.at(i);
  d.weight = load<u32>(x, VS_X_WEIGHT);
  d.fwd = load<u32>(x, VS_X_FWD);
  d.upper = load<u32>(x, VS_X_UPPER);
  d.lower = load<u32>(x, VS_X_LOWER);
  destLoad(i);
  weigh(svc);
  return i as i32;
}

/** Takes a server away; its connections are not carried any more. @returns 0 or -ENOENT */
export function vsDestDel(i: u32): i32 {
  if (i == 0 || i >= VS_DEST_CAP || Dest.at(i).svc == 0 || Dest.at(i).available == 0) return -ENOENT;
  const d = Dest.at(i);
  const s = Svc.at(d.svc);
  // The turn goes on behind it: its place is that of the one before.
  let before: u32 = 0;
  for (let k = s.dests; k != i; k = Dest.at(k).next) before = k;
  if (before == 0) s.dests = d.next;
  else Dest.at(before).next = d.next;
  if (s.cursor == i) s.cursor = before;
  d.available = 0;
  weigh(d.svc);
  if (d.refs == 0) destFree(i);
  return 0;
}

function destFree(i: u32): void {
  Dest.at(i).svc = 0;
  slabFree(SLAB_VS_DEST, i);
}

/** A connection refers to a server, or does no more. */
export function destGet(i: u32): void {
  Dest.at(i).refs++;
}

/** @see destGet */
export function destPut(i: u32): void {
  const d = Dest.at(i);
  d.refs--;
  if (d.refs == 0 && d.available == 0) destFree(i);
}

/** Whether a server has as many connections as it may. @see ip_vs_conn.c: ip_vs_bind_dest, ip_vs_unbind_dest */
export function destLoad(i: u32): void {
  const d = Dest.at(i);
  const conns = d.active + d.inactive;
  if (d.upper == 0) d.overload = 0;
  else if (conns >= d.upper) d.overload = 1;
  else if (d.lower != 0 ? conns < d.lower : conns * 4 < d.upper * 3) d.overload = 0;
}

/** Sets the counters of a service (0: of all of the namespace) and its servers to zero. */
export function vsZero(ns: u32, svc: u32): void {
  for (let i = NfNs.at(ns).vsFirst; i != 0; i = Svc.at(i).next) {
    if (svc != 0 && i != svc) continue;
    statsZero(svcStats(i));
    for (let d = Svc.at(i).dests; d != 0; d = Dest.at(d).next) statsZero(destStats(d));
  }
}

/** A namespace goes: its services go. */
export function vsNsDestroy(ns: u32): void {
  while (NfNs.at(ns).vsFirst != 0) vsServiceDel(NfNs.at(ns).vsFirst);
}

/** Writes the services of a namespace as VS_X_* records, at most `room`. @returns how many */
export function vsServices(ns: u32, out: usize, room: u32): u32 {
  let n: u32 = 0;
  for (let i = NfNs.at(ns).vsFirst; i != 0 && n < room; i = Svc.at(i).next) {
    const s = Svc.at(i);
    const p = out + (n as usize) * VS_X_SIZE;
    memory.fill(p, 0, VS_X_SIZE);
    store<u32>(p, s.proto, VS_X_PROTO);
    store<u32>(p, s.addr, VS_X_ADDR);
    store<u32>(p, s.port, VS_X_PORT);
    store<u32>(p, s.fwmark, VS_X_FWMARK);
    store<u32>(p, s.sched, VS_X_SCHED);
    store<u32>(p, s.persist, VS_X_PERSIST);
    store<u32>(p, s.netmask, VS_X_NETMASK);
    store<u32>(p, i, VS_X_HANDLE);
    statsDump(svcStats(i), p);
    n++;
  }
  return n;
}

/** Writes the servers of a service as VS_X_* records, at most `room`. @returns how many */
export function vsDests(svc: u32, out: usize, room: u32): u32 {
  let n: u32 = 0;
  for (let i = Svc.at(svc).dests; i != 0 && n < room; i = Dest.at(i).next) {
    const d = Dest.at(i);
    const p = out + (n as usize) * VS_X_SIZE;
    memory.fill(p, 0, VS_X_SIZE);
    store<u32>(p, d.addr, VS_X_ADDR);
    store<u32>(p, d.port, VS_X_PORT);
    store<u32>(p, i, VS_X_HANDLE);
    store<u32>(p, d.svc, VS_X_SVC);
    store<u32>(p, d.weight, VS_X_WEIGHT);
    store<u32>(p, d.fwd, VS_X_FWD);
    store<u32>(p, d.upper, VS_X_UPPER);
    store<u32>(p, d.lower, VS_X_LOWER);
    store<u32>(p, d.active, VS_X_ACTIVE);
    store<u32>(p, d.inactive, VS_X_INACTIVE);
    store<u32>(p, d.persistent, VS_X_PERSISTENT);
    statsDump(destStats(i), p);
    n++;
  }
  return n;
}
