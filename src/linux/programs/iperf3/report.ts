/** The text that iperf3 prints: units, lines of an interval, the summary. @see iperf src/units.c, iperf_locale.c */
import type { Sys } from '../../kernel/sys.ts';
import { print } from '../stdio.ts';
import type { Results, StreamResult } from './protocol.ts';
import type { Flow } from './stream.ts';

const RULE = '- - - - - - - - - - - - - - - - - - - - - - - - -\n';
/** Nanoseconds of an interval. */
const INTERVAL = 1e9;
/** Seconds of an interval that is worth a line. */
const SHORTEST = 0.005;

function units(value: number, step: number, names: readonly string[]): string {
  let v = value;
  let i = 0;
  while (v >= step && i < names.length - 1) {
    v /= step;
    i++;
  }
  const digits = v < 9.995 ? 2 : v < 99.95 ? 1 : 0;
  return `${v.toFixed(digits).padStart(4)} ${names[i]}`;
}

const transfer = (bytes: number): string => units(bytes, 1024, ['Bytes', 'KBytes', 'MBytes', 'GBytes', 'TBytes']);
const bitrate = (bits: number): string => units(bits, 1000, ['bits', 'Kbits', 'Mbits', 'Gbits', 'Tbits']);

interface Line {
  /** Seconds from the start of the test. */
  readonly from: number;
  readonly to: number;
  readonly bytes: number;
  readonly packets: number;
  readonly lost: number;
  /** Milliseconds. */
  readonly jitter: number;
}

/** Which columns a report has: those of TCP, of a sender of UDP, of a receiver of UDP. */
type Columns = 'tcp' | 'udp-sent' | 'udp-received';

const HEADS: Readonly<Record<Columns, string>> = {
  tcp: '[ ID] Interval           Transfer     Bitrate\n',
  'udp-sent': '[ ID] Interval           Transfer     Bitrate         Total Datagrams\n',
  'udp-received': '[ ID] Interval           Transfer     Bitrate         Jitter    Lost/Total Datagrams\n',
};

function lineText(id: string, l: Line, columns: Columns, tail: string): string {
  const span = `${l.from.toFixed(2).padStart(6)}-${l.to.toFixed(2).padEnd(6)} sec`;
  const rate = l.to > l.from ? (l.bytes * 8) / (l.to - l.from) : 0;
  const start = `[${id.padStart(3)}] ${span}  ${transfer(l.bytes)}  ${bitrate(rate)}/sec`;
  if (columns === 'tcp') return `${start}                  ${tail}\n`;
  if (columns === 'udp-sent') return `${start}  ${l.packets}  ${tail}\n`;
  const share = l.packets > 0 ? (100 * l.lost) / l.packets : 0;
  const percent = share.toPrecision(2).replace(/\.?0+$/, '');
  return `${start}  ${l.jitter.toFixed(3)} ms  ${l.lost}/${l.packets} (${percent === '' ? 0 : Number(percent)}%)  ${tail}\n`;
}

const sum = (lines: readonly Line[]): Line => ({
  from: lines[0]?.from ?? 0,
  to: lines[0]?.to ?? 0,
  bytes: lines.reduce((n, l) => n + l.bytes, 0),
  packets: lines.reduce((n, l) => n + l.packets, 0),
  lost: lines.reduce((n, l) => n + l.lost, 0),
  jitter: lines.reduce((n, l) => n + l.jitter, 0) / Math.max(1, lines.length),
});

/** Reports a running test: a block of lines each second, and the summary. */
export class Report {
  #from = 0;
  readonly #columns: Columns;

  constructor(
    readonly sys: Sys,
    readonly flows: readonly Flow[],
    readonly began: number,
    readonly sends: boolean,
    readonly udp: boolean,
    /** Seconds between lines; 0: none. */
    readonly every: number,
  ) {
    this.#columns = !udp ? 'tcp' : sends ? 'udp-sent' : 'udp-received';
  }

  /** Prints a line each interval until `done()`. */
  async run(done: () => boolean): Promise<void> {
    await print(this.sys, HEADS[this.#columns]);
    if (this.every === 0) return;
    for (let i = 1; !done(); i++) {
      await this.sys.sleep(this.began + i * this.every * INTERVAL - this.sys.now());
      if (!done()) await this.lap();
    }
  }

  /** Prints what happened since the last lines. */
  async lap(): Promise<void> {
    const to = (this.sys.now() - this.began) / 1e9;
    if (to - this.#from < SHORTEST) return;
    const lines = this.flows.map(
      (f): Line => ({ from: this.#from, to, ...f.meter.lap(), jitter: f.meter.jitter / 1e6 }),
    );
    if (this.#from > 0 && lines.length > 1) await print(this.sys, RULE);
    this.#from = to;
    for (const [i, l] of lines.entries())
      await print(this.sys, lineText(String((this.flows[i] as Flow).fd), l, this.#columns, ''));
    if (lines.length > 1) await print(this.sys, lineText('SUM', sum(lines), this.#columns, ''));
  }

  /** The summary. @param theirs what the other side measured, when it is known */
  async finish(seconds: number, theirs: Results | undefined, both: boolean): Promise<void> {
    const columns: Columns = this.udp ? 'udp-received' : 'tcp';
    await print(this.sys, RULE + HEADS[columns]);
    const own = this.flows.map((f, i) => f.meter.result(i, seconds));
    const other = theirs?.streams ?? [];
    const [sent, got] = this.sends ? [own, other] : [other, own];
    const line = (r: StreamResult): Line => ({
      from: 0,
      to: r.end_time - r.start_time,
      bytes: r.bytes,
      packets: r.packets,
      lost: r.errors,
      jitter: r.jitter * 1e3,
    });
    const write = async (id: string, l: Line, who: string): Promise<unknown> =>
      print(this.sys, lineText(id, l, columns, who));
    for (const [i, f] of this.flows.entries()) {
      const [s, g] = [sent[i], got[i]];
      if (s && (both || this.sends)) await write(String(f.fd), line({ ...s, errors: 0, jitter: 0 }), 'sender');
      if (g && (both || !this.sends)) await write(String(f.fd), line(g), 'receiver');
    }
    if (this.flows.length < 2) return;
    if (both || this.sends) await write('SUM', sum(sent.map(line)), 'sender');
    if (both || !this.sends) await write('SUM', sum(got.map(line)), 'receiver');
  }
}
