/** Commands on the swarm itself. */
import type { CommandSpec } from '../../spec.ts';
import { swarmCa } from './ca.ts';
import { swarmInit } from './init.ts';
import { swarmJoin } from './join.ts';
import { swarmLeave } from './leave.ts';
import { swarmUnlock, swarmUnlockKey } from './lock.ts';
import { swarmJoinToken } from './token.ts';
import { swarmUpdate } from './update.ts';

/** The subcommands of this folder. */
export const SWARM_COMMANDS: readonly CommandSpec[] = [
  swarmCa,
  swarmInit,
  swarmJoin,
  swarmJoinToken,
  swarmLeave,
  swarmUnlock,
  swarmUnlockKey,
  swarmUpdate,
];
