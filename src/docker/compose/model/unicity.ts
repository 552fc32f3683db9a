/** Lists in which a later item takes the place of one with the same key. @see compose-spec/compose-go override/uncity.go */
import { Failure, failed } from '../../cli/failure.ts';
import type { Mapping, Value } from './project.ts';
import { goText, goType, isMapping, type Path, Rules, sortedKeys } from './tree.ts';
import { parseVolume } from './volumes.ts';

type Indexer = (v: Value, at: string) => string | Failure;

const keyValue: Indexer = (v, at) =>
  typeof v === 'string' ? (v.split('=', 1)[0] as string) : new Failure(`${at}: unexpected type ${goType(v)}`);

const volume: Indexer = (v, at) => {
  if (isMapping(v))
    return typeof v.target === 'string' ? v.target : new Failure(`service volume ${at} is missing a mount target`);
  if (typeof v !== 'string') return '';
  const parsed = parseVolume(v);
  return failed(parsed) ? parsed : parsed.target;
};

const expose: Indexer = (v, at) =>
  typeof v === 'string' || typeof v === 'number'
    ? String(v)
    : new Failure(`${at}: unsupported expose value ${goText(v)}`);

const mount =
  (dir: string): Indexer =>
  (v, at) => {
    if (typeof v === 'string') return `${dir}/${v}`;
    if (!isMapping(v)) return new Failure(`${at}: unsupported expose value ${goText(v)}`);
    return typeof v.target === 'string' ? v.target : `${dir}/${goText(v.source)}`;
  };

const port: Indexer = (v, at) => {
  if (!isMapping(v)) return typeof v === 'string' || typeof v === 'number' ? String(v) : '';
  if (!('target' in v)) return new Failure(`service ports ${at} is missing a target port`);
  return `${v.host_ip ?? '0.0.0.0'}:${goText(v.published)}:${goText(v.target)}/${v.protocol ?? 'tcp'}`;
};

const envFile: Indexer = (v, at) => {
  if (!isMapping(v)) return typeof v === 'string' ? v : '';
  return typeof v.path === 'string' ? v.path : new Failure(`environment path attribute ${at} is missing`);
};

const service = (keys: string, index: Indexer): Record<string, Indexer> =>
  Object.fromEntries(keys.split(' ').map((k) => [`services.*.${k}`, index]));

const RULES = new Rules<Indexer>({
  'networks.*.labels': keyValue,
  'networks.*.ipam.options': keyValue,
  'volumes.*.labels': keyValue,
  ...service('annotations build.args build.additional_contexts build.platform build.tags build.labels', keyValue),
  ...service('cap_add cap_drop deploy.labels dns dns_opt dns_search environment labels links', keyValue),
  ...service('networks.*.aliases networks.*.link_local_ips profiles sysctls tmpfs', keyValue),
  ...service('devices volumes', volume),
  ...service('env_file', envFile),
  ...service('expose', expose),
  ...service('configs', mount('')),
  ...service('secrets', mount('/run/secrets')),
  ...service('ports', port),
});

function once(list: Value[], path: Path, index: Indexer): Value[] | Failure {
  const out: Value[] = [];
  const places = new Map<string, number>();
  for (const [i, x] of list.entries()) {
    const key = index(x, [...path, `[${i}]`].join('.'));
    if (failed(key)) return key;
    const place = places.get(key);
    if (place !== undefined) out[place] = x;
    else places.set(key, out.push(x) - 1);
  }
  return out;
}

/** Drops what is defined again. Mappings change in place. */
export function enforceUnicity<T extends Value>(v: T, path: Path = []): T | Failure {
  if (Array.isArray(v)) {
    const rule = RULES.find(path);
    return rule ? (once(v, path, rule) as T | Failure) : v;
  }
  if (!isMapping(v)) return v;
  for (const k of sortedKeys(v)) {
    const got = enforceUnicity(v[k] as Value, [...path, k]);
    if (failed(got)) return got;
    (v as Mapping)[k] = got;
  }
  return v;
}
