/** Commands on the whole engine. */
import type { CommandSpec } from '../../spec.ts';
import { df } from './df.ts';
import { events } from './events.ts';
import { info } from './info.ts';
import { inspect } from './inspect.ts';
import { systemPrune } from './prune.ts';
import { version } from './version.ts';

/** The subcommands of this folder. */
export const SYSTEM_COMMANDS: readonly CommandSpec[] = [df, events, info, inspect, systemPrune, version];
