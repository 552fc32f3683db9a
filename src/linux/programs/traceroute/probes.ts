/**
 * The UDP method of traceroute: sixteen probes at once, each from a socket of its own and to the next port, told of what
 * became of them by the sockets' error queues.
 * @see traceroute-2.1 traceroute.c: do_it, get_timeout; mod-udp.c
 */
import { formatIp, type IpAddr, sameIp } from '../../../base/ip.ts';
import { isErr } from '../../kernel/errno.ts';
import type { Fd, Sys } from '../../kernel/sys.ts';
import { getnameinfo } from '../resolve.ts';
import type { Context } from '../spec.ts';

const FIRST_PORT = 33434;
/** Probes that are under way at the same time. */
const SIMULTANEOUS = 16;
/** IP_PMTUDISC_DONT. */
const PMTUDISC_DONT = 0;
/** What the system calls for one probe take, ns. */
const PROBE_COST = 60_000;
/** A probe waits so many times as long as one of the same hop, or of a later hop, took. */
const HERE = 3;
const NEAR = 10;
/** Added to such a time, ns. */
const PRECISION = 1e6;

/** What is asked for. */
export interface Trace {
  readonly dst: IpAddr;
  readonly first: number;
  readonly max: number;
  readonly queries: number;
  readonly waitNs: number;
  /** Bytes of a packet. */
  readonly size: number;
  readonly numeric: boolean;
}

/** What came back. */
export interface Answer {
  readonly from: IpAddr;
  readonly ms: number;
  /** ` !H`, ` !N` … or empty. */
  readonly mark: string;
  readonly last: boolean;
}

interface Probe {
  readonly ttl: number;
  /** 0: not yet. */
  sent: number;
  fd: Fd | undefined;
  done: boolean;
  answer: Answer | undefined;
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

/** One run. */
export class ProbeRun {
  readonly #probes: Probe[] = [];
  readonly #sys: Sys;
  #port = FIRST_PORT;
  #previous: IpAddr | undefined;

  constructor(
    readonly ctx: Context,
    readonly trace: Trace,
  ) {
    this.#sys = ctx.sys;
    for (let ttl = 1; ttl <= trace.max; ttl++)
      for (let q = 0; q < trace.queries; q++)
        this.#probes.push({ ttl, sent: 0, fd: undefined, done: false, answer: undefined });
  }

  /** @returns the text of an error that ends it, or undefined at its end */
  async run(): Promise<string | undefined> {
    const { queries } = this.trace;
    let start = (this.trace.first - 1) * queries;
    let end = this.#probes.length;
    while (start < end) {
      let flying = 0;
      for (let n = start; n < end && flying < SIMULTANEOUS; n++) {
        const p = this.#probes[n] as Probe;
        if (p.sent > 0 && !p.done && this.#expiry(n) <= this.#sys.now()) this.#finish(p, undefined);
        if (!p.done) {
          if (p.sent === 0) {
            const failed = await this.#send(p);
            if (failed !== undefined) return failed;
          }
          flying++;
        } else if (p.answer?.last) end = (Math.floor(n / queries) + 1) * queries;
        if (p.done && n === start) {
          await this.#print(n);
          start++;
        }
      }
      if (start < end) await this.#poll(start, end);
    }
    await this.ctx.out('\n');
    return undefined;
  }

  async #send(p: Probe): Promise<string | undefined> {
    const sys = this.#sys;
    const fd = sys.socket(this.trace.dst.v === 4 ? 'inet' : 'inet6', 'dgram');
    if (isErr(fd)) return `socket: ${fd.text}`;
    sys.setsockopt(fd, 'mtu_discover', PMTUDISC_DONT);
    sys.setsockopt(fd, 'ttl', p.ttl);
    const connected = await sys.connect(fd, { ip: this.trace.dst, port: this.#port++ });
    if (isErr(connected)) return `connect: ${connected.text}`;
    sys.setsockopt(fd, 'recverr', 1);
    p.sent = sys.now();
    p.fd = fd;
    const sent = await sys.sendto(
      fd,
      new Uint8Array(Math.max(0, this.trace.size - headersOf(this.trace.dst))).fill(0x40),
    );
    if (isErr(sent)) return `send: ${sent.text}`;
    await sys.sleep(PROBE_COST);
    return undefined;
  }

  /** Until when a probe is waited for, ns. */
  #expiry(n: number): number {
    const { queries, waitNs } = this.trace;
    const p = this.#probes[n] as Probe;
    const took = (list: readonly Probe[]): number | undefined => list.find((x) => x.answer)?.answer?.ms;
    const hop = n - (n % queries);
    const here = took(this.#probes.slice(hop, hop + queries));
    const near = took(this.#probes.slice(n + 1));
    const factor = here !== undefined ? HERE : NEAR;
    const ms = here ?? near;
    return p.sent + (ms === undefined ? waitNs : Math.min(waitNs, (ms * 1e6 + PRECISION) * factor));
  }

  /** Takes what has come; waits for it, but not longer than the first probe is waited for. */
  async #poll(start: number, end: number): Promise<void> {
    const sys = this.#sys;
    const waiting = this.#probes.slice(start, end).filter((p) => p.fd !== undefined);
    const left = Math.max(0, this.#expiry(start) - sys.now());
    const ready = await sys.poll(
      waiting.map((p) => ({ fd: p.fd as Fd, in: true })),
      left,
    );
    if (isErr(ready)) return;
    for (const r of ready) {
      const p = waiting.find((x) => x.fd === r.fd) as Probe;
      const d = await sys.recvfrom(r.fd);
      if (isErr(d)) continue;
      const ms = ((d.time ?? sys.now()) - p.sent) / 1e6;
      const e = d.icmpError;
      if (e && !e.local) this.#finish(p, answerOf(e.from, e.type, e.code, ms));
      else if (d.from.ip) this.#finish(p, { from: d.from.ip, ms, mark: '', last: true });
    }
  }

  #finish(p: Probe, answer: Answer | undefined): void {
    p.done = true;
    p.answer = answer;
    if (p.fd !== undefined) this.#sys.close(p.fd);
    p.fd = undefined;
  }

  async #print(n: number): Promise<void> {
    const { answer, ttl } = this.#probes[n] as Probe;
    let s = '';
    if (n % this.trace.queries === 0) {
      s = `${n === (this.trace.first - 1) * this.trace.queries ? '' : '\n'}${String(ttl).padStart(2)} `;
      this.#previous = undefined;
    }
    if (!answer) s += ' *';
    else {
      if (!this.#previous || !sameIp(this.#previous, answer.from)) {
        const text = formatIp(answer.from);
        const name = this.trace.numeric ? undefined : await getnameinfo(this.#sys, answer.from);
        s += ` ${this.trace.numeric ? text : `${name ?? text} (${text})`}`;
      }
      this.#previous = answer.from;
      s += `  ${answer.ms.toFixed(3)} ms${answer.mark}`;
    }
    await this.ctx.out(s);
  }
}
