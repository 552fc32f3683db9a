/** What comes of a probe, and the marks behind its time. @see traceroute-2.1 traceroute.c: print_probe, check_expired */
import type { IpAddr } from '../../../base/ip.ts';

/** What came back. */
export interface Answer {
  readonly from: IpAddr;
  readonly ms: number;
  /** ` !H`, ` !N` … or empty. */
  readonly mark: string;
  readonly last: boolean;
}

/** What stands behind the time of an ICMP error, by code of type 3. */
const MARKS: Readonly<Record<number, string>> = {
  0: ' !N',
  1: ' !H',
  2: ' !P',
  3: '',
  4: ' !F',
  9: ' !X',
  10: ' !X',
  13: ' !X',
};

/** The same of ICMPv6, type 1. */
const MARKS6: Readonly<Record<number, string>> = { 0: ' !N', 1: ' !X', 2: ' !H', 3: ' !H', 4: '' };

/** ICMP types of a family: destination unreachable, time exceeded. */
export const unreachable = (v: 4 | 6): number => (v === 4 ? 3 : 1);
export const timeExceeded = (v: 4 | 6): number => (v === 4 ? 11 : 3);

/** Bytes of a probe's headers: IP, and UDP or ICMP. */
export const headersOf = (ip: IpAddr): number => (ip.v === 4 ? 28 : 48);

/** The answer that an ICMP error is. */
export function answerOf(from: IpAddr, type: number, code: number, ms: number): Answer {
  const marks = from.v === 4 ? MARKS : MARKS6;
  return type === unreachable(from.v)
    ? { from, ms, mark: marks[code] ?? ` !<${code}>`, last: true }
    : { from, ms, mark: '', last: false };
}
