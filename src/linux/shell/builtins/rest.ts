/** The builtins that no start-up file uses: they arrive with the first of them that is called. */

import { bind } from './bind.ts';
import type { Builtin } from './builtin.ts';
import { compgen, complete, compopt } from './completing.ts';
import { cd, dirs, popd, pushd, pwd } from './directories.ts';
import { fc, history } from './history.ts';
import { bg, disown, fg, jobs, kill, wait } from './jobs.ts';
import { builtin, command, enable, hash, help, type } from './lookup.ts';
import { echo, letBuiltin, mapfile, read } from './output.ts';
import { printf } from './printf.ts';
import { caller, suspend, times, trap, umask } from './process.ts';
import { set, shopt } from './settings.ts';
import type { Later } from './table.ts';
import { ulimit } from './ulimit.ts';

export const rest: Readonly<Record<Later, Builtin>> = {
  bg, bind, builtin, caller, cd, command, compgen, complete, compopt, dirs, disown, echo, enable, fc, fg, hash, help, history, jobs, kill,
  let: letBuiltin, mapfile, popd, printf, pushd, pwd, read, readarray: mapfile, set, shopt, suspend, times, trap, type, ulimit,
  umask, wait,
}; // biome-ignore format: a table
