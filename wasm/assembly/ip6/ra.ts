/**
 * Router advertisements. A host that accepts them takes hop limit, MTU and the router's link-layer address here, and asks
 * for routers no more; routes and addresses are for those above, who read the message (raNext).
 * Limits: RA_CAP messages wait, longer ones than RA_REC holds are cut; reachable and retransmission times are not taken.
 * @see Linux net/ipv6/ndisc.c: ndisc_router_discovery; RFC 4861 §6.3.4
 */
import { EVENT_RA, NUD_STALE, RA_X_DEV, RA_X_FROM, RA_X_LEN, RA_X_MESSAGE } from '../../abi';
import { Dev } from '../dev/dev';
import { neighUpdate } from '../ip/neigh';
import { Neigh, neigh6Make } from '../ip/neightab';
import { RA_BASE, RA_CAP, RA_REC, Sim } from '../mem';
import { Pkt } from '../sim/packet';
import { eventPush } from '../sim/ring';
import { rd32 } from '../wire/bytes';
import { IP6_MIN_MTU, in6IsLinkLocal, ip6Src } from '../wire/ipv6';
import { addr6IsLocal } from './addr';
import { Idev } from './idev';
import { genuine, linkOption, OPT_SOURCE, optionsHold } from './nd';
import { rsStop } from './rs';

const OPT_MTU: u32 = 5;
/** Bytes of an advertisement before its options. */
const HEAD: u32 = 16;

/** The MTU that an advertisement tells of, 0: none. */
function mtuOption(m: usize, len: u32): u32 {
  for (let at = HEAD; at + 8 <= len; at += (load<u8>(m + at, 1) as u32) << 3) {
    if (load<u8>(m + at) == OPT_MTU && load<u8>(m + at, 1) == 1) return rd32(m + at + 4);
  }
  return 0;
}

/** Whether a device takes advertisements: one of a router does so only when told twice. @see Linux ipv6_accept_ra */
export function raAccepted(d: Idev): bool {
  return d.forwarding ? d.acceptRa == 2 : d.acceptRa != 0;
}

/** Who advertises is a neighbour, and a router; also to one that takes nothing else of it. */
function learn(dev: u32, from: usize, mac: u64): void {
  const k = mac != 0 ? neigh6Make(dev, from) : 0;
  if (k == 0) return;
  neighUpdate(k, mac, NUD_STALE, true);
  Neigh.at(k).router = 1;
}

/** A router advertisement arrived. @param m the message, of `len` bytes */
export function ra6Input(p: Pkt, m: usize, len: u32): void {
  const d = Idev.at(p.dev);
  const from = ip6Src(p.nh as usize);
  if (len < HEAD || !genuine(p, m) || !in6IsLinkLocal(from) || !optionsHold(m, HEAD, len)) return;
  learn(p.dev, from, linkOption(m, HEAD, len, OPT_SOURCE));
  if (!raAccepted(d)) return;
  rsStop(p.dev);
  // Not what this machine itself says. @see accept_ra_from_local
  if (addr6IsLocal(p.ns, from, p.dev)) return;
  const hops = load<u8>(m, 4) as u32;
  if (hops != 0) d.hopLimit = hops;
  const mtu = mtuOption(m, len);
  if (mtu >= IP6_MIN_MTU && mtu <= Dev.at(p.dev).mtu) d.mtu = mtu;
  keep(p.dev, from, m, len);
}

function keep(dev: u32, from: usize, m: usize, len: u32): void {
  const s = Sim.at();
  if (s.raCount == RA_CAP) return;
  const at = RA_BASE + (((s.raHead + s.raCount) % RA_CAP) as usize) * RA_REC;
  s.raCount++;
  const n = min(len, (RA_REC as u32) - RA_X_MESSAGE);
  store<u32>(at, dev, RA_X_DEV);
  store<u32>(at, n, RA_X_LEN);
  memory.copy(at + RA_X_FROM, from, 16);
  memory.copy(at + RA_X_MESSAGE, m, n as usize);
  eventPush(EVENT_RA, dev, 0, 0);
}

/** Takes the oldest advertisement. @returns its address (RA_X_*), valid until the next packet; 0: there is none */
export function raNext(): usize {
  const s = Sim.at();
  if (s.raCount == 0) return 0;
  const at = RA_BASE + (s.raHead as usize) * RA_REC;
  s.raHead = (s.raHead + 1) % RA_CAP;
  s.raCount--;
  return at;
}
