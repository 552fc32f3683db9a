/** The builtins of each shell, by name. */
import type { Shell } from '../shell.ts';
import { alias, unalias } from './aliases.ts';
import type { Builtin } from './builtin.ts';
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

/** Those in rest.ts. */
const LATER = [
  'bg', 'bind', 'builtin', 'caller', 'cd', 'command', 'compgen', 'complete', 'compopt', 'dirs', 'disown', 'echo', 'enable', 'fc', 'fg', 'hash',
  'help', 'history', 'jobs', 'kill', 'let', 'mapfile', 'popd', 'printf', 'pushd', 'pwd', 'read', 'readarray', 'set',
  'shopt', 'suspend', 'times', 'trap', 'type', 'ulimit', 'umask', 'wait',
] as const; // biome-ignore format: names
export type Later = (typeof LATER)[number];

let rest: Readonly<Record<Later, Builtin>> | undefined;

const later =
  (name: Later): Builtin =>
  async (sh, args, out) => {
    rest ??= (await sh.sys.load(() => import('./rest.ts'))).rest;
    return rest[name](sh, args, out);
  };

const make = (): Readonly<Record<string, Builtin>> => ({
  '.': source, ':': colon, '[': test, alias, break: breakBuiltin, continue: continueBuiltin, declare,
  eval: evalBuiltin, exec, exit, export: exportBuiltin, false: falseBuiltin, getopts, local, logout: exit, readonly,
  return: returnBuiltin, shift, source, test, true: colon, typeset: declare, unalias, unset,
  ...Object.fromEntries(LATER.map((name) => [name, later(name)])),
}); // biome-ignore format: a table

const BASH_ONLY = new Set([
  'bind', 'builtin', 'caller', 'compgen', 'complete', 'compopt', 'declare', 'dirs', 'disown', 'enable', 'fc', 'help', 'logout',
  'mapfile', 'popd', 'pushd', 'readarray', 'shopt', 'suspend', 'typeset',
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
