/**
 * What a compose file of version 3 may say: which keys, of which type. Strings where a number or a truth is wanted are read
 * as such, as they come out of variables; `x-` keys are anybody's.
 * Limits: of the schema's versions the newest; a value that may have several types is not looked into where it is a list.
 * @see docker/cli cli/compose/schema/data/config_schema_v3.13.json, cli/compose/schema/schema.go
 */

import { parsePublish } from '../cmd/service/ports.ts';
import { Failure } from '../failure.ts';
import { parseDuration } from '../flags/gostrconv.ts';

/** What YAML and JSON can hold. */
export type Value = string | number | boolean | null | Value[] | Mapping;
export interface Mapping {
  [key: string]: Value;
}

type Scalar = 'string' | 'integer' | 'number' | 'boolean';
/** A shape of values. `any` is not looked into; `format` names what a string must read as. */
type Shape =
  | { readonly is: 'any' }
  | { readonly is: 'scalar'; readonly types: readonly Scalar[]; readonly format?: 'duration' }
  | { readonly is: 'list'; readonly of: Shape }
  | { readonly is: 'mapping'; readonly keys: Readonly<Record<string, Shape>> }
  | { readonly is: 'map'; readonly of: Shape }
  /** The one that fits the value's kind. */
  | { readonly is: 'either'; readonly of: readonly Shape[] };

const ANY: Shape = { is: 'any' };
const scalar = (...types: Scalar[]): Shape => ({ is: 'scalar', types });
const STRING = scalar('string');
const INTEGER = scalar('integer');
const NUMBER = scalar('number');
const BOOLEAN = scalar('boolean');
const DURATION: Shape = { is: 'scalar', types: ['string'], format: 'duration' };
const list = (of: Shape): Shape => ({ is: 'list', of });
const mapping = (keys: Readonly<Record<string, Shape>>): Shape => ({ is: 'mapping', keys });
const map = (of: Shape): Shape => ({ is: 'map', of });
const either = (...of: Shape[]): Shape => ({ is: 'either', of });
const all = (keys: string, shape: Shape): Record<string, Shape> =>
  Object.fromEntries(keys.split(' ').map((k) => [k, shape]));

const STRINGS = list(STRING);
const WORDS = either(STRING, STRINGS);
const PAIRS = either(STRINGS, map(scalar('string', 'number', 'boolean')));
const OPTIONS = map(scalar('string', 'number'));
const EXTERNAL = either(BOOLEAN, mapping({ name: STRING }));
const PAYLOAD = either(STRING, mapping({ ...all('source target uid gid', STRING), mode: NUMBER }));
const UPDATE = mapping({
  parallelism: INTEGER,
  ...all('delay monitor', DURATION),
  ...all('failure_action order', STRING),
  max_failure_ratio: NUMBER,
});
const RESOURCES = { cpus: scalar('string', 'number'), memory: STRING };
const DEPLOY = mapping({
  ...all('mode endpoint_mode', STRING),
  replicas: INTEGER,
  labels: PAIRS,
  update_config: UPDATE,
  rollback_config: UPDATE,
  resources: mapping({
    limits: mapping({ ...RESOURCES, pids: INTEGER }),
    reservations: mapping({ ...RESOURCES, generic_resources: ANY }),
  }),
  restart_policy: mapping({ condition: STRING, delay: DURATION, max_attempts: INTEGER, window: DURATION }),
  placement: mapping({
    constraints: STRINGS,
    preferences: list(mapping({ spread: STRING })),
    max_replicas_per_node: INTEGER,
  }),
});
const VOLUME = mapping({
  ...all('type source target consistency', STRING),
  read_only: BOOLEAN,
  bind: mapping({ propagation: STRING }),
  volume: mapping({ nocopy: BOOLEAN, subpath: STRING }),
  tmpfs: mapping({ size: INTEGER }),
  image: ANY,
  cluster: ANY,
});
const PORT = mapping({ mode: STRING, target: INTEGER, published: INTEGER, protocol: STRING });
const HEALTHCHECK = mapping({
  disable: BOOLEAN,
  test: WORDS,
  retries: NUMBER,
  ...all('interval timeout start_period start_interval', DURATION),
});
const SERVICE = mapping({
  ...all(
    'cgroupns_mode cgroup_parent container_name domainname hostname image ipc isolation mac_address network_mode pid restart stop_signal user userns_mode working_dir',
    STRING,
  ),
  ...all('cap_add cap_drop depends_on devices external_links links security_opt', STRINGS),
  ...all('command entrypoint dns dns_search env_file tmpfs', WORDS),
  ...all('init privileged read_only stdin_open tty', BOOLEAN),
  ...all('environment extra_hosts labels sysctls', PAIRS),
  build: ANY,
  credential_spec: ANY,
  configs: list(PAYLOAD),
  secrets: list(PAYLOAD),
  deploy: DEPLOY,
  expose: list(scalar('string', 'number')),
  healthcheck: HEALTHCHECK,
  logging: mapping({ driver: STRING, options: OPTIONS }),
  networks: either(
    STRINGS,
    map(mapping({ aliases: STRINGS, driver_opts: OPTIONS, ...all('ipv4_address ipv6_address', STRING) })),
  ),
  ports: list(either(scalar('number', 'string'), PORT)),
  shm_size: scalar('number', 'string'),
  stop_grace_period: DURATION,
  ulimits: map(either(INTEGER, mapping({ soft: INTEGER, hard: INTEGER }))),
  volumes: list(either(STRING, VOLUME)),
});
const IPAM = mapping({ driver: STRING, options: OPTIONS, config: list(mapping({ subnet: STRING })) });
/** What networks, volumes, secrets and configs have alike. */
const OBJECT = {
  ...all('name driver', STRING),
  driver_opts: OPTIONS,
  external: EXTERNAL,
  labels: PAIRS,
};
const NETWORK = mapping({ ...OBJECT, ipam: IPAM, ...all('internal attachable', BOOLEAN) });
const VOLUME_OBJECT = mapping({ ...OBJECT, 'x-cluster-spec': ANY });
const FILE_OBJECT = mapping({ ...OBJECT, ...all('file template_driver', STRING) });
/** Sections whose values may hold variables. */
export const SECTIONS = ['services', 'networks', 'volumes', 'secrets', 'configs'] as const;
const FILE = mapping({
  version: STRING,
  services: map(SERVICE),
  networks: map(NETWORK),
  volumes: map(VOLUME_OBJECT),
  secrets: map(FILE_OBJECT),
  configs: map(FILE_OBJECT),
});

export const isMapping = (v: Value | undefined): v is Mapping =>
  typeof v === 'object' && v !== null && !Array.isArray(v);

const typeFits = (v: Value, type: Scalar): boolean =>
  type === 'integer' ? Number.isInteger(v) : type === 'number' ? typeof v === 'number' : typeof v === type;

function fits(v: Value, shape: Shape): boolean {
  switch (shape.is) {
    case 'any':
      return true;
    case 'scalar':
      return shape.types.some((t) => typeFits(v, t));
    case 'list':
      return Array.isArray(v);
    case 'either':
      return shape.of.some((s) => fits(v, s));
    default:
      return isMapping(v);
  }
}

const nameOf = (shape: Shape): string =>
  shape.is === 'scalar'
    ? shape.types.join(', ').replace(/, (\w+)$/, ' or $1')
    : shape.is === 'list'
      ? 'list'
      : shape.is === 'either'
        ? nameOf(shape.of[0] as Shape)
        : 'mapping';

/** Reads words as numbers and truths where those are wanted. */
export function cast(v: Value, shape: Shape = FILE): Value {
  if (typeof v === 'string') return shape.is === 'scalar' ? castScalar(v, shape.types) : v;
  if (Array.isArray(v)) {
    const items =
      shape.is === 'list' ? shape : shape.is === 'either' ? shape.of.find((s) => s.is === 'list') : undefined;
    return items?.is === 'list' ? v.map((x) => cast(x, items.of)) : v;
  }
  if (!isMapping(v)) return v;
  const inner = shape.is === 'either' ? shape.of.find((s) => fits(v, s)) : shape;
  if (inner?.is !== 'mapping' && inner?.is !== 'map') return v;
  const of = (key: string): Shape => (inner.is === 'map' ? inner.of : (inner.keys[key] ?? ANY));
  return Object.fromEntries(Object.entries(v).map(([k, x]) => [k, cast(x, of(k))]));
}

function castScalar(text: string, types: readonly Scalar[]): Value {
  if (types.includes('string')) return text;
  if (types[0] === 'boolean')
    return /^(?:y|yes|true|on)$/i.test(text) ? true : /^(?:n|no|false|off)$/i.test(text) ? false : text;
  return text !== '' && Number.isFinite(Number(text)) ? Number(text) : text;
}

/** What is wrong with a file, in one sentence. */
export function fault(v: Value, shape: Shape = FILE, path = ''): string | undefined {
  const where = path === '' ? '(root)' : path;
  const below = (key: string | number): string => (path === '' ? String(key) : `${path}.${key}`);
  if (v === null && path !== '') return undefined;
  if (!fits(v, shape)) return `${where} must be a ${nameOf(shape)}`;
  if (shape.is === 'either') return fault(v, shape.of.find((s) => fits(v, s)) as Shape, path);
  if (shape.is === 'scalar')
    return shape.format && 'error' in parseDuration(String(v))
      ? `${where} Does not match format 'duration'`
      : undefined;
  if (shape.is === 'list') return first((v as Value[]).map((x, i) => () => itemFault(x, shape.of, below(i), path)));
  if (shape.is === 'any') return undefined;
  return first(
    Object.entries(v as Mapping).map(([key, x]) => () => {
      if (shape.is === 'map') return fault(x, shape.of, below(key));
      const inner = shape.keys[key];
      if (inner) return fault(x, inner, below(key));
      return key.startsWith('x-') ? undefined : `${where} Additional property ${key} is not allowed`;
    }),
  );
}

function itemFault(x: Value, shape: Shape, path: string, list: string): string | undefined {
  const isPort = list.endsWith('.ports') && typeof x !== 'object';
  if (isPort && 'error' in parsePublish(String(x))) return `${path} Does not match format 'ports'`;
  return fault(x, shape, path);
}

function first(faults: readonly (() => string | undefined)[]): string | undefined {
  for (const f of faults) {
    const found = f();
    if (found !== undefined) return found;
  }
  return undefined;
}

/** @returns the file with its words read, or what is wrong with it */
export function checked(file: Mapping): Mapping | Failure {
  for (const section of SECTIONS)
    if (file[section] !== undefined && file[section] !== null && !isMapping(file[section]))
      return new Failure(`${section} must be a mapping`);
  const read = cast(file) as Mapping;
  const bad = fault(read);
  return bad === undefined ? read : new Failure(bad);
}
