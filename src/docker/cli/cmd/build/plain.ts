/** Progress as lines. @see moby/buildkit util/progress/progressui/printer.go */
import type { SolveStatus } from '../../../api/buildkit.ts';
import type { Ctx } from '../../context.ts';
import type { Builder } from '../buildx/builders.ts';
import type { Display } from './display.ts';
import { errorLogs, type Shown, sizeShown, Trace } from './trace.ts';

/** Lines of a failed step that are told again. */
const LAST = 10;

/** Each step under its number, as news of it come. */
export class PlainDisplay implements Display {
  readonly trace = new Trace();
  #current: Shown | undefined;

  constructor(
    readonly ctx: Ctx,
    readonly builder: Builder,
  ) {}

  async begin(): Promise<void> {
    const { Name, Driver } = this.builder;
    await this.ctx.err(`#0 building with ${JSON.stringify(Name)} instance using ${Driver} driver\n`);
  }

  async update(s: SolveStatus): Promise<void> {
    for (const shown of this.trace.update(s)) await this.ctx.err(this.#print(shown));
  }

  async done(): Promise<void> {
    await this.ctx.err(errorLogs(this.trace, LAST));
  }

  #print(s: Shown): string {
    const n = `#${s.index} `;
    let out = '';
    if (s !== this.#current) {
      if (this.#current) out += `#${this.#current.index} ...\n`;
      out += `\n${n}${s.vertex.name}\n`;
    }
    for (const x of s.statuses) {
      if (!s.news.has(x.id)) continue;
      const size = sizeShown(x);
      const took = Number((x.completed || x.timestamp) - x.started) / 1e9;
      const time = took > 0.01 ? ` ${took.toFixed(1)}s` : '';
      out += `${n}${x.id}${size === '' ? '' : ` ${size}`}${time}${x.completed === 0n ? '' : ' done'}\n`;
    }
    s.news.clear();
    for (const l of s.lines) out += `${n}${l}\n`;
    s.lines = [];
    this.#current = s;
    const { completed, started, error, cached } = s.vertex;
    if (completed === 0n) return out;
    this.#current = undefined;
    if (error !== '') return `${out}${n}ERROR: ${error}\n`;
    if (cached) return `${out}${n}CACHED\n`;
    return `${out}${n}DONE ${(Number(completed - started) / 1e9).toFixed(1)}s\n`;
  }
}
