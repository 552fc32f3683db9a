/**
 * Probes of growing TTL, sixteen at once, and what is printed of them in order.
 * @see traceroute-2.1 traceroute.c: do_it, get_timeout
 */
import { formatIp, type IpAddr, sameIp } from '../../../base/ip.ts';
import { isErr } from '../../kernel/errno.ts';
import type { Sys } from '../../kernel/sys.ts';
import { getnameinfo } from '../resolve.ts';
import type { Context } from '../spec.ts';
import type { Answer } from './answer.ts';
import type { Method, Probe } from './methods.ts';

/** What the system calls for one probe take, ns. */
const PROBE_COST = 60_000;
/** A probe waits so many times as long as one of the same hop, or of a later hop, took. */
const HERE = 3;
const NEAR = 10;
/** Added to such a time, ns. */
const PRECISION = 1e6;

/** What is asked for. */
export interface Trace {
  readonly first: number;
  readonly max: number;
  readonly queries: number;
  readonly waitNs: number;
  /** Probes that are under way at the same time. */
  readonly simultaneous: number;
  readonly numeric: boolean;
}

/** One run. */
export class ProbeRun {
  readonly #probes: Probe[] = [];
  readonly #sys: Sys;
  #previous: IpAddr | undefined;

  constructor(
    readonly ctx: Context,
    readonly trace: Trace,
    readonly method: Method,
  ) {
    this.#sys = ctx.sys;
    for (let ttl = 1; ttl <= trace.max; ttl++)
      for (let q = 0; q < trace.queries; q++)
        this.#probes.push({ ttl, sent: 0, done: false, answer: undefined, key: 0 });
  }

  /** @returns the text of an error that ends it, or undefined at its end */
  async run(): Promise<string | undefined> {
    const { queries } = this.trace;
    let start = (this.trace.first - 1) * queries;
    let end = this.#probes.length;
    while (start < end) {
      let flying = 0;
      for (let n = start; n < end && flying < this.trace.simultaneous; n++) {
        const p = this.#probes[n] as Probe;
        if (p.sent > 0 && !p.done && this.#expiry(n) <= this.#sys.now()) this.#finish(p, undefined);
        if (!p.done) {
          if (p.sent === 0) {
            const failed = await this.method.send(p);
            if (failed !== undefined) return failed;
            await this.#sys.sleep(PROBE_COST);
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
    const waiting = this.#probes.slice(start, end).filter((p) => p.sent > 0 && !p.done);
    const left = Math.max(0, this.#expiry(start) - sys.now());
    const fds = this.method.waits(waiting).map((fd) => ({ fd, in: true }));
    const ready = await sys.poll(fds, left);
    if (isErr(ready)) return;
    for (const r of ready) {
      const told = await this.method.take(r.fd, waiting);
      if (told && !told.probe.done) this.#finish(told.probe, told.answer);
    }
  }

  #finish(p: Probe, answer: Answer | undefined): void {
    p.done = true;
    p.answer = answer;
    this.method.over(p);
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
