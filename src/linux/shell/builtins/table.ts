/** The builtins of each shell, by name. */
import type { Shell } from '../shell.ts';
import type { Builtin } from './builtin.ts';
import { compgen, complete } from './completing.ts';
import { cd, dirs, popd, pushd, pwd } from './directories.ts';
import {
  breakBuiltin,
  colon,
  continueBuiltin,
  evalBuiltin,
  exit,
  falseBuiltin,
  getopts,
  returnBuiltin,
  shift,
  source,
} from './flow.ts';
import { bg, disown, fg, jobs, kill, wait } from './jobs.ts';
import { alias, builtin, command, enable, hash, help, type, unalias } from './lookup.ts';
import { echo, letBuiltin, mapfile, read } from './output.ts';
import { printf } from './printf.ts';
import { caller, history, times, trap, ulimit, umask } from './process.ts';
import { set, shopt } from './settings.ts';
import { test } from './test.ts';
import { declare, exportBuiltin, local, readonly, unset } from './variables.ts';

/** `exec` is part of the executor; this entry makes it a builtin for `type` and `command`. */
const exec: Builtin = () => 0;

/** Every builtin; made on first use, since builtins and the executor import each other. */
export function builtins(): Readonly<Record<string, Builtin>> {
  table ??= make();
  return table;
}
let table: Readonly<Record<string, Builtin>> | undefined;

const make = (): Readonly<Record<string, Builtin>> => ({
  '.': source, ':': colon, '[': test, alias, bg, bind: colon, break: breakBuiltin, builtin, caller, cd, command, compgen,
  complete, continue: continueBuiltin, declare, dirs, disown, echo, enable, eval: evalBuiltin, exec, exit,
  export: exportBuiltin, false: falseBuiltin, fg, getopts, hash, help, history, jobs, kill, let: letBuiltin, local,
  logout: exit, mapfile, popd, printf, pushd, pwd, read, readarray: mapfile, readonly, return: returnBuiltin, set,
  shift, shopt, source, test, times, trap, true: colon, type, typeset: declare, ulimit, umask, unalias, unset, wait,
}); // biome-ignore format: a table

const BASH_ONLY = new Set([
  'bind', 'builtin', 'caller', 'compgen', 'complete', 'declare', 'dirs', 'disown', 'enable', 'help', 'logout',
  'mapfile', 'popd', 'pushd', 'readarray', 'shopt', 'typeset',
]); // biome-ignore format: names

/** The builtin of a name in this shell, unless it is disabled. */
export function builtinFor(sh: Shell, name: string): Builtin | undefined {
  if (sh.disabled.has(name) || !Object.hasOwn(builtins(), name)) return undefined;
  if (sh.setup.flavour !== 'bash' && BASH_ONLY.has(name)) return undefined;
  if (sh.setup.flavour === 'dash' && (name === 'source' || name === 'let' || name === 'history')) return undefined;
  return builtins()[name];
}

/** Names of the builtins of this shell, sorted. */
export function builtinNames(sh: Shell): string[] {
  return Object.keys(builtins())
    .filter((n) => builtinFor(sh, n))
    .sort();
}
