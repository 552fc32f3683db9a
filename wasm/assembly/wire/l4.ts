/** Fields of TCP, UDP and ICMP headers that netfilter and ip/ look at. @see RFC 9293, RFC 768, RFC 792 */
import { PROTO_ICMP, PROTO_TCP, PROTO_UDP } from './ipv4';

export const ICMP_ECHOREPLY: u32 = 0;
export const ICMP_UNREACH: u32 = 3;
export const ICMP_QUENCH: u32 = 4;
export const ICMP_REDIRECT: u32 = 5;
export const ICMP_ECHO: u32 = 8;
export const ICMP_TIME_EXCEEDED: u32 = 11;
export const ICMP_PARAMETER: u32 = 12;
export const UNREACH_NET: u32 = 0;
export const UNREACH_HOST: u32 = 1;
export const UNREACH_PROTO: u32 = 2;
export const UNREACH_PORT: u32 = 3;
export const UNREACH_FRAG: u32 = 4;

export const TCP_FIN: u32 = 1;
export const TCP_SYN: u32 = 2;
export const TCP_RST: u32 = 4;
export const TCP_PSH: u32 = 8;
export const TCP_ACK: u32 = 16;

/** TCP flags. */
export function tcpFlags(p: usize): u32 {
  return (load<u8>(p, 13) & 63) as u32;
}

/** TCP header length, bytes. */
export function tcpHlen(p: usize): u32 {
  return ((load<u8>(p, 12) >> 4) as u32) * 4;
}

/** Least length of a transport header. */
export function l4MinLen(proto: u32): u32 {
  if (proto == PROTO_TCP) return 20;
  if (proto == PROTO_UDP || proto == PROTO_ICMP) return 8;
  return 0;
}

/** Whether an ICMP type reports an error (and quotes a packet). */
export function icmpIsError(type: u32): bool {
  return (
    type == ICMP_UNREACH ||
    type == ICMP_QUENCH ||
    type == ICMP_REDIRECT ||
    type == ICMP_TIME_EXCEEDED ||
    type == ICMP_PARAMETER
  );
}
