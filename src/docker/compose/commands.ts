/** All commands of compose. */
import { config } from './cmd/config.ts';
import { create, scale } from './cmd/create.ts';
import { down } from './cmd/down.ts';
import { attach, exec } from './cmd/exec.ts';
import { commit, cp, exportCommand, port, stats, top } from './cmd/inside.ts';
import { kill, pause, restart, rm, start, stop, unpause } from './cmd/lifecycle.ts';
import { events, images, volumes } from './cmd/lists.ts';
import { logs } from './cmd/logs.ts';
import { ls } from './cmd/ls.ts';
import { OTHERS } from './cmd/others.ts';
import { ps } from './cmd/ps.ts';
import { run } from './cmd/run.ts';
import { build, pull, push } from './cmd/transfer.ts';
import { up } from './cmd/up.ts';
import { version } from './cmd/version.ts';
import { wait } from './cmd/wait.ts';
import type { ComposeCommand } from './spec.ts';

/** In the order of their names. */
export const COMMANDS: readonly ComposeCommand[] = Object.freeze([
  attach,
  build,
  commit,
  config,
  cp,
  create,
  down,
  events,
  exec,
  exportCommand,
  images,
  kill,
  logs,
  ls,
  pause,
  port,
  ps,
  pull,
  push,
  restart,
  rm,
  run,
  scale,
  start,
  stats,
  stop,
  top,
  unpause,
  up,
  version,
  volumes,
  wait,
  ...OTHERS,
]);

/** The command of that name. */
export const findCompose = (name: string): ComposeCommand | undefined =>
  COMMANDS.find((c) => c.name === name || c.aliases?.includes(name));
