/** Queueing disciplines: `tc qdisc`. */
import type { Errno } from '../errno.ts';

export type Distribution = 'uniform' | 'normal' | 'pareto' | 'paretonormal';

/** Settings of a queueing discipline. Probabilities and correlations are of 2³² - 1, times ns, rates bytes/s. */
export type QdiscSettings =
  | {
      readonly kind: 'netem';
      /** packets */
      readonly limit: number;
      readonly delay?: number;
      readonly jitter?: number;
      readonly delayCorrelation?: number;
      readonly distribution?: Distribution;
      readonly loss?: readonly [probability: number, correlation: number];
      /** Four-state chain: p13, p31, p32, p23, p14. */
      readonly lossState?: readonly number[];
      /** Gilbert-Elliott: p, r, h, 1-k. */
      readonly lossGemodel?: readonly number[];
      readonly duplicate?: readonly [probability: number, correlation: number];
      readonly reorder?: readonly [probability: number, correlation: number];
      readonly corrupt?: readonly [probability: number, correlation: number];
      readonly gap?: number;
      readonly rate?: number;
      readonly overhead?: number;
      readonly cell?: number;
      readonly cellOverhead?: number;
      readonly seed?: bigint;
    }
  | {
      readonly kind: 'tbf';
      readonly rate: number;
      /** bytes */
      readonly burst: number;
      readonly limit: number;
      readonly peakrate?: number;
      readonly mtu?: number;
    }
  | { readonly kind: 'pfifo' | 'bfifo'; readonly limit: number };

/** One line of `tc -s qdisc show`. `noqueue` stands for a device that has none. */
export interface Qdisc {
  readonly ifindex: number;
  /** Major number, 0 for noqueue. */
  readonly handle: number;
  /** Class it hangs on as [major, minor]; absent: the root. */
  readonly parent?: readonly [number, number];
  readonly refcnt: number;
  /** Absent: noqueue. */
  readonly settings?: QdiscSettings;
  readonly bytes: number;
  readonly packets: number;
  readonly drops: number;
  readonly overlimits: number;
  readonly requeues: number;
  readonly backlog: number;
  readonly qlen: number;
}

/** A request for a discipline: where, which handle, and how it treats what is there. */
export interface QdiscRequest {
  readonly dev: string;
  /** Absent: the root. */
  readonly parent?: readonly [number, number];
  /** 0 or absent: chosen. */
  readonly handle?: number;
  readonly how: 'add' | 'change' | 'replace';
  readonly settings: QdiscSettings;
}

/** Queueing disciplines of a namespace. */
export interface QdiscAdmin {
  /** Of one device, or of all that are up or have one. */
  qdiscs(ifname?: string): Qdisc[];
  setQdisc(request: QdiscRequest): Errno | 0;
  delQdisc(ifname: string, parent: readonly [number, number] | undefined, handle?: number): Errno | 0;
}
