/** Commands on the whole engine. */
import type { CommandSpec } from '../../spec.ts';
import { inspect } from './inspect.ts';

export const SYSTEM_COMMANDS: readonly CommandSpec[] = [inspect];
