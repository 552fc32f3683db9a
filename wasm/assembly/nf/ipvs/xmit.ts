/**
 * Packets on their way between clients and servers: rewritten (masquerading), routed anew, sent.
 * @see Linux net/netfilter/ipvs/ip_vs_xmit.c: ip_vs_nat_xmit, ip_vs_dr_xmit; ip_vs_core.c: handle_response, ip_vs_nat_icmp;
 * ip_vs_nfct.c: ip_vs_update_conntrack
 */
import {
  DROP_NO_BUFFER,
  DROP_NO_ROUTE,
  DROP_TTL,
  HOOK_INPUT,
  HOOK_OUTPUT,
  IPS_CONFIRMED,
  RTN_LOCAL,
  VERDICT_ACCEPT,
  VS_FWD_LOCAL,
  VS_FWD_MASQ,
} from '../../../abi';
import { icmpSend } from '../../ip/icmp';
import { ip4Finish, ip4Reroute, ip4Route } from '../../ip/output';
import { PF_IGNORE_DF, PF_IPVS, PF_NOTRACK, Pkt } from '../../sim/packet';
import { pktWritable } from '../../sim/pool';
import { wrMapped } from '../../wire/bytes';
import { ip4DecTtl, ip4Dst, ip4Len, ip4Tos, ip4Ttl } from '../../wire/ipv4';
import { TAKEN } from '../chain';
import { Conn, ctPut, T_DPORT, T_DST, T_SPORT, tupleOf } from '../conn';
import { ctDir } from '../conntrack';
import { nfHook } from '../hook';
import { icmpSum, rewrite } from '../mangle';
import { VF_NFCT, VsConn } from './conn';
import { Dest } from './service';

/** The packet was sent, or freed: whoever asked has it no more. */
export const VS_STOLEN: u32 = TAKEN;

/** Conntrack lets a packet alone. */
function untrack(p: Pkt): void {
  if (p.ct != 0) ctPut(p.ct);
  p.ct = 0;
  p.flags |= PF_NOTRACK;
}

/** Tells conntrack, before it knows the connection for good, from whom the answer will come, or to whom it goes. */
function tellConntrack(p: Pkt, c: VsConn, toServer: bool): void {
  if (!(c.flags & VF_NFCT)) {
    untrack(p);
    return;
  }
  if (p.ct == 0 || Conn.at(p.ct).status & IPS_CONFIRMED || ctDir(p) != 0) return;
  const reply = tupleOf(p.ct, 1);
  if (toServer) {
    wrMapped(reply, c.daddr);
    store<u16>(reply + T_SPORT, c.dport as u16);
  } else {
    wrMapped(reply + T_DST, c.vaddr);
    store<u16>(reply + T_DPORT, c.vport as u16);
  }
}

/** Sends a packet to its server. @returns 0: it stays here, VS_STOLEN, or why it is dropped */
export function vsForward(pkt: u32, i: u32): u32 {
  const p = Pkt.at(pkt);
  const c = VsConn.at(i);
  const fwd = Dest.at(c.dest).fwd;
  p.flags |= PF_IPVS;
  if (fwd == VS_FWD_LOCAL) return 0;
  if (ip4Route(pkt, p.ns, 0, c.daddr, 0, ip4Tos(p.nh as usize)) != 0) return DROP_NO_ROUTE;
  const local = p.rtype == RTN_LOCAL;
  if (!pktWritable(pkt)) return DROP_NO_BUFFER;
  if (!local) {
    if (ip4Ttl(p.nh as usize) <= 1) {
      icmpSend(pkt, 11, 0, 0);
      return DROP_TTL;
    }
    ip4DecTtl(p.nh as usize);
  }
  if (fwd == VS_FWD_MASQ) {
    const ip = p.nh as usize;
    rewrite(ip, ip + ip4Len(ip), false, c.daddr, c.dport, true);
    p.flags |= PF_IGNORE_DF;
    tellConntrack(p, c, true);
  } else untrack(p);
  return local ? 0 : send(pkt);
}

/** The way out of what IPVS sends: the hooks of the machine's own packets. */
function send(pkt: u32): u32 {
  if (nfHook(HOOK_OUTPUT, pkt, 0, Pkt.at(pkt).outdev) == VERDICT_ACCEPT) ip4Finish(pkt);
  return VS_STOLEN;
}

/** Gives a packet of a server its service's address. @returns 0, or why it is dropped */
export function vsReturn(pkt: u32, i: u32, hook: u32): u32 {
  const p = Pkt.at(pkt);
  const c = VsConn.at(i);
  if (!pktWritable(pkt)) return DROP_NO_BUFFER;
  const ip = p.nh as usize;
  rewrite(ip, ip + ip4Len(ip), true, c.vaddr, c.vport, true);
  p.flags |= PF_IPVS;
  tellConntrack(p, c, false);
  return hook == HOOK_INPUT ? 0 : ip4Reroute(pkt);
}

/** An ICMP error about a packet that went to a server: its sender sees the service. @returns 0, or why it is dropped */
export function vsErrorOut(pkt: u32, i: u32): u32 {
  const p = Pkt.at(pkt);
  const c = VsConn.at(i);
  if (!pktWritable(pkt)) return DROP_NO_BUFFER;
  const ip = p.nh as usize;
  const th = p.th as usize;
  const end = ip + ip4Len(ip);
  rewrite(th + 8, end, false, c.vaddr, c.vport, true);
  icmpSum(th, end);
  rewrite(ip, end, true, c.vaddr, 0, false);
  p.flags |= PF_IPVS;
  if (!(c.flags & VF_NFCT)) untrack(p);
  return 0;
}

/** An ICMP error about a packet that came from a server goes to it. @returns 0, VS_STOLEN, or why it is dropped */
export function vsErrorIn(pkt: u32, i: u32): u32 {
  const p = Pkt.at(pkt);
  const c = VsConn.at(i);
  if (!pktWritable(pkt)) return DROP_NO_BUFFER;
  const ip = p.nh as usize;
  const th = p.th as usize;
  const end = ip + ip4Len(ip);
  rewrite(th + 8, end, true, c.daddr, c.dport, true);
  icmpSum(th, end);
  rewrite(ip, end, false, c.daddr, 0, false);
  p.flags |= PF_IPVS;
  if (!(c.flags & VF_NFCT)) untrack(p);
  if (ip4Route(pkt, p.ns, 0, ip4Dst(ip), 0, ip4Tos(ip)) != 0) return DROP_NO_ROUTE;
  return p.rtype == RTN_LOCAL ? 0 : send(pkt);
}
