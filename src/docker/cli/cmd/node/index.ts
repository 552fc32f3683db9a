/** Commands on nodes of a swarm. */
import type { CommandSpec } from '../../spec.ts';
import { nodeInspect } from './inspect.ts';
import { nodeLs } from './ls.ts';
import { nodePs } from './ps.ts';
import { nodeRm } from './rm.ts';
import { nodeDemote, nodePromote, nodeUpdate } from './update.ts';

/** The subcommands of this folder. */
export const NODE_COMMANDS: readonly CommandSpec[] = [
  nodeDemote,
  nodeInspect,
  nodeLs,
  nodePromote,
  nodePs,
  nodeRm,
  nodeUpdate,
];
