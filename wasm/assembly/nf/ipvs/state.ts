/** States of IPVS's connections and how long each lasts. @see Linux net/netfilter/ipvs/ip_vs_proto_tcp.c: tcp_states, tcp_timeouts */
import { VS_TCP_ESTABLISHED, VS_TCP_FIN_WAIT, VS_UDP_NORMAL } from '../../../abi';
import { PROTO_TCP } from '../../wire/ipv4';
import { TCP_ACK, TCP_FIN, TCP_RST, TCP_SYN, tcpFlags } from '../../wire/l4';
import { NfNs } from '../settings';
import { VF_INACTIVE, VsConn } from './conn';
import { Dest, destLoad } from './service';

/** [to the server, from it][syn fin ack rst][state: NO ES SS SR FW TW CL CW LA LI SA] */
const STATES: usize = memory.data<u8>([
  3, 1, 1, 3, 3, 3, 3, 3, 3, 3, 3,
  6, 7, 2, 5, 5, 5, 6, 7, 8, 9, 5,
  1, 1, 2, 1, 4, 5, 6, 7, 6, 9, 1,
  6, 6, 6, 3, 6, 6, 6, 6, 8, 9, 3,
  2, 1, 2, 3, 2, 2, 2, 2, 2, 9, 3,
  5, 4, 2, 5, 4, 5, 6, 5, 8, 9, 5,
  1, 1, 2, 1, 4, 5, 6, 7, 8, 1, 1,
  6, 6, 2, 6, 6, 5, 6, 6, 6, 6, 6,
]);
/** Seconds: NO ES SS SR FW TW CL CW LA LI SA. */
const SECONDS: usize = memory.data<u32>([2, 900, 120, 60, 120, 120, 10, 60, 30, 120, 120]);

function secondsOf(ns: u32, state: u32): u32 {
  if (state == VS_TCP_ESTABLISHED) return NfNs.at(ns).vsTcp;
  if (state == VS_TCP_FIN_WAIT) return NfNs.at(ns).vsFin;
  return load<u32>(SECONDS + ((state * 4) as usize));
}

/** Counts a connection that became established, or is no longer. */
function recount(c: VsConn, state: u32): void {
  const d = Dest.at(c.dest);
  const inactive = (c.flags & VF_INACTIVE) != 0;
  if (inactive == (state != VS_TCP_ESTABLISHED)) return;
  c.flags ^= VF_INACTIVE;
  d.active += inactive ? 1 : -1;
  d.inactive += inactive ? -1 : 1;
  destLoad(c.dest);
}

/** A packet of a connection. @param out whether it comes from the server @param th its transport header */
export function vsState(i: u32, out: bool, th: usize): void {
  const c = VsConn.at(i);
  if (c.proto != PROTO_TCP) {
    c.state = VS_UDP_NORMAL;
    c.timeout = NfNs.at(c.ns).vsUdp;
    return;
  }
  const flags = tcpFlags(th);
  const kind: i32 = flags & TCP_RST ? 3 : flags & TCP_SYN ? 0 : flags & TCP_FIN ? 1 : flags & TCP_ACK ? 2 : -1;
  if (kind < 0) return;
  const state = load<u8>(STATES + (((out ? 44 : 0) + (kind as u32) * 11 + c.state) as usize)) as u32;
  recount(c, state);
  c.state = state;
  c.timeout = secondsOf(c.ns, state);
}
