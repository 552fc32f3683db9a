/** find: files of a tree that fulfil tests. */
import { isErr } from '../../kernel/errno.ts';
import type { Stat } from '../../kernel/sys.ts';
import type { Context } from '../spec.ts';
import { defineProgram } from '../spec.ts';
import { basename } from '../stdio.ts';
import { pattern } from './glob.ts';
import { fault } from './wording.ts';
import { which } from './xargs.ts';

/** A file under test. */
interface Found {
  readonly path: string;
  readonly depth: number;
  readonly st: Stat;
}
type Test = (f: Found) => Promise<boolean>;

/** The `find` command. */
export const spec = defineProgram({
  name: 'find',
  path: '/usr/bin/find',
  summary: 'Find files below directories',
  synopsis: ['[PATH]... [EXPRESSION]'],
  order: 'own',
  options: [
    { name: 'name', shortOnly: true, arg: 'required', help: 'the name matches a pattern' },
    { name: 'type', shortOnly: true, arg: 'required', help: 'f, d, l, c, p or s' },
    { name: 'empty', shortOnly: true, help: 'files and directories with nothing in them' },
    { name: 'newer', shortOnly: true, arg: 'required', help: 'changed after this file' },
    { name: 'mtime', shortOnly: true, arg: 'required', help: 'changed so many days ago, +N before, -N since' },
    { name: 'mmin', shortOnly: true, arg: 'required', help: 'the same in minutes' },
    { name: 'maxdepth', shortOnly: true, arg: 'required', help: 'at most so many levels' },
    { name: 'exec', shortOnly: true, arg: 'required', help: 'run a command, {} is the path' },
  ],
  async run(ctx) {
    const at = ctx.args.findIndex((a) => a.startsWith('-') || a === '!' || a === '(');
    const paths = at < 0 ? ctx.args : ctx.args.slice(0, at);
    const parsed = new Expression(ctx, at < 0 ? [] : ctx.args.slice(at)).parse();
    if (typeof parsed === 'string') return ctx.fail(parsed);
    let exit = 0;
    const walk = async (path: string, depth: number): Promise<void> => {
      const st = ctx.sys.lstat(path);
      if (isErr(st)) {
        exit = await fault(ctx, `'${path}': ${st.text}`, `${path}: ${st.text}`);
        return;
      }
      if (depth >= parsed.min) await parsed.test({ path, depth, st });
      if (st.kind !== 'dir' || depth >= parsed.max) return;
      const entries = ctx.sys.readdir(path);
      if (isErr(entries)) exit = await fault(ctx, `'${path}': ${entries.text}`, `${path}: ${entries.text}`);
      else
        for (const e of entries)
          if (e.name !== '.' && e.name !== '..') await walk(`${path.replace(/\/$/, '')}/${e.name}`, depth + 1);
    };
    for (const path of paths.length > 0 ? paths : ['.']) await walk(path, 0);
    return exit;
  },
});

/** The tests and limits that take an argument. */
const VALUED: readonly string[] = [
  ...['-name', '-iname', '-path', '-type', '-maxdepth', '-mindepth'],
  ...['-size', '-perm', '-newer', '-mtime', '-mmin'],
];

function empty(ctx: Context, { path, st }: Found): boolean {
  if (st.kind !== 'dir') return st.kind === 'file' && st.size === 0;
  const entries = ctx.sys.readdir(path);
  return !isErr(entries) && entries.every((e) => e.name === '.' || e.name === '..');
}

/** Full days count downwards, minutes upwards. @see findutils find/parser.c do_parse_xmin, parse_time */
function changedAgo(ctx: Context, w: '-mtime' | '-mmin', arg: string): Test | string {
  const m = /^([+-]?)(\d+(?:\.\d+)?)$/.exec(arg);
  if (!m) return `invalid argument \`${arg}' to \`${w}'`;
  const now = ctx.sys.now();
  const n = Number(m[2]);
  const days = w === '-mtime';
  return async (f) => {
    const age = (now - f.st.mtime) / (days ? 86400e9 : 60e9);
    if (m[1] === '-') return age < n;
    if (m[1] === '+') return days ? age >= n + 1 : age > n;
    return days ? age >= n && age < n + 1 : age > n - 1 && age <= n;
  };
}

class Expression {
  #i = 0;
  #acts = false;
  max = Number.POSITIVE_INFINITY;
  min = 0;

  constructor(
    readonly ctx: Context,
    readonly words: readonly string[],
  ) {}

  parse(): { test: Test; max: number; min: number } | string {
    const test = this.words.length === 0 ? async () => true : this.#or();
    if (typeof test === 'string') return test;
    if (this.#i < this.words.length) return `paths must precede expression: \`${this.words[this.#i]}'`;
    const print: Test = async (f) => {
      await this.ctx.out(`${f.path}\n`);
      return true;
    };
    return { test: this.#acts ? test : async (f) => (await test(f)) && print(f), max: this.max, min: this.min };
  }

  #or(): Test | string {
    let a = this.#and();
    while (typeof a !== 'string' && (this.words[this.#i] === '-o' || this.words[this.#i] === '-or')) {
      this.#i++;
      const b = this.#and();
      if (typeof b === 'string') return b;
      const left = a;
      a = async (f) => (await left(f)) || b(f);
    }
    return a;
  }

  #and(): Test | string {
    let a = this.#primary();
    for (;;) {
      const w = this.words[this.#i];
      if (typeof a === 'string' || w === undefined || w === '-o' || w === '-or' || w === ')') return a;
      if (w === '-a' || w === '-and') this.#i++;
      const b = this.#primary();
      if (typeof b === 'string') return b;
      const left = a;
      a = async (f) => (await left(f)) && b(f);
    }
  }

  #primary(): Test | string {
    const w = this.words[this.#i++] as string;
    if (w === '!' || w === '-not') {
      const t = this.#primary();
      return typeof t === 'string' ? t : async (f) => !(await t(f));
    }
    if (w === '(') {
      const t = this.#or();
      this.#i++;
      return t;
    }
    if (w === '-empty') return async (f) => empty(this.ctx, f);
    if (['-print', '-print0', '-delete', '-exec', '-ls'].includes(w)) return this.#action(w);
    const arg = this.words[this.#i++];
    if (!VALUED.includes(w)) {
      if (!w.startsWith('-')) return `paths must precede expression: \`${w}'`;
      return this.ctx.flavour === 'busybox' ? `unrecognized: ${w}` : `unknown predicate \`${w}'`;
    }
    return arg === undefined ? `missing argument to \`${w}'` : this.#valued(w, arg);
  }

  /** A test, or an option of the whole walk, that has a value. */
  #valued(w: string, arg: string): Test | string {
    switch (w) {
      case '-name':
      case '-iname': {
        const re = pattern(arg, w === '-iname');
        return async (f) => re.test(basename(f.path) || '/');
      }
      case '-path': {
        const re = pattern(arg);
        return async (f) => re.test(f.path);
      }
      case '-type': {
        const kind = { f: 'file', d: 'dir', l: 'symlink', c: 'char', b: 'block', p: 'fifo', s: 'socket' }[arg];
        return kind ? async (f) => f.st.kind === kind : `Unknown argument to -type: ${arg}`;
      }
      case '-maxdepth':
        this.max = Number(arg);
        return async () => true;
      case '-mindepth':
        this.min = Number(arg);
        return async () => true;
      case '-size': {
        const m = /^([+-]?)(\d+)([ckMG]?)$/.exec(arg);
        if (!m) return `Invalid argument \`${arg}' to -size`;
        const unit = { c: 1, k: 1024, M: 1048576, G: 1073741824, '': 512 }[m[3] as 'c'];
        const n = Number(m[2]);
        return async (f) => {
          const have = Math.ceil(f.st.size / unit);
          return m[1] === '+' ? have > n : m[1] === '-' ? have < n : have === n;
        };
      }
      case '-newer': {
        const than = this.ctx.sys.stat(arg);
        return isErr(than) ? `'${arg}': ${than.text}` : async (f) => f.st.mtime > than.mtime;
      }
      case '-mtime':
      case '-mmin':
        return changedAgo(this.ctx, w, arg);
      case '-perm':
        return async (f) => (f.st.mode & 0o7777) === Number.parseInt(arg, 8);
      default:
        return `unknown predicate \`${w}'`;
    }
  }

  #action(w: string): Test | string {
    this.#acts = true;
    const { ctx } = this;
    if (w === '-print' || w === '-print0' || w === '-ls')
      return async (f) => {
        await ctx.out(f.path + (w === '-print0' ? '\0' : '\n'));
        return true;
      };
    if (w === '-delete')
      return async (f) => !isErr(f.st.kind === 'dir' ? ctx.sys.rmdir(f.path) : ctx.sys.unlink(f.path));
    const from = this.#i;
    while (this.#i < this.words.length && this.words[this.#i] !== ';' && this.words[this.#i] !== '+') this.#i++;
    if (this.#i >= this.words.length) return "missing argument to `-exec'";
    const command = this.words.slice(from, this.#i++);
    return async (f) => {
      const argv = command.map((c) => c.replaceAll('{}', f.path));
      const path = which(ctx, argv[0] ?? '');
      const pid = path === undefined ? undefined : ctx.sys.spawn(path, { argv });
      if (pid === undefined || isErr(pid)) {
        await ctx.fail(`'${argv[0]}': No such file or directory`);
        return false;
      }
      const status = await ctx.sys.wait(pid);
      return !isErr(status) && status !== 0 && status.code === 0;
    };
  }
}
