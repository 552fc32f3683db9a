/**
 * Redirects: told to hosts that sent to this router what they could have sent to the next one, and taken from the
 * router that a destination is reached by now.
 * @see Linux net/ipv4/route.c: ip_rt_send_redirect, __ip_do_redirect; RFC 1122 §3.2.2.2
 */
import {
  CONF_LOG_MARTIANS, CONF_SECURE_REDIRECTS, CONF_SEND_REDIRECTS, CONF_SHARED_MEDIA, EVENT_LOG, IP4_REDIRECT_NUMBER,
  LOG_REDIRECTS_IGNORED, RTN_UNICAST,
} from '../../abi';
import { Dev } from '../dev/dev';
import { Ns } from '../dev/ns';
import { Sim } from '../mem';
import { Pkt } from '../sim/packet';
import { eventPush } from '../sim/ring';
import { rd32 } from '../wire/bytes';
import { ip4Dst, ip4Hlen, ip4Src, ip4Tos } from '../wire/ipv4';
import { addrOnLink } from './addr';
import { confOr, confTakesRedirects } from './conf';
import { FIBR_GW, fibType } from './fib';
import { icmpSend } from './icmp';
import { ip4Get } from './net4';
import { neighKnown } from './neigh';
import { peerMayRedirect, peerRedirects } from './peer';
import { pmtuRedirect } from './pmtu';
import { Route } from './route';
import { routeOutput } from './routeout';

/** A forwarded packet leaves by the device it came by: tells its sender of the next hop, if it is time to. */
export function redirectSend(pkt: u32): void {
  const p = Pkt.at(pkt);
  if (!confOr(p.outdev, CONF_SEND_REDIRECTS)) return;
  const src = ip4Src(p.nh as usize);
  if (!peerMayRedirect(p.ns, src)) return;
  icmpSend(pkt, 5, 1, p.nexthop);
  if (peerRedirects(p.ns, src) == ip4Get(p.ns, IP4_REDIRECT_NUMBER) && confOr(p.outdev, CONF_LOG_MARTIANS))
    eventPush(EVENT_LOG, LOG_REDIRECTS_IGNORED | (p.outdev << 8), src, p.nexthop);
}

/** Whether a next hop is a gateway of a default route. @see Linux fib_semantics.c: ip_fib_check_default */
function isDefaultGateway(ns: u32, gw: u32, dev: u32): bool {
  for (let k = Ns.at(ns).routes; k != 0; k = Route.at(k).next) {
    const r = Route.at(k);
    if (r.bits == 0 && r.gw == gw && r.dev == dev) return true;
  }
  return false;
}

/** A redirect came (the packet stays the caller's; th is its ICMP header). */
export function redirectInput(pkt: u32): void {
  const p = Pkt.at(pkt);
  const m = p.th as usize;
  const inner = m + 8;
  if (p.data + p.len - p.th < 8 + 20 + 8 || (load<u8>(m, 1) & 7) > 3 || ip4Hlen(inner) < 20) return;
  const from = ip4Src(p.nh as usize);
  const gw = rd32(m + 4);
  const dst = ip4Dst(inner);
  const dev = p.indev;
  // Only the next hop that is used now may name another.
  const s = Sim.at();
  if (routeOutput(p.ns, dst, ip4Src(inner), 0, 0, ip4Tos(inner)) != 0) return;
  const out = s.r1;
  const route = s.r4;
  if (s.r0 != RTN_UNICAST || !(s.r5 & FIBR_GW) || s.r2 != from) return;
  if (gw == from || dev == 0 || !confTakesRedirects(dev) || gw >> 28 >= 14 || gw >> 24 == 0) return;
  if (confOr(dev, CONF_SHARED_MEDIA)) {
    if (fibType(p.ns, gw) != RTN_UNICAST) return;
  } else {
    if (!addrOnLink(dev, gw, from)) return;
    if (confOr(dev, CONF_SECURE_REDIRECTS) && !isDefaultGateway(p.ns, gw, dev)) return;
  }
  // A next hop whose address is not known yet is only asked for.
  if (Dev.at(out).up && neighKnown(out, gw)) pmtuRedirect(p.ns, route, dst, gw);
}
