/**
 * Redirects: a router that sends a packet out the way it came tells its sender of the nearer hop, as often as a
 * destination and a sender may be told; a host that is told so by the hop it uses sends there from then on.
 * Limits: what was learned is kept until a route or the device goes.
 * @see Linux net/ipv6/ndisc.c: ndisc_send_redirect, ndisc_redirect_rcv; route.c: rt6_do_redirect; ip6_output.c: ip6_forward; RFC 4861 §8.2
 */
import { NUD_STALE } from '../../abi';
import { neighUpdate } from '../ip/neigh';
import { Sim } from '../mem';
import { Neigh, neigh6Find, neigh6Make, neighValid } from '../ip/neightab';
import { Pkt } from '../sim/packet';
import { same16 } from '../wire/bytes';
import { IP6_MIN_MTU, IP6_HLEN, in6IsLinkLocal, in6IsMulticast, ip6Dst, ip6Len, ip6Src } from '../wire/ipv6';
import { addr6LinkLocal } from './addr';
import { tell6Redirect } from './limit';
import { Idev } from './idev';
import { genuine, linkOption, OPT_TARGET, optionsHold } from './nd';
import { ndSendRedirect } from './ndsend';
import { route6Find, route6Gateway, route6Redirect } from './route';
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

/** A redirect arrived: `target` is the better hop to `dst`, or `dst` itself. @param m the message, of `len` bytes */
export function redirect6Input(p: Pkt, m: usize, len: u32): void {
  const src = ip6Src(p.nh as usize);
  const d = Idev.at(p.dev);
  if (len < HEAD || !genuine(p, m) || !in6IsLinkLocal(src) || !optionsHold(m, HEAD, len)) return;
  const target = m + 8;
  const dst = m + 24;
  const onLink = same16(target, dst);
  if (in6IsMulticast(dst) || (!onLink && !in6IsLinkLocal(target))) return;
  if (d.forwarding || !d.acceptRedirects) return;
  if (!route6Redirect(p.ns, p.dev, src, dst, onLink ? 0 : target)) return;
  const k = neigh6Make(p.dev, target);
  const mac = linkOption(m, HEAD, len, OPT_TARGET);
  if (k != 0 && mac != 0) neighUpdate(k, mac, NUD_STALE, true);
}
