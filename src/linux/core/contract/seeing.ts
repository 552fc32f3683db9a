/** The core: captures, traces, counters, the whole state. */
import type { CoreState } from '../double.ts';
import type { Addr16 } from './base.ts';

/** Code of a LOG event: a namespace's table of connections is full; b = the namespace. */
export const LOG_CT_FULL = 2;
/** What is wrong with a martian: its source, else its destination. */
export const LOG_MARTIAN_SRC = 16;

export interface CoreFrame extends FrameHead {
  readonly bytes: Uint8Array;
}

/** A frame without its bytes. */
export interface FrameHead {
  readonly time: number;
  readonly dev: number;
  /** sll_pkttype: 0 host, 1 broadcast, 2 multicast, 3 other host, 4 outgoing. */
  readonly pkttype: number;
  readonly length: number;
  /** Identity of the packet, the same along its way through one namespace and across veth pairs. */
  readonly packet: number;
}

/** One record of a packet's journey. `what` is one of abi.ts's TRACE_*. */
export interface TraceRecord {
  readonly time: number;
  readonly packet: number;
  readonly what: number;
  readonly ns: number;
  readonly dev: number;
  readonly a: number;
  readonly b: number;
  readonly c: number;
}

/** Which packets to trace: all that is present must hold. Addresses are IPv4 numbers with their masks. */
export interface TraceFilter {
  readonly ns?: number;
  readonly dev?: number;
  /** 0x0800, 0x0806, … */
  readonly ethertype?: number;
  readonly proto?: number;
  /** Of either end, of the source, of the destination; IPv4 in its mapped form. */
  readonly host?: readonly [address: Addr16, mask: Addr16];
  readonly src?: readonly [address: Addr16, mask: Addr16];
  readonly dst?: readonly [address: Addr16, mask: Addr16];
  readonly port?: number;
  readonly sport?: number;
  readonly dport?: number;
}

/** Seeing what happens, and keeping it. */
export interface SeeingCore {
  /** A capture on one device, or on all of a namespace (dev 0), or on all namespaces (ns 0: the map). */
  captureAdd(ns: number, dev: number, snaplen: number): number;
  captureRead(capture: number): CoreFrame | undefined;
  /** All that wait; head and bytes (a part of the core's memory) are good until `each` returns. */
  captureEach(capture: number, each: (head: FrameHead, bytes: Uint8Array) => void): void;
  captureDropped(capture: number): number;
  captureDel(capture: number): void;
  /**
   * What is traced from now on: every packet, none, or what fits one of the filters (four at most) and what is made
   * because of it. @throws RangeError for more filters than the core holds
   */
  trace(what: boolean | readonly TraceFilter[]): void;
  /** Takes the waiting records, oldest first. */
  traceRead(each: (r: TraceRecord) => void): void;
  /** Records that were overwritten before they were read. */
  traceLost(): number;
  /** Packets dropped so far by reason (index: Drop in abi.ts). */
  drops(): readonly number[];

  /**
   * An image of all state (image.ts): a few MB at most for a small lab. Two cores of one build whose images are equal are
   * in the same state. @param base an earlier whole image: only what differs from it is kept
   */
  snapshot(base?: Uint8Array): Uint8Array;
  /**
   * Puts an image back, into this core or another of the same build. @param base the one it is told against, when it is
   * @throws RangeError naming what is wrong with the image; the state is then as it was
   */
  restore(image: Uint8Array, base?: Uint8Array): void;
  /** The bytes in use, where they lie (double.ts): valid until anything happens to this core. */
  state(): CoreState;
  /** Becomes the double of a core of the same build: what happens to both is the same from then on. */
  double(of: CoreState): void;
}
