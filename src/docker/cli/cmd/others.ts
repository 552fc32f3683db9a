/** Commands that are known and not there yet. */
import type { CommandSpec, GroupSpec } from '../spec.ts';

export const OTHER_GROUPS: readonly GroupSpec[] = [];
export const OTHER_COMMANDS: readonly CommandSpec[] = [];
