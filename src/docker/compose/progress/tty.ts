/**
 * A table of events on a terminal, drawn again ten times a second.
 * @see docker/compose pkg/progress/tty.go, spinner.go, colors.go
 */
import { isErr } from '../../../linux/kernel/errno.ts';
import type { Ctx } from '../../cli/context.ts';
import { humanSize } from '../../cli/formatter/units.ts';
import type { ProgressEvent, ProgressWriter, Status } from './event.ts';

const TICK = 100e6;
const SPINNER = [...'⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏'];
const PARTS = [...'⠀⡀⣀⣄⣤⣦⣶⣷⣿'];
const MARKS: Readonly<Record<Exclude<Status, 'working'>, string>> = { done: '✔', warning: '!', error: '✘' };
const COLOURS: Readonly<Record<Status, number>> = { working: 0, done: 32, warning: 33, error: 31 };

/** An event and when it began and ended, in ns. */
interface Row extends ProgressEvent {
  readonly began: number;
  ended?: number;
  spin: number;
}

const over = (s: Status): boolean => s !== 'working';

class Table implements ProgressWriter {
  readonly #rows = new Map<string, Row>();
  readonly #tail: string[] = [];
  #lines = 0;
  #repeated = false;
  #stopped = false;

  constructor(
    readonly ctx: Ctx,
    readonly title: string,
    readonly prefix: string,
    readonly colour: boolean,
  ) {
    this.#loop().catch(() => {});
  }

  #paint(code: number, s: string): string {
    return this.colour && code > 0 ? `\x1b[${code}m${s}\x1b[0m` : s;
  }

  event(e: ProgressEvent): void {
    const now = this.ctx.sys.now();
    const old = this.#rows.get(e.id);
    const ended = !over(e.status) ? undefined : old?.status === e.status ? old.ended : now;
    this.#rows.set(e.id, { ...e, began: old?.began ?? now, ended, spin: old?.spin ?? -1 });
  }

  tail(line: string): void {
    this.#tail.push(line);
  }

  async #loop(): Promise<void> {
    for (;;) {
      await this.ctx.sys.sleep(TICK);
      if (this.#stopped) return;
      await this.#print();
    }
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#print();
    for (const line of this.#tail) await this.ctx.err(`${line}\n`);
  }

  async #print(): Promise<void> {
    const rows = [...this.#rows.values()];
    if (rows.length === 0) return;
    const size = this.ctx.sys.winsize(2);
    const width = isErr(size) || size.cols === 0 ? 80 : size.cols;
    const back = '\x1b[1A'.repeat(this.#lines + 1) + (this.#repeated ? '' : '\x1b[1B');
    this.#repeated = true;
    const done = rows.filter((r) => r.status === 'done').length;
    const head = `[+] ${this.title} ${done}/${rows.length}`;
    const title = this.#lines !== 0 && done === this.#lines ? this.#paint(34, head) : head;
    let column = 0;
    for (const r of rows) {
      column = Math.max(column, `${r.id} ${r.text ?? ''}`.length);
      if (r.parent !== undefined) column -= 2;
    }
    const shown = rows.filter((r) => r.parent === undefined);
    const children = (r: Row): Row[] => rows.filter((c) => c.parent === r.id);
    const room = isErr(size) || size.rows === 0 ? rows.length : size.rows - 2;
    const lines = shown.flatMap((r) => [
      this.#line(r, children(r), '', width, column),
      ...(rows.length > room ? [] : children(r).map((c) => this.#line(c, [], '  ', width, column))),
    ]);
    this.#lines = lines.length;
    await this.ctx.err(`${back}\x1b[0G\x1b[?25l${title}\n${lines.join('')}\x1b[?25h`);
  }

  #line(r: Row, children: readonly Row[], pad: string, width: number, column: number): string {
    const elapsed = ((r.ended ?? this.ctx.sys.now()) - r.began) / 1e9;
    const plain = `${r.id}${this.#parts(r, children, false)} ${r.text ?? ''}`;
    const coloured = `${r.id}${this.#parts(r, children, true)} ${r.text ?? ''}`;
    const filler = ' '.repeat(Math.max(0, column - plain.length));
    const room = width - plain.length - column - 15;
    const full = r.statusText ?? '';
    const status = room > 0 && full.length > room ? `${full.slice(0, room)}...` : full;
    const timer = `${elapsed.toFixed(1)}s `;
    const mark = this.#mark(r);
    const left = width - `${pad} x${this.prefix} ${plain}${filler} ${status}`.length - timer.length;
    const blank = ' '.repeat(Math.max(0, left));
    const text = `${pad} ${mark}${this.prefix} ${coloured}${filler} ${this.#paint(COLOURS[r.status], status)}`;
    return `${text}${blank}${this.#paint(34, timer)}\n`;
  }

  #mark(r: Row): string {
    if (r.status !== 'working') return this.#paint(COLOURS[r.status], MARKS[r.status]);
    r.spin = (r.spin + 1) % SPINNER.length;
    return this.#paint(33, SPINNER[r.spin] as string);
  }

  /** How far the parts of a pull have come, while it is under way. */
  #parts(r: Row, children: readonly Row[], colour: boolean): string {
    if (r.status !== 'working' || children.length === 0) return '';
    const bars = children.map((c) => PARTS[Math.floor(((PARTS.length - 1) * (c.percent ?? 0)) / 100)] as string);
    const sum = (of: (c: Row) => number | undefined): number => children.reduce((n, c) => n + (of(c) ?? 0), 0);
    const total = sum((c) => c.total);
    const hidden = total === 0 || children.some((c) => c.status === 'working' && !c.total);
    const of = `${humanSize(sum((c) => c.current)).padStart(7)} / ${humanSize(total).padEnd(7)}`;
    const bar = colour ? this.#paint(32, bars.join('')) : bars.join('');
    return ` [${bar}]${hidden ? '' : ` ${of}`}`;
  }
}

/** `--progress tty` @param title what is going on: `Running` */
export const ttyWriter = (ctx: Ctx, title: string, prefix: string, colour: boolean): ProgressWriter =>
  new Table(ctx, title, prefix, colour);
