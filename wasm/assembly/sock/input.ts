/** What ip/ calls in sock/. Placeholder signatures until the sockets land. */
import { pktFree } from '../sim/pool';

/** Takes the packet (owned). */
export function tcpInput(ns: u32, pkt: u32): void {
  pktFree(pkt);
}

/** Takes the packet when a socket wants it. @returns 1 taken, 0 no socket (the caller still owns it) */
export function udpInput(ns: u32, pkt: u32): i32 {
  return 0;
}

/** Copies to raw sockets of the protocol. @returns how many took it */
export function rawInput(ns: u32, pkt: u32, proto: u32): i32 {
  return 0;
}

/** An ICMP error quoting one of our packets arrived; `pkt` stays the caller's. pkt.th is the ICMP header. */
export function icmpErrorToSock(ns: u32, pkt: u32, type: u32, code: u32): void {}

/** The namespace goes. */
export function sockNsDestroy(ns: u32): void {}

/** A timer of kind ≥ TIMER_SOCK fired; its handle is no longer valid. */
export function sockTimer(kind: u32, obj: u32): void {}
