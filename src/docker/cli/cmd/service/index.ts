/** Commands on services of a swarm. */
import type { CommandSpec } from '../../spec.ts';
import { serviceCreate } from './create.ts';
import { serviceInspect } from './inspect.ts';
import { serviceLogs } from './logs.ts';
import { serviceLs } from './ls.ts';
import { servicePs } from './ps.ts';
import { serviceRm } from './rm.ts';
import { serviceRollback, serviceScale, serviceUpdate } from './update.ts';

/** The subcommands of this folder. */
export const SERVICE_COMMANDS: readonly CommandSpec[] = [
  serviceCreate,
  serviceInspect,
  serviceLogs,
  serviceLs,
  servicePs,
  serviceRm,
  serviceRollback,
  serviceScale,
  serviceUpdate,
];
