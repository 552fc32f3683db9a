/** POST /build and what belongs to it. @see moby api/server/router/build */
import { collect } from '../../../base/http.ts';
import { Failure } from '../../errdefs.ts';
import { entriesOf } from '../archive/container.ts';
import { errors } from '../errors.ts';
import { bytes, json } from '../reply.ts';
import { flag, flagOr, type Handler, type Route } from '../router.ts';

const build: Handler = async ({ daemon, query, request }) => {
  if (query.get('version') === '2') return errors.noBuildKit;
  const remote = query.get('remote') ?? '';
  if (remote !== '' && remote !== 'client-session') return errors.noRemoteContext(remote);
  const buildArgs = object(query.get('buildargs'));
  const labels = object(query.get('labels'));
  if (!buildArgs || !labels) return errors.invalidJson('unexpected end of JSON input');
  const context = entriesOf(await collect(request.body));
  if (context instanceof Failure) return context;
  const { startBuild } = await daemon.kernel.world.hold(import('../build/build.ts'));
  const stream = startBuild(daemon, context, {
    dockerfile: (query.get('dockerfile') || 'Dockerfile').replace(/^\.?\//, ''),
    tags: query.getAll('t').filter((t) => t !== ''),
    buildArgs,
    labels: labels as Record<string, string>,
    target: query.get('target') ?? '',
    noCache: flag(query, 'nocache'),
    pull: flag(query, 'pull'),
    quiet: flag(query, 'q'),
    remove: flagOr(query, 'rm', true),
    forceRemove: flag(query, 'forcerm'),
    networkMode: query.get('networkmode') ?? '',
  });
  return stream instanceof Failure ? stream : bytes(daemon, 200, 'application/json', stream);
};

/** A JSON object in a query; undefined when it is none. */
function object(value: string | null): Record<string, string | null> | undefined {
  if (!value) return {};
  try {
    const parsed: unknown = JSON.parse(value);
    return typeof parsed === 'object' && !Array.isArray(parsed)
      ? ((parsed ?? {}) as Record<string, string>)
      : undefined;
  } catch {
    return undefined;
  }
}

const prune: Handler = ({ daemon }) => {
  daemon.pruned('builder', 0);
  return json(daemon, 200, { CachesDeleted: null, SpaceReclaimed: 0 });
};

export const buildRoutes: readonly Route[] = [
  { method: 'POST', pattern: '/build', handler: build },
  { method: 'POST', pattern: '/build/prune', handler: prune },
  { method: 'POST', pattern: '/build/cancel', handler: () => errors.noBuildKit },
  { method: 'POST', pattern: '/session', handler: () => errors.noBuildKit },
  { method: 'POST', pattern: '/grpc', handler: () => errors.noBuildKit },
];
