/** Commands on networks. */
import type { CommandSpec } from '../../spec.ts';
import { networkConnect } from './connect.ts';
import { networkCreate } from './create.ts';
import { networkDisconnect } from './disconnect.ts';
import { networkInspect } from './inspect.ts';
import { networkLs } from './ls.ts';
import { networkPrune } from './prune.ts';
import { networkRm } from './rm.ts';

/** The subcommands of this folder. */
export const NETWORK_COMMANDS: readonly CommandSpec[] = [
  networkConnect,
  networkCreate,
  networkDisconnect,
  networkInspect,
  networkLs,
  networkPrune,
  networkRm,
];
