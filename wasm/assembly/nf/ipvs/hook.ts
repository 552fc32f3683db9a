/**
 * IPVS at the hooks: at INPUT and OUTPUT what goes to a service finds or gets its server, at INPUT, OUTPUT and FORWARD
 * what comes from a server gets its service's address.
 * @see Linux net/netfilter/ipvs/ip_vs_core.c: ip_vs_in_hook, ip_vs_out_hook, ip_vs_schedule, ip_vs_sched_persist
 */
import {
  DROP_IPVS_FULL,
  DROP_IPVS_NO_DEST,
  HOOK_FORWARD,
  PKT_HOST,
  TRACE_IPVS,
  VS_TCP_CLOSE,
  VS_TCP_TIME_WAIT,
} from '../../../abi';
import { icmpSend } from '../../ip/icmp';
import { Sim, VS_CONN_CAP } from '../../mem';
import { PF_IPVS, PF_TRACE, Pkt } from '../../sim/packet';
import { trace } from '../../sim/trace';
import { rd16 } from '../../wire/bytes';
import { ETH_IPV4 } from '../../wire/ether';
import { ip4Dst, ip4Frag, ip4Hlen, ip4Len, ip4Proto, ip4Src, PROTO_ICMP, PROTO_TCP, PROTO_UDP } from '../../wire/ipv4';
import { icmpIsError, TCP_ACK, TCP_SYN, tcpFlags } from '../../wire/l4';
import { NfNs } from '../settings';
import { VF_NFCT, VF_TEMPLATE, VsConn, vsConnAdd, vsConnDel, vsConnTouch, vsFindIn, vsFindOut, vsTemplate } from './conn';
import { schedule } from './sched';
import { Dest, destStats, Svc, svcFind, svcStats } from './service';
import { vsState } from './state';
import { C_CONNS, C_IN, C_OUT, statsCount } from './stats';
import { VS_STOLEN, vsErrorIn, vsErrorOut, vsForward, vsReturn } from './xmit';

export { VS_STOLEN } from './xmit';

function count(i: u32, what: u32, bytes: u32): void {
  const d = VsConn.at(i).dest;
  statsCount(destStats(d), what, bytes);
  const svc = Dest.at(d).svc;
  if (Dest.at(d).available && svc != 0) statsCount(svcStats(svc), what, bytes);
}

function isSyn(proto: u32, th: usize): bool {
  return proto == PROTO_TCP && (tcpFlags(th) & (TCP_SYN | TCP_ACK)) == TCP_SYN;
}

/** The server a client had before, when the service keeps them; else one that it will keep. @returns a template, 0 */
function hold(ns: u32, svc: u32, proto: u32, client: u32, vaddr: u32): u32 {
  const s = Svc.at(svc);
  const net = client & s.netmask;
  const who: u32 = s.fwmark != 0 ? 0 : proto;
  const what = s.fwmark != 0 ? s.fwmark : vaddr;
  let t = vsTemplate(ns, who, net, what, s.port);
  if (t != 0 && (!Dest.at(VsConn.at(t).dest).available || Dest.at(VsConn.at(t).dest).weight == 0)) t = 0;
  if (t == 0) {
    const d = schedule(svc, client);
    if (d == 0) return 0;
    t = vsConnAdd(ns, who, net, 0, what, s.port, d, Dest.at(d).port, VF_TEMPLATE);
    if (t == 0) return 0;
  }
  VsConn.at(t).timeout = s.persist;
  vsConnTouch(t);
  return t;
}

/** A new connection with a server of the service. @returns 0: there is none to choose, or no room */
function begin(pkt: u32, svc: u32): u32 {
  const p = Pkt.at(pkt);
  const ip = p.nh as usize;
  const th = p.th as usize;
  const proto = ip4Proto(ip);
  const s = Svc.at(svc);
  let t: u32 = 0;
  let d: u32 = 0;
  if (s.persist != 0) {
    t = hold(p.ns, svc, proto, ip4Src(ip), ip4Dst(ip));
    if (t != 0) d = VsConn.at(t).dest;
  } else d = schedule(svc, ip4Src(ip));
  if (d == 0) return 0;
  const port = Dest.at(d).port != 0 ? Dest.at(d).port : rd16(th + 2);
  const flags: u32 = NfNs.at(p.ns).vsConntrack ? VF_NFCT : 0;
  const i = vsConnAdd(p.ns, proto, ip4Src(ip), rd16(th), ip4Dst(ip), rd16(th + 2), d, port, flags);
  if (i == 0) return 0;
  if (t != 0) {
    VsConn.at(i).control = t;
    VsConn.at(t).held++;
  }
  count(i, C_CONNS, 0);
  return i;
}

/** What goes to a service. @returns 0 to go on, VS_STOLEN, or why it is dropped */
function incoming(pkt: u32): u32 {
  const p = Pkt.at(pkt);
  const ip = p.nh as usize;
  const th = p.th as usize;
  const proto = ip4Proto(ip);
  let i = vsFindIn(p.ns, proto, ip4Src(ip), rd16(th), ip4Dst(ip), rd16(th + 2));
  if (i != 0 && isSyn(proto, th) && VsConn.at(i).held == 0) {
    const state = VsConn.at(i).state;
    if (state == VS_TCP_TIME_WAIT || state == VS_TCP_CLOSE) {
      vsConnDel(i);
      i = 0;
    }
  }
  const fresh = i == 0;
  if (fresh) {
    if (proto == PROTO_TCP && !isSyn(proto, th)) return 0;
    const svc = svcFind(p.ns, p.mark, proto, ip4Dst(ip), rd16(th + 2));
    if (svc == 0) return 0;
    i = begin(pkt, svc);
    if (i == 0) {
      icmpSend(pkt, 3, 3, 0);
      return Sim.at().vsConns + 2 >= VS_CONN_CAP ? DROP_IPVS_FULL : DROP_IPVS_NO_DEST;
    }
  }
  const c = VsConn.at(i);
  if (!Dest.at(c.dest).available) return DROP_IPVS_NO_DEST;
  count(i, C_IN, ip4Len(ip));
  vsState(i, false, th);
  vsConnTouch(i);
  if (p.flags & PF_TRACE)
    trace(p, TRACE_IPVS, Dest.at(c.dest).svc, c.daddr, (c.dport << 1) | (fresh ? 1 : 0));
  return vsForward(pkt, i);
}

/** An ICMP error: the connection of what it quotes. @param back whether it is one that went to a server */
function quoted(p: Pkt, back: bool): u32 {
  const inner = (p.th + 8) as usize;
  if (inner + 28 > ((p.data + p.len) as usize) || ip4Frag(inner) & 0x1fff) return 0;
  const proto = ip4Proto(inner);
  const th = inner + ip4Hlen(inner);
  if (proto != PROTO_TCP && proto != PROTO_UDP) return 0;
  return back
    ? vsFindOut(p.ns, proto, ip4Src(inner), rd16(th), ip4Dst(inner), rd16(th + 2))
    : vsFindIn(p.ns, proto, ip4Dst(inner), rd16(th + 2), ip4Src(inner), rd16(th));
}

function icmp(pkt: u32, hook: u32): u32 {
  const p = Pkt.at(pkt);
  if (!icmpIsError(load<u8>(p.th as usize) as u32)) return 0;
  const out = quoted(p, true);
  if (out != 0) return vsErrorOut(pkt, out);
  if (hook == HOOK_FORWARD) return 0;
  const back = quoted(p, false);
  return back != 0 ? vsErrorIn(pkt, back) : 0;
}

/**
 * IPVS at a hook. Pre: there are services.
 * @returns 0 to go on, VS_STOLEN: the packet is gone its way, or why it is dropped
 */
export function vsHook(hook: u32, pkt: u32): u32 {
  const p = Pkt.at(pkt);
  if (p.proto != ETH_IPV4 || p.flags & PF_IPVS || p.pkttype != PKT_HOST) return 0;
  const ip = p.nh as usize;
  const proto = ip4Proto(ip);
  if (ip4Frag(ip) & 0x1fff) return 0;
  if (proto == PROTO_ICMP) return icmp(pkt, hook);
  if (proto != PROTO_TCP && proto != PROTO_UDP) return 0;
  const th = p.th as usize;
  if (th + (proto == PROTO_TCP ? 20 : 8) > ((p.data + p.len) as usize)) return 0;
  const i = vsFindOut(p.ns, proto, ip4Dst(ip), rd16(th + 2), ip4Src(ip), rd16(th));
  if (i != 0 && Dest.at(VsConn.at(i).dest).fwd == 0) {
    count(i, C_OUT, ip4Len(ip));
    vsState(i, true, th);
    vsConnTouch(i);
    return vsReturn(pkt, i, hook);
  }
  return hook == HOOK_FORWARD ? 0 : incoming(pkt);
}
