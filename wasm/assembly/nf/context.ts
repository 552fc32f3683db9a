/**
 * What a connection keeps beside its tuples: TCP's sequence space as seen by both sides, the device it masquerades by.
 *
 *   0 side of the original direction, 20 | 20 side of the reply | 40 what came last, 32 | 72 masquerade's device
 *
 * @see Linux include/linux/netfilter/nf_conntrack_tcp.h: struct ip_ct_tcp
 */
import { Conn, CONN_CONTEXT } from './conn';

/** What one side of a TCP connection has sent and offered. */
@unmanaged
export class TcpSide {
  /** End of what it sent, highest it may send, largest window it offered (scaled), highest it acknowledged. */
  end: u32;
  maxEnd: u32;
  maxWin: u32;
  maxAck: u32;
  scale: u16;
  /** TF_* bits. */
  flags: u16;

  @inline static at(ct: u32, dir: u32): TcpSide {
    return changetype<TcpSide>(changetype<usize>(Conn.at(ct)) + CONN_CONTEXT + (dir as usize) * 20);
  }
}

/** Window scaling was offered; SACK; it began to close; it may do as it likes; data not acknowledged; maxAck is set. */
export const TF_WSCALE: u16 = 1;
export const TF_SACK: u16 = 2;
export const TF_CLOSE_INIT: u16 = 4;
export const TF_LIBERAL: u16 = 8;
export const TF_UNACKED: u16 = 16;
export const TF_MAXACK: u16 = 32;
/** Of the last SYN that was let pass: an ACK to it is a challenge. The two opened at the same time. */
export const TF_CHALLENGE: u16 = 64;
export const TF_SIMULTANEOUS: u16 = 128;

@unmanaged
export class TcpLast {
  retrans: u32;
  dir: u32;
  index: u32;
  seq: u32;
  ack: u32;
  end: u32;
  win: u32;
  scale: u16;
  flags: u16;
  /** Device it masquerades by, 0: it does not. */
  masquerade: u32;

  @inline static at(ct: u32): TcpLast {
    return changetype<TcpLast>(changetype<usize>(Conn.at(ct)) + CONN_CONTEXT + 40);
  }
}

/** A connection begins: nothing is known of it. */
export function contextClear(ct: u32): void {
  memory.fill(changetype<usize>(Conn.at(ct)) + CONN_CONTEXT, 0, 76);
}
