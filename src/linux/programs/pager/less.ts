/**
 * `less`: a text a screen at a time, forwards and backwards, with search.
 *
 * Limits: one file at a time (`:n` and `:p` change), no marks, tags, filters or `F`; long lines are folded, or cut
 * with -S; colours pass through with -R only.
 * @see less(1)
 */
import { isErr } from '../../kernel/errno.ts';
import { SIGNALS } from '../../kernel/signal.ts';
import type { Fd } from '../../kernel/sys.ts';
import { type Context, defineProgram } from '../spec.ts';
import { STDIN, screenOf } from '../stdio.ts';
import { foldLine, visible } from './fold.ts';
import { openKeyboard, PagedText, readKey } from './text.ts';

const REVERSE = '\x1b[7m';
const PLAIN = '\x1b[27m';

/** The keys of each command. @see less(1), COMMANDS */
const KEYS = {
  quit: ['q', 'Q', 'Z'],
  'page down': [' ', 'f', 'z', '\x06', '\x16', '\x1b[6~'],
  'page up': ['b', 'w', '\x02', '\x1b[5~'],
  down: ['\r', '\n', 'e', 'j', '\x05', '\x0e', '\x1b[B', '\x1bOB'],
  up: ['y', 'k', '\x10', '\x19', '\x1b[A', '\x1bOA'],
  'half down': ['d', '\x04'],
  'half up': ['u', '\x15'],
  first: ['g', '<', '\x1b[H', '\x1b[1~'],
  last: ['G', '>', '\x1b[F', '\x1b[4~'],
  search: ['/', '?'],
  again: ['n'],
  'again back': ['N'],
  draw: ['r', '\x0c', '\x12'],
  where: ['=', '\x07'],
};
type Command = keyof typeof KEYS;
const COMMANDS = new Map(Object.entries(KEYS).flatMap(([c, keys]) => keys.map((k) => [k, c as Command] as const)));

class Less {
  #top = 0;
  #cols = 80;
  #rows = 24;
  #needle: RegExp | undefined;
  #backward = false;
  #note = '';
  #count = '';
  #interrupted = false;
  #resized = false;

  constructor(
    readonly ctx: Context,
    readonly text: PagedText,
    readonly name: string,
    readonly keys: Fd,
  ) {
    this.#note = name;
    ctx.sys.sigaction(SIGNALS.SIGINT, () => {
      this.#interrupted = true;
    });
    ctx.sys.sigaction(SIGNALS.SIGWINCH, () => {
      this.#resized = true;
    });
    this.#measure();
  }

  #measure(): void {
    const size = screenOf(this.ctx.sys, 1);
    if (!size) return;
    this.#cols = size.cols;
    this.#rows = size.rows;
  }

  get page(): number {
    return Math.max(1, this.#rows - 1);
  }

  /** Rows of one line. */
  #fold(index: number): string[] {
    const o = this.ctx.options;
    const number = o.has('LINE-NUMBERS') ? `${String(index + 1).padStart(7)} ` : '';
    const line = visible(this.text.lines[index] as string, o.has('RAW-CONTROL-CHARS'));
    return foldLine(number + line, this.#cols, o.has('chop-long-lines'));
  }

  /** The rows on the screen, and the line after the last. */
  #window(): { rows: string[]; next: number } {
    const rows: string[] = [];
    let i = this.#top;
    while (i < this.text.lines.length && rows.length < this.page) {
      for (const row of this.#fold(i)) if (rows.length < this.page) rows.push(this.#marked(row));
      i++;
    }
    return { rows, next: i };
  }

  #marked(row: string): string {
    return this.#needle ? row.replace(this.#needle, (m) => (m === '' ? m : `${REVERSE}${m}${PLAIN}`)) : row;
  }

  /** The first line of the last screenful. */
  #last(): number {
    let rows = 0;
    let i = this.text.lines.length;
    while (i > 0) {
      rows += this.#fold(i - 1).length;
      if (rows > this.page) break;
      i--;
    }
    return i;
  }

  async #draw(): Promise<void> {
    const { rows, next } = this.#window();
    const blank = Array.from({ length: this.page - rows.length }, () => '~');
    const body = [...rows, ...blank].map((r) => `${r}\x1b[K\n`).join('');
    await this.ctx.out(`\x1b[H${body}\r${this.#prompt(next)}\x1b[K`);
    this.#note = '';
  }

  #prompt(next: number): string {
    const end = this.text.complete && next >= this.text.lines.length;
    if (this.#note !== '') {
      const note = end && this.#note === this.name ? `${this.#note} (END)` : this.#note;
      return `${REVERSE}${note}${PLAIN}`;
    }
    return end ? `${REVERSE}(END)${PLAIN}` : `:${this.#count}`;
  }

  async #move(lines: number): Promise<void> {
    const to = this.#top + lines;
    await this.text.want(to + this.page + 1, () => this.#interrupted);
    const limit = this.text.complete ? Math.max(this.#top, this.#last()) : to;
    const before = this.#top;
    this.#top = lines < 0 ? Math.max(0, to) : Math.min(to, limit);
    if (this.#top === before) await this.ctx.out('\x07');
  }

  /** A line typed at the foot of the screen; undefined when it was given up. */
  async #ask(mark: string): Promise<string | undefined> {
    let typed = '';
    for (;;) {
      await this.ctx.out(`\r${mark}${typed}\x1b[K`);
      const key = await readKey(this.ctx.sys, this.keys);
      if (key === undefined) {
        if (this.#interrupted) return undefined;
        continue;
      }
      if (key === '\r' || key === '\n') return typed;
      if (key === '\x7f' || key === '\b') {
        if (typed === '') return undefined;
        typed = typed.slice(0, -1);
      } else if (key === '' || key.startsWith('\x1b')) return undefined;
      else typed += key;
    }
  }

  async #search(mark: '/' | '?'): Promise<void> {
    const typed = await this.#ask(mark);
    if (typed === undefined) return;
    this.#backward = mark === '?';
    if (typed !== '') {
      try {
        this.#needle = new RegExp(typed, this.ctx.options.has('ignore-case') ? 'gi' : 'g');
      } catch {
        this.#note = 'Invalid pattern  (press RETURN)';
        return;
      }
    }
    await this.#find(this.#backward);
  }

  async #find(back: boolean): Promise<void> {
    if (!this.#needle) {
      this.#note = 'No previous regular expression  (press RETURN)';
      return;
    }
    const step = back ? -1 : 1;
    let i = this.#top;
    while (i + step >= 0) {
      i += step;
      await this.text.want(i + 1, () => this.#interrupted);
      const line = this.text.lines[i];
      if (line === undefined) break;
      this.#needle.lastIndex = 0;
      if (!this.#needle.test(line)) continue;
      this.#top = i;
      await this.text.want(i + this.page + 1, () => this.#interrupted);
      return;
    }
    this.#note = 'Pattern not found  (press RETURN)';
  }

  async #end(): Promise<void> {
    await this.text.want(Number.POSITIVE_INFINITY, () => this.#interrupted);
    this.#top = this.#last();
  }

  /** Does what a key says; true to leave. */
  async #do(key: string): Promise<boolean> {
    const count = this.#count === '' ? undefined : Number(this.#count);
    if (/^\d$/.test(key)) {
      this.#count += key;
      return false;
    }
    this.#count = '';
    const half = Math.max(1, Math.floor(this.page / 2));
    switch (COMMANDS.get(key)) {
      case 'quit':
        return true;
      case 'page down':
        await this.#move(count ?? this.page);
        break;
      case 'page up':
        await this.#move(-(count ?? this.page));
        break;
      case 'down':
        await this.#move(count ?? 1);
        break;
      case 'up':
        await this.#move(-(count ?? 1));
        break;
      case 'half down':
        await this.#move(count ?? half);
        break;
      case 'half up':
        await this.#move(-(count ?? half));
        break;
      case 'first':
        this.#top = Math.max(0, (count ?? 1) - 1);
        await this.text.want(this.#top + this.page + 1, () => this.#interrupted);
        break;
      case 'last':
        if (count !== undefined) await this.#move(count - 1 - this.#top);
        else await this.#end();
        break;
      case 'search':
        await this.#search(key as '/' | '?');
        break;
      case 'again':
        await this.#find(this.#backward);
        break;
      case 'again back':
        await this.#find(!this.#backward);
        break;
      case 'draw':
        break;
      case 'where':
        this.#note = `${this.name || '(standard input)'} lines ${this.#top + 1}-${this.#window().next}/${this.text.lines.length}`;
        break;
      default:
        await this.ctx.out('\x07');
    }
    return false;
  }

  async run(): Promise<void> {
    await this.text.want(this.page + 1, () => this.#interrupted);
    const start = this.ctx.args.find((a) => a.startsWith('+'));
    if (start === '+G') await this.#end();
    for (;;) {
      await this.#draw();
      const key = await readKey(this.ctx.sys, this.keys);
      if (this.#resized) {
        this.#resized = false;
        this.#measure();
        await this.text.want(this.#top + this.page + 1, () => this.#interrupted);
      }
      this.#interrupted = false;
      if (key === '') return;
      if (key !== undefined && (await this.#do(key))) return;
    }
  }
}

/** The whole text as it is: what less does when its output is no terminal. */
async function copy(ctx: Context, text: PagedText): Promise<void> {
  let done = 0;
  while (!text.complete) {
    await text.want(text.lines.length + 1);
    for (; done < text.lines.length; done++) await ctx.out(`${text.lines[done]}\n`);
  }
}

async function run(ctx: Context): Promise<number> {
  const { sys } = ctx;
  const name = ctx.operands.find((a) => !a.startsWith('+'));
  if (name === undefined && sys.isatty(STDIN)) {
    await ctx.err(`Missing filename ("less --help" for help)\n`);
    return 1;
  }
  const st = name === undefined || name === '-' ? undefined : sys.stat(name);
  const fd = st === undefined ? STDIN : isErr(st) ? st : sys.open(name as string, { read: true });
  if (isErr(fd)) {
    await ctx.err(`${name}: ${fd.text}\n`);
    return 1;
  }
  if (st && !isErr(st) && st.kind === 'dir') {
    await ctx.err(`${name} is a directory\n`);
    return 1;
  }
  const text = new PagedText(sys, fd);
  const keys = sys.isatty(1) ? openKeyboard(sys) : undefined;
  if (keys === undefined) {
    await copy(ctx, text);
    return 0;
  }
  if (ctx.options.has('quit-if-one-screen')) {
    const rows = screenOf(sys, 1)?.rows ?? 24;
    await text.want(rows);
    if (text.complete && text.lines.length < rows) {
      await ctx.out(text.lines.map((l) => `${l}\n`).join(''));
      return 0;
    }
  }
  return page(ctx, text, name ?? '', keys);
}

async function page(ctx: Context, text: PagedText, name: string, keys: Fd): Promise<number> {
  const { sys } = ctx;
  const modes = sys.tcgetattr(keys);
  const alternate = !ctx.options.has('no-init');
  if (!isErr(modes)) sys.tcsetattr(keys, { ...modes, icanon: false, echo: false, icrnl: false, ixon: false });
  await ctx.out(alternate ? '\x1b[?1049h\x1b[22;0;0t\x1b[?1h\x1b=\r' : '\x1b[?1h\x1b=\r');
  try {
    await new Less(ctx, text, name, keys).run();
  } finally {
    if (!isErr(modes)) sys.tcsetattr(keys, modes);
  }
  await ctx.out(`\r\x1b[K\x1b[?1l\x1b>${alternate ? '\x1b[?1049l\x1b[23;0;0t' : ''}`);
  return 0;
}

/** The `less` command. */
export const spec = defineProgram({
  name: 'less',
  path: '/usr/bin/less',
  summary: 'Show a text a screen at a time',
  synopsis: ['[OPTION]... [FILE]'],
  options: [
    { name: 'chop-long-lines', short: 'S', help: 'cut long lines instead of folding them' },
    { name: 'ignore-case', short: 'i', help: 'searches do not tell capitals from small letters' },
    { name: 'LINE-NUMBERS', short: 'N', help: 'number the lines' },
    { name: 'no-init', short: 'X', help: 'leave the text on the screen' },
    { name: 'quit-if-one-screen', short: 'F', help: 'end at once when the text fits' },
    { name: 'RAW-CONTROL-CHARS', short: 'R', help: 'let colours through' },
  ],
  run,
});
