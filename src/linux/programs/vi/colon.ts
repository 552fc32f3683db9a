/** Commands behind a colon. @see busybox editors/vi.c: colon */
import { text as decode, utf8 } from '../../../base/http.ts';
import { isErr } from '../../kernel/errno.ts';
import type { Sys } from '../../kernel/sys.ts';
import { translate } from '../text/regex.ts';
import type { Buffer } from './buffer.ts';

/** What a command did: a word at the foot of the screen, or the end. */
export interface Done {
  readonly say?: string;
  readonly quit?: boolean;
}

/** The file that is edited. */
export interface File {
  name: string | undefined;
}

/** One command, taken apart. */
interface Command {
  readonly sys: Sys;
  readonly b: Buffer;
  readonly file: File;
  /** Lines it is about, from 0; the cursor's own when none were given. */
  readonly from: number;
  readonly to: number;
  /** Whether lines were given. */
  readonly ranged: boolean;
  readonly name: string;
  /** Whether it ends in `!`. */
  readonly force: boolean;
  readonly rest: string;
}

/** `.`, `$`, a number or `+N`, as a line from 0. */
function lineOf(b: Buffer, word: string): number | undefined {
  const m = /^(\.|\$|\d+)?([+-]\d*)?$/.exec(word);
  if (!m || word === '') return undefined;
  const base = m[1] === '$' ? b.lines.length - 1 : m[1] === undefined || m[1] === '.' ? b.row : Number(m[1]) - 1;
  const by = m[2] === undefined ? 0 : Number(m[2].length === 1 ? `${m[2]}1` : m[2]);
  return Math.max(0, Math.min(b.lines.length - 1, base + by));
}

function write(sys: Sys, b: Buffer, name: string, lines: readonly string[] | undefined): Done {
  const text = lines ? `${lines.join('\n')}\n` : b.text();
  const bytes = utf8(text);
  const done = sys.writeFile(name, bytes);
  if (isErr(done)) return { say: `'${name}' ${done.text}` };
  if (!lines) b.modified = false;
  return { say: `'${name}' ${text === '' ? 0 : text.split('\n').length - 1}L, ${bytes.length}C` };
}

/** `s/PATTERN/TEXT/[g]` in lines from `from` to `to`. */
function substitute({ b, rest, from, to }: Command): Done {
  const mark = rest[0] ?? '';
  const parts = rest.slice(1).split(new RegExp(`(?<!\\\\)\\${mark}`));
  const [pattern, by, flags] = [parts[0] ?? '', parts[1] ?? '', parts[2] ?? ''];
  let re: RegExp;
  try {
    re = new RegExp(
      translate(pattern.replaceAll(`\\${mark}`, mark), false),
      `${flags.includes('g') ? 'g' : ''}${flags.includes('i') ? 'i' : ''}`,
    );
  } catch {
    return { say: ':s bad search pattern' };
  }
  const text = by
    .replaceAll(`\\${mark}`, mark)
    .replaceAll('$', '$$$$')
    .replace(/\\([0-9])/g, (_, d) => (d === '0' ? '$&' : `$${d}`))
    .replace(/(?<!\\)&/g, '$&');
  const hits: number[] = [];
  for (let i = from; i <= to; i++) if ((b.lines[i] as string).search(re) >= 0) hits.push(i);
  if (hits.length === 0) return { say: 'Pattern not found' };
  b.save();
  for (const i of hits) b.lines[i] = (b.lines[i] as string).replace(re, text);
  b.row = hits.at(-1) as number;
  b.col = 0;
  return {};
}

function quit({ b, force }: Command): Done {
  if (b.modified && !force) return { say: 'No write since last change (:q! overrides)' };
  return { quit: true };
}

/** `:w`, and those that leave behind it: `:wq`, and `:x`, which writes only what is changed. */
function save({ sys, b, file, from, to, ranged, name, rest }: Command): Done {
  const target = rest || file.name;
  if (target === undefined) return { say: 'No current filename' };
  const skip = name === 'x' && !b.modified && rest === '';
  const done = skip ? {} : write(sys, b, target, ranged ? b.lines.slice(from, to + 1) : undefined);
  file.name ??= target;
  if (name === 'w' || name === 'write') return done;
  return skip || !b.modified ? { quit: true } : done;
}

function edit({ sys, b, file, force, rest }: Command): Done {
  if (b.modified && !force) return { say: 'No write since last change (:e! overrides)' };
  file.name = rest || file.name;
  const read = sys.readFile(file.name ?? '');
  b.load(isErr(read) ? '' : decode(read));
  return {
    say: `'${file.name}'${isErr(read) ? ' [New file]' : ''} ${b.lines.length}L, ${isErr(read) ? 0 : read.length}C`,
  };
}

/** Puts a file behind a line. */
function read({ sys, b, to, ranged, rest }: Command): Done {
  const bytes = sys.readFile(rest);
  if (isErr(bytes)) return { say: `'${rest}' ${bytes.text}` };
  b.save();
  const lines = decode(bytes).replace(/\n$/, '').split('\n');
  const at = (ranged ? to : b.row) + 1;
  b.lines.splice(at, 0, ...lines);
  b.row = at;
  return { say: `'${rest}' ${lines.length}L, ${bytes.length}C` };
}

function remove({ b, from, to }: Command): Done {
  b.save();
  b.deleteLines(from, to - from + 1);
  return {};
}

function yank({ b, from, to }: Command): Done {
  b.yankLines(from, to - from + 1);
  return { say: `Yank ${to - from + 1} lines (${b.register.text.join('\n').length + 1} chars) using [D]` };
}

const COMMANDS: ReadonlyMap<string, (command: Command) => Done> = new Map([
  ['q', quit],
  ['quit', quit],
  ['w', save],
  ['write', save],
  ['wq', save],
  ['x', save],
  ['e', edit],
  ['edit', edit],
  ['r', read],
  ['read', read],
  ['d', remove],
  ['delete', remove],
  ['y', yank],
  ['yank', yank],
  ['s', substitute],
  ['set', () => ({})],
]);

/** Carries one command out. @param line without the colon */
export function colon(sys: Sys, b: Buffer, file: File, line: string): Done {
  const m = /^\s*(%|[.$\d+-]*)(?:,([.$\d+-]+))?\s*([a-zA-Z]*)(!?)\s*(.*)$/.exec(line);
  if (!m) return { say: `':${line}' is not implemented` };
  const [, first, second, name, force, rest] = m as unknown as [
    string,
    string,
    string | undefined,
    string,
    string,
    string,
  ];
  const all = first === '%';
  const from = all ? 0 : (lineOf(b, first) ?? b.row);
  const to = all ? b.lines.length - 1 : second === undefined ? from : (lineOf(b, second) ?? from);
  const ranged = first !== '';
  // lines alone: the cursor goes there
  if (name === '' && rest === '') {
    if (ranged) [b.row, b.col] = [to, 0];
    return {};
  }
  const command = COMMANDS.get(name);
  if (!command) return { say: `':${line}' is not implemented` };
  return command({ sys, b, file, from, to, ranged, name, force: force !== '', rest });
}
