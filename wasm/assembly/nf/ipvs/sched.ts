/** Which server a new connection gets. @see Linux net/netfilter/ipvs/ip_vs_rr.c, ip_vs_wrr.c, ip_vs_lc.c, ip_vs_wlc.c, ip_vs_sh.c */
import { VS_SCHED_LC, VS_SCHED_RR, VS_SCHED_SH, VS_SCHED_WRR } from '../../../abi';
import { Dest, Svc } from './service';

function usable(d: u32): bool {
  return Dest.at(d).weight != 0 && Dest.at(d).overload == 0;
}

/** Each in turn. */
function roundRobin(s: Svc): u32 {
  const from = s.cursor;
  let d = from == 0 ? s.dests : Dest.at(from).next;
  let wrapped = from == 0;
  while (true) {
    if (d == 0) {
      if (wrapped) return 0;
      wrapped = true;
      d = s.dests;
      continue;
    }
    if (usable(d)) return d;
    if (d == from) return 0;
    d = Dest.at(d).next;
  }
}

/** In turn, those of larger weight more often: each round takes those that weigh what the round weighs. */
function weightedRoundRobin(s: Svc): u32 {
  if (s.maxWeight == 0) return 0;
  let d = s.cursor == 0 ? s.dests : Dest.at(s.cursor).next;
  // Each weight is tried once at most.
  let rounds = s.maxWeight / s.step + 2;
  while (true) {
    if (d == 0) {
      if (rounds-- == 0) return 0;
      s.weight = s.weight <= s.step ? s.maxWeight : s.weight - s.step;
      d = s.dests;
      if (d == 0) return 0;
    }
    if (Dest.at(d).overload == 0 && Dest.at(d).weight >= s.weight && Dest.at(d).weight != 0) return d;
    d = Dest.at(d).next;
  }
}

/** The one with the least to do; active connections count 256 times an inactive one. @param weighted by weight */
function leastConnections(s: Svc, weighted: bool): u32 {
  let best: u32 = 0;
  let load: u64 = 0;
  for (let d = s.dests; d != 0; d = Dest.at(d).next) {
    if (!usable(d)) continue;
    const x = Dest.at(d);
    const own = ((x.active as u64) << 8) + (x.inactive as u64);
    const less = weighted ? load * (x.weight as u64) > own * (Dest.at(best).weight as u64) : own < load;
    if (best == 0 || less) {
      best = d;
      load = own;
    }
  }
  return best;
}

/** By the client's address. */
function sourceHash(s: Svc, client: u32): u32 {
  let n: u32 = 0;
  for (let d = s.dests; d != 0; d = Dest.at(d).next) n += Dest.at(d).weight;
  if (n == 0) return 0;
  let k = ((client * 0x9e3779b1) >> 8) % n;
  for (let d = s.dests; d != 0; d = Dest.at(d).next) {
    if (k < Dest.at(d).weight) return Dest.at(d).overload ? 0 : d;
    k -= Dest.at(d).weight;
  }
  return 0;
}

/** Chooses a server of a service. @param client its address @returns 0: there is none that may be chosen */
export function schedule(svc: u32, client: u32): u32 {
  const s = Svc.at(svc);
  if (s.sched == VS_SCHED_SH) return sourceHash(s, client);
  if (s.sched == VS_SCHED_RR || s.sched == VS_SCHED_WRR) {
    const d = s.sched == VS_SCHED_RR ? roundRobin(s) : weightedRoundRobin(s);
    if (d != 0) s.cursor = d;
    return d;
  }
  return leastConnections(s, s.sched != VS_SCHED_LC);
}
