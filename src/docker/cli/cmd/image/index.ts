/** Commands on images. */
import type { CommandSpec } from '../../spec.ts';

export const IMAGE_COMMANDS: readonly CommandSpec[] = [];
