/** The core's heart: set-up of memory, the loop from link event to link event, and the run of timers. */
import {
  TIMER_CT_GC, TIMER_DAD6, TIMER_FRAG, TIMER_FRAG6, TIMER_IPVS, TIMER_LINK, TIMER_MLD6, TIMER_MLD6_AGAIN, TIMER_NEIGH,
  TIMER_PROXY_ARP, TIMER_QDISC, TIMER_RS6, TIMER_SOCK,
} from '../../abi';
import { qdiscTimer } from '../dev/qdisc';
import { linkArrive } from '../dev/xmit';
import { flowArrive, flowTunnel } from '../flow/replay';
import { neighTimer } from '../ip/neigh';
import { proxyTimer } from '../ip/proxyarp';
import { fragTimer } from '../ip/reassembly';
import { dadTimer } from '../ip6/addr';
import { mldAgain, mldTimer } from '../ip6/mcast';
import { frag6Timer } from '../ip6/reassembly';
import { rsTimer } from '../ip6/rs';
import {
  ADDR6_BASE,
  ADDR6_CAP,
  ADDR6_REC,
  ADDR_BASE,
  ADDR_CAP,
  ADDR_REC,
  BUF_BASE,
  BUF_CAP,
  BUF_REC,
  CAPTURE_BASE,
  CAPTURE_CAP,
  CAPTURE_REC,
  CHAIN_BASE,
  CHAIN_CAP,
  CHAIN_REC,
  CONN_BUCKETS,
  CONN_CAP,
  CONN_REC,
  DEV_BASE,
  DEV_CAP,
  DEV_REC,
  FDB_BASE,
  FDB_CAP,
  FDB_REC,
  FIBRULE_BASE,
  FIBRULE_CAP,
  FIBRULE_REC,
  FRAG6_BASE,
  FRAG6_CAP,
  FRAG6_REC,
  FRAG_BASE,
  FRAG_CAP,
  FRAG_REC,
  JUMBO_BASE,
  JUMBO_CAP,
  JUMBO_REC,
  MC6_BASE,
  MC6_CAP,
  MC6_REC,
  MCAST_BASE,
  MCAST_CAP,
  MCAST_REC,
  MATCH_BASE,
  MATCH_CAP,
  MATCH_REC,
  memReach,
  NEIGH_BASE,
  NEIGH_CAP,
  NEIGH_REC,
  NS_BASE,
  NS_CAP,
  NS_REC,
  PKT_BASE,
  PKT_CAP,
  PKT_REC,
  PNEIGH_BASE,
  PNEIGH_CAP,
  PNEIGH_REC,
  QDISC_BASE,
  QDISC_CAP,
  QDISC_REC,
  ROUTE6_BASE,
  ROUTE6_CAP,
  ROUTE6_REC,
  ROUTE_BASE,
  ROUTE_CAP,
  ROUTE_REC,
  RULE_BASE,
  RULE_CAP,
  RULE_REC,
  SLAB_ADDR,
  SLAB_ADDR6,
  SLAB_BUF,
  SLAB_CAPTURE,
  SLAB_CHAIN,
  SLAB_CONN,
  SLAB_DEV,
  SLAB_FDB,
  SLAB_FIBRULE,
  SLAB_FRAG,
  SLAB_FRAG6,
  SLAB_JUMBO,
  SLAB_MC6,
  SLAB_MCAST,
  SLAB_MATCH,
  SLAB_NEIGH,
  SLAB_NS,
  SLAB_PKT,
  SLAB_PNEIGH,
  SLAB_QDISC,
  SLAB_ROUTE,
  SLAB_ROUTE6,
  SLAB_RULE,
  SLAB_TIMER,
  SLAB_UPPER,
  SLAB_VFDB,
  SLAB_VXLAN,
  SLAB_VS_CONN,
  SLAB_VS_DEST,
  SLAB_VS_SVC,
  SOCK_BASE,
  Sim,
  TIMER_BASE,
  TIMER_CAP,
  TIMER_REC,
  UPPER_BASE,
  UPPER_CAP,
  UPPER_REC,
  VFDB_BASE,
  VFDB_CAP,
  VFDB_REC,
  VXLAN_BASE,
  VXLAN_CAP,
  VXLAN_REC,
  VS_CONN_BASE,
  VS_CONN_CAP,
  VS_CONN_REC,
  VS_DEST_BASE,
  VS_DEST_CAP,
  VS_DEST_REC,
  VS_SVC_BASE,
  VS_SVC_CAP,
  VS_SVC_REC,
} from '../mem';
import { vsSweep } from '../nf/ipvs/conn';
import { ctGc } from '../nf/wheel';
import { sockTimer } from '../sock/input';
import { clockAdvance, clockCross } from './clock';
import { PF_TUNNEL, Pkt } from './pool';
import { rngSeed } from './rng';
import { slabInit } from './slab';
import { Timer, timerBucket, timerDel, timerFirst } from './timer';
import { workPop } from './work';

/** Makes an empty world. sock/ sets its own slabs up after it. @returns 0, or -1 without memory */
export function simInit(seed: u64): i32 {
  if (memReach(SOCK_BASE) != 0) return -1;
  rngSeed(seed);
  slabInit(SLAB_PKT, PKT_BASE, PKT_REC, PKT_CAP);
  slabInit(SLAB_BUF, BUF_BASE, BUF_REC, BUF_CAP);
  slabInit(SLAB_JUMBO, JUMBO_BASE, JUMBO_REC, JUMBO_CAP);
  slabInit(SLAB_TIMER, TIMER_BASE, TIMER_REC, TIMER_CAP);
  slabInit(SLAB_NS, NS_BASE, NS_REC, NS_CAP);
  slabInit(SLAB_DEV, DEV_BASE, DEV_REC, DEV_CAP);
  slabInit(SLAB_FDB, FDB_BASE, FDB_REC, FDB_CAP);
  slabInit(SLAB_ADDR, ADDR_BASE, ADDR_REC, ADDR_CAP);
  slabInit(SLAB_ROUTE, ROUTE_BASE, ROUTE_REC, ROUTE_CAP);
  slabInit(SLAB_NEIGH, NEIGH_BASE, NEIGH_REC, NEIGH_CAP);
  slabInit(SLAB_CHAIN, CHAIN_BASE, CHAIN_REC, CHAIN_CAP);
  slabInit(SLAB_RULE, RULE_BASE, RULE_REC, RULE_CAP);
  slabInit(SLAB_VS_SVC, VS_SVC_BASE, VS_SVC_REC, VS_SVC_CAP);
  slabInit(SLAB_VS_DEST, VS_DEST_BASE, VS_DEST_REC, VS_DEST_CAP);
  slabInit(SLAB_VS_CONN, VS_CONN_BASE, VS_CONN_REC, VS_CONN_CAP);
  slabInit(SLAB_MATCH, MATCH_BASE, MATCH_REC, MATCH_CAP);
  slabInit(SLAB_CONN, 0, CONN_REC, CONN_CAP);
  Sim.at().ctMask = CONN_BUCKETS - 1;
  slabInit(SLAB_FRAG, FRAG_BASE, FRAG_REC, FRAG_CAP);
  slabInit(SLAB_ADDR6, ADDR6_BASE, ADDR6_REC, ADDR6_CAP);
  slabInit(SLAB_MC6, MC6_BASE, MC6_REC, MC6_CAP);
  slabInit(SLAB_ROUTE6, ROUTE6_BASE, ROUTE6_REC, ROUTE6_CAP);
  slabInit(SLAB_FRAG6, FRAG6_BASE, FRAG6_REC, FRAG6_CAP);
  slabInit(SLAB_FIBRULE, FIBRULE_BASE, FIBRULE_REC, FIBRULE_CAP);
  slabInit(SLAB_MCAST, MCAST_BASE, MCAST_REC, MCAST_CAP);
  slabInit(SLAB_PNEIGH, PNEIGH_BASE, PNEIGH_REC, PNEIGH_CAP);
  slabInit(SLAB_CAPTURE, CAPTURE_BASE, CAPTURE_REC, CAPTURE_CAP);
  slabInit(SLAB_QDISC, QDISC_BASE, QDISC_REC, QDISC_CAP);
  slabInit(SLAB_VXLAN, VXLAN_BASE, VXLAN_REC, VXLAN_CAP);
  slabInit(SLAB_VFDB, VFDB_BASE, VFDB_REC, VFDB_CAP);
  slabInit(SLAB_UPPER, UPPER_BASE, UPPER_REC, UPPER_CAP);
  return 0;
}

/** Carries every packet that has crossed a link until none waits. Call it at the end of whatever may have sent. */
export function drain(): void {
  let pkt = workPop();
  while (pkt != 0) {
    if (Pkt.at(pkt).flags & PF_TUNNEL) flowTunnel(pkt);
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
