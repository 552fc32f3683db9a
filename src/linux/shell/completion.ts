/**
 * Completion of a command line: which words may stand at the cursor.
 * Order: variables after `$`, commands in command position, a registered completer, file names.
 * @see bash bashline.c: attempt_shell_completion
 */
import { isErr } from '../kernel/errno.ts';
import { builtinNames } from './builtins/table.ts';
import { actionWords, generate, hostNames } from './compspec.ts';
import { hasMagic, matches } from './expand/pattern.ts';
import { tilde } from './expand/word.ts';
import type { Shell } from './shell.ts';
import { RESERVED } from './source.ts';

/** The words that fit, whole, and what of the line they replace. */
export interface Candidates {
  /** Start of the text that a candidate replaces, in UTF-16 units. */
  readonly from: number;
  /** Whole replacements, sorted, unescaped. */
  readonly words: readonly string[];
  /** How each is shown in a listing (file names without their directory). */
  readonly shown: readonly string[];
  /** Put after a single candidate. */
  readonly suffix: string;
  /** The quote that is open before the cursor, or ''. */
  readonly quote: string;
  /** They are paths, in which more characters must be quoted; or parameters, in which none must. */
  readonly are?: 'files' | 'parameters';
}

interface Split {
  /** Words of the simple command at the cursor, unquoted; the last one is being completed. */
  readonly words: string[];
  readonly from: number;
  readonly quote: string;
  /** After `>` or `<`. */
  readonly redirect: boolean;
}

/** Splits what stands before the cursor. */
export function splitLine(line: string): Split {
  let words: string[] = [];
  let word = '';
  let started = false;
  let from = 0;
  let quote = '';
  let redirect = false;
  const start = (i: number): void => {
    if (!started) from = i;
    started = true;
  };
  const end = (): void => {
    if (started) {
      if (!redirect) words.push(word);
      redirect = false;
    }
    word = '';
    started = false;
  };
  for (let i = 0; i < line.length; i++) {
    const c = line[i] as string;
    if (quote) {
      if (c === quote) quote = '';
      else if (c === '\\' && quote === '"' && i + 1 < line.length) word += line[++i];
      else word += c;
    } else if (c === "'" || c === '"') {
      start(i);
      quote = c;
    } else if (c === '\\') {
      start(i);
      word += line[++i] ?? '';
    } else if (c === ' ' || c === '\t' || c === '\n') end();
    else if (c === '$' && line[i + 1] === '(') {
      end();
      words = [];
      i++;
    } else if (';&|(`'.includes(c)) {
      end();
      words = [];
      redirect = false;
    } else if (c === '>' || c === '<') {
      if (!/^\d+$/.test(word)) end();
      word = '';
      started = false;
      redirect = true;
    } else {
      start(i);
      word += c;
    }
  }
  if (!started) from = line.length;
  while (words.length > 0 && (/^[A-Za-z_]\w*=/.test(words[0] as string) || KEYWORDS.has(words[0] as string)))
    words.shift();
  return { words: [...words, word], from, quote, redirect };
}

const KEYWORDS = new Set([
  'if',
  'then',
  'else',
  'elif',
  'while',
  'until',
  'do',
  '!',
  '{',
  'time',
  'sudo',
  'exec',
  'command',
]);

/** Names of all commands: aliases, reserved words, functions, builtins, programs in $PATH. */
export function commandNames(sh: Shell): string[] {
  const names = new Set<string>([...sh.aliases.keys(), ...RESERVED, ...sh.functions.keys(), ...builtinNames(sh)]);
  for (const dir of (sh.vars.get('PATH') ?? '').split(':')) {
    const entries = dir === '' ? [] : sh.sys.readdir(dir);
    if (isErr(entries)) continue;
    for (const e of entries) {
      if (e.kind !== 'dir' && !isErr(sh.sys.access(`${dir}/${e.name}`, { exec: true }))) names.add(e.name);
    }
  }
  return [...names].sort();
}

/** A path made absolute, `.` and `..` resolved in the text. */
export function normalize(base: string, path: string): string {
  const parts: string[] = [];
  for (const p of (path.startsWith('/') ? path : `${base}/${path}`).split('/')) {
    if (p === '' || p === '.') continue;
    if (p === '..') parts.pop();
    else parts.push(p);
  }
  return `/${parts.join('/')}`;
}

/** Paths that begin with `prefix`; directories end in `/`. */
export function fileNames(sh: Shell, prefix: string, only: 'any' | 'exec' | 'dir' = 'any'): string[] {
  const slash = prefix.lastIndexOf('/') + 1;
  const shownDir = prefix.slice(0, slash);
  const base = prefix.slice(slash);
  const m = /^(?:~([^/]*)|\$(?:(\w+)|\{(\w+)\}))/.exec(shownDir);
  const home = m ? (m[1] !== undefined ? tilde(sh, m[1]) : sh.vars.get((m[2] ?? m[3]) as string)) : undefined;
  const dir = home !== undefined && m ? home + shownDir.slice(m[0].length) : shownDir;
  const fits = fitting(sh, base);
  const entries = sh.sys.readdir(dir === '' ? '.' : dir);
  if (isErr(entries)) return [];
  const out: string[] = [];
  if (only !== 'exec') for (const n of ['.', '..']) if (base !== '' && n.startsWith(base)) out.push(`${shownDir}${n}/`);
  for (const e of entries) {
    if (/^\.\.?$/.test(e.name) || !fits(e.name)) continue;
    if (e.name.startsWith('.') && !base.startsWith('.')) continue;
    const path = normalize(sh.sys.cwd(), (dir === '' ? '' : dir) + e.name);
    const st = e.kind === 'symlink' ? sh.sys.stat(path) : undefined;
    const isDir = e.kind === 'dir' || (st !== undefined && !isErr(st) && st.kind === 'dir');
    if (only === 'dir' && !isDir) continue;
    if (only === 'exec' && !isDir && isErr(sh.sys.access(path, { exec: true }))) continue;
    out.push(shownDir + e.name + (isDir ? '/' : ''));
  }
  return out.sort();
}

/** Does a name begin so? A pattern fits a whole name. */
function fitting(sh: Shell, base: string): (name: string) => boolean {
  if (hasMagic(base, false)) return (name) => name.startsWith(base) || matches(base, name);
  if (sh.inputrc.get('completion-ignore-case') !== 'on') return (name) => name.startsWith(base);
  return (name) => name.toLowerCase().startsWith(base.toLowerCase());
}

function variables(sh: Shell, line: string): Candidates | undefined {
  const m = /\$(\{?)([A-Za-z_]\w*|)$/.exec(line);
  if (!m || /(?:^|[^\\])(?:\\\\)*\\$/.test(line.slice(0, m.index))) return undefined;
  const brace = m[1] as string;
  const found = sh.vars.names().filter((n) => n.startsWith(m[2] as string));
  const words = found.map((n) => `$${brace}${n}${brace === '' ? '' : '}'}`);
  const st = found.length === 1 ? sh.sys.stat(sh.vars.get(found[0] as string) ?? '') : undefined;
  const suffix = st && !isErr(st) && st.kind === 'dir' ? '/' : ' ';
  return { from: m.index, words, shown: words, suffix, quote: splitLine(line).quote, are: 'parameters' };
}

const lastPart = (p: string): string => p.replace(/^.*\/(?=.)/, '');

function files(split: Split, list: readonly string[]): Candidates {
  return { from: split.from, words: list, shown: list.map(lastPart), suffix: ' ', quote: split.quote, are: 'files' };
}

/** The part of a word that is a path: `=` and `:` begin one. */
function pathPart(line: string, split: Split): Split {
  const raw = line.slice(split.from);
  const at = split.quote === '' ? /^(?:\\.|[^\\])*?(?:[=:](?!.*(?:^|[^\\])[=:]))/.exec(raw)?.[0].length : undefined;
  if (at === undefined) return split;
  const word = raw.slice(at).replace(/\\(.)/g, '$1');
  return { ...split, words: [...split.words.slice(0, -1), word], from: split.from + at };
}

/** All that may stand at the end of `line` (the text before the cursor). */
export async function candidates(sh: Shell, line: string): Promise<Candidates> {
  const single = (line.replace(/\\./g, '').match(/'/g) ?? []).length % 2 === 1;
  const vars = single ? undefined : variables(sh, line);
  if (vars && vars.words.length > 0) return vars;
  const split = splitLine(line);
  const word = split.words.at(-1) as string;
  if (split.redirect) return files(split, fileNames(sh, word));
  const host = word.lastIndexOf('@');
  if (host >= 0 && split.quote === '') {
    const words = hostNames(sh).filter((n) => n.startsWith(word.slice(host + 1))).map((n) => `@${n}`); // biome-ignore format: one list
    if (words.length > 0)
      return {
        from: split.from + line.slice(split.from).lastIndexOf('@'),
        words,
        shown: words,
        suffix: ' ',
        quote: '',
      };
  }
  if (/^~[^/]*$/.test(word) && split.quote === '') {
    const users = actionWords(sh, 'user', '').filter((n) => n.startsWith(word.slice(1)));
    if (users.length > 0 && word !== '~')
      return files(
        split,
        users.map((n) => `~${n}/`),
      );
  }
  if (split.words.length === 1) {
    if (word.includes('/')) return files(split, fileNames(sh, word, 'exec'));
    if (word === '~') return files(split, ['~/']);
    if (/^[A-Za-z_]\w*=/.test(word)) {
      const part = pathPart(line, split);
      return files(part, fileNames(sh, part.words.at(-1) as string));
    }
    const words = word === '' ? commandNames(sh) : commandNames(sh).filter((n) => n.startsWith(word));
    return { from: split.from, words, shown: words, suffix: ' ', quote: split.quote };
  }
  const command = (split.words[0] as string).replace(/^.*\//, '');
  const given = await specified(sh, split, line);
  if (given) return given;
  const completers = sh.setup.completers;
  const completer = Object.hasOwn(completers, command) ? completers[command] : completers['*'];
  if (completer) {
    const got = await completer.complete(split.words, split.words.length - 1, sh.sys);
    if (got) {
      const words = [...new Set(got.filter((w) => w.startsWith(word)))].sort();
      return { from: split.from, words, shown: words, suffix: ' ', quote: split.quote };
    }
  }
  const part = pathPart(line, split);
  const only = command === 'cd' || command === 'pushd' || command === 'rmdir' ? 'dir' : 'any';
  return files(part, fileNames(sh, part.words.at(-1) as string, only));
}

const TAB = 9;

/** Candidates of a command that `complete` knows. */
async function specified(sh: Shell, split: Split, line: string): Promise<Candidates | undefined> {
  const name = split.words[0] as string;
  const known = sh.completions.get(name) ?? sh.completions.get(name.replace(/^.*\//, '')) ?? sh.completions.get('-D');
  if (!known || !sh.shopt.has('progcomp')) return undefined;
  // what compopt changes is for this time only
  const spec = { ...known, options: new Set(known.options) };
  const got = await generate(sh, spec, { words: split.words, index: split.words.length - 1, line, key: TAB });
  const word = split.words.at(-1) as string;
  const words = [...new Set(got)].sort();
  if (words.length === 0 && spec.options.has('dirnames')) return files(split, fileNames(sh, word, 'dir'));
  if (words.length === 0 && (spec.options.has('default') || spec.options.has('bashdefault')))
    return files(split, fileNames(sh, word));
  const paths = spec.options.has('filenames') || spec.actions.some((a) => a === 'file' || a === 'directory');
  const isDir = (w: string): boolean => {
    const st = sh.sys.stat(w);
    return !isErr(st) && st.kind === 'dir';
  };
  const list = paths ? words.map((w) => (isDir(w) ? `${w}/` : w)) : words;
  const suffix = spec.options.has('nospace') ? '' : ' ';
  return paths
    ? { ...files(split, list), suffix }
    : { from: split.from, words, shown: words, suffix, quote: split.quote };
}
