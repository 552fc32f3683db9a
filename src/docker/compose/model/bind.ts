/** A canonical model as a project: each value of the kind it has to be. @see compose-spec/compose-go loader/mapstructure.go, types/ */
import { Failure, failed } from '../../cli/failure.ts';
import type { Mapping, Value } from './project.ts';
import { type Field, SHAPES } from './shapes.ts';
import { goText, goType, isMapping, sortedKeys } from './tree.ts';
import { durationText, parseBytes, parseDuration } from './units.ts';
import { words } from './words.ts';

type Bound = Value | undefined | Failure;

/** strings by key, from `key=value` items too. @param bare what a key without a value has */
function pairs(v: Value, bare: Value): Mapping {
  const out: Mapping = {};
  if (Array.isArray(v))
    for (const x of v) {
      const text = goText(x);
      const at = text.indexOf('=');
      out[at < 0 ? text : text.slice(0, at)] = at < 0 ? bare : text.slice(at + 1);
    }
  else if (isMapping(v)) for (const k of sortedKeys(v)) out[k] = v[k] === null ? bare : goText(v[k]);
  return out;
}

/** `host=address` items, sorted by host. @see types/hostList.go */
function hosts(v: Value): Value[] | Failure {
  const all: [string, string[]][] = [];
  const add = (host: string, ips: string[]): void => {
    const there = all.find(([h]) => h === host);
    if (there) there[1].push(...ips);
    else all.push([host, ips]);
  };
  if (isMapping(v)) {
    for (const [host, x] of Object.entries(v)) add(host, (Array.isArray(x) ? x : [x]).map(goText));
  } else
    for (const x of Array.isArray(v) ? v : []) {
      const text = goText(x);
      const found = /^([^=]+)=(.*)$/.exec(text) ?? /^([^:]+):(.*)$/.exec(text);
      if (!found) return new Failure(`invalid additional host, missing IP: ${text}`);
      add(found[1] as string, [found[2] as string]);
    }
  const bare = (ip: string): string => (ip.startsWith('[') && ip.endsWith(']') ? ip.slice(1, -1) : ip);
  return all.flatMap(([h, ips]) => ips.map((ip) => `${h}=${bare(ip)}`)).sort();
}

function number(v: Value, where: string, type: string): Bound {
  if (typeof v === 'number') return v;
  if (typeof v === 'string' && v !== '' && Number.isFinite(Number(v))) return Number(v);
  if (v === null) return undefined;
  return new Failure(
    `'${where}' expected type '${type}', got unconvertible type '${goType(v)}', value: '${goText(v)}'`,
  );
}

function truth(v: Value, where: string): Bound {
  if (typeof v === 'boolean') return v;
  if (v === 'true' || v === 'false') return v === 'true';
  return v === null ? undefined : new Failure(`'${where}' expected type 'bool', got unconvertible type '${goType(v)}'`);
}

const texts = (v: Value): Value[] => (Array.isArray(v) ? v.map(goText) : v === null ? [] : [goText(v)]);

/** Octal digits of a mode. */
const octal = (v: Value): string => (typeof v === 'number' ? `0${v.toString(8)}` : `0${goText(v).replace(/^0o?/, '')}`);

const KINDS: Readonly<Record<string, (v: Value, where: string) => Bound>> = {
  s: (v) => (v === null ? undefined : goText(v)),
  b: truth,
  i: (v, where) => number(v, where, 'int'),
  f: (v, where) => number(v, where, 'float32'),
  dur: (v) => {
    const parsed = parseDuration(goText(v));
    return failed(parsed) ? parsed : durationText(parsed);
  },
  bytes: (v) => {
    const parsed = typeof v === 'number' ? v : parseBytes(goText(v));
    return failed(parsed) ? parsed : String(parsed);
  },
  mode: octal,
  strs: texts,
  list: texts,
  nums: texts,
  map: (v) => pairs(v, ''),
  env: (v) => pairs(v, null),
  cmd: (v) => (typeof v === 'string' ? words(v) : v === null ? undefined : texts(v)),
  test: (v) => (typeof v === 'string' ? ['CMD-SHELL', v] : texts(v)),
  hosts,
  ssh: (v) =>
    isMapping(v) ? sortedKeys(v).map((k) => (v[k] === null || v[k] === '' ? k : `${k}=${goText(v[k])}`)) : texts(v),
  count: (v) => (v === 'all' ? -1 : number(v, 'count', 'int')),
  ulimit: (v, where) => (isMapping(v) ? { soft: v.soft ?? 0, hard: v.hard ?? 0 } : number(v, where, 'int')),
  any: (v) => v,
};

function bindKind(v: Value, kind: string, where: string): Bound {
  if (kind.startsWith('[]')) {
    const out: Value[] = [];
    for (const x of Array.isArray(v) ? v : []) {
      const got = bindKind(x, kind.slice(2), where);
      if (failed(got)) return got;
      if (got !== undefined) out.push(got);
    }
    return out;
  }
  if (kind.startsWith('{}')) {
    const out: Mapping = {};
    if (isMapping(v))
      for (const k of sortedKeys(v)) {
        const got = v[k] === null ? null : bindKind(v[k] as Value, kind.slice(2), `${where}[${k}]`);
        if (failed(got)) return got;
        out[k] = got ?? null;
      }
    return out;
  }
  const shape = SHAPES[kind];
  if (!shape) return KINDS[kind]?.(v, where);
  return isMapping(v) ? bindShape(v, shape, where) : undefined;
}

/** A mapping of a shape; keys that begin with `x-` stay as they are, others are dropped. */
export function bindShape(v: Mapping, shape: readonly Field[], where: string): Mapping | Failure {
  const out: Mapping = {};
  for (const { key, kind } of shape) {
    if (v[key] === undefined) continue;
    const got = bindKind(v[key], kind, `${where}.${key}`);
    if (failed(got)) return got;
    if (got !== undefined) out[key] = got;
  }
  for (const k of sortedKeys(v)) if (k.startsWith('x-')) out[k] = v[k] as Value;
  return out;
}
