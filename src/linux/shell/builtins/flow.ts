/** break, continue, return, exit, eval, source, shift, getopts, `:`, true, false. */
import { isErr } from '../../kernel/errno.ts';
import type { searchPath } from '../execute/command.ts';
import { remaining } from '../jobs.ts';
import { runText, scriptText } from '../script.ts';
import { Unwind } from '../unwind.ts';
import type { Builtin } from './builtin.ts';
import { NAME } from './names.ts';

const loopControl =
  (kind: 'break' | 'continue'): Builtin =>
  (sh, args, out) => {
    const n = args[1] === undefined ? 1 : Number(args[1]);
    if (!Number.isInteger(n)) {
      out.error(`${args[1]}: numeric argument required`, 128);
      throw new Unwind('exit', 128);
    }
    if (sh.loops === 0) {
      if (sh.setup.flavour === 'bash') out.error("only meaningful in a `for', `while', or `until' loop");
      return 0;
    }
    if (n < 1) {
      out.error(`${args[1]}: loop count out of range`);
      throw new Unwind('break', sh.loops);
    }
    throw new Unwind(kind, Math.min(n, sh.loops));
  };

/** The builtin `break`. */
export const breakBuiltin = loopControl('break');
/** The builtin `continue`. */
export const continueBuiltin = loopControl('continue');

/** The builtin `return`. */
export const returnBuiltin: Builtin = (sh, args, out) => {
  const n = args[1] === undefined ? sh.status : Number(args[1]);
  if (!Number.isInteger(n)) {
    out.error(`${args[1]}: numeric argument required`);
    throw new Unwind('return', 2);
  }
  // at their top level the smaller shells end
  if (sh.calls.length === 0 && sh.setup.flavour !== 'bash') throw new Unwind('exit', ((n % 256) + 256) % 256);
  if (sh.calls.length === 0) return out.message("return: can only `return' from a function or sourced script", 2);
  throw new Unwind('return', ((n % 256) + 256) % 256);
};

/** The builtin `exit`. */
export const exit: Builtin = (sh, args, out) => {
  if (args[0] === 'logout' && !sh.login) return out.error("not login shell: use `exit'");
  if (sh.interactive)
    out.raw(sh.setup.flavour !== 'bash' || args[0] === 'logout' ? '' : sh.login ? 'logout\n' : 'exit\n');
  if (args[1] !== undefined && !/^[-+]?\d+$/.test(args[1])) {
    out.error(sh.setup.flavour === 'bash' ? `${args[1]}: numeric argument required` : `Illegal number: ${args[1]}`);
    throw new Unwind('exit', 2);
  }
  if (args.length > 2) {
    out.error('too many arguments');
    throw new Unwind('discard', 2);
  }
  const left = sh.interactive ? remaining(sh) : '';
  if (left) {
    out.raw(left);
    return 1;
  }
  const n = args[1] === undefined ? sh.status : Number(args[1]);
  throw new Unwind('exit', ((n % 256) + 256) % 256);
};

/** The builtin `eval`. */
export const evalBuiltin: Builtin = async (sh, args) => {
  const text = args.slice(args[1] === '--' ? 2 : 1).join(' ');
  if (text.trim() === '') return 0;
  return runText(sh, text, 'eval', sh.line);
};

/** The builtin `source`. */
export const source: Builtin = async (sh, args, out) => {
  const list = args[1] === '--' ? args.slice(2) : args.slice(1);
  const name = list[0];
  if (name === undefined) {
    out.error('filename argument required');
    out.raw(`${args[0]}: usage: ${args[0]} [-p path] filename [arguments]\n`);
    return 2;
  }
  let path = name;
  if (!name.includes('/')) {
    const found = findSource(sh.sys, name, sh.vars.get('PATH') ?? '');
    if (found) path = found;
  }
  const text = await scriptText(sh, path);
  if (typeof text !== 'string') {
    if (sh.setup.flavour === 'bash') return out.message(`${name}: ${text.error}`);
    return out.fatal(
      sh.setup.flavour === 'dash' ? `cannot open ${name}: No such file` : `can't open '${name}': ${text.error}`,
    );
  }
  const { params, loops } = sh;
  if (list.length > 1) sh.params = list.slice(1);
  sh.calls.push({ name: 'source', source: path, line: sh.line });
  try {
    return await runText(sh, text, 'source');
  } catch (e) {
    if (e instanceof Unwind && e.kind === 'return') return e.value;
    throw e;
  } finally {
    sh.calls.pop();
    if (list.length > 1) sh.params = params;
    sh.loops = loops;
  }
};

function findSource(sys: Parameters<typeof searchPath>[0], name: string, path: string): string | undefined {
  for (const dir of path.split(':')) {
    const full = `${dir}/${name}`;
    const st = sys.stat(full);
    if (!isErr(st) && st.kind !== 'dir') return full;
  }
  return undefined;
}

/** The builtin `shift`. */
export const shift: Builtin = (sh, args, out) => {
  const n = args[1] === undefined ? 1 : Number(args[1]);
  if (!Number.isInteger(n)) return out.error(`${args[1]}: numeric argument required`);
  if (n < 0) return out.error(`${args[1]}: shift count out of range`);
  if (n > sh.params.length) return sh.setup.flavour === 'dash' ? out.fatal("can't shift that many") : 1;
  sh.params = sh.params.slice(n);
  return 0;
};

/** The builtin `getopts`. */
export const getopts: Builtin = (sh, args, out) => {
  const [, spec, name] = args;
  if (spec === undefined || name === undefined) {
    out.raw('getopts: usage: getopts optstring name [arg ...]\n');
    return 2;
  }
  if (!NAME.test(name)) return out.error(`\`${name}': not a valid identifier`);
  const list = args.length > 3 ? args.slice(3) : sh.params;
  const silent = spec.startsWith(':');
  const quiet = silent || sh.vars.get('OPTERR') === '0';
  let index = Number(sh.vars.get('OPTIND') ?? '1') || 1;
  const finish = (letter: string, arg: string | undefined, status = 0): number => {
    const at = sh.getoptsAt;
    sh.vars.set('OPTIND', String(index));
    sh.getoptsAt = at;
    sh.vars.set(name, letter);
    if (arg === undefined) sh.vars.unset('OPTARG');
    else sh.vars.set('OPTARG', arg);
    return status;
  };
  const word = list[index - 1];
  if (sh.getoptsAt === 0) {
    if (word === undefined || !word.startsWith('-') || word === '-') return finish('?', undefined, 1);
    if (word === '--') {
      index++;
      return finish('?', undefined, 1);
    }
    sh.getoptsAt = 1;
  }
  const letter = (word as string)[sh.getoptsAt] as string;
  sh.getoptsAt++;
  const atEnd = sh.getoptsAt >= (word as string).length;
  const place = spec.indexOf(letter);
  if (place < 0 || letter === ':') {
    if (atEnd) next();
    if (!quiet) out.raw(`${sh.prefix()}illegal option -- ${letter}\n`);
    return finish('?', silent ? letter : undefined);
  }
  if (spec[place + 1] !== ':') {
    if (atEnd) next();
    return finish(letter, undefined);
  }
  const rest = (word as string).slice(sh.getoptsAt);
  next();
  if (rest !== '') return finish(letter, rest);
  const value = list[index - 1];
  if (value !== undefined) {
    index++;
    return finish(letter, value);
  }
  if (silent) return finish(':', letter);
  if (!quiet) out.raw(`${sh.prefix()}option requires an argument -- ${letter}\n`);
  return finish('?', undefined);

  function next(): void {
    index++;
    sh.getoptsAt = 0;
  }
};

/** The builtin `:`. */
export const colon: Builtin = () => 0;
/** The builtin `false`. */
export const falseBuiltin: Builtin = () => 1;
