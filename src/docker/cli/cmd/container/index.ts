/** Commands on containers. */
import type { CommandSpec } from '../../spec.ts';
import { attach } from './attach.ts';
import { commit } from './commit.ts';
import { cp } from './cp.ts';
import { create } from './create.ts';
import { diff } from './diff.ts';
import { exec } from './exec.ts';
import { containerInspect } from './inspect.ts';
import { kill } from './kill.ts';
import { logs } from './logs.ts';
import { pause } from './pause.ts';
import { port } from './port.ts';
import { containerPrune } from './prune.ts';
import { ps } from './ps.ts';
import { rename } from './rename.ts';
import { restart } from './restart.ts';
import { rm } from './rm.ts';
import { run } from './run.ts';
import { start } from './start.ts';
import { stats } from './stats.ts';
import { stop } from './stop.ts';
import { top } from './top.ts';
import { unpause } from './unpause.ts';
import { update } from './update.ts';
import { wait } from './wait.ts';

/** The subcommands of this folder. */
export const CONTAINER_COMMANDS: readonly CommandSpec[] = [
  attach,
  commit,
  containerPrune,
  stats,
  containerInspect,
  cp,
  create,
  diff,
  exec,
  kill,
  logs,
  pause,
  port,
  ps,
  rename,
  restart,
  rm,
  run,
  start,
  stop,
  top,
  unpause,
  update,
  wait,
];
