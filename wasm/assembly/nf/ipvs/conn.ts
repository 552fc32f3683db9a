/**
 * Connections of IPVS, found by client in both directions; templates keep a client with its server (persistence).
 * They are forgotten when their time is over, by a sweep that sleeps until the next is due.
 * Limits: VS_CONN_CAP; when full, new connections are dropped and counted.
 * @see Linux net/netfilter/ipvs/ip_vs_conn.c
 */
import {
  TIMER_IPVS,
  VC_X_CADDR,
  VC_X_CPORT,
  VC_X_DADDR,
  VC_X_DPORT,
  VC_X_PROTO,
  VC_X_SIZE,
  VC_X_STATE,
  VC_X_TEMPLATE,
  VC_X_TIMEOUT,
  VC_X_VADDR,
  VC_X_VPORT,
} from '../../../abi';
import { SLAB_VS_CONN, Sim, VS_BUCKETS, VS_CONN_BASE, VS_CONN_CAP, VS_CONN_REC, VS_HASH } from '../../mem';
import { now } from '../../sim/clock';
import { slabAlloc, slabFree } from '../../sim/slab';
import { timerAdd, timerDel, timerWhen } from '../../sim/timer';
import { Dest, destGet, destLoad, destPut } from './service';

@unmanaged
export class VsConn {
  next: u32;
  /** 0: free record. */
  ns: u32;
  proto: u32;
  caddr: u32;
  cport: u32;
  vaddr: u32;
  vport: u32;
  daddr: u32;
  dport: u32;
  state: u32;
  /** VF_* bits. */
  flags: u32;
  dest: u32;
  /** The template that holds it to its server. */
  control: u32;
  /** Connections that this template holds. */
  held: u32;
  /** Seconds it lasts from its last packet on. */
  timeout: u32;
  spare: u32;
  expires: u64;

  @inline static at(i: u32): VsConn {
    return changetype<VsConn>(VS_CONN_BASE + (i as usize) * VS_CONN_REC);
  }
}

export const VF_INACTIVE: u32 = 1;
export const VF_TEMPLATE: u32 = 2;
/** It is tracked by conntrack too. */
export const VF_NFCT: u32 = 4;

const SECOND: u64 = 1_000_000_000;

function bucket(ns: u32, proto: u32, addr: u32, port: u32): usize {
  let h: u32 = addr * 0x9e3779b1;
  h = (h ^ (h >> 15) ^ ((port << 16) | (ns << 8) | proto)) * 0x85ebca6b;
  return VS_HASH + (((h ^ (h >> 13)) & (VS_BUCKETS - 1)) as usize) * 4;
}

/** What goes to a service: the connection of this client with it. @returns 0 when there is none */
export function vsFindIn(ns: u32, proto: u32, caddr: u32, cport: u32, vaddr: u32, vport: u32): u32 {
  let i = load<u32>(bucket(ns, proto, caddr, cport));
  while (i != 0) {
    const c = VsConn.at(i);
    const same = c.ns == ns && c.proto == proto && c.caddr == caddr && c.cport == cport;
    if (same && c.vaddr == vaddr && c.vport == vport && !(c.flags & VF_TEMPLATE)) return alive(i);
    i = c.next;
  }
  return 0;
}

/** What comes from a server: the connection of this client with it. @returns 0 when there is none */
export function vsFindOut(ns: u32, proto: u32, caddr: u32, cport: u32, daddr: u32, dport: u32): u32 {
  let i = load<u32>(bucket(ns, proto, caddr, cport));
  while (i != 0) {
    const c = VsConn.at(i);
    const same = c.ns == ns && c.proto == proto && c.caddr == caddr && c.cport == cport;
    if (same && c.daddr == daddr && c.dport == dport && !(c.flags & VF_TEMPLATE)) return alive(i);
    i = c.next;
  }
  return 0;
}

/** The template of a client, an address with its mask applied. */
export function vsTemplate(ns: u32, proto: u32, caddr: u32, vaddr: u32, vport: u32): u32 {
  let i = load<u32>(bucket(ns, proto, caddr, 0));
  while (i != 0) {
    const c = VsConn.at(i);
    const same = c.ns == ns && c.proto == proto && c.caddr == caddr && c.vaddr == vaddr && c.vport == vport;
    if (same && c.flags & VF_TEMPLATE) return alive(i);
    i = c.next;
  }
  return 0;
}

function alive(i: u32): u32 {
  const c = VsConn.at(i);
  if (c.expires > now() || c.held != 0) return i;
  vsConnDel(i);
  return 0;
}

/** A connection between a client and a server. @returns 0 when the table is full */
export function vsConnAdd(
  ns: u32, proto: u32, caddr: u32, cport: u32, vaddr: u32, vport: u32, dest: u32, dport: u32, flags: u32,
): u32 {
  const i = slabAlloc(SLAB_VS_CONN);
  if (i == 0) return 0;
  const c = VsConn.at(i);
  const d = Dest.at(dest);
  c.ns = ns;
  c.proto = proto;
  c.caddr = caddr;
  c.cport = cport;
  c.vaddr = vaddr;
  c.vport = vport;
  c.daddr = d.addr;
  c.dport = dport;
  c.dest = dest;
  c.flags = flags;
  destGet(dest);
  if (flags & VF_TEMPLATE) d.persistent++;
  else d.active++;
  destLoad(dest);
  const at = bucket(ns, proto, caddr, cport);
  c.next = load<u32>(at);
  store<u32>(at, i);
  Sim.at().vsConns++;
  return i;
}

/** Forgets a connection. */
export function vsConnDel(i: u32): void {
  const c = VsConn.at(i);
  let at = bucket(c.ns, c.proto, c.caddr, c.cport);
  while (load<u32>(at) != i) at = changetype<usize>(VsConn.at(load<u32>(at)));
  store<u32>(at, c.next);
  const d = Dest.at(c.dest);
  if (c.flags & VF_TEMPLATE) d.persistent--;
  else if (c.flags & VF_INACTIVE) d.inactive--;
  else d.active--;
  destLoad(c.dest);
  destPut(c.dest);
  if (c.control != 0) VsConn.at(c.control).held--;
  c.ns = 0;
  slabFree(SLAB_VS_CONN, i);
  Sim.at().vsConns--;
}

/** It lasts `c.timeout` seconds from now on; what holds it to its server lasts as long. */
export function vsConnTouch(i: u32): void {
  const c = VsConn.at(i);
  c.expires = now() + (c.timeout as u64) * SECOND;
  arm(c.expires);
}

function arm(when: u64): void {
  const s = Sim.at();
  if (s.vsTimer != 0) {
    if (timerWhen(s.vsTimer) <= when) return;
    timerDel(s.vsTimer);
  }
  s.vsTimer = timerAdd(when, TIMER_IPVS, 0);
}

/** Whether a template, whose time is over, must wait for those it holds: a minute more. */
function waits(c: VsConn): bool {
  if (c.held == 0) return false;
  c.expires = now() + 60 * SECOND;
  return true;
}

/** Forgets what ran out, and sleeps until the next is due. */
export function vsSweep(): void {
  const s = Sim.at();
  s.vsTimer = 0;
  let next: u64 = u64.MAX_VALUE;
  for (let i: u32 = 1; i < VS_CONN_CAP; i++) {
    const c = VsConn.at(i);
    if (c.ns == 0) continue;
    if (c.expires <= now() && !waits(c)) vsConnDel(i);
    else if (c.expires < next) next = c.expires;
  }
  if (next != u64.MAX_VALUE) arm(next);
}

/** Forgets all of a namespace: those that hold others last. */
export function vsConnFlush(ns: u32): void {
  if (Sim.at().vsConns == 0) return;
  for (let round: u32 = 0; round < 2; round++)
    for (let i: u32 = 1; i < VS_CONN_CAP; i++)
      if (VsConn.at(i).ns == ns && (round == 1 || !(VsConn.at(i).flags & VF_TEMPLATE))) vsConnDel(i);
}

/** Writes the connections of a namespace as VC_X_* records, at most `room`. @returns how many */
export function vsConns(ns: u32, out: usize, room: u32): u32 {
  let n: u32 = 0;
  for (let i: u32 = 1; i < VS_CONN_CAP && n < room; i++) {
    const c = VsConn.at(i);
    if (c.ns != ns) continue;
    const p = out + (n as usize) * VC_X_SIZE;
    store<u32>(p, c.proto, VC_X_PROTO);
    store<u32>(p, c.caddr, VC_X_CADDR);
    store<u32>(p, c.cport, VC_X_CPORT);
    store<u32>(p, c.vaddr, VC_X_VADDR);
    store<u32>(p, c.vport, VC_X_VPORT);
    store<u32>(p, c.daddr, VC_X_DADDR);
    store<u32>(p, c.dport, VC_X_DPORT);
    store<u32>(p, c.state, VC_X_STATE);
    store<u32>(p, c.flags & VF_TEMPLATE ? 1 : 0, VC_X_TEMPLATE);
    store<f64>(p, c.expires > now() ? ((c.expires - now()) as f64) : 0, VC_X_TIMEOUT);
    n++;
  }
  return n;
}
