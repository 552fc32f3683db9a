/** Which socket a traced packet is for, or from: a second look-up, made for traced packets only. */
import { SOCK_TO_CONN, SOCK_TO_DATAGRAM, SOCK_TO_LISTENER, SOCK_TO_NONE, SOCK_TO_RAW, TRACE_SOCK } from '../../abi';
import { Pkt } from '../sim/packet';
import { trace, traceAnswer } from '../sim/trace';
import { rd16, rd32 } from '../wire/bytes';
import { PROTO_ICMP, PROTO_TCP, PROTO_UDP } from '../wire/ipv4';
import { ICMP_ECHO } from '../wire/l4';
import { bindFirst, connFind, listenerFind, mapped, udpFind } from './demux';
import { S_TIME_WAIT, sockAt, T_RAW, T_UDP } from './table';

const IPV6: u32 = 0x86dd;

/** First word of an address of a packet: source at 0, destination at 1. */
function word0(p: Pkt, which: usize): u64 {
  return p.proto == IPV6 ? load<u64>((p.nh as usize) + 8 + which * 16) : 0;
}

/** Second word. */
function word1(p: Pkt, which: usize): u64 {
  if (p.proto == IPV6) return load<u64>((p.nh as usize) + 16 + which * 16);
  return mapped(rd32((p.nh as usize) + 12 + which * 4));
}

/** The socket that sends an IPv4 packet, 0 when it cannot be told. @param th its transport header, 8 bytes at least */
export function senderOf(ns: u32, proto: u32, src: u32, dst: u32, th: usize): i32 {
  if (proto == PROTO_TCP)
    return connFind(ns as i32, 0, mapped(src), rd16(th), 0, mapped(dst), rd16(th + 2));
  if (proto == PROTO_UDP) return bound(ns as i32, T_UDP, rd16(th), false);
  return proto == PROTO_ICMP && load<u8>(th) == ICMP_ECHO ? bound(ns as i32, T_RAW, proto, true) : 0;
}

/** The newest socket of a type that is bound to a port (raw: protocol). @param only whether there may be no other */
function bound(ns: i32, type: u8, port: u32, only: bool): i32 {
  let found = 0;
  for (let i = bindFirst(ns, type, port); i != 0; i = sockAt(i).bindNext) {
    const s = sockAt(i);
    if (s.lport != port || s.ns != ns || s.type != type) continue;
    if (!only) return i;
    if (found != 0) return 0;
    found = i;
  }
  return found;
}

/** A TCP segment is about to be taken: by a connection, a listener, or nobody. */
export function traceTcp(p: Pkt): void {
  const th = p.th as usize;
  const ns = p.ns as i32;
  const lport = rd16(th + 2);
  let to = connFind(ns, word0(p, 1), word1(p, 1), lport, word0(p, 0), word1(p, 0), rd16(th));
  let how: u32 = SOCK_TO_CONN;
  if (to == 0 || sockAt(to).state == S_TIME_WAIT) {
    const l = listenerFind(
      ns, word0(p, 1), word1(p, 1), lport, word0(p, 0), word1(p, 0), rd16(th), p.indev as i32,
    );
    if (l != 0 || to == 0) {
      how = l != 0 ? SOCK_TO_LISTENER : SOCK_TO_NONE;
      to = l;
    }
  }
  trace(p, TRACE_SOCK, to as u32, PROTO_TCP, how);
  if (how == SOCK_TO_CONN) traceAnswer(p, PROTO_TCP);
}

/** A UDP datagram was taken by a socket. */
export function traceUdp(p: Pkt): void {
  const th = p.th as usize;
  const to = udpFind(
    p.ns as i32, word0(p, 1), word1(p, 1), rd16(th + 2), word0(p, 0), word1(p, 0), rd16(th), p.indev as i32,
  );
  trace(p, TRACE_SOCK, to as u32, PROTO_UDP, SOCK_TO_DATAGRAM);
  traceAnswer(p, PROTO_UDP);
}

/** Raw sockets have their copies. @param count how many */
export function traceRaw(p: Pkt, proto: u32, count: i32): void {
  trace(p, TRACE_SOCK, count as u32, proto, SOCK_TO_RAW);
}
