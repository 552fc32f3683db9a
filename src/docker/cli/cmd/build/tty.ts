/** Progress as a table that is drawn over itself. @see moby/buildkit util/progress/progressui/display.go: ttyDisplay */
import type { SolveStatus } from '../../../api/buildkit.ts';
import type { Ctx } from '../../context.ts';
import type { Builder } from '../buildx/builders.ts';
import type { Display } from './display.ts';
import { errorLogs, type Shown, sizeShown, Trace } from './trace.ts';

/** Between two drawings, ns. */
const TICK = 100e6;
/** Lines of a running step's output. */
const TERM = 6;
const [RED, BLUE, YELLOW] = ['\x1b[31m', '\x1b[34m', '\x1b[33m'];

interface Row {
  readonly name: string;
  readonly status: string;
  /** ns */
  readonly took: number;
  readonly color: string;
  readonly lines: readonly string[];
}

const align = (l: string, r: string, width: number): string => `${l.padEnd(width - r.length - 1)} ${r}`;

/** All steps, drawn again every tick. */
export class TtyDisplay implements Display {
  readonly trace = new Trace();
  #drawn = 0;
  #isDrawn = false;
  #last = Number.NEGATIVE_INFINITY;
  #start: bigint | undefined;

  constructor(
    readonly ctx: Ctx,
    readonly builder: Builder,
  ) {}

  begin(): Promise<void> {
    return Promise.resolve();
  }

  async update(s: SolveStatus): Promise<void> {
    this.trace.update(s);
    this.#start ??= s.vertexes?.[0]?.started;
    const now = this.ctx.sys.now();
    if (now - this.#last < TICK) return;
    this.#last = now;
    await this.#draw(false);
  }

  async done(): Promise<void> {
    await this.#draw(true);
    await this.ctx.err(errorLogs(this.trace, Number.POSITIVE_INFINITY));
  }

  #rows(): Row[] {
    const now = this.ctx.sys.realtime();
    return this.trace.all.flatMap((s) => this.#step(s, now));
  }

  #step(s: Shown, now: bigint): Row[] {
    const { name, started, completed, error, cached } = s.vertex;
    const isOver = completed !== 0n;
    const took = Number((isOver ? completed : now) - started);
    const title = `${cached ? 'CACHED ' : ''}${error === '' ? '' : 'ERROR '}${name.replaceAll('\t', ' ')}`;
    const color = isOver ? (error === '' ? BLUE : RED) : '';
    const lines = isOver ? [] : s.log.slice(-TERM).map((l) => l.replace(/^\S+ /, ''));
    return [
      { name: title, status: '', took, color, lines },
      ...s.statuses.map((x) => ({
        name: `=> ${x.id}`,
        status: sizeShown(x),
        took: Number((x.completed || now) - x.started),
        color: x.completed === 0n ? '' : BLUE,
        lines: [],
      })),
      ...s.warnings.map((w) => ({ name: `WARN: ${w.short}`, status: '', took, color: YELLOW, lines: [] })),
    ];
  }

  async #draw(isLast: boolean): Promise<void> {
    const size = this.ctx.sys.winsize(2);
    const { cols = 80, rows = 10 } = size as { cols?: number; rows?: number };
    const [width, height] = [cols || 80, rows || 10];
    const { all } = this.trace;
    const over = all.filter((s) => s.vertex.completed !== 0n).length;
    const state = isLast && over > 0 && over === all.length ? 'FINISHED' : '';
    const spent = this.#start === undefined ? 0 : Number(this.ctx.sys.realtime() - this.#start) / 1e9;
    const head = `[+] Building ${spent.toFixed(1)}s (${over}/${all.length}) ${state}`;
    const { Name, Driver } = this.builder;
    let body = `${align(head, `${Driver}:${Name}`, width - 1).slice(0, width)}\n`;
    let count = 0;
    const list = this.#rows();
    for (const row of isLast ? list : list.slice(Math.max(0, list.length - (height - 2)))) {
      const text = line(row, width);
      body += row.color === '' ? text : `${row.color}${text}\x1b[0m`;
      count++;
      for (const l of row.lines) {
        body += `\x1b[2m => => # ${l.slice(0, width - 10)}\n\x1b[0m`;
        count++;
      }
    }
    let up = '\x1b[1A'.repeat(this.#drawn + 1);
    if (!this.#isDrawn) up += '\x1b[1B';
    const fewer = this.#drawn - count;
    if (fewer > 0) body += `${`${' '.repeat(width)}\n`.repeat(fewer)}\x1b[${fewer}A\x1b[0G`;
    this.#isDrawn = true;
    this.#drawn = count;
    await this.ctx.err(`${up}\x1b[0G\x1b[?25l${body}\x1b[?25h`);
  }
}

function line({ name, status, took }: Row, width: number): string {
  const seconds = took / 1e9 < 0.05 ? 0 : took / 1e9;
  const timer = ` ${seconds.toFixed(1)}s\n`;
  let left = width - 4 - timer.length - 1;
  const isShown = status !== '' && left + status.length > 20;
  if (isShown) left -= status.length + 1;
  const cut = name.slice(0, Math.max(0, left));
  return align(` => ${cut}${isShown ? ` ${status}` : ''}`, timer, width);
}
