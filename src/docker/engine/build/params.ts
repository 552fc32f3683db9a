/** What a build is asked for by its query. @see moby api/server/router/build/build_routes.go: newImageBuildOptions */
import { jsonFault } from '../../../base/jsonfault.ts';
import type { HostConfig } from '../../api/types.ts';
import { Failure } from '../../errdefs.ts';
import { parsePlatform } from '../../images/platform.ts';
import { ULIMITS } from '../decode/containers.ts';
import { decode } from '../decode/decode.ts';
import { type GoType, list, map, STRING, STRING_MAP, STRINGS, struct } from '../decode/types.ts';
import { errors } from '../errors.ts';
import { flag } from '../router.ts';
import type { BuildOptions } from './build.ts';

const BUILD_ARGS = map(STRING, 'map[string]*string');
const OUTPUTS = list(struct('types.ImageBuildOutput', { Type: STRING, Attrs: STRING_MAP }), '[]types.ImageBuildOutput');

const invalid = (message: string): Failure => new Failure('invalid', message);

/** The options but for what the connection has to do with. The first fault of several is told, in the order of the real thing's. */
export function buildParams(query: URLSearchParams): Omit<BuildOptions, 'gone'> | Failure {
  const refused = fault(query);
  if (refused) return refused;
  const platform = parsePlatform(query.get('platform') ?? '');
  if (platform instanceof Failure) return platform;
  const parsed = (name: string): unknown => JSON.parse(query.get(name) || 'null');
  const forceRemove = flag(query, 'forcerm');
  return {
    dockerfile: (query.get('dockerfile') || 'Dockerfile').replace(/^\.?\//, ''),
    tags: query.getAll('t').filter((t) => t !== ''),
    buildArgs: (parsed('buildargs') ?? {}) as BuildOptions['buildArgs'],
    labels: (parsed('labels') ?? {}) as BuildOptions['labels'],
    target: query.get('target') ?? '',
    noCache: flag(query, 'nocache'),
    pull: flag(query, 'pull'),
    quiet: flag(query, 'q'),
    remove: forceRemove || !query.get('rm') || flag(query, 'rm'),
    forceRemove,
    cacheFrom: (parsed('cachefrom') ?? []) as readonly string[],
    hostConfig: hostConfig(query, parsed('ulimits')),
    platform,
  };
}

function fault(query: URLSearchParams): Failure | undefined {
  if (query.has('securityopt')) return invalid('security options are not supported on linux');
  const shm = query.get('shmsize') ?? '';
  const isolation = query.get('isolation') ?? '';
  const unread = unreadable(query, 'outputs', OUTPUTS, 'invalid outputs specified');
  if (unread) return unread;
  if (shm !== '' && !/^[+-]?\d+$/.test(shm)) return errors.parseInt(shm);
  if (!/^(?:|default|process|hyperv)$/i.test(isolation))
    return invalid(`unsupported isolation: ${JSON.stringify(isolation)}`);
  const version = query.get('version') ?? '';
  return (
    unreadable(query, 'ulimits', ULIMITS, 'error reading ulimit settings') ??
    unreadable(query, 'buildargs', BUILD_ARGS, 'error reading build args') ??
    unreadable(query, 'labels', STRING_MAP, 'error reading labels') ??
    unreadable(query, 'cachefrom', STRINGS, 'error reading cache-from') ??
    (/^[12]?$/.test(version) ? undefined : invalid(`invalid version ${JSON.stringify(version)}`)) ??
    (flag(query, 'squash') ? invalid('squash is only supported with experimental mode') : undefined)
  );
}

/** A JSON value of a query that is none, or of another type. */
function unreadable(query: URLSearchParams, name: string, type: GoType, context: string): Failure | undefined {
  const source = query.get(name) ?? '';
  if (source === '') return undefined;
  const why = jsonFault(source, true) ?? decode(JSON.parse(source), type).fault;
  return why === undefined ? undefined : invalid(`${context}: ${why}`);
}

/** What the containers of steps are given. */
function hostConfig(query: URLSearchParams, ulimits: unknown): Partial<HostConfig> {
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
    ...(ulimits ? ({ Ulimits: ulimits } as Partial<HostConfig>) : {}),
  };
}
