/**
 * TCP as connection tracking sees it: the state table of Linux, without windows.
 * Limits: sequence numbers are not checked (nf_conntrack_tcp_be_liberal), retransmissions do not shorten timeouts.
 * @see Linux net/netfilter/nf_conntrack_proto_tcp.c: tcp_conntracks, nf_conntrack_tcp_packet
 */
import { IPS_ASSURED, IPS_SEEN_REPLY } from '../../abi';
import { now } from '../sim/clock';
import { TCP_ACK, TCP_FIN, TCP_RST, TCP_SYN, tcpFlags } from '../wire/l4';
import { Conn, connKill } from './conn';

const ES: u32 = 3;
const SR: u32 = 2;
const SS: u32 = 1;
const TW: u32 = 7;
/** Invalid, ignore. */
const IV: u32 = 10;
const IG: u32 = 11;

/** [direction][flags: syn synack fin ack rst none][state: none SS SR ES FW CW LA TW CL S2] */
const STATES: usize = memory.data<u8>([
  1, 1, 11, 11, 11, 11, 11, 1, 1, 9,
  10, 10, 2, 10, 10, 10, 10, 10, 10, 2,
  10, 10, 4, 4, 6, 6, 6, 7, 8, 10,
  3, 10, 3, 3, 5, 5, 7, 7, 8, 10,
  10, 8, 8, 8, 8, 8, 8, 8, 8, 8,
  10, 10, 10, 10, 10, 10, 10, 10, 10, 10,
  10, 9, 10, 10, 10, 10, 10, 1, 10, 9,
  10, 2, 11, 11, 11, 11, 11, 11, 11, 2,
  10, 10, 4, 4, 6, 6, 6, 7, 8, 10,
  10, 11, 2, 3, 5, 5, 7, 7, 8, 11,
  10, 8, 8, 8, 8, 8, 8, 8, 8, 8,
  10, 10, 10, 10, 10, 10, 10, 10, 10, 10,
]);
/** Seconds by state: none SS SR ES FW CW LA TW CL S2. */
const TIMEOUTS: usize = memory.data<u32>([0, 120, 60, 432000, 120, 60, 30, 120, 10, 120]);

/** What to do with the packet. */
export const TCP_OK: i32 = 0;
export const TCP_INVALID: i32 = 1;
/** The connection is over and this opens a new one: look it up again. */
export const TCP_REOPEN: i32 = 2;

function flagIndex(flags: u32): u32 {
  if (flags & TCP_RST) return 4;
  if (flags & TCP_SYN) return flags & TCP_ACK ? 1 : 0;
  if (flags & TCP_FIN) return 2;
  return flags & TCP_ACK ? 3 : 5;
}

/** One segment of a connection. @param dir 0 original, 1 reply @param th TCP header @returns TCP_* */
export function ctTcp(ct: u32, dir: u32, th: usize): i32 {
  const c = Conn.at(ct);
  const index = flagIndex(tcpFlags(th));
  const old = c.tcpState;
  const state = load<u8>(STATES + ((dir * 60 + index * 10 + old) as usize)) as u32;
  if (state == IV) return TCP_INVALID;
  if (state == IG) {
    c.lastDir = dir;
    c.lastIndex = index;
    return TCP_OK;
  }
  if (state == SS && old >= TW && index == 0) {
    connKill(ct);
    return TCP_REOPEN;
  }
  c.lastDir = dir;
  c.lastIndex = index;
  c.tcpState = state;
  c.expires = now() + (load<u32>(TIMEOUTS + ((state * 4) as usize)) as u64) * 1_000_000_000;
  if (!(c.status & IPS_SEEN_REPLY)) {
    // A connection whose only answer is a reset never was one.
    if (dir == 1 && index == 4) connKill(ct);
  } else if (state == ES && (old == SR || old == ES)) c.status |= IPS_ASSURED;
  return TCP_OK;
}
