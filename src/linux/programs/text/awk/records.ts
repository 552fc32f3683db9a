/** Records and fields of awk's input. */
import { text as decode } from '../../../../base/http.ts';
import { isErr } from '../../../kernel/errno.ts';
import { LineReader, readAll } from '../../stdio.ts';
import type { Interpreter } from './run.ts';
import { num, Strnum, str, type Value } from './value.ts';

export class Records {
  #text = '';
  #fields: Value[] | undefined;
  #stale = false;
  #arg = 1;
  #used = false;
  #reader: { next(): Promise<string | undefined>; close(): void } | undefined;

  constructor(readonly awk: Interpreter) {}

  /** The next record becomes $0. @returns false at the end of all input */
  async next(): Promise<boolean> {
    const line = await this.read();
    if (line === undefined) return false;
    this.setText(line);
    return true;
  }

  /** The next record's text, counted in NR and FNR. */
  async read(): Promise<string | undefined> {
    for (;;) {
      const line = await this.#reader?.next();
      if (line !== undefined) {
        this.awk.set('NR', num(this.awk.get('NR')) + 1);
        this.awk.set('FNR', num(this.awk.get('FNR')) + 1);
        return line;
      }
      if (!(await this.#openNext())) return undefined;
    }
  }

  skipFile(): void {
    this.#reader?.close();
    this.#reader = undefined;
  }

  /** Takes the next operand: `VAR=value` is an assignment, anything else a file. */
  async #openNext(): Promise<boolean> {
    const { awk } = this;
    this.skipFile();
    for (;;) {
      if (this.#arg >= num(awk.get('ARGC'))) {
        if (this.#used) return false;
        this.#used = true;
        this.#reader = this.#open(0);
        return true;
      }
      const arg = str(awk.array('ARGV').get(String(this.#arg++)));
      if (arg === '') continue;
      const m = /^([A-Za-z_]\w*)=([\s\S]*)$/.exec(arg);
      if (m) {
        awk.set(m[1] as string, new Strnum(m[2] as string));
        continue;
      }
      this.#used = true;
      const fd = arg === '-' ? 0 : awk.ctx.sys.open(arg, { read: true });
      if (isErr(fd)) {
        await awk.streams.flush();
        await awk.ctx.err(`awk: cannot open "${arg}" (${fd.text})\n`);
        awk.exitCode = 2;
        continue;
      }
      awk.set('FILENAME', arg);
      awk.set('FNR', 0);
      this.#reader = this.#open(fd);
      return true;
    }
  }

  #open(fd: number): { next(): Promise<string | undefined>; close(): void } {
    const { sys } = this.awk.ctx;
    const rs = this.awk.text('RS');
    const close = (): void => {
      if (fd !== 0) sys.close(fd);
    };
    if (rs.length === 1 && rs.charCodeAt(0) < 128) {
      const lines = new LineReader(sys, fd, rs.charCodeAt(0));
      return { next: async () => (await lines.next())?.text, close };
    }
    let records: string[] | undefined;
    const load = async (): Promise<string[]> => {
      const bytes = await readAll(sys, fd);
      const all = isErr(bytes) ? '' : decode(bytes);
      if (rs === '')
        return all
          .replace(/^\n+|\n+$/g, '')
          .split(/\n\n+/)
          .filter((r) => r !== '');
      const parts = all.split(await this.awk.regex(rs));
      if (parts.at(-1) === '' || parts.at(-1) === '\n') parts.pop();
      return parts;
    };
    return {
      next: async () => {
        records ??= await load();
        return records.shift();
      },
      close,
    };
  }

  /** $0 */
  text(): string {
    if (this.#stale) {
      this.#text = (this.#fields as Value[]).map((f) => str(f)).join(this.awk.text('OFS'));
      this.#stale = false;
    }
    return this.#text;
  }

  setText(s: string): void {
    this.#text = s;
    this.#fields = undefined;
    this.#stale = false;
  }

  #split(): Value[] {
    this.#fields ??= splitFields(this.#text, this.awk.text('FS'), this.awk.text('RS') === '').map((f) => new Strnum(f));
    return this.#fields;
  }

  count(): number {
    return this.#split().length;
  }

  setCount(n: number): void {
    const f = this.#split();
    while (f.length < n) f.push('');
    f.length = n;
    this.#stale = true;
  }

  field(n: number): Value {
    if (n === 0) return new Strnum(this.text());
    return n <= this.#split().length ? this.#split()[n - 1] : undefined;
  }

  setField(n: number, v: Value): void {
    if (n === 0) {
      this.setText(str(v));
      return;
    }
    const f = this.#split();
    while (f.length < n) f.push('');
    f[n - 1] = v;
    this.#stale = true;
  }
}

/** Splits as FS does: a blank is runs of blanks, one character is itself, more is an expression. */
export function splitFields(s: string, fs: string, paragraph = false, re?: RegExp): string[] {
  if (s === '') return [];
  if (fs === ' ' && !re) {
    const t = s.trim();
    return t === '' ? [] : t.split(/[ \t\n]+/);
  }
  if (fs === '' && !re) return [...s];
  if (paragraph) return s.split(new RegExp(`${source(fs)}|\\n`, 'u'));
  return re
    ? s.split(re)
    : fs.length === 1 && fs !== '\\'
      ? fs === '\t' || !'.*+?^$()[]{}|'.includes(fs)
        ? s.split(fs)
        : s.split(fs)
      : s.split(new RegExp(source(fs), 'u'));
}

function source(fs: string): string {
  return fs.length === 1 ? fs.replace(/[.*+?^$()[\]{}|\\]/, '\\$&') : fs;
}
