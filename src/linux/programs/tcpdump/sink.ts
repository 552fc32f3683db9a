/** Where packets go: a line each on standard output, or records in a file. @see tcpdump print.c, util-print.c: ts_print */
import { civil } from '../../../base/civil.ts';
import { formatIp, type IpAddr } from '../../../base/ip.ts';
import { asciiText, hexAndText, hexLines } from '../../core/hex-dump.ts';
import { LinkType, pcapHeader, pcapRecord, SLL2_LENGTH } from '../../core/pcap.ts';
import { type SummaryOptions, summary } from '../../core/summary.ts';
import { Conversations } from '../../core/summary-tcp.ts';
import { isErr } from '../../kernel/errno.ts';
import type { Fd, Sys } from '../../kernel/sys.ts';
import { getnameinfo } from '../resolve.ts';
import { serviceName } from '../services.ts';
import type { Context } from '../spec.ts';
import { type Captured, subjectOf } from './source.ts';

/** Addresses already looked up: names of the lines that are printed without -n. */
class Names {
  readonly #known = new Map<string, string>();
  constructor(readonly sys: Sys) {}

  async learn(ip: IpAddr | undefined): Promise<void> {
    if (!ip) return;
    const text = formatIp(ip);
    if (this.#known.has(text)) return;
    this.#known.set(text, text);
    const name = await getnameinfo(this.sys, ip);
    if (name !== undefined) this.#known.set(text, name);
  }
  readonly of = (ip: IpAddr): string => this.#known.get(formatIp(ip)) ?? formatIp(ip);
}

/** The time stamp at the head of a line, by the number of -t. */
class Stamps {
  #previous: bigint | undefined;
  #first: bigint | undefined;
  constructor(
    readonly style: number,
    readonly nano: boolean,
  ) {}

  text(ns: bigint): string {
    const fraction = (rest: bigint): string =>
      this.nano ? String(rest).padStart(9, '0') : String(rest / 1000n).padStart(6, '0');
    const two = (n: number): string => String(n).padStart(2, '0');
    const t = civil(ns);
    const clock = `${two(t.hour)}:${two(t.minute)}:${two(t.second)}.${fraction(BigInt(t.nanos))} `;
    if (this.style === 0) return clock;
    if (this.style === 1) return '';
    if (this.style === 2) return `${ns / 1_000_000_000n}.${fraction(ns % 1_000_000_000n)} `;
    if (this.style === 4) return `${t.year}-${two(t.month)}-${two(t.day)} ${clock}`;
    const base = this.style === 3 ? (this.#previous ?? ns) : (this.#first ?? ns);
    this.#previous = ns;
    this.#first ??= ns;
    const delta = ns - base;
    const s = Number(delta / 1_000_000_000n);
    return ` ${two(Math.floor(s / 3600))}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}.${fraction(delta % 1_000_000_000n)} `;
  }
}

/** The hex or text after a line. */
function dump(ctx: Context, linkType: number, bytes: Uint8Array): string {
  const o = ctx.options;
  const hex = o.count('hex');
  const both = o.count('hex-text');
  const ascii = o.count('ascii');
  const head = linkType === LinkType.LINUX_SLL2 ? SLL2_LENGTH : 14;
  const part = (n: number): Uint8Array => (n > 1 ? bytes : bytes.subarray(head));
  if (both > 0) return hexAndText(part(both));
  if (hex > 0) return hexLines(part(hex));
  return ascii > 0 ? asciiText(part(ascii)) : '';
}

/** Prints or writes what passes the filter. */
export class Sink {
  readonly #stamps: Stamps;
  readonly #names: Names;
  readonly #options: SummaryOptions;
  readonly #seen = new Conversations();
  #file: Fd | undefined;

  get #nano(): boolean {
    const o = this.ctx.options;
    return o.has('nano') || o.value('time-stamp-precision') === 'nano';
  }

  constructor(
    readonly ctx: Context,
    readonly linkType: number,
    /** Whether lines are numbered (-#). */
    readonly number: boolean,
  ) {
    const o = ctx.options;
    this.#stamps = new Stamps(o.count('timestamp'), this.#nano);
    this.#names = new Names(ctx.sys);
    const numeric = o.count('numeric');
    this.#options = {
      link: o.has('link'),
      verbose: o.count('verbose'),
      quiet: o.has('quiet'),
      absolute: o.has('absolute'),
      unchecked: o.has('dont-verify-checksums'),
      seen: this.#seen,
      ifname: (i) => ctx.sys.net.link(i)?.name,
      host: numeric > 0 ? undefined : this.#names.of,
      port: numeric > 0 ? undefined : (p, proto) => serviceName(p, proto) ?? String(p),
    };
  }

  /** Opens -w's file. @returns a message on failure */
  async open(path: string, snaplen: number): Promise<string | undefined> {
    const head = pcapHeader(this.linkType, { snaplen, nano: this.#nano });
    if (path === '-') this.#file = 1;
    else {
      const fd = this.ctx.sys.open(path, { write: true, create: true, truncate: true });
      if (isErr(fd)) return `${path}: ${fd.text}`;
      this.#file = fd;
    }
    await this.ctx.sys.write(this.#file, head);
    return undefined;
  }

  get writing(): boolean {
    return this.#file !== undefined;
  }

  async packet(c: Captured, index: number): Promise<void> {
    if (this.#file !== undefined) {
      const record = pcapRecord(
        {
          seconds: Number(c.time / 1_000_000_000n),
          nanos: Number(c.time % 1_000_000_000n),
          length: c.length,
          bytes: c.bytes,
        },
        this.#nano,
      );
      await this.ctx.sys.write(this.#file, record);
      if (!this.ctx.options.has('print')) return;
    }
    if (this.#options.host) {
      const { packet: p } = subjectOf(this.linkType, c);
      await this.#names.learn(p.ip?.src);
      await this.#names.learn(p.ip?.dst);
      if (p.arp) {
        await this.#names.learn({ v: 4, value: p.arp.senderIp });
        await this.#names.learn({ v: 4, value: p.arp.targetIp });
      }
    }
    const line = summary(this.linkType, c.bytes, c.length, this.#options);
    const head = this.number ? `${String(index).padStart(5)}  ` : '';
    await this.ctx.out(`${head}${this.#stamps.text(c.time)}${line}${dump(this.ctx, this.linkType, c.bytes)}\n`);
  }
}
