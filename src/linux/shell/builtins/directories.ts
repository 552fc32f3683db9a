/** cd, pwd, pushd, popd, dirs. @see bash builtins/cd.def, pushd.def */
import { isErr } from '../../kernel/errno.ts';
import { normalize } from '../completion.ts';
import type { Shell } from '../shell.ts';
import { type Builtin, type Output, options } from './builtin.ts';

function logical(sh: Shell): string {
  return sh.vars.get('PWD') ?? sh.sys.cwd();
}

/** Changes directory and sets PWD and OLDPWD. @returns an error's text */
export function changeDirectory(sh: Shell, to: string, physical: boolean): string | undefined {
  const old = logical(sh);
  const target = normalize(old, to);
  let r = sh.sys.chdir(physical ? to : target);
  if (isErr(r) && !physical) r = sh.sys.chdir(to);
  if (isErr(r)) return r.text;
  sh.vars.set('OLDPWD', old);
  sh.vars.set('PWD', physical ? sh.sys.cwd() : target);
  return undefined;
}

/** The builtin `cd`. */
export const cd: Builtin = (sh, args, out) => {
  const o = options(args, 'LPe@');
  if (o.bad) return out.usage(o.bad, 'cd [-L|[-P [-e]]] [-@] [dir]');
  if (o.rest.length > 1 && sh.setup.flavour === 'bash') return out.error('too many arguments');
  let to = o.rest[0];
  let show = false;
  if (to === undefined) {
    to = sh.vars.get('HOME');
    if (to === undefined) return out.error('HOME not set');
  } else if (to === '-') {
    to = sh.vars.get('OLDPWD');
    if (to === undefined) return out.error('OLDPWD not set');
    show = true;
  }
  if (to === '') return 0;
  const physical = o.flags.has('P') || sh.has('physical');
  const found = viaCdPath(sh, to);
  const failure = changeDirectory(sh, found ?? to, physical);
  if (failure)
    return out.message(
      sh.dialect.cannotChdir(o.rest[0] === '-' ? to : (o.rest[0] ?? to), failure),
      sh.setup.flavour === 'bash' ? 1 : 2,
    );
  if (show || found) out.print(`${logical(sh)}\n`);
  return 0;
};

function viaCdPath(sh: Shell, to: string): string | undefined {
  const path = sh.vars.get('CDPATH');
  if (!path || /^\.{0,2}\/|^\.{1,2}$/.test(to)) return undefined;
  for (const dir of path.split(':')) {
    if (dir === '' || dir === '.') continue;
    const full = `${dir}/${to}`;
    const st = sh.sys.stat(full);
    if (!isErr(st) && st.kind === 'dir') return full;
  }
  return undefined;
}

/** The builtin `pwd`. */
export const pwd: Builtin = (sh, args, out) => {
  const o = options(args, 'LP');
  if (o.bad) return out.usage(o.bad, 'pwd [-LP]');
  out.print(`${o.flags.has('P') ? sh.sys.cwd() : logical(sh)}\n`);
  return 0;
};

function shown(sh: Shell, path: string, long = false): string {
  const home = sh.vars.get('HOME');
  if (long || !home || home === '/') return path;
  return path === home || path.startsWith(`${home}/`) ? `~${path.slice(home.length)}` : path;
}

function printStack(sh: Shell, out: Output): number {
  out.print(`${[logical(sh), ...sh.directories].map((d) => shown(sh, d)).join(' ')}\n`);
  return 0;
}

/** Index in the whole stack (0 is the present directory) of `+n` or `-n`. */
function stackIndex(sh: Shell, spec: string): number | undefined {
  const size = sh.directories.length + 1;
  const n = Number(spec.slice(1));
  const i = spec.startsWith('+') ? n : size - 1 - n;
  return i >= 0 && i < size ? i : undefined;
}

/** The builtin `pushd`. */
export const pushd: Builtin = (sh, args, out) => {
  const list = args.slice(1);
  const quiet = list[0] === '-n';
  if (quiet) list.shift();
  const to = list[0];
  const stack = [logical(sh), ...sh.directories];
  if (to === undefined) {
    if (stack.length < 2) return out.error('no other directory');
    [stack[0], stack[1]] = [stack[1] as string, stack[0] as string];
  } else if (/^[-+]\d+$/.test(to)) {
    const i = stackIndex(sh, to);
    if (i === undefined) return out.error(`${to}: directory stack index out of range`);
    stack.push(...stack.splice(0, i));
  } else if (quiet) {
    stack.splice(1, 0, to);
    sh.directories = stack.slice(1);
    return printStack(sh, out);
  } else stack.unshift(to);
  const failure = changeDirectory(sh, stack[0] as string, false);
  if (failure) return out.error(`${stack[0]}: ${failure}`);
  sh.directories = stack.slice(1);
  return printStack(sh, out);
};

/** The builtin `popd`. */
export const popd: Builtin = (sh, args, out) => {
  const list = args.slice(1).filter((a) => a !== '-n');
  if (sh.directories.length === 0) return out.error('directory stack empty');
  const spec = list[0] ?? '+0';
  const i = /^[-+]\d+$/.test(spec) ? stackIndex(sh, spec) : undefined;
  if (i === undefined)
    return out.error(`${spec}: ${/^[-+]\d+$/.test(spec) ? 'directory stack index out of range' : 'invalid argument'}`);
  if (i === 0) {
    const failure = changeDirectory(sh, sh.directories[0] as string, false);
    if (failure) return out.error(`${sh.directories[0]}: ${failure}`);
    sh.directories = sh.directories.slice(1);
  } else sh.directories = sh.directories.filter((_, k) => k !== i - 1);
  return printStack(sh, out);
};

/** The builtin `dirs`. */
export const dirs: Builtin = (sh, args, out) => {
  const o = options(args, 'clpv');
  if (o.bad) return out.usage(o.bad, 'dirs [-clpv] [+N] [-N]');
  if (o.flags.has('c')) {
    sh.directories = [];
    return 0;
  }
  const stack = [logical(sh), ...sh.directories].map((d) => shown(sh, d, o.flags.has('l')));
  if (o.flags.has('v')) out.print(stack.map((d, i) => `${String(i).padStart(2)}  ${d}\n`).join(''));
  else out.print(`${stack.join(o.flags.has('p') ? '\n' : ' ')}\n`);
  return 0;
};
