/** POST /build and what belongs to it. @see moby api/server/router/build */
import { collect } from '../../../base/http.ts';
import type { HostConfig } from '../../api/types.ts';
import { Failure } from '../../errdefs.ts';
import { parsePlatform } from '../../images/platform.ts';
import { entriesOf } from '../archive/container.ts';
import type { BuildOptions } from '../build/build.ts';
import { errors } from '../errors.ts';
import { bytes, json } from '../reply.ts';
import { flag, flagOr, type Handler, type Route } from '../router.ts';

const build: Handler = async ({ daemon, query, request }) => {
  const sent = await collect(request.body);
  const buildArgs = object(query.get('buildargs'));
  const labels = object(query.get('labels'));
  const cacheFrom = strings(query.get('cachefrom'));
  if (!buildArgs || !labels || !cacheFrom) return errors.invalidJson('unexpected end of JSON input');
  const platform = parsePlatform(query.get('platform') ?? '');
  if (platform instanceof Failure) return platform;
  const options: BuildOptions = {
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
    cacheFrom,
    hostConfig: hostConfig(query),
    platform,
    gone: request.gone,
  };
  const remote = query.get('remote') ?? '';
  if (query.get('version') === '2') {
    const { buildWithKit } = await daemon.kernel.world.hold(import('../build/buildkit/request.ts'));
    const stream = buildWithKit(daemon, sent, remote, options);
    return stream instanceof Failure ? stream : bytes(daemon, 200, 'application/json', stream);
  }
  const { remoteContext } = await daemon.kernel.world.hold(import('../build/remote.ts'));
  const isRemote = remote !== '' && remote !== 'client-session';
  const context = isRemote ? await remoteContext(daemon, remote, options.dockerfile) : entriesOf(sent);
  if (context instanceof Failure) return context;
  const { startBuild } = await daemon.kernel.world.hold(import('../build/build.ts'));
  const stream = startBuild(daemon, context, options);
  return stream instanceof Failure ? stream : bytes(daemon, 200, 'application/json', stream);
};

/** What the containers of steps are given. @see moby api/server/router/build/build_routes.go: newImageBuildOptions */
function hostConfig(query: URLSearchParams): Partial<HostConfig> {
  const number = (name: string): number => Number(query.get(name) ?? 0) || 0;
  return {
    NetworkMode: query.get('networkmode') ?? '',
    ExtraHosts: query.getAll('extrahosts').filter((h) => h !== ''),
    ShmSize: number('shmsize'),
    Memory: number('memory'),
    MemorySwap: number('memswap'),
    CpuShares: number('cpushares'),
    CpuPeriod: number('cpuperiod'),
    CpuQuota: number('cpuquota'),
    CpusetCpus: query.get('cpusetcpus') ?? '',
    CpusetMems: query.get('cpusetmems') ?? '',
    ...ulimits(query.get('ulimits')),
  };
}

function ulimits(text: string | null): Partial<HostConfig> {
  try {
    const list: unknown = JSON.parse(text ?? '');
    return Array.isArray(list) ? ({ Ulimits: list } as Partial<HostConfig>) : {};
  } catch {
    return {};
  }
}

/** A JSON list of strings in a query; undefined when it is none. */
function strings(value: string | null): string[] | undefined {
  if (!value) return [];
  try {
    const parsed: unknown = JSON.parse(value) ?? [];
    return Array.isArray(parsed) && parsed.every((s) => typeof s === 'string') ? parsed : undefined;
  } catch {
    return undefined;
  }
}

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

const prune: Handler = async ({ daemon, query }) => {
  const { pruneCache } = await daemon.kernel.world.hold(import('../build/buildkit/request.ts'));
  const pruned = pruneCache(daemon, query);
  return pruned instanceof Failure ? pruned : json(daemon, 200, pruned);
};

/** BuildKit's builds could be cancelled by their ids; there are none of these. */
const cancel: Handler = ({ daemon, query }) =>
  query.get('id')
    ? bytes(daemon, 200, 'application/json', new Uint8Array(0))
    : new Failure('system', 'build ID not provided');

/**
 * A client's session: BuildKit would ask it for files and credentials. Here nothing is asked, since a context comes in the body and no
 * registry wants credentials; the connection is held until the client goes. @see moby api/server/router/session
 */
const session: Handler = ({ request }) => {
  const { upgrade = '' } = request.headers;
  const { duplex } = request;
  if (upgrade.toLowerCase() !== 'h2c' || !duplex) return errors.noSession;
  void (async () => {
    while ((await duplex.read()) !== null);
    duplex.close();
  })();
  return {
    status: 101,
    headers: { connection: 'Upgrade', upgrade: 'h2c' },
    body: new Uint8Array(0),
    hijacked: true,
  };
};

export const buildRoutes: readonly Route[] = [
  { method: 'POST', pattern: '/build', handler: build },
  { method: 'POST', pattern: '/build/prune', handler: prune },
  { method: 'POST', pattern: '/build/cancel', handler: cancel },
  { method: 'POST', pattern: '/session', handler: session },
  { method: 'POST', pattern: '/grpc', handler: () => errors.noBuildKit },
];
