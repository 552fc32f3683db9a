/** /_ping, /version, /info, /events, /system/df, /auth, /distribution. */
import { utf8 } from '../../../base/http.ts';
import { Failure } from '../../errdefs.ts';
import { HUB, reachRegistry } from '../../images/registry.ts';
import { parseUnix } from '../../time.ts';
import { compareVersions } from '../apiversion.ts';
import { readJson } from '../body.ts';
import { infoAs, usageAs } from '../compat/answers.ts';
import type { Daemon } from '../daemon.ts';
import { AUTH } from '../decode/networks.ts';
import { errors } from '../errors.ts';
import type { EngineEvent } from '../events.ts';
import { eventJson, eventMatches } from '../eventstream.ts';
import { Filters } from '../filters.ts';
import { diskUsage, info, USAGE_TYPES, version } from '../info.ts';
import { bytes, empty, json, ping } from '../reply.ts';
import type { Handler, Route } from '../router.ts';

const events: Handler = ({ daemon, query, request, version }) => {
  const times: (bigint | undefined)[] = [];
  for (const name of ['since', 'until']) {
    const value = query.get(name);
    const t = value ? parseUnix(value) : undefined;
    if (value && t === undefined) return errors.parseInt(value.split('.')[0] as string);
    times.push(t);
  }
  const [since, until] = times;
  if (until !== undefined && until < (since ?? until))
    return new Failure(
      'invalid',
      `\`since\` time (${query.get('since')}) cannot be after \`until\` time (${query.get('until')})`,
    );
  const filters = Filters.parse(query.get('filters'));
  if (filters instanceof Failure) return filters;
  // images were said to be created since 1.46
  const quiet = compareVersions(version, '1.46') < 0;
  const wanted = (e: EngineEvent): boolean =>
    eventMatches(filters, e) && !(quiet && e.type === 'image' && e.action === 'create');
  return bytes(daemon, 200, 'application/json', stream(daemon, wanted, since, until, request.gone));
};

/** Past events since a time, then those to come until a time or until the client goes. */
async function* stream(
  daemon: Daemon,
  wanted: (e: EngineEvent) => boolean,
  since: bigint | undefined,
  until: bigint | undefined,
  gone: Promise<void> | undefined,
): AsyncGenerator<Uint8Array> {
  const queue: EngineEvent[] = [];
  let wake: () => void = () => undefined;
  let over = false;
  const end = (): void => {
    over = true;
    wake();
  };
  const stop = daemon.events.listen((e) => {
    queue.push(e);
    wake();
  });
  if (since !== undefined || until !== undefined)
    for (const e of daemon.events.past)
      if (e.time >= (since ?? 0n) && (until === undefined || e.time <= until) && wanted(e)) yield utf8(eventJson(e));
  const clock = daemon.kernel.world.clock;
  const timer = until === undefined ? undefined : clock.after(Number(until - daemon.now()), end);
  void gone?.then(end);
  while (!over || queue.length > 0) {
    const e = queue.shift();
    if (e) {
      if ((until === undefined || e.time <= until) && wanted(e)) yield utf8(eventJson(e));
      continue;
    }
    await new Promise<void>((resolve) => {
      wake = resolve;
    });
  }
  clock.cancel(timer);
  stop();
}

/** POST /auth: nobody has an account. */
const auth: Handler = async ({ daemon, request }) => {
  const body = await readJson<{ serveraddress?: string }>(request, AUTH);
  if (body instanceof Failure) return body;
  const given = (body.serveraddress ?? '').replace(/^https?:\/\//, '').replace(/\/.*$/, '');
  const host = given === '' || given === 'index.docker.io' || given === 'docker.io' ? HUB : given;
  return (
    (await reachRegistry(daemon.controller.daemon.sys, host)) ??
    new Failure('unauthorized', `Get "https://${host}/v2/": unauthorized: incorrect username or password`)
  );
};

const distribution: Handler = async ({ daemon, params, query }) => {
  const { inspectDistribution } = await daemon.kernel.world.hold(import('../pull.ts'));
  const found = await inspectDistribution(daemon, params.name as string, query.get('manifest') === '1');
  return found instanceof Failure ? found : json(daemon, 200, found);
};

const search: Handler = async ({ daemon, query }) => {
  const filters = Filters.parse(query.get('filters'), ['is-automated', 'is-official', 'stars']);
  if (filters instanceof Failure) return filters;
  const limit = query.get('limit') || '0';
  if (!/^\+?\d+$/.test(limit)) return new Failure('invalid', 'invalid limit specified');
  const { searchImages } = await daemon.kernel.world.hold(import('../search.ts'));
  const rows = await searchImages(daemon, query.get('term') ?? '', Number(limit), filters);
  return rows instanceof Failure ? rows : json(daemon, 200, rows);
};

const usage: Handler = ({ daemon, query, version }) => {
  const types = query.getAll('type');
  const unknown = types.find((t) => !USAGE_TYPES.includes(t));
  if (unknown !== undefined) return new Failure('invalid', `unknown object type: ${unknown}`);
  return json(daemon, 200, usageAs(diskUsage(daemon, types.length > 0 ? types : undefined), version));
};

export const systemRoutes: readonly Route[] = [
  { method: 'OPTIONS', pattern: '/{any*}', handler: ({ daemon }) => empty(daemon, 200) },
  { method: 'HEAD', pattern: '/_ping', handler: ({ daemon }) => ping(daemon, true) },
  { method: 'GET', pattern: '/_ping', handler: ({ daemon }) => ping(daemon, false) },
  { method: 'GET', pattern: '/version', handler: ({ daemon }) => json(daemon, 200, version(daemon)) },
  { method: 'GET', pattern: '/info', handler: ({ daemon, version: v }) => json(daemon, 200, infoAs(info(daemon), v)) },
  { method: 'GET', pattern: '/events', handler: events },
  { method: 'GET', pattern: '/system/df', handler: usage },
  { method: 'POST', pattern: '/auth', handler: auth },
  { method: 'GET', pattern: '/distribution/{name*}/json', handler: distribution },
  { method: 'GET', pattern: '/images/search', handler: search },
];
