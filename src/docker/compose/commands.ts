/** All commands of compose. */
import { create, scale } from './cmd/create.ts';
import { down } from './cmd/down.ts';
import { attach, exec } from './cmd/exec.ts';
import { ps } from './cmd/ps.ts';
import { up } from './cmd/up.ts';
import { version } from './cmd/version.ts';
import type { ComposeCommand } from './spec.ts';

export const COMMANDS: readonly ComposeCommand[] = Object.freeze([attach, create, down, exec, ps, scale, up, version]);

/** The command of that name. */
export const findCompose = (name: string): ComposeCommand | undefined =>
  COMMANDS.find((c) => c.name === name || c.aliases?.includes(name));
