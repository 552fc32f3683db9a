/** grep: lines that match. */
import { isErr } from '../../kernel/errno.ts';
import type { Context } from '../spec.ts';
import { defineProgram } from '../spec.ts';
import { basename, LineReader, readText } from '../stdio.ts';
import { pattern } from './glob.ts';
import type { Input } from './input.ts';
import { eachInput } from './input.ts';
import { quote, translate } from './regex.ts';

/** The `grep` command. */
export const spec = defineProgram({
  name: 'grep',
  path: '/usr/bin/grep',
  summary: 'Write the lines in which PATTERNS match',
  synopsis: ['[OPTION]... PATTERNS [FILE]...'],
  version: 'grep (GNU grep) 3.11',
  usageExit: 2,
  rewrite: (args) => args.map((a) => (/^-\d+$/.test(a) ? `-C${a.slice(1)}` : a)),
  options: [
    { name: 'after-context', short: 'A', arg: 'required', metavar: 'NUM', help: 'NUM lines after each match too' },
    { name: 'before-context', short: 'B', arg: 'required', metavar: 'NUM', help: 'NUM lines before each match too' },
    { name: 'count', short: 'c', help: 'only how many lines match' },
    { name: 'context', short: 'C', arg: 'required', metavar: 'NUM', help: 'NUM lines around each match' },
    { name: 'color', arg: 'optional', metavar: 'WHEN', help: 'mark the matches: always, never or auto' },
    { name: 'colour', arg: 'optional', metavar: 'WHEN', help: 'the same' },
    { name: 'regexp', short: 'e', arg: 'required', metavar: 'PATTERNS', help: 'a pattern (may be repeated)' },
    { name: 'exclude', arg: 'required', metavar: 'GLOB', help: 'skip files with such names' },
    { name: 'exclude-dir', arg: 'required', metavar: 'GLOB', help: 'skip directories with such names' },
    { name: 'extended-regexp', short: 'E', help: 'extended expressions' },
    { name: 'file', short: 'f', arg: 'required', metavar: 'FILE', help: 'patterns from FILE, one a line' },
    { name: 'fixed-strings', short: 'F', help: 'strings, not expressions' },
    { name: 'basic-regexp', short: 'G', help: 'basic expressions' },
    { name: 'no-filename', short: 'h', help: 'no file names before lines' },
    { name: 'with-filename', short: 'H', help: 'file names before lines' },
    { name: 'ignore-case', short: 'i', also: 'y', help: 'small and capital letters are the same' },
    { name: 'include', arg: 'required', metavar: 'GLOB', help: 'only files with such names' },
    { name: 'files-without-match', short: 'L', help: 'only names of files without a match' },
    { name: 'files-with-matches', short: 'l', help: 'only names of files with one' },
    { name: 'line-buffered', help: 'write each line at once' },
    { name: 'max-count', short: 'm', arg: 'required', metavar: 'NUM', help: 'stop after NUM lines' },
    { name: 'line-number', short: 'n', help: 'line numbers before lines' },
    { name: 'only-matching', short: 'o', help: 'only what matched' },
    { name: 'perl-regexp', short: 'P', help: 'Perl expressions' },
    { name: 'quiet', short: 'q', help: 'write nothing' },
    { name: 'recursive', short: 'r', help: 'all files below directories' },
    { name: 'dereference-recursive', short: 'R', help: 'the same, and what links in them lead to' },
    { name: 'no-messages', short: 's', help: 'no messages about files' },
    { name: 'invert-match', short: 'v', help: 'the lines that do not match' },
    { name: 'word-regexp', short: 'w', help: 'whole words' },
    { name: 'line-regexp', short: 'x', help: 'whole lines' },
    { name: 'null-data', short: 'z', help: 'lines end with a zero byte' },
  ],
  async run(ctx) {
    const o = ctx.options;
    let operands = [...ctx.operands];
    const patterns = o.values('regexp').flatMap((p) => p.split('\n'));
    for (const file of o.values('file')) {
      const text = readText(ctx.sys, file);
      if (isErr(text)) return ctx.fail(`${file}: ${text.text}`, 2);
      patterns.push(...text.replace(/\n$/, '').split('\n'));
    }
    if (!o.has('regexp') && !o.has('file')) {
      const first = operands.shift();
      if (first === undefined) {
        await ctx.err(
          `Usage: ${ctx.name} [OPTION]... PATTERNS [FILE]...\nTry '${ctx.name} --help' for more information.\n`,
        );
        return 2;
      }
      patterns.push(...first.split('\n'));
    }
    const re = expression(ctx, patterns);
    if (typeof re === 'string') return ctx.fail(re, 2);
    const follow = o.has('dereference-recursive');
    const recursive = follow || o.has('recursive');
    const names = o.has('with-filename') || (!o.has('no-filename') && (recursive || operands.length > 1));
    const skip = skipper(ctx);
    if (recursive && operands.length === 0) {
      const here = [...below(ctx, '.', follow, (path, dir) => path !== '.' && skip(path, dir))];
      operands = ctx.flavour === 'busybox' ? here : here.map((p) => p.slice('./'.length));
      if (operands.length === 0) return 1;
    } else if (operands.length > 0) {
      operands = operands.flatMap((p) => (recursive ? [...below(ctx, p, follow, skip)] : skip(p, false) ? [] : [p]));
      if (operands.length === 0) return 1;
    }
    const search = new Search(ctx, re, names);
    const failed = await eachInput(
      ctx,
      operands,
      (input) => search.file(input),
      2,
      o.has('no-messages') || o.has('quiet'),
    );
    if (o.has('quiet') && search.found) return 0;
    return failed || (search.found ? 0 : 1);
  },
});

/** One JavaScript expression for all patterns, or what is wrong with one. */
function expression(ctx: Context, patterns: readonly string[]): RegExp | string {
  const o = ctx.options;
  const kind = o.last('extended-regexp', 'fixed-strings', 'basic-regexp', 'perl-regexp');
  const extended = kind === 'extended-regexp' || (kind === undefined && ctx.name === 'egrep');
  const fixed = kind === 'fixed-strings' || (kind === undefined && ctx.name === 'fgrep');
  const sources: string[] = [];
  for (const p of patterns) {
    const s = fixed ? quote(p) : kind === 'perl-regexp' ? p : translate(p, extended);
    if (s.startsWith('\0')) return s.slice(1);
    sources.push(`(?:${s})`);
  }
  let source = sources.join('|');
  if (o.has('word-regexp')) source = `(?<![A-Za-z0-9_])(?:${source})(?![A-Za-z0-9_])`;
  if (o.has('line-regexp')) source = `^(?:${source})$`;
  try {
    return new RegExp(source, `g${o.has('ignore-case') ? 'i' : ''}u`);
  } catch {
    return 'Invalid preceding regular expression';
  }
}

/** Whether a file or directory is left out by its name. */
type Skip = (path: string, dir: boolean) => boolean;

/**
 * What --include, --exclude and --exclude-dir leave out: the last of them that matches decides on a file, and one that
 * none matches is searched unless the first was --include.
 */
function skipper(ctx: Context): Skip {
  const of = (...names: string[]): { name: string; re: RegExp }[] =>
    ctx.options.list
      .filter((o) => names.includes(o.name))
      .map((o) => ({ name: o.name, re: pattern(o.name === 'exclude-dir' ? o.value.replace(/\/+$/, '') : o.value) }));
  const dirs = of('exclude-dir');
  const files = of('include', 'exclude');
  return (path, dir) => {
    const name = basename(path);
    if (dir) return dirs.some((d) => d.re.test(name));
    const decides = files.findLast((f) => f.re.test(name));
    return decides ? decides.name === 'exclude' : files[0]?.name === 'include';
  };
}

/**
 * Files below a path, in order of names: no devices, pipes and sockets, and links only with `follow`.
 * @param above directories on the way: a link back to one is no way on
 */
function* below(
  ctx: Context,
  path: string,
  follow: boolean,
  skip: Skip,
  above: readonly number[] = [],
): Generator<string> {
  const st = ctx.sys.stat(path);
  const entries = isErr(st) || st.kind !== 'dir' ? undefined : ctx.sys.readdir(path);
  if (isErr(st) || !entries) {
    if (!skip(path, false)) yield path;
    return;
  }
  if (skip(path, true)) return;
  if (isErr(entries) || above.includes(st.ino)) return;
  const way = [...above, st.ino];
  for (const { name, kind } of [...entries].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (name === '.' || name === '..') continue;
    const at = `${path.replace(/\/$/, '')}/${name}`;
    const led = kind === 'symlink' && follow ? ctx.sys.stat(at) : undefined;
    const is = led === undefined || isErr(led) ? kind : led.kind;
    if (is === 'dir') yield* below(ctx, at, follow, skip, way);
    else if (is === 'file' && !skip(at, false)) yield at;
  }
}

class Search {
  found = false;
  #wrote = false;
  readonly #color: boolean;
  /** What ends a line. */
  readonly #end: string;
  readonly #before: number;
  readonly #after: number;

  constructor(
    readonly ctx: Context,
    readonly re: RegExp,
    readonly names: boolean,
  ) {
    const o = ctx.options;
    const when = o.has('color') || o.has('colour') ? (o.value('color') ?? o.value('colour')) || 'always' : 'never';
    this.#color = when === 'always' || (when === 'auto' && ctx.sys.isatty(1));
    this.#end = o.has('null-data') ? '\0' : '\n';
    this.#before = Number(o.value('before-context') ?? o.value('context') ?? 0);
    this.#after = Number(o.value('after-context') ?? o.value('context') ?? 0);
  }

  /** Searches one file. @returns true when nothing more is to be read at all */
  async file(input: Input): Promise<boolean> {
    const o = this.ctx.options;
    const lines = new LineReader(this.ctx.sys, input.fd, this.#end === '\0' ? 0 : 10);
    const name = input.name === '-' ? '(standard input)' : input.name;
    const max = Number(o.value('max-count') ?? Number.POSITIVE_INFINITY);
    const silent = ['quiet', 'count', 'files-with-matches', 'files-without-match'].some((x) => o.has(x));
    const held: { text: string; n: number }[] = [];
    let count = 0;
    let trailing = 0;
    let last = 0;
    let binary = false;
    for (let n = 1; count < max || trailing > 0; n++) {
      const line = await lines.next();
      if (!line) break;
      binary ||= line.text.includes('\0');
      this.re.lastIndex = 0;
      const hit = count < max && this.re.test(line.text) !== o.has('invert-match');
      if (hit) {
        count++;
        this.found = true;
        if (o.has('quiet')) return true;
        if (o.has('files-with-matches') || o.has('files-without-match')) break;
        if (silent) continue;
        if (binary) {
          await this.ctx.out(`${this.ctx.name}: ${name}: binary file matches\n`);
          break;
        }
        const first = held[0]?.n ?? n;
        if (this.#wrote && first > last + 1 && this.#before + this.#after > 0)
          await this.ctx.out(`${this.#paint('--', '36')}\n`);
        for (const h of held.splice(0)) await this.#line(name, h.n, h.text, '-');
        await this.#line(name, n, line.text, ':');
        last = n;
        trailing = this.#after;
      } else if (trailing > 0) {
        trailing--;
        await this.#line(name, n, line.text, '-');
        last = n;
      } else if (this.#before > 0) {
        held.push({ text: line.text, n });
        if (held.length > this.#before) held.shift();
      }
    }
    if (o.has('count')) await this.ctx.out(`${this.names ? this.#prefix(name, ':') : ''}${count}\n`);
    if (o.has('files-with-matches') && count > 0) await this.ctx.out(`${this.#paint(name, '35')}\n`);
    if (o.has('files-without-match') && count === 0) await this.ctx.out(`${this.#paint(name, '35')}\n`);
    return false;
  }

  #paint(s: string, colour: string): string {
    return this.#color ? `\x1b[${colour}m\x1b[K${s}\x1b[m\x1b[K` : s;
  }

  #prefix(s: string, separator: string): string {
    return this.#paint(s, '35') + this.#paint(separator, '36');
  }

  async #line(name: string, n: number, text: string, separator: string): Promise<void> {
    this.#wrote = true;
    const o = this.ctx.options;
    this.re.lastIndex = 0;
    let prefix = this.names ? this.#prefix(name, separator) : '';
    if (o.has('line-number')) prefix += this.#paint(String(n), '32') + this.#paint(separator, '36');
    const plain = separator !== ':' || o.has('invert-match');
    if (o.has('only-matching')) {
      if (plain) return;
      for (const m of text.matchAll(this.re))
        if (m[0] !== '') await this.ctx.out(`${prefix}${this.#paint(m[0], '01;31')}${this.#end}`);
      return;
    }
    const shown = this.#color && !plain ? text.replace(this.re, (m) => (m === '' ? m : this.#paint(m, '01;31'))) : text;
    await this.ctx.out(`${prefix}${shown}${this.#end}`);
  }
}
