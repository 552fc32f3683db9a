/**
 * Short forms of a compose file in their long form: one shape for what is deployed and for what `stack config` prints.
 * @see docker/cli cli/compose/loader/{loader,volume}.go, cli/compose/types/types.go
 */

import { durationText } from '../../goduration.ts';
import { parsePublish } from '../cmd/service/ports.ts';
import { Failure } from '../failure.ts';
import { parseDuration } from '../flags/gostrconv.ts';
import { ramInBytes } from '../flags/values.ts';
import { normalize } from '../opts/volumes.ts';
import { isMapping, type Mapping, type Value } from './schema.ts';
import { shellWords } from './words.ts';

/** Where a file's words are looked up. */
export interface Surroundings {
  /** Directory that relative paths start from. */
  readonly dir: string;
  readonly home: string;
  /** A variable of the environment. */
  look(name: string): string | undefined;
  /** `NAME=VALUE` lines of a file, or what is wrong with it. */
  envFile(path: string): readonly string[] | Failure;
}

/** Keys of a service in the order in which they are printed. */
const KEYS =
  'build cap_add cap_drop cgroupns_mode cgroup_parent command configs container_name credential_spec depends_on deploy devices dns dns_search domainname entrypoint environment env_file expose external_links extra_hosts hostname healthcheck image init ipc isolation labels links logging mac_address network_mode networks pid ports privileged read_only restart secrets security_opt shm_size stdin_open stop_grace_period stop_signal sysctls tmpfs tty ulimits user userns_mode volumes working_dir'.split(
    ' ',
  );

const listOf = (v: Value | undefined): Value[] => (Array.isArray(v) ? v : v === undefined || v === null ? [] : [v]);
const text = (v: Value): string => (typeof v === 'string' ? v : String(v));

/** `[A=1, B]` or `{A: 1, B: null}`. @param bare what a name without a value means */
export function pairs(v: Value | undefined, bare: Value = ''): Mapping {
  const out: Mapping = {};
  if (isMapping(v)) for (const [k, x] of Object.entries(v)) out[k] = x === null ? bare : text(x);
  else
    for (const item of listOf(v).map(text)) {
      const at = item.indexOf('=');
      out[at < 0 ? item : item.slice(0, at)] = at < 0 ? bare : item.slice(at + 1);
    }
  return sorted(out);
}

/** With its keys in order. */
export const sorted = (m: Mapping): Mapping =>
  Object.fromEntries(Object.entries(m).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));

/** An absolute path; `~` is the home directory. */
const pathIn = (s: Surroundings, path: string): string =>
  normalize(path.startsWith('~') ? s.home + path.slice(1) : path.startsWith('/') ? path : `${s.dir}/${path}`);

function environment(service: Mapping, s: Surroundings): Mapping | Failure {
  const out: Mapping = {};
  for (const file of listOf(service.env_file).map(text)) {
    const lines = s.envFile(pathIn(s, file));
    if (lines instanceof Failure) return lines;
    Object.assign(out, pairs([...lines], null));
  }
  Object.assign(out, pairs(service.environment, null));
  for (const [name, value] of Object.entries(out)) if (value === null) out[name] = s.look(name) ?? null;
  return sorted(out);
}

function port(v: Value): Mapping[] {
  if (isMapping(v))
    return [
      {
        mode: v.mode ?? 'ingress',
        target: v.target ?? 0,
        ...(v.published ? { published: v.published } : {}),
        protocol: v.protocol ?? 'tcp',
      },
    ];
  const parsed = parsePublish(text(v));
  return ('ports' in parsed ? parsed.ports : []).map((p) => ({
    mode: p.PublishMode,
    target: p.TargetPort,
    ...(p.PublishedPort ? { published: p.PublishedPort } : {}),
    protocol: p.Protocol,
  }));
}

/** `[SOURCE:]TARGET[:MODE]`. @see docker/cli internal/volumespec */
function volume(v: Value, s: Surroundings): Mapping {
  if (isMapping(v)) return v.type === 'bind' && v.source ? { ...v, source: pathIn(s, text(v.source)) } : v;
  const parts = text(v).split(':');
  if (parts.length === 1) return { type: 'volume', target: parts[0] as string };
  const [source = '', target = '', mode = ''] = parts;
  const words = mode.split(',');
  const bind = /^[./~]/.test(source);
  const propagation = words.find((w) => /^r?(?:private|shared|slave)$/.test(w));
  return {
    type: bind ? 'bind' : 'volume',
    source: bind ? pathIn(s, source) : source,
    target,
    ...(words.includes('ro') ? { read_only: true } : {}),
    ...(propagation ? { bind: { propagation } } : {}),
    ...(words.includes('nocopy') ? { volume: { nocopy: true } } : {}),
  };
}

const payload = (v: Value): Value => (isMapping(v) ? v : { source: text(v) });

/** `HOST:ADDRESS` or `HOST=ADDRESS`, in order. */
function hosts(v: Value | undefined): Value[] {
  const items = isMapping(v) ? Object.entries(v).map(([k, x]) => `${k}:${text(x as Value)}`) : listOf(v).map(text);
  return items.map((i) => (i.includes('=') ? i.replace('=', ':') : i)).sort();
}

function deploy(v: Mapping): Mapping {
  const bytes = (m: Value | undefined): Mapping | undefined => {
    if (!isMapping(m)) return undefined;
    const size = m.memory === undefined ? undefined : ramInBytes(text(m.memory as Value));
    return {
      ...m,
      ...(m.cpus === undefined ? {} : { cpus: text(m.cpus as Value) }),
      ...(size && 'value' in size ? { memory: String(size.value) } : {}),
    };
  };
  const timed = (key: string): Mapping => (isMapping(v[key]) ? { [key]: withDurations(v[key]) } : {});
  const resources = isMapping(v.resources) ? v.resources : undefined;
  const limits = bytes(resources?.limits);
  const reservations = bytes(resources?.reservations);
  return inOrder(
    {
      ...v,
      ...timed('update_config'),
      ...timed('rollback_config'),
      ...timed('restart_policy'),
      ...(v.labels === undefined ? {} : { labels: pairs(v.labels) }),
      ...(resources ? { resources: { ...(limits ? { limits } : {}), ...(reservations ? { reservations } : {}) } } : {}),
    },
    'mode replicas labels update_config rollback_config resources restart_policy placement endpoint_mode'.split(' '),
  );
}

const TIMES = [
  'delay',
  'monitor',
  'window',
  'interval',
  'timeout',
  'start_period',
  'start_interval',
  'stop_grace_period',
];

/** With times as Go writes them. */
function withDurations(v: Mapping): Mapping {
  const out: Mapping = { ...v };
  for (const key of TIMES) {
    const parsed = typeof v[key] === 'string' ? parseDuration(v[key]) : undefined;
    if (parsed && 'value' in parsed) out[key] = durationText(parsed.value);
  }
  return out;
}

/** Its keys in that order, what has no value left out. */
function inOrder(m: Mapping, keys: readonly string[]): Mapping {
  const known = keys.filter((k) => m[k] !== undefined && m[k] !== null);
  return Object.fromEntries(
    [...known, ...Object.keys(m).filter((k) => k.startsWith('x-'))].map((k) => [k, m[k] as Value]),
  );
}

function healthcheck(v: Mapping): Mapping {
  const { test } = v;
  const Test = v.disable === true ? ['NONE'] : typeof test === 'string' ? ['CMD-SHELL', test] : test;
  return inOrder(withDurations({ ...v, ...(Test === undefined ? {} : { test: Test }) }), [
    'test',
    'timeout',
    'interval',
    'retries',
    'start_period',
    'start_interval',
    'disable',
  ]);
}

/** One service. */
export function service(v: Mapping, s: Surroundings): Mapping | Failure {
  const env = environment(v, s);
  if (env instanceof Failure) return env;
  const some = (key: string, make: (value: Value) => Value): Mapping =>
    v[key] === undefined || v[key] === null ? {} : { [key]: make(v[key]) };
  const words = (key: string): Mapping => some(key, (x) => (typeof x === 'string' ? shellWords(x) : x));
  const lists = (key: string): Mapping => some(key, listOf);
  const out: Mapping = {
    ...withDurations(v),
    ...words('command'),
    ...words('entrypoint'),
    ...lists('dns'),
    ...lists('dns_search'),
    ...lists('env_file'),
    ...lists('tmpfs'),
    ...(Object.keys(env).length > 0 ? { environment: env } : {}),
    ...some('extra_hosts', hosts),
    ...some('labels', (x) => pairs(x)),
    ...some('sysctls', (x) => pairs(x)),
    ...some('ports', (x) => listOf(x).flatMap(port)),
    ...some('volumes', (x) => listOf(x).map((each) => volume(each, s))),
    ...some('secrets', (x) => listOf(x).map(payload)),
    ...some('configs', (x) => listOf(x).map(payload)),
    ...some('networks', (x) =>
      Array.isArray(x) ? Object.fromEntries(x.map((n) => [text(n), null])) : sorted(x as Mapping),
    ),
    ...some('deploy', (x) => deploy(x as Mapping)),
    ...some('healthcheck', (x) => healthcheck(x as Mapping)),
  };
  return inServiceOrder(out);
}

/** A service's keys in the order in which they are printed. */
export const inServiceOrder = (v: Mapping): Mapping => inOrder(v, KEYS);

/** An object of the file: a network, a volume, a secret or a config. `external` tells its name, as the file means it. */
export function object(key: string, v: Value, s: Surroundings, order: readonly string[]): Mapping {
  const given = isMapping(v) ? v : {};
  const old = isMapping(given.external) ? given.external.name : undefined;
  const external = isMapping(given.external) ? true : given.external;
  const out: Mapping = {
    ...given,
    ...(external ? { external: true, name: old ?? given.name ?? key } : {}),
    ...(given.file === undefined ? {} : { file: pathIn(s, text(given.file as Value)) }),
    ...(given.labels === undefined ? {} : { labels: pairs(given.labels) }),
    ...(given.driver_opts === undefined ? {} : { driver_opts: pairs(given.driver_opts) }),
  };
  if (out.external === false) delete out.external;
  return inOrder(out, order);
}
