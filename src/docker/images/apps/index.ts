/** The programs that only images have; the lab registers them for all machines. Each is loaded at its first run. */
import type { Program } from '../../../linux/kernel/machine.ts';

/** For `World.programs`. */
export const imagePrograms: ReadonlyMap<string, () => Promise<Program>> = new Map<string, () => Promise<Program>>([
  ['docker-entrypoint', async () => (await import('./entrypoint.ts')).entrypoint],
  ['nginx', async () => (await import('./nginx/nginx.ts')).nginx],
  ['pg_isready', async () => (await import('./postgresql/isready.ts')).isReady],
  ['postgres', async () => (await import('./postgres.ts')).postgres],
  ['postgres-entrypoint', async () => (await import('./postgresql/entrypoint.ts')).postgresEntrypoint],
  ['postgresql', async () => (await import('./postgresql/server.ts')).postgresql],
  ['psql', async () => (await import('./postgresql/psql.ts')).psql],
  ['redis-cli', async () => (await import('./redis/cli.ts')).redisCli],
  ['redis-server', async () => (await import('./redis/server.ts')).redisServer],
  ['su', async () => (await import('./su.ts')).su],
  ['webapp', async () => (await import('./webapp.ts')).webapp],
]);
