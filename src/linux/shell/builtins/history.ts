/** history, fc. @see bash builtins/history.def, fc.def */

import { strftime } from '../../../base/strftime.ts';
import { isErr } from '../../kernel/errno.ts';
import { expansion } from '../histexpand.ts';
import { runText } from '../script.ts';
import type { Shell } from '../shell.ts';
import { type Builtin, type Output, options } from './builtin.ts';

const USAGE = 'history [-c] [-d offset] [n] or history -anrw [filename] or history -ps arg [arg...]';

/** The builtin `history`. */
export const history: Builtin = (sh, args, out) => {
  const h = sh.history;
  const o = options(args, 'carwnps', 'd');
  if (o.bad === '-d') {
    out.error('-d: option requires an argument');
    out.raw(`history: usage: ${USAGE}\n`);
    return 2;
  }
  if (o.bad) return out.usage(o.bad, USAGE);
  const files = [...'anrw'].filter((f) => o.flags.has(f));
  if (files.length > 1) return out.error('cannot use more than one of -anrw');
  if (o.flags.has('c')) h.clear();
  if (o.flags.has('s')) {
    h.lines.pop();
    if (o.rest.length > 0) h.add(o.rest.join(' '));
    return 0;
  }
  if (o.flags.has('p')) return printed(sh, o.rest, out);
  if (o.flags.has('d')) return remove(sh, o.flags.get('d') as string, out);
  if (files.length > 0) return withFile(sh, files[0] as string, o.rest[0] ?? sh.vars.get('HISTFILE') ?? '', out);
  return o.flags.has('c') ? 0 : show(sh, o.rest, out);
};

function show(sh: Shell, rest: readonly string[], out: Output): number {
  const h = sh.history;
  if (rest[0] !== undefined && !/^[+-]?\d+$/.test(rest[0])) return out.error(`${rest[0]}: numeric argument required`);
  if (rest.length > 1) return out.error('too many arguments');
  const count = rest[0] === undefined ? h.lines.length : Math.abs(Number(rest[0]));
  const stamp = sh.vars.get('HISTTIMEFORMAT');
  // lines that were read from a file count from when the first one here was typed
  const since = [...h.times.values()][0] ?? sh.sys.realtime();
  for (let i = Math.max(0, h.lines.length - count); i < h.lines.length; i++) {
    const n = h.base + i;
    const when = stamp ? strftime(stamp, h.times.get(n) ?? since) : '';
    out.print(`${String(n).padStart(5)}${h.changed.has(n) ? '*' : ' '} ${when}${h.lines[i]}\n`);
  }
  return 0;
}

/** Expands without running; the command itself is not kept. */
function printed(sh: Shell, words: readonly string[], out: Output): number {
  const own = sh.history.lines.pop();
  let status = 0;
  for (const w of words) {
    const x = expansion(sh.history, w);
    if (x.kind === 'failed') status = out.error(`${w}: history expansion failed`);
    else out.print(`${x.kind === 'expanded' ? x.text : w}\n`);
  }
  if (own !== undefined && words.length === 0) sh.history.lines.push(own);
  return status;
}

function remove(sh: Shell, spec: string, out: Output): number {
  const h = sh.history;
  const place = (n: number): number => (n < 0 ? h.lines.length + n : n - h.base);
  const m = /^(-?\d+)(?:-(-?\d+))?$/.exec(spec);
  if (!m) return out.error(`${spec}: numeric argument required`);
  const from = place(Number(m[1]));
  const to = m[2] === undefined ? from : place(Number(m[2]));
  const inside = (at: number): boolean => at >= 0 && at < h.lines.length;
  if (!inside(from) || !inside(to) || to < from) return out.error(`${spec}: history position out of range`);
  const times = h.lines.map((_, i) => h.times.get(h.base + i));
  h.lines.splice(from, to - from + 1);
  times.splice(from, to - from + 1);
  h.times.clear();
  for (const [i, t] of times.entries()) if (t !== undefined) h.times.set(h.base + i, t);
  h.fresh = Math.min(h.fresh, h.lines.length);
  return 0;
}

function withFile(sh: Shell, how: string, file: string, out: Output): number {
  const h = sh.history;
  const old = sh.sys.readFile(file);
  const text = isErr(old) ? '' : new TextDecoder().decode(old);
  if (how === 'r' || how === 'n') {
    if (isErr(old)) return out.error(`${file}: cannot open: ${old.text}`);
    const all = text.split('\n').slice(0, -1);
    const { fresh } = h;
    for (const l of how === 'n' ? all.slice(h.read) : all) h.add(l);
    h.read = all.length;
    h.fresh = fresh;
    return 0;
  }
  const lines = how === 'a' ? h.lines.slice(h.lines.length - h.fresh) : h.lines;
  h.fresh = 0;
  const body = (how === 'a' ? text : '') + lines.map((l) => `${l}\n`).join('');
  h.read = body.split('\n').length - 1;
  const e = sh.sys.writeFile(file, new TextEncoder().encode(body), 0o600);
  return isErr(e) ? out.error(`${file}: cannot create: ${e.text}`) : 0;
}

const FC_USAGE = 'fc [-e ename] [-lnr] [first] [last] or fc -s [pat=rep] [command]';

/** The builtin `fc`. */
export const fc: Builtin = async (sh, args, out) => {
  // numbers such as -2 are operands
  const at = args.findIndex((a, i) => i > 0 && /^-\d+$/.test(a));
  const o = options(at < 0 ? args : args.slice(0, at), 'lnrs', 'e');
  if (o.bad === '-e') {
    out.error('-e: option requires an argument');
    out.raw(`fc: usage: ${FC_USAGE}\n`);
    return 2;
  }
  if (o.bad) return out.usage(o.bad, FC_USAGE);
  const rest = at < 0 ? o.rest : [...o.rest, ...args.slice(at)];
  if (o.flags.get('e') === '-') o.flags.set('s', '');
  // fc itself is the last line
  const lines = sh.history.lines.slice(0, sh.hidden ? undefined : -1);
  if (o.flags.has('s')) return again(sh, rest, lines, out);
  const listing = o.flags.has('l');
  const { base } = sh.history;
  const end = lines.length - 1;
  const first = rest[0] === undefined ? (listing ? Math.max(0, end - 15) : end) : find(rest[0], lines, base, listing);
  const last = rest[1] === undefined ? (listing ? end : first) : find(rest[1], lines, base, listing);
  if (first === undefined || last === undefined || lines.length === 0)
    return out.error(/^-?\d+$/.test(rest[0] ?? '0') ? 'history specification out of range' : 'no command found');
  const numbers: number[] = [];
  const [low, high] = first <= last ? [first, last] : [last, first];
  for (let i = low; i <= high; i++) numbers.push(i);
  if (o.flags.has('r') !== first > last) numbers.reverse();
  if (!listing)
    return edited(
      sh,
      o.flags.get('e'),
      numbers.map((i) => lines[i] as string),
      out,
    );
  for (const i of numbers)
    out.print(`${o.flags.has('n') ? '' : base + i}\t${sh.history.changed.has(base + i) ? '*' : ' '}${lines[i]}\n`);
  return 0;
};

/** The place that a number or the beginning of a command means. */
function find(spec: string, lines: readonly string[], base: number, clamp: boolean): number | undefined {
  if (!/^[+-]?\d+$/.test(spec)) {
    const at = lines.findLastIndex((l) => l.startsWith(spec));
    return at < 0 ? undefined : at;
  }
  const n = Number(spec);
  const at = n < 0 || spec === '-0' ? lines.length + n : n === 0 ? lines.length - 1 : n - base;
  if (at >= 0 && at < lines.length) return at;
  if (!clamp) return undefined;
  return at < 0 ? 0 : lines.length - 1;
}

/** `fc -s`: a command once more, with replacements. */
async function again(sh: Shell, rest: readonly string[], lines: readonly string[], out: Output): Promise<number> {
  let i = 0;
  const changes: [string, string][] = [];
  for (; /^[^=]+=/.test(rest[i] ?? ''); i++) {
    const [from, ...to] = (rest[i] as string).split('=');
    changes.push([from as string, to.join('=')]);
  }
  const at = rest[i] === undefined ? lines.length - 1 : find(rest[i] as string, lines, sh.history.base, false);
  let text = at === undefined ? undefined : lines[at];
  if (text === undefined) return out.error('no command found');
  for (const [from, to] of changes) text = text.replaceAll(from, () => to);
  sh.history.lines.pop();
  return run(sh, text, out);
}

async function run(sh: Shell, text: string, out: Output): Promise<number> {
  await out.flush();
  await sh.write(2, `${text}\n`);
  sh.history.add(text);
  return runText(sh, `${text}\n`, 'eval');
}

/** Opens an editor on the commands, and runs what it leaves. */
async function edited(sh: Shell, editor: string | undefined, lines: readonly string[], out: Output): Promise<number> {
  const file = `/tmp/bash-fc.${sh.sys.pid.toString(36).padStart(6, '0')}`;
  const e = sh.sys.writeFile(file, new TextEncoder().encode(lines.map((l) => `${l}\n`).join('')), 0o600);
  if (isErr(e)) return out.error(`${file}: cannot open temp file: ${e.text}`);
  // biome-ignore lint/suspicious/noTemplateCurlyInString: for the shell to expand
  const name = editor ?? '${FCEDIT:-${EDITOR:-vi}}';
  await out.flush();
  const status = await runText(sh, `${name} ${file}\n`, 'eval');
  const left = sh.sys.readFile(file);
  sh.sys.unlink(file);
  if (status !== 0 || isErr(left)) return 1;
  sh.history.lines.pop();
  const text = new TextDecoder().decode(left).replace(/\n$/, '');
  if (text === '') return 0;
  return run(sh, text, out);
}
