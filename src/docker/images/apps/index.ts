/** The programs that only images have; the lab registers them for all machines. */
import type { Program } from '../../../linux/kernel/machine.ts';
import { entrypoint } from './entrypoint.ts';
import { nginx } from './nginx.ts';
import { postgres } from './postgres.ts';
import { redis } from './redis.ts';
import { su } from './su.ts';
import { webapp } from './webapp.ts';

/** For `World.programs`, by their names. */
export const imagePrograms: readonly Program[] = [entrypoint, nginx, postgres, redis, su, webapp];
