/** Commands on networks. */
import type { CommandSpec } from '../../spec.ts';

export const NETWORK_COMMANDS: readonly CommandSpec[] = [];
