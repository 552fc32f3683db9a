/**
 * Redirects: a router that sends a packet out the way it came tells its sender of the nearer hop, as often as a
 * destination and a sender may be told.
 * Limits: hosts do not follow them.
 * @see Linux net/ipv6/ndisc.c: ndisc_send_redirect; ip6_output.c: ip6_forward; RFC 4861 §8.2
 */
import { Sim } from '../mem';
import { Neigh, neigh6Find, neighValid } from '../ip/neightab';
import { Pkt } from '../sim/pool';
import { same16 } from '../wire/bytes';
import { IP6_MIN_MTU, IP6_HLEN, in6IsLinkLocal, ip6Dst, ip6Len, ip6Src } from '../wire/ipv6';
import { addr6LinkLocal } from './addr';
import { tell6Redirect } from './limit';
import { ndSendRedirect } from './ndsend';
import { route6Find, route6Gateway } from './route';
import { AT_ASKER, AT_ND_SOURCE, AT_TARGET } from './scratch';

/** Bytes of a redirect before its options. */
const HEAD: u32 = 40;
/** Those of the option that has a link-layer address. */
const LINK: u32 = 8;

/** Tells the sender of a packet that is about to be forwarded (it stays the caller's), if it is to be told. */
export function redirect6(pkt: u32): void {
  const p = Pkt.at(pkt);
  const ip = p.nh as usize;
  const dev = p.outdev;
  const target = p.nexthop != 0 ? route6Gateway(p.nexthop) : ip6Dst(ip);
  if (!tell6Redirect(p.ns, ip6Dst(ip))) return;
  const own = addr6LinkLocal(dev);
  if (own == 0 || (!same16(target, ip6Dst(ip)) && !in6IsLinkLocal(target))) return;
  memory.copy(AT_ND_SOURCE, own, 16);
  memory.copy(AT_ASKER, ip6Src(ip), 16);
  memory.copy(AT_TARGET, target, 16);
  // The sender must be a neighbour.
  if (route6Find(p.ns, AT_ASKER, dev) != 0 || Sim.at().r2 != 0) return;
  if (!tell6Redirect(p.ns, AT_ASKER)) return;
  const k = neigh6Find(dev, AT_TARGET);
  const mac: u64 = k != 0 && neighValid(k) ? Neigh.at(k).mac : 0;
  const room = IP6_MIN_MTU - IP6_HLEN - HEAD - (mac != 0 ? LINK : 0);
  ndSendRedirect(dev, AT_ND_SOURCE, AT_ASKER, AT_TARGET, mac, ip, min(room, ip6Len(ip) + 8) & ~7);
}
