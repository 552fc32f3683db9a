/** The builtins that no start-up file uses: they arrive with the first of them that is called. */
import type { Builtin } from './builtin.ts';
import { compgen, complete } from './completing.ts';
import { cd, dirs, popd, pushd, pwd } from './directories.ts';
import { bg, disown, fg, jobs, kill, wait } from './jobs.ts';
import { builtin, command, enable, hash, help, type } from './lookup.ts';
import { echo, letBuiltin, mapfile, read } from './output.ts';
import { printf } from './printf.ts';
import { caller, history, times, trap, umask } from './process.ts';
import { set, shopt } from './settings.ts';
import type { Later } from './table.ts';
import { ulimit } from './ulimit.ts';

export const rest: Readonly<Record<Later, Builtin>> = {
  bg, builtin, caller, cd, command, compgen, complete, dirs, disown, echo, enable, fg, hash, help, history, jobs, kill,
  let: letBuiltin, mapfile, popd, printf, pushd, pwd, read, readarray: mapfile, set, shopt, times, trap, type, ulimit,
  umask, wait,
}; // biome-ignore format: a table
