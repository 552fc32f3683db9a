/** trap, times, umask, caller. */

import { SIGNALS } from '../../kernel/signal.ts';
import { singleQuote } from '../expand/quote.ts';
import { setTrap, trapKey, trapName } from '../traps.ts';
import { type Builtin, options } from './builtin.ts';

const ORDER = ['EXIT', ...Object.keys(SIGNALS).map((k) => k.slice(3)), 'DEBUG', 'ERR', 'RETURN'];

/** The builtin `trap`. */
export const trap: Builtin = (sh, args, out) => {
  let list = args.slice(1);
  if (list[0] === '-l') {
    const names = Object.entries(SIGNALS).map(([k, n]) => `${String(n).padStart(2)}) ${k}`);
    for (let i = 0; i < names.length; i += 5) out.print(`${names.slice(i, i + 5).join('\t')}\n`);
    return 0;
  }
  const print = list[0] === '-p';
  if (print || list[0] === '--') list = list.slice(1);
  if (list.length === 0 || print) {
    const wanted = list.map((s) => trapKey(s));
    for (const key of ORDER) {
      const action = sh.traps.get(key);
      if (action === undefined || (wanted.length > 0 && !wanted.includes(key))) continue;
      out.print(`trap -- ${singleQuote(action)} ${sh.setup.flavour === 'bash' ? trapName(key) : key}\n`);
    }
    return 0;
  }
  const first = list[0] as string;
  const resets =
    first === '-' ||
    (list.length === 1 && trapKey(first) !== undefined) ||
    (/^\d+$/.test(first) && trapKey(first) !== undefined);
  const specs = first === '-' ? list.slice(1) : resets ? list : list.slice(1);
  if (specs.length === 0) {
    out.raw('trap: usage: trap [-Plp] [[action] signal_spec ...]\n');
    return 2;
  }
  let status = 0;
  for (const s of specs) {
    const key = trapKey(s);
    if (key === undefined) status = out.error(`${s}: invalid signal specification`);
    else setTrap(sh, key, resets ? undefined : first);
  }
  return status;
};

/** The builtin `times`. */
export const times: Builtin = (sh, _args, out) => {
  const cpu = sh.sys.processes().find((p) => p.pid === sh.sys.pid)?.cpu ?? 0;
  const text = (ns: number): string => `${Math.floor(ns / 60e9)}m${((ns % 60e9) / 1e9).toFixed(3)}s`;
  out.print(`${text(cpu)} 0m0.000s\n0m0.000s 0m0.000s\n`);
  return 0;
};

/** The builtin `umask`. */
export const umask: Builtin = (sh, args, out) => {
  const o = options(args, 'pS');
  if (o.bad) return out.usage(o.bad, 'umask [-p] [-S] [mode]');
  const mode = o.rest[0];
  if (mode === undefined) {
    const m = sh.sys.umask();
    const octal = m.toString(8).padStart(4, '0');
    if (!o.flags.has('S')) out.print(`${o.flags.has('p') ? 'umask ' : ''}${octal}\n`);
    else out.print(`${o.flags.has('p') ? 'umask -S ' : ''}${symbolic(m)}\n`);
    return 0;
  }
  if (/^[0-7]+$/.test(mode)) {
    sh.sys.umask(Number.parseInt(mode, 8) & 0o777);
    return 0;
  }
  if (/^\d+$/.test(mode)) return out.error(`${mode}: octal number out of range`);
  const next = applySymbolic(sh.sys.umask(), mode);
  if (next === undefined) return out.error(`\`${mode[0]}': invalid symbolic mode operator`);
  sh.sys.umask(next);
  return 0;
};

function symbolic(mask: number): string {
  return ['u', 'g', 'o']
    .map((who, i) => {
      const bits = (~mask >> (6 - 3 * i)) & 7;
      return `${who}=${bits & 4 ? 'r' : ''}${bits & 2 ? 'w' : ''}${bits & 1 ? 'x' : ''}`;
    })
    .join(',');
}

function applySymbolic(mask: number, text: string): number | undefined {
  let allowed = ~mask & 0o777;
  for (const clause of text.split(',')) {
    const m = /^([ugoa]*)([-+=])([rwx]*)$/.exec(clause);
    if (!m) return undefined;
    const who = m[1] === '' || m[1]?.includes('a') ? 'ugo' : (m[1] as string);
    const bits = [...(m[3] as string)].reduce((b, c) => b | (c === 'r' ? 4 : c === 'w' ? 2 : 1), 0);
    for (const [letter, shift] of [
      ['u', 6],
      ['g', 3],
      ['o', 0],
    ] as const) {
      if (!who.includes(letter)) continue;
      if (m[2] === '+') allowed |= bits << shift;
      else if (m[2] === '-') allowed &= ~(bits << shift);
      else allowed = (allowed & ~(7 << shift)) | (bits << shift);
    }
  }
  return ~allowed & 0o777;
}

/** The builtin `caller`. */
export const caller: Builtin = (sh, args, out) => {
  const n = Number(args[1] ?? 0);
  const c = sh.calls.at(-1 - n);
  if (!c) return 1;
  const outer = sh.calls.at(-2 - n);
  out.print(
    args[1] === undefined
      ? `${c.line} ${outer?.source || sh.arg0}\n`
      : `${c.line} ${outer?.name ?? 'main'} ${outer?.source || sh.arg0}\n`,
  );
  return 0;
};

/** The builtin `suspend`. */
export const suspend: Builtin = async (sh, args, out) => {
  const o = options(args, 'f');
  if (o.bad) return out.usage(o.bad, 'suspend [-f]');
  if (!o.flags.has('f') && sh.login) return out.error('cannot suspend a login shell');
  if (!o.flags.has('f') && !sh.jobControl) return out.error('cannot suspend: no job control');
  sh.sys.kill(sh.sys.pid, SIGNALS.SIGSTOP);
  await sh.sys.cpu(0);
  return 0;
};
