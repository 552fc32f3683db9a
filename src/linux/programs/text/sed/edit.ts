/** The machine that runs a sed script: pattern space, hold space, the lines to come. */
import { isErr } from '../../../kernel/errno.ts';
import type { Context } from '../../spec.ts';
import { type Line, LineReader, readText } from '../../stdio.ts';
import { fault } from '../wording.ts';
import type { Address, Command, Piece } from './parse.ts';

/** What a command makes of the cycle. */
type Next = 'go' | 'end' | 'delete' | 'restart' | 'quit' | 'quit-silent' | { readonly label: string };

/** Commands without a pause of the processor. */
const SLICE = 4096;

export class Editor {
  #pattern = '';
  #hold = '';
  #line = 0;
  #newline = true;
  #substituted = false;
  #append: string[] = [];
  #last: RegExp | undefined;
  #exit = 0;
  #ran = 0;
  readonly #ranges = new Map<number, number>();
  readonly #files = new Map<string, number>();
  #input: Lines;

  constructor(
    readonly ctx: Context,
    readonly script: readonly Command[],
    readonly quiet: boolean,
    readonly out: (s: string) => Promise<unknown>,
  ) {
    this.#input = new Lines(ctx, []);
  }

  /** Edits the files one after the other. @returns the exit code */
  async run(files: readonly string[]): Promise<number> {
    this.#input = new Lines(this.ctx, files);
    let keep = false;
    for (;;) {
      if (!keep && !(await this.#nextLine(false))) break;
      const next = await this.#block(this.script);
      const quit = next === 'quit' || next === 'quit-silent';
      if (next !== 'delete' && next !== 'quit-silent' && next !== 'restart' && !this.quiet)
        await this.#print(this.#pattern);
      await this.#flush();
      keep = next === 'restart';
      if (quit) break;
    }
    for (const fd of this.#files.values()) this.ctx.sys.close(fd);
    return this.#exit || (this.#input.failed ? (this.ctx.flavour === 'busybox' ? 1 : 2) : 0);
  }

  async #nextLine(append: boolean): Promise<boolean> {
    const line = await this.#input.next();
    if (!line) return false;
    this.#line++;
    this.#pattern = append ? `${this.#pattern}\n${line.text}` : line.text;
    this.#newline = line.newline;
    this.#substituted = append ? this.#substituted : false;
    return true;
  }

  async #print(s: string): Promise<void> {
    await this.out(s + (this.#newline ? '\n' : ''));
  }

  async #flush(): Promise<void> {
    for (const s of this.#append.splice(0)) await this.out(s);
  }

  async #block(commands: readonly Command[]): Promise<Next> {
    for (let i = 0; i < commands.length; i++) {
      const c = commands[i] as Command;
      if (++this.#ran % SLICE === 0) await this.ctx.sys.cpu(100_000);
      if (!(await this.#selected(c))) continue;
      const next = c.block ? await this.#block(c.block) : await this.#command(c);
      if (next === 'go') continue;
      if (typeof next === 'object') {
        if (next.label === '') return 'end';
        const at = commands.findIndex((x) => x.name === ':' && x.text === next.label);
        if (at < 0) return next;
        i = at;
        continue;
      }
      return next;
    }
    return 'go';
  }

  async #matches(a: Address): Promise<boolean> {
    switch (a.kind) {
      case 'line':
        return this.#line === a.n;
      case 'last':
        return this.#input.last();
      case 'step':
        return a.step > 0 ? this.#line >= a.first && (this.#line - a.first) % a.step === 0 : this.#line === a.first;
      case 'regex':
        return this.#test(a.re);
      default:
        return false;
    }
  }

  #test(re: RegExp | undefined): boolean {
    const use = re ?? this.#last;
    if (!use) return false;
    this.#last = use;
    use.lastIndex = 0;
    return use.test(this.#pattern);
  }

  /** Ranges are remembered by the number of the line at which they end (Infinity: not known yet). */
  async #selected(c: Command): Promise<boolean> {
    let yes = true;
    if (c.a1 && !c.a2) yes = await this.#matches(c.a1);
    else if (c.a1 && c.a2) {
      const end = this.#ranges.get(c.id);
      if (end === undefined) {
        yes = (c.a1.kind === 'line' && c.a1.n === 0) || (await this.#matches(c.a1));
        if (yes) {
          const stop =
            c.a2.kind === 'line' ? c.a2.n : c.a2.kind === 'plus' ? this.#line + c.a2.n : Number.POSITIVE_INFINITY;
          const over = stop <= this.#line || (c.a2.kind === 'last' && (await this.#input.last()));
          if (!over) this.#ranges.set(c.id, stop);
        }
      } else {
        const over = end === Number.POSITIVE_INFINITY ? await this.#matches(c.a2) : this.#line >= end;
        if (over) this.#ranges.delete(c.id);
        yes = end === Number.POSITIVE_INFINITY || this.#line <= end;
      }
    }
    return yes !== c.not;
  }

  async #command(c: Command): Promise<Next> {
    switch (c.name) {
      case 's':
        return this.#substitute(c);
      case 'd':
        return 'delete';
      case 'D': {
        const nl = this.#pattern.indexOf('\n');
        if (nl < 0) return 'delete';
        this.#pattern = this.#pattern.slice(nl + 1);
        return 'restart';
      }
      case 'p':
        await this.#print(this.#pattern);
        return 'go';
      case 'P':
        await this.out(`${this.#pattern.split('\n', 1)[0]}\n`);
        return 'go';
      case 'n':
        if (await this.#input.last()) return this.quiet ? 'quit-silent' : 'quit';
        if (!this.quiet) await this.#print(this.#pattern);
        await this.#flush();
        await this.#nextLine(false);
        return 'go';
      case 'N':
        if (await this.#input.last()) return this.quiet ? 'quit-silent' : 'quit';
        await this.#flush();
        await this.#nextLine(true);
        return 'go';
      case 'q':
      case 'Q':
        this.#exit = Number(c.text || 0);
        return c.name === 'q' ? 'quit' : 'quit-silent';
      case 'b':
        return { label: c.text };
      case 't':
      case 'T': {
        const jump = this.#substituted === (c.name === 't');
        this.#substituted = false;
        return jump ? { label: c.text } : 'go';
      }
      default:
        return this.#other(c);
    }
  }

  async #other(c: Command): Promise<Next> {
    switch (c.name) {
      case 'a':
        this.#append.push(c.text);
        break;
      case 'i':
        await this.out(c.text);
        break;
      case 'c':
        if (!c.a2 || c.not || !this.#ranges.has(c.id)) await this.out(c.text);
        return 'delete';
      case '=':
        await this.out(`${this.#line}\n`);
        break;
      case 'l':
        await this.out(`${visible(this.#pattern)}$\n`);
        break;
      case 'g':
        this.#pattern = this.#hold;
        break;
      case 'G':
        this.#pattern += `\n${this.#hold}`;
        break;
      case 'h':
        this.#hold = this.#pattern;
        break;
      case 'H':
        this.#hold += `\n${this.#pattern}`;
        break;
      case 'x':
        [this.#pattern, this.#hold] = [this.#hold, this.#pattern];
        break;
      case 'z':
        this.#pattern = '';
        break;
      case 'F':
        await this.out(`${this.#input.name}\n`);
        break;
      case 'y':
        this.#pattern = [...this.#pattern].map((ch) => c.map?.get(ch) ?? ch).join('');
        break;
      case 'r': {
        const text = readText(this.ctx.sys, c.text);
        if (!isErr(text)) this.#append.push(text);
        break;
      }
      case 'w':
        await this.#write(c.text, this.#pattern);
        break;
      default:
    }
    return 'go';
  }

  async #write(file: string, s: string): Promise<void> {
    if (file === '/dev/stdout') return void (await this.out(`${s}\n`));
    let fd = this.#files.get(file);
    if (fd === undefined) {
      const opened = this.ctx.sys.open(file, { write: true, create: true, truncate: true });
      if (isErr(opened)) return;
      fd = opened;
      this.#files.set(file, fd);
    }
    await this.ctx.sys.write(fd, new TextEncoder().encode(`${s}\n`));
  }

  async #substitute(c: Command): Promise<Next> {
    const re = c.re ?? this.#last;
    if (!re || !c.flags || !c.replacement) return 'go';
    this.#last = re;
    let seen = 0;
    let done = false;
    re.lastIndex = 0;
    const to = c.replacement;
    const flags = c.flags;
    const result = this.#pattern.replace(re, (...args: unknown[]) => {
      seen++;
      if (seen < flags.nth || (done && !flags.global)) return args[0] as string;
      done = true;
      return expand(to, args as (string | undefined)[]);
    });
    if (!done) return 'go';
    this.#pattern = result;
    this.#substituted = true;
    if (flags.print) await this.#print(this.#pattern);
    if (flags.file) await this.#write(flags.file, this.#pattern);
    return 'go';
  }
}

function expand(pieces: readonly Piece[], groups: readonly (string | undefined)[]): string {
  let out = '';
  let mode = 'E';
  let once = '';
  for (const p of pieces) {
    if (typeof p === 'object') {
      if (p.change === 'u' || p.change === 'l') once = p.change;
      else mode = p.change;
      continue;
    }
    const group = typeof p === 'string' ? p : groups[p];
    let s = typeof group === 'string' ? group : '';
    if (mode === 'U') s = s.toUpperCase();
    if (mode === 'L') s = s.toLowerCase();
    if (once !== '' && s !== '') {
      s = (once === 'u' ? (s[0] as string).toUpperCase() : (s[0] as string).toLowerCase()) + s.slice(1);
      once = '';
    }
    out += s;
  }
  return out;
}

function visible(s: string): string {
  const named: Readonly<Record<string, string>> = {
    '\\': '\\\\',
    '\n': '\\n',
    '\t': '\\t',
    '\r': '\\r',
    '\b': '\\b',
    '\f': '\\f',
    '\v': '\\v',
    '\x07': '\\a',
  };
  return [...s].map((c) => named[c] ?? (c < ' ' ? `\\${c.charCodeAt(0).toString(8).padStart(3, '0')}` : c)).join('');
}

/** Lines of several files as one stream, with a look at whether there are more. */
class Lines {
  failed = false;
  name = '-';
  #files: string[];
  #reader: LineReader | undefined;
  #ahead: Line | undefined;
  #fetched = false;

  constructor(
    readonly ctx: Context,
    files: readonly string[],
  ) {
    this.#files = files.length > 0 ? [...files] : ['-'];
  }

  async next(): Promise<Line | undefined> {
    if (!this.#fetched) return this.#read();
    this.#fetched = false;
    return this.#ahead;
  }

  /** Whether the line last given is the last of all. Reads one ahead. */
  async last(): Promise<boolean> {
    if (!this.#fetched) {
      this.#ahead = await this.#read();
      this.#fetched = true;
    }
    return this.#ahead === undefined;
  }

  async #read(): Promise<Line | undefined> {
    for (;;) {
      const line = await this.#reader?.next();
      if (line) return line;
      const file = this.#files.shift();
      if (file === undefined) return undefined;
      this.name = file;
      const fd = file === '-' ? 0 : this.ctx.sys.open(file, { read: true });
      if (isErr(fd)) {
        await fault(this.ctx, `can't read ${file}: ${fd.text}`, `${file}: ${fd.text}`);
        this.failed = true;
      } else this.#reader = new LineReader(this.ctx.sys, fd);
    }
  }
}
