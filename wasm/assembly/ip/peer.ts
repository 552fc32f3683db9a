/**
 * How often a sender is told that there is no route: five times at once, then once a second.
 * Limits: the least recently told of PEER_CAP senders is forgotten.
 * @see Linux net/ipv4/route.c: ip_error; inetpeer.c
 */
import { PEER_BASE, PEER_CAP, PEER_REC } from '../mem';
import { now } from '../sim/clock';

/** ip_rt_error_cost, ip_rt_error_burst, ns. */
const COST: u64 = 1_000_000_000;
const BURST: u64 = 5 * COST;

@unmanaged
class Peer {
  /** 0: free. */
  ns: u32;
  ip: u32;
  last: u64;
  tokens: u64;

  @inline static at(i: u32): Peer {
    return changetype<Peer>(PEER_BASE + (i as usize) * PEER_REC);
  }
}

/** Whether a sender may be told once more; it counts as told. */
export function peerMayTell(ns: u32, ip: u32): bool {
  let place: u32 = 0;
  for (let i: u32 = 0; i < PEER_CAP; i++) {
    const p = Peer.at(i);
    if (p.ns == ns && p.ip == ip) {
      p.tokens = min(p.tokens + (now() - p.last), BURST);
      p.last = now();
      if (p.tokens < COST) return false;
      p.tokens -= COST;
      return true;
    }
    if (p.ns == 0 ? Peer.at(place).ns != 0 : Peer.at(place).ns != 0 && p.last < Peer.at(place).last) place = i;
  }
  const p = Peer.at(place);
  p.ns = ns;
  p.ip = ip;
  p.last = now();
  p.tokens = BURST - COST;
  return true;
}

/** A namespace goes: what it knows of its senders goes. */
export function peerNsDestroy(ns: u32): void {
  for (let i: u32 = 0; i < PEER_CAP; i++) if (Peer.at(i).ns == ns) Peer.at(i).ns = 0;
}
