/**
 * Compose files read, checked, and laid over one another.
 * Limits: errors of YAML itself are in the words of another library.
 * @see docker/cli cli/command/stack/loader/loader.go, cli/compose/loader/{loader,merge}.go
 */
import { text as decoded } from '../../../base/http.ts';
import { readStdin } from '../archive/write.ts';
import type { Ctx } from '../context.ts';
import { Failure, failed } from '../failure.ts';
import { interpolate } from './interpolate.ts';
import { inServiceOrder, object, type Surroundings, service, sorted } from './normal.ts';
import { checked, isMapping, type Mapping, SECTIONS, type Value } from './schema.ts';

/** All files as one, in long forms. */
export interface Config {
  readonly services: Readonly<Record<string, Mapping>>;
  readonly networks: Readonly<Record<string, Mapping>>;
  readonly volumes: Readonly<Record<string, Mapping>>;
  readonly secrets: Readonly<Record<string, Mapping>>;
  readonly configs: Readonly<Record<string, Mapping>>;
  /** `x-` keys of the files. */
  readonly extras: Mapping;
  /** The services as they stood in the files, for what is said of keys that mean nothing here. */
  readonly raw: readonly Mapping[];
}

const ORDER: Readonly<Record<string, readonly string[]>> = {
  networks: ['name', 'driver', 'driver_opts', 'ipam', 'external', 'internal', 'attachable', 'labels'],
  volumes: ['name', 'driver', 'driver_opts', 'external', 'labels'],
  secrets: ['name', 'file', 'external', 'labels', 'driver', 'driver_opts', 'template_driver'],
  configs: ['name', 'file', 'external', 'labels', 'driver', 'driver_opts', 'template_driver'],
};

/** Octal numbers as Go's library reads them. */
const OCTAL = {
  tag: 'tag:yaml.org,2002:int',
  default: true,
  test: /^[-+]?0[0-7]+$/,
  resolve: (s: string): number => Number.parseInt(s, 8),
} as const;

async function parseYaml(ctx: Ctx, source: string): Promise<Value | Failure> {
  const { parseDocument } = await ctx.sys.load(() => import('yaml'));
  const doc = parseDocument(source, { merge: true, customTags: (tags) => [OCTAL, ...tags] });
  const [bad] = doc.errors;
  if (!bad) return doc.toJS() as Value;
  const line = bad.linePos?.[0].line ?? 1;
  return new Failure(`yaml: line ${line}: ${(bad.message.split(' at line')[0] as string).toLowerCase()}`);
}

async function readOne(ctx: Ctx, path: string): Promise<Mapping | Failure> {
  const file = path === '-' ? { text: decoded(await readStdin(ctx)) } : ctx.file(path);
  if ('error' in file) return new Failure(file.error);
  const parsed = await parseYaml(ctx, file.text);
  if (failed(parsed)) return parsed;
  return isMapping(parsed) ? parsed : new Failure('top-level object must be a mapping');
}

/** @param paths files, or `-`, in the order in which later ones go over earlier ones */
export async function loadConfig(ctx: Ctx, paths: readonly string[], variables = true): Promise<Config | Failure> {
  if (paths.length === 0) return new Failure('Specify a Compose file (with --compose-file)');
  const first = paths[0] as string;
  const here = ctx.sys.cwd();
  const dir = first === '-' || !first.includes('/') ? here : first.replace(/\/[^/]*$/, '') || '/';
  const s: Surroundings = {
    dir: dir.startsWith('/') ? dir : `${here}/${dir}`,
    home: ctx.sys.env.HOME ?? '/root',
    look: (name) => ctx.sys.env[name],
    envFile: (path) => {
      const file = ctx.file(path);
      if ('error' in file) return new Failure(file.error);
      return file.text
        .split('\n')
        .map((l) => l.trim())
        .filter((l) => l !== '' && !l.startsWith('#'));
    },
  };
  let all: Config | undefined;
  for (const path of paths) {
    const read = await readOne(ctx, path);
    const one = failed(read) ? read : loadOne(read, s, variables);
    if (failed(one)) return one;
    all = all ? over(all, one) : one;
  }
  return all as Config;
}

function loadOne(file: Mapping, s: Surroundings, variables: boolean): Config | Failure {
  const version = file.version ?? '3.13';
  if (!/^3(?:\.\d+)?$/.test(String(version))) return new Failure(`unsupported Compose file version: ${version}`);
  const filled: Mapping = { ...file };
  for (const section of variables ? SECTIONS : []) {
    const got = isMapping(file[section]) ? interpolate(file[section], s.look, section) : undefined;
    if (failed(got)) return got;
    if (got !== undefined) filled[section] = got;
  }
  const good = checked(filled);
  if (failed(good)) return good;
  const entries = (section: string): [string, Value][] =>
    Object.entries(sorted((good[section] as Mapping | null) ?? {}));
  const services: Record<string, Mapping> = {};
  for (const [name, v] of entries('services')) {
    const made = service(isMapping(v) ? v : {}, s);
    if (failed(made)) return made;
    services[name] = made;
  }
  const objects = (section: string): Record<string, Mapping> =>
    Object.fromEntries(entries(section).map(([k, v]) => [k, object(k, v, s, ORDER[section] as string[])]));
  return {
    services,
    networks: objects('networks'),
    volumes: objects('volumes'),
    secrets: objects('secrets'),
    configs: objects('configs'),
    extras: Object.fromEntries(Object.entries(good).filter(([k]) => k.startsWith('x-'))),
    raw: Object.values((good.services as Mapping | null) ?? {}).filter(isMapping),
  };
}

/** What lists of a service's things are known by. */
const KEYED: Readonly<Record<string, string>> = {
  secrets: 'source',
  configs: 'source',
  volumes: 'target',
  ports: 'published',
};

function over(a: Config, b: Config): Config {
  const section = (
    x: Readonly<Record<string, Mapping>>,
    y: Readonly<Record<string, Mapping>>,
  ): Record<string, Mapping> => {
    const out: Mapping = { ...x };
    for (const [k, v] of Object.entries(y)) out[k] = isMapping(out[k]) ? inServiceOrder(merged(out[k], v)) : v;
    return sorted(out) as Record<string, Mapping>;
  };
  return {
    services: section(a.services, b.services),
    networks: { ...a.networks, ...b.networks },
    volumes: { ...a.volumes, ...b.volumes },
    secrets: { ...a.secrets, ...b.secrets },
    configs: { ...a.configs, ...b.configs },
    extras: { ...a.extras, ...b.extras },
    raw: [...a.raw, ...b.raw],
  };
}

/** The second over the first: mappings by key, commands anew, other lists one after the other. */
function merged(a: Mapping, b: Mapping): Mapping {
  const out: Mapping = { ...a };
  for (const [key, v] of Object.entries(b)) {
    const old = out[key];
    if (isMapping(old) && isMapping(v)) out[key] = key === 'deploy' ? merged(old, v) : sorted(merged(old, v));
    else if (Array.isArray(old) && Array.isArray(v) && key !== 'command' && key !== 'entrypoint')
      out[key] = mergedList(old, v, KEYED[key]);
    else if (v !== null) out[key] = v;
  }
  return out;
}

function mergedList(a: Value[], b: Value[], by: string | undefined): Value[] {
  if (by === undefined) return [...a, ...b];
  const key = (v: Value): string => JSON.stringify(isMapping(v) ? (v[by] ?? 0) : v);
  const out = new Map(a.map((v) => [key(v), v]));
  for (const v of b) out.set(key(v), v);
  return [...out.entries()].sort(([x], [y]) => (x < y ? -1 : x > y ? 1 : 0)).map(([, v]) => v);
}
