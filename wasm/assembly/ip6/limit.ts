/**
 * How many ICMPv6 errors a destination is told: a bucket of six, refilled once a second, faster towards wide routes.
 * A full table forgets whom it has told longest ago.
 * Limits: no limit for the machine as a whole (icmp_msgs_per_sec).
 * @see Linux net/ipv6/icmp.c: icmpv6_xrlim_allow; net/ipv4/inetpeer.c: inet_peer_xrlim_allow; RFC 4443 §2.4 (f)
 */
import { TOLD6_BASE, TOLD6_CAP, TOLD6_REC } from '../mem';
import { now } from '../sim/clock';
import { same16 } from '../wire/bytes';
import { Ns6 } from './idev';

const BURST: u64 = 6;
const SECOND: u64 = 1_000_000_000;

@unmanaged
class Told {
  /** 0: free. */
  ns: u32;
  spare: u32;
  last: u64;
  tokens: u64;
  d0: u64;
  d1: u64;

  @inline static at(i: u32): Told {
    return changetype<Told>(TOLD6_BASE + (i as usize) * TOLD6_REC);
  }
}

function dstOf(t: Told): usize {
  return changetype<usize>(t) + offsetof<Told>('d0');
}

/** Whether `dst` may be told once more; it counts as told. @param bits prefix length of the route towards it */
export function tell6(ns: u32, dst: usize, bits: u32): bool {
  const full = (Ns6.at(ns).rateLimit as u64) * 1_000_000;
  return pay(ns, dst, bits < 128 ? full >> ((128 - bits) >> 5) : full);
}

/** Whether a redirect to or because of `dst` may be sent; it counts as sent. */
export function tell6Redirect(ns: u32, dst: usize): bool {
  return pay(ns, dst, SECOND);
}

/** Errors and redirects spend what one bucket holds; an error without a limit empties it. */
function pay(ns: u32, dst: usize, cost: u64): bool {
  let place = Told.at(0);
  for (let i: u32 = 0; i < TOLD6_CAP; i++) {
    const t = Told.at(i);
    if (t.ns == ns && same16(dstOf(t), dst)) return spend(t, cost);
    if (place.ns != 0 && (t.ns == 0 || t.last < place.last)) place = t;
  }
  place.ns = ns;
  place.last = now();
  place.tokens = 60 * SECOND;
  memory.copy(dstOf(place), dst, 16);
  return spend(place, cost);
}

function spend(t: Told, cost: u64): bool {
  t.tokens = min(t.tokens + (now() - t.last), BURST * cost);
  t.last = now();
  if (t.tokens < cost) return false;
  t.tokens -= cost;
  return true;
}

/** A namespace goes: whom it has told is forgotten. */
export function tell6NsDestroy(ns: u32): void {
  for (let i: u32 = 0; i < TOLD6_CAP; i++) if (Told.at(i).ns == ns) Told.at(i).ns = 0;
}
