/** echo, read, mapfile. @see bash builtins/echo.def, read.def, mapfile.def */
import { isErr } from '../../kernel/errno.ts';
import { SIGNALS } from '../../kernel/signal.ts';
import { LineEditor } from '../../tty/editor.ts';
import { candidates } from '../completion.ts';
import { ArithmeticError, evaluate } from '../expand/arithmetic.ts';
import { arithmeticVariables } from '../expand/parameter.ts';
import { decodeEscapes } from '../expand/quote.ts';
import { readAll } from '../expand/substitution.ts';
import { runText } from '../script.ts';
import type { Shell } from '../shell.ts';
import { type Builtin, options } from './builtin.ts';
import { assignName, NAME } from './names.ts';
import { type ReadAnswer, readUntil } from './readline.ts';

/** The builtin `echo`. */
export const echo: Builtin = (sh, args, out) => {
  let newline = true;
  let escapes = sh.shopt.has('xpg_echo') || sh.setup.flavour === 'dash';
  let i = 1;
  const flags = sh.setup.flavour === 'dash' ? /^-n$/ : /^-[neE]+$/;
  for (; flags.test(args[i] ?? ''); i++) {
    for (const c of (args[i] as string).slice(1)) {
      if (c === 'n') newline = false;
      else escapes = c === 'e';
    }
  }
  const text = args.slice(i).join(' ');
  const r = escapes ? decodeEscapes(text, { zeroOctal: true }) : { text, stop: false };
  out.print(r.text + (newline && !r.stop ? '\n' : ''));
  return 0;
};

/** Splits a line into `count` parts as read does: the last takes the rest. */
export function splitLine(line: string, ifs: string, count: number, raw: boolean): string[] {
  const chars: { c: string; q: boolean }[] = [];
  const all = [...line];
  for (let i = 0; i < all.length; i++) {
    if (!raw && all[i] === '\\' && i + 1 < all.length) chars.push({ c: all[++i] as string, q: true });
    else if (raw || all[i] !== '\\') chars.push({ c: all[i] as string, q: false });
  }
  const isIfs = (x: { c: string; q: boolean } | undefined): boolean => x !== undefined && !x.q && ifs.includes(x.c);
  const isSpace = (x: { c: string; q: boolean } | undefined): boolean =>
    isIfs(x) && ' \t\n'.includes((x as { c: string }).c);
  let i = 0;
  let end = chars.length;
  while (isSpace(chars[i])) i++;
  while (end > i && isSpace(chars[end - 1])) end--;
  const out: string[] = [];
  while (i < end && out.length < count - 1) {
    let field = '';
    while (i < end && !isIfs(chars[i])) field += (chars[i++] as { c: string }).c;
    out.push(field);
    while (i < end && isSpace(chars[i])) i++;
    if (i < end && isIfs(chars[i])) {
      i++;
      while (i < end && isSpace(chars[i])) i++;
    }
  }
  if (i < end || (out.length < count && out.length === 0)) out.push(lastField(chars.slice(i, end), isIfs));
  return out;
}

/** The rest for the last name; one delimiter at its very end is dropped when it is the only one. */
function lastField(
  rest: { c: string; q: boolean }[],
  isIfs: (x: { c: string; q: boolean } | undefined) => boolean,
): string {
  const delimiters = rest.filter(isIfs).length;
  const cut = delimiters === 1 && isIfs(rest.at(-1)) ? rest.slice(0, -1) : rest;
  return cut.map((x) => x.c).join('');
}

const READ_USAGE =
  'read [-Eers] [-a array] [-d delim] [-i text] [-n nchars] [-N nchars] [-p prompt] [-t timeout] [-u fd] [name ...]';

/** The builtin `read`. */
export const read: Builtin = async (sh, args, out) => {
  const o = options(args, 'ersE', 'adinNptu');
  if (o.bad) return out.usage(o.bad, READ_USAGE);
  const { flags } = o;
  const fd = sh.io.get(flags.has('u') ? Number(flags.get('u')) : 0);
  for (const n of o.rest) {
    if (!NAME.test(n.replace(/\[.*\]$/, ''))) return out.error(`\`${n}': not a valid identifier`);
  }
  if (fd === undefined) return out.error(`${flags.get('u') ?? 0}: invalid file descriptor: Bad file descriptor`);
  const timeout = flags.get('t');
  if (timeout !== undefined && !/^\d*\.?\d*$/.test(timeout))
    return out.error(`${timeout}: invalid timeout specification`);
  if (timeout === '0') {
    const ready = await sh.sys.poll([{ fd, in: true }], 0);
    return !isErr(ready) && ready.length > 0 ? 0 : 1;
  }
  const tty = sh.sys.isatty(fd);
  const prompt = flags.get('p');
  if (prompt !== undefined && tty && !flags.has('e')) await sh.write(2, prompt);
  const answer =
    flags.has('e') && tty ? await editedAnswer(sh, fd, flags) : await readAnswer(sh, fd, flags, timeout, tty);
  if (answer.end === 'interrupt') {
    sh.checkInterrupt();
    return 130;
  }
  await assignAnswer(sh, answer.text, o.rest, flags);
  if (answer.end === 'timeout') return 142;
  return answer.end === 'eof' ? 1 : 0;
};

/** `read -e`: the line is edited as a command line is. */
async function editedAnswer(sh: Shell, fd: number, flags: Map<string, string>): Promise<ReadAnswer> {
  const editor = new LineEditor({
    sys: sh.sys, input: fd, output: 2, history: sh.history, search: true, bracketedPaste: true, keys: sh.keys, variables: sh.inputrc,
    complete: (before) => candidates(sh, `: ${before}`).then((c) => ({ ...c, from: c.from - 2 })),
    interrupted: () => sh.interrupted || sh.pending.includes(SIGNALS.SIGINT),
  }); // biome-ignore format: options
  editor.text = flags.get('i') ?? '';
  const got = await editor.readLine(flags.get('p') ?? '');
  if (got.kind === 'line') return { text: got.text, end: 'delimiter' };
  return { text: '', end: got.kind === 'eof' ? 'eof' : 'interrupt' };
}

async function readAnswer(
  sh: Shell,
  fd: number,
  flags: Map<string, string>,
  timeout: string | undefined,
  tty: boolean,
) {
  const count = flags.get('n') ?? flags.get('N');
  const modes = tty ? sh.sys.tcgetattr(fd) : undefined;
  const silent = flags.has('s');
  if (modes && !isErr(modes) && (silent || count !== undefined || flags.has('d'))) {
    sh.sys.tcsetattr(fd, { ...modes, echo: modes.echo && !silent, icanon: count === undefined && !flags.has('d') });
  }
  try {
    const request = {
      delimiter: flags.get('d') === '' ? '\0' : flags.get('d'),
      count: count === undefined ? undefined : Number(count),
      exact: flags.has('N'),
      timeout: timeout === undefined ? undefined : Number(timeout) * 1e9,
    };
    let a = await readUntil(sh, fd, request);
    while (!flags.has('r') && a.end === 'delimiter' && /(?:^|[^\\])(?:\\\\)*\\$/.test(a.text) && count === undefined) {
      const more = await readUntil(sh, fd, request);
      a = { text: a.text.slice(0, -1) + more.text, end: more.end };
    }
    return a;
  } finally {
    if (modes && !isErr(modes)) sh.sys.tcsetattr(fd, modes);
  }
}

async function assignAnswer(
  sh: Shell,
  text: string,
  names: readonly string[],
  flags: Map<string, string>,
): Promise<void> {
  const ifs = sh.vars.get('IFS') ?? ' \t\n';
  const raw = flags.has('r');
  const unescaped = raw ? text : text.replace(/\\([\s\S])/g, '$1');
  const array = flags.get('a');
  if (array !== undefined) {
    const parts = text === '' ? [] : splitLine(text, ifs, Number.POSITIVE_INFINITY, raw);
    const v = sh.vars.declare(array);
    v.value = undefined;
    v.items = new Map(parts.map((p, i) => [String(i), p]));
    return;
  }
  if (names.length === 0) {
    sh.vars.set('REPLY', unescaped);
    return;
  }
  if (flags.has('N')) {
    await assignName(sh, names[0] as string, text);
    for (const n of names.slice(1)) await assignName(sh, n, '');
    return;
  }
  const parts = splitLine(text, ifs, names.length, raw);
  for (let i = 0; i < names.length; i++) await assignName(sh, names[i] as string, parts[i] ?? '');
}

/** The builtin `mapfile`. */
export const mapfile: Builtin = async (sh, args, out) => {
  const o = options(args, 't', 'dnOsuCc');
  if (o.bad)
    return out.usage(
      o.bad,
      `${args[0]} [-d delim] [-n count] [-O origin] [-s count] [-t] [-u fd] [-C callback] [-c quantum] [array]`,
    );
  const fd = sh.io.get(Number(o.flags.get('u') ?? '0'));
  if (fd === undefined) return out.error(`${o.flags.get('u')}: invalid file descriptor: Bad file descriptor`);
  const delimiter = o.flags.get('d') === '' ? '\0' : (o.flags.get('d') ?? '\n');
  const text = new TextDecoder().decode(await readAll(sh.sys, fd));
  let lines = text.split(delimiter).map((l) => l + delimiter);
  const last = (lines.pop() as string).slice(0, -1);
  if (last !== '') lines.push(last);
  lines = lines.slice(Number(o.flags.get('s') ?? 0));
  const count = Number(o.flags.get('n') ?? 0);
  if (count > 0) lines = lines.slice(0, count);
  if (o.flags.has('t')) lines = lines.map((l) => (l.endsWith(delimiter) ? l.slice(0, -1) : l));
  const origin = Number(o.flags.get('O') ?? 0);
  const name = o.rest[0] ?? 'MAPFILE';
  const v = sh.vars.declare(name);
  if (!o.flags.has('O') || !v.items) v.items = new Map();
  v.value = undefined;
  const quantum = Number(o.flags.get('c') ?? 5000);
  for (let i = 0; i < lines.length; i++) {
    v.items.set(String(origin + i), lines[i] as string);
    const callback = o.flags.get('C');
    if (callback && (i + 1) % quantum === 0) await runText(sh, `${callback} ${i} '${lines[i]}'`, 'eval');
  }
  return 0;
};

/** `let` evaluates each argument. */
export const letBuiltin: Builtin = async (sh, args, out) => {
  if (args.length < 2) return out.error('expression expected');
  let value = 0n;
  for (const a of args.slice(1)) {
    try {
      value = evaluate(a, arithmeticVariables(sh));
    } catch (e) {
      if (!(e instanceof ArithmeticError)) throw e;
      return out.error(e.message);
    }
  }
  return value === 0n ? 1 : 0;
};
