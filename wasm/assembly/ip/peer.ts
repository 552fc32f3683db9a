/**
 * What a machine remembers of those it sends ICMP to: how many messages they may still get, and how many redirects
 * they ignored. One bucket of time serves the errors of missing routes, icmp_ratelimit and redirects.
 * Limits: the least recently told of PEER_CAP hosts is forgotten.
 * @see Linux net/ipv4/inetpeer.c: inet_peer_xrlim_allow; route.c: ip_error, ip_rt_send_redirect
 */
import { IP4_ERROR_BURST, IP4_ERROR_COST, IP4_RATELIMIT, IP4_REDIRECT_LOAD, IP4_REDIRECT_NUMBER, IP4_REDIRECT_SILENCE } from '../../abi';
import { PEER_BASE, PEER_CAP, PEER_REC } from '../mem';
import { now } from '../sim/clock';
import { ip4Get, ip4Time } from './net4';

/** Intervals that may be saved up for a burst. */
const BURST_FACTOR: u64 = 6;
/** A peer that was never told anything was last told so long ago. */
const LONG_AGO: u64 = 60_000_000_000;

@unmanaged
export class Peer {
  /** 0: free. */
  ns: u32;
  ip: u32;
  last: u64;
  tokens: u64;
  redirects: u32;

  @inline static at(i: u32): Peer {
    return changetype<Peer>(PEER_BASE + (i as usize) * PEER_REC);
  }
}

function peer(ns: u32, ip: u32): Peer {
  let place: u32 = 0;
  for (let i: u32 = 0; i < PEER_CAP; i++) {
    const p = Peer.at(i);
    if (p.ns == ns && p.ip == ip) return p;
    if (p.ns == 0 ? Peer.at(place).ns != 0 : Peer.at(place).ns != 0 && p.last < Peer.at(place).last) place = i;
  }
  const p = Peer.at(place);
  p.ns = ns;
  p.ip = ip;
  p.last = now();
  p.tokens = LONG_AGO;
  p.redirects = 0;
  return p;
}

/** Refills the bucket up to `burst` ns and takes `cost` out of it. @returns whether there was enough */
function take(p: Peer, cost: u64, burst: u64): bool {
  p.tokens = min(p.tokens + (now() - p.last), burst);
  p.last = now();
  if (p.tokens < cost) return false;
  p.tokens -= cost;
  return true;
}

/** Whether a sender may be told of a missing route once more; it counts as told. */
export function peerMayTell(ns: u32, ip: u32): bool {
  return take(peer(ns, ip), ip4Time(ns, IP4_ERROR_COST), ip4Time(ns, IP4_ERROR_BURST));
}

/** Whether icmp_ratelimit lets one more message to a host pass; it counts. */
export function peerRateAllows(ns: u32, ip: u32): bool {
  const cost = ip4Time(ns, IP4_RATELIMIT);
  return take(peer(ns, ip), cost, cost * BURST_FACTOR);
}

/** Whether a host gets a redirect now: ever fewer, and none after nine it ignored, until it was silent for a while. */
export function peerMayRedirect(ns: u32, ip: u32): bool {
  const p = peer(ns, ip);
  if (p.tokens == LONG_AGO || now() > p.last + ip4Time(ns, IP4_REDIRECT_SILENCE)) {
    p.tokens = 0;
    p.redirects = 0;
  }
  if (p.redirects >= ip4Get(ns, IP4_REDIRECT_NUMBER)) {
    p.last = now();
    return false;
  }
  if (p.redirects != 0 && now() <= p.last + (ip4Time(ns, IP4_REDIRECT_LOAD) << (p.redirects as u64))) return false;
  p.last = now();
  p.redirects++;
  return true;
}

/** Redirects that a host got and ignored so far. */
export function peerRedirects(ns: u32, ip: u32): u32 {
  return peer(ns, ip).redirects;
}

/** A namespace goes: what it knows of its senders goes. */
export function peerNsDestroy(ns: u32): void {
  for (let i: u32 = 0; i < PEER_CAP; i++) if (Peer.at(i).ns == ns) Peer.at(i).ns = 0;
}
