/** The programs that only images have; the lab registers them for all machines. */
import type { Program } from '../../../linux/kernel/machine.ts';
import { entrypoint } from './entrypoint.ts';
import { nginx } from './nginx.ts';
import { postgres } from './postgres.ts';
import { python } from './python.ts';
import { redis } from './redis.ts';

/** For `World.programs`, by their names. */
export const imagePrograms: readonly Program[] = [entrypoint, nginx, postgres, python, redis];
