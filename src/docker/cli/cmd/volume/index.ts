/** Commands on volumes. */
import type { CommandSpec } from '../../spec.ts';
import { volumeCreate } from './create.ts';
import { volumeInspect } from './inspect.ts';
import { volumeLs } from './ls.ts';
import { volumePrune } from './prune.ts';
import { volumeRm } from './rm.ts';
import { volumeUpdate } from './update.ts';

/** The subcommands of this folder. */
export const VOLUME_COMMANDS: readonly CommandSpec[] = [
  volumeCreate,
  volumeInspect,
  volumeLs,
  volumePrune,
  volumeRm,
  volumeUpdate,
];
