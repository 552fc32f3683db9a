/** Commands on volumes. */
import type { CommandSpec } from '../../spec.ts';

export const VOLUME_COMMANDS: readonly CommandSpec[] = [];
