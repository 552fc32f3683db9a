/** All commands of `docker buildx` but build. */
import type { CommandSpec } from '../../spec.ts';
import { bake } from './bake.ts';
import { IMAGETOOLS_COMMANDS } from './imagetools.ts';
import { inspect } from './inspect.ts';
import { BUILDER_COMMANDS } from './manage.ts';
import { USAGE_COMMANDS } from './usage.ts';

/** `docker buildx …` */
export const BUILDX_COMMANDS: readonly CommandSpec[] = Object.freeze([
  bake,
  ...BUILDER_COMMANDS,
  inspect,
  ...IMAGETOOLS_COMMANDS,
  ...USAGE_COMMANDS,
]);
