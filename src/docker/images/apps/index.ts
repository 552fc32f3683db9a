/** The programs that only images have; the lab registers them for all machines. Each is loaded at its first run. */
import type { Program } from '../../../linux/kernel/machine.ts';

/** For `World.programs`. */
export const imagePrograms: ReadonlyMap<string, () => Promise<Program>> = new Map<string, () => Promise<Program>>([
  ['apache', async () => (await import('./httpd.ts')).httpd],
  ['curl-entrypoint', async () => (await import('./small.ts')).curlEntrypoint],
  ['docker-entrypoint', async () => (await import('./entrypoint.ts')).entrypoint],
  ['docker-init', async () => (await import('./init.ts')).init],
  ['hello-world', async () => (await import('./small.ts')).hello],
  ['http-echo', async () => (await import('./small.ts')).httpEcho],
  ['nginx', async () => (await import('./nginx/nginx.ts')).nginx],
  ['nginx-entrypoint', async () => (await import('./small.ts')).nginxEntrypoint],
  ['pg_isready', async () => (await import('./postgresql/isready.ts')).isReady],
  ['postgres', async () => (await import('./postgres.ts')).postgres],
  ['postgres-entrypoint', async () => (await import('./postgresql/entrypoint.ts')).postgresEntrypoint],
  ['postgresql', async () => (await import('./postgresql/server.ts')).postgresql],
  ['psql', async () => (await import('./postgresql/psql.ts')).psql],
  ['redis-cli', async () => (await import('./redis/cli.ts')).redisCli],
  ['redis-entrypoint', async () => (await import('./entrypoint.ts')).redisEntrypoint],
  ['redis-server', async () => (await import('./redis/server.ts')).redisServer],
  ['webapp', async () => (await import('./webapp.ts')).webapp],
  ['whoami-server', async () => (await import('./whoami.ts')).whoami],
]);
