/** The core's heart: the set-up of all rooms, the loop from link event to link event, and the run of timers. */
import {
  TIMER_CT_GC, TIMER_DAD6, TIMER_FRAG, TIMER_FRAG6,
  TIMER_IGMP, TIMER_IPVS, TIMER_LINK, TIMER_MLD6, TIMER_MLD6_AGAIN, TIMER_NEIGH,
  TIMER_PROXY_ARP, TIMER_QDISC, TIMER_RS6, TIMER_SOCK,
} from '../../abi';
import { floodArrive } from '../dev/flood';
import { devInit } from '../dev/init';
import { qdiscTimer } from '../dev/qdisc';
import { linkArrive } from '../dev/xmit';
import { flowArrive, flowTunnel } from '../flow/replay';
import { ipInit } from '../ip/init';
import { neighTimer } from '../ip/neigh';
import { proxyTimer } from '../ip/proxyarp';
import { fragTimer } from '../ip/reassembly';
import { dadTimer } from '../ip6/addr';
import { ip6Init } from '../ip6/init';
import { igmpTimer } from '../ip/igmp';
import { mldAgain, mldTimer } from '../ip6/mcast';
import { frag6Timer } from '../ip6/reassembly';
import { rsTimer } from '../ip6/rs';
import { Sim } from '../mem';
import { nfInit } from '../nf/init';
import { vsSweep } from '../nf/ipvs/conn';
import { ctGc } from '../nf/wheel';
import { sockInit } from '../sock/init';
import { sockTimer } from '../sock/input';
import { clockAdvance, clockCross } from './clock';
import { simInit } from './init';
import { PF_FLOOD, PF_TUNNEL, Pkt } from './packet';
import { Timer, timerBucket, timerDel, timerFirst } from './timer';
import { workPop } from './work';

/** Makes an empty world. @returns 0, or -1 without memory */
export function coreInit(seed: u64): i32 {
  if (simInit(seed) != 0) return -1;
  devInit();
  ipInit();
  ip6Init();
  nfInit();
  return sockInit();
}

/** Carries every packet that has crossed a link until none waits. Call it at the end of whatever may have sent. */
export function drain(): void {
  let pkt = workPop();
  while (pkt != 0) {
    const flags = Pkt.at(pkt).flags;
    if (flags & PF_TUNNEL) flowTunnel(pkt);
    else if (flags & PF_FLOOD) floodArrive(pkt);
    else {
      clockCross();
      flowArrive(pkt);
    }
    pkt = workPop();
  }
  Sim.at().cause = 0;
}

function dispatch(kind: u32, obj: u32): void {
  if (kind >= (TIMER_SOCK as u32)) sockTimer(kind, obj);
  else if (kind == TIMER_LINK) linkArrive(obj);
  else if (kind == TIMER_NEIGH) neighTimer(obj);
  else if (kind == TIMER_CT_GC) ctGc();
  else if (kind == TIMER_FRAG) fragTimer(obj);
  else if (kind == TIMER_DAD6) dadTimer(obj);
  else if (kind == TIMER_MLD6) mldTimer(obj);
  else if (kind == TIMER_MLD6_AGAIN) mldAgain(obj);
  else if (kind == TIMER_RS6) rsTimer(obj);
  else if (kind == TIMER_FRAG6) frag6Timer(obj);
  else if (kind == TIMER_PROXY_ARP) proxyTimer(obj);
  else if (kind == TIMER_QDISC) qdiscTimer(obj);
  else if (kind == TIMER_IGMP) igmpTimer(obj);
  else if (kind == TIMER_IPVS) vsSweep();
}

/** Virtual ns now. */
export function simNow(): f64 {
  return Sim.at().now as f64;
}

/** When the next timer is due, ns, or Infinity. */
export function simNext(): f64 {
  const t = timerFirst();
  return t == 0 ? Infinity : (Timer.at(t).when as f64);
}

/** Fires the timers up to `until` (ns) in order, and moves the clock there. */
export function simRun(until: f64): void {
  const end = until as u64;
  drain();
  while (true) {
    const i = timerFirst();
    if (i == 0) break;
    const t = Timer.at(i);
    if (t.when > end) break;
    const kind = t.kind;
    const obj = t.obj;
    const bucket = timerBucket(i);
    clockAdvance(t.when);
    timerDel(i);
    dispatch(kind, obj);
    // What they send waits until all timers of one boundary have run (TIMER_SOFTIRQ, then NET_RX_SOFTIRQ).
    if (bucket == 0 || timerBucket(timerFirst()) != bucket) drain();
  }
  clockAdvance(end);
}
