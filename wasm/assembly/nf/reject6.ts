/** The REJECT target over IPv6: an ICMPv6 error, or a TCP reset. @see Linux net/ipv6/netfilter/nf_reject_ipv6.c */
import { DEV_LOOPBACK, DROP_NO_ROUTE, PKT_HOST } from '../../abi';
import { Dev } from '../dev/dev';
import { icmp6Send } from '../ip6/icmp';
import { Idev } from '../ip6/idev';
import { ip6Output, ip6Route } from '../ip6/output';
import { AT_RESET } from '../ip6/scratch';
import { PF_ANSWER, PF_BRIDGED, Pkt } from '../sim/packet';
import { pktAlloc, pktDrop, pktPush } from '../sim/pool';
import { traceBecause, traceCause } from '../sim/trace';
import { rd32, wr16, wr32, rd16 } from '../wire/bytes';
import { csumL4v6 } from '../wire/checksum';
import { ETH_IPV6 } from '../wire/ether';
import { PROTO_TCP } from '../wire/ipv4';
import { IP6_HLEN, in6IsMulticast, in6NeedsDev, ip6Len, ip6Upper, ip6Write, UPPER_CUT, UPPER_LATER } from '../wire/ipv6';
import { TCP_ACK, TCP_FIN, TCP_RST, TCP_SYN, tcpFlags, tcpHlen } from '../wire/l4';
import { ctAttachReply } from './conntrack';
import { bridgeAnswer } from './reject';

/** Answers a packet that is about to be dropped. @param type ICMPv6 type, 255: TCP reset @param code ICMPv6 code */
export function nfReject6(pkt: u32, type: u32, code: u32): void {
  if (type == 255) reset(pkt);
  else icmp6Send(pkt, type, code, 0);
}

function reset(pkt: u32): void {
  const p = Pkt.at(pkt);
  const ip = p.nh as usize;
  const end = ip + ip6Len(ip);
  const up = ip6Upper(ip, end);
  const th = ip + ((up >> 16) as usize);
  if ((up & 255) != PROTO_TCP || up & (UPPER_CUT | UPPER_LATER) || th + 20 > end) return;
  if (in6IsMulticast(ip + 8) || in6IsMulticast(ip + 24) || p.pkttype != PKT_HOST || tcpFlags(th) & TCP_RST) return;
  const answer = pktAlloc(20);
  if (answer == 0) return;
  const t = Pkt.at(answer).data as usize;
  const flags = tcpFlags(th);
  memory.fill(t, 0, 20);
  wr16(t, rd16(th + 2));
  wr16(t + 2, rd16(th));
  if (flags & TCP_ACK) {
    wr32(t + 4, rd32(th + 8));
    store<u8>(t, TCP_RST as u8, 13);
  } else {
    const data = ((end - th) as u32) - tcpHlen(th);
    const more: u32 = (flags & TCP_SYN ? 1 : 0) + (flags & TCP_FIN ? 1 : 0);
    wr32(t + 8, rd32(th + 4) + data + more);
    store<u8>(t, (TCP_RST | TCP_ACK) as u8, 13);
  }
  store<u8>(t, 0x50, 12);
  memory.copy(AT_RESET, ip + 24, 16);
  memory.copy(AT_RESET + 16, ip + 8, 16);
  store<u16>(t, csumL4v6(AT_RESET, AT_RESET + 16, PROTO_TCP, t, 20), 16);
  ctAttachReply(answer, pkt);
  // It is routed, when a rule alters it, as its socket is bound. @see Linux nf_send_reset6: ip6_local_out
  Pkt.at(answer).sock = p.sock;
  Pkt.at(answer).flags |= PF_ANSWER;
  const oif = in6NeedsDev(ip + 8) && p.indev != 0 && Dev.at(p.indev).kind != DEV_LOOPBACK ? p.indev : 0;
  const was = traceBecause(p);
  if (p.flags & PF_BRIDGED) acrossBridge(p, answer, oif);
  else ip6Output(p.ns, answer, AT_RESET, AT_RESET + 16, PROTO_TCP, 0, 0, 0, oif);
  traceCause(was);
}

/** As over IPv4 (reject.ts). */
function acrossBridge(p: Pkt, answer: u32, oif: u32): void {
  const q = Pkt.at(answer);
  q.ns = p.ns;
  q.proto = ETH_IPV6;
  if (ip6Route(answer, p.ns, AT_RESET + 16, oif) != 0) {
    pktDrop(answer, DROP_NO_ROUTE);
    return;
  }
  q.th = q.data;
  const len = q.len;
  const head = pktPush(answer, IP6_HLEN);
  q.nh = q.data;
  ip6Write(head, 0, 0, len, PROTO_TCP, Idev.at(q.outdev).hopLimit, AT_RESET, AT_RESET + 16);
  bridgeAnswer(p, answer, ETH_IPV6);
}
