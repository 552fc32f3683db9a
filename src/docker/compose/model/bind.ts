/** A canonical model as a project: each value of the kind it has to be. @see compose-spec/compose-go loader/mapstructure.go, types/ */
import { Failure, failed } from '../../cli/failure.ts';
import { goQuote } from '../../cli/flags/gostrconv.ts';
import { durationText } from '../../goduration.ts';
import type { Mapping, Value } from './project.ts';
import { type Field, SHAPES } from './shapes.ts';
import { goText, goType, isMapping, sortedKeys } from './tree.ts';
import { parseBytes, parseDuration } from './units.ts';
import { words } from './words.ts';

type Bound = Value | undefined | Failure;

/** Texts by key, from `key=value` items too. @param bare what a key without a value has */
function pairs(v: Value, bare: Value): Mapping | Failure {
  const out: Mapping = {};
  if (Array.isArray(v))
    for (const x of v) {
      const text = goText(x);
      const at = text.indexOf('=');
      const key = at < 0 ? text : text.slice(0, at);
      if (bare === null && /\s$/.test(key))
        return new Failure(`environment variable ${key} is declared with a trailing space`);
      out[key] = at < 0 ? bare : text.slice(at + 1);
    }
  else if (isMapping(v)) for (const k of sortedKeys(v)) out[k] = v[k] === null ? bare : goText(v[k]);
  else return new Failure(`unexpected value type ${goType(v)} for mapping`);
  return out;
}

/** `host=address` items, sorted by host. @see types/hostList.go */
function hosts(v: Value): Value[] | Failure {
  const out: string[] = [];
  const add = (host: string, ip: string): Failure | undefined => {
    if (host === '' || /[:=]/.test(host)) return new Failure(`bad host name '${host}'`);
    out.push(`${host}=${ip.length > 2 && ip.startsWith('[') && ip.endsWith(']') ? ip.slice(1, -1) : ip}`);
    return undefined;
  };
  const given: (readonly [string, string])[] = [];
  if (isMapping(v))
    for (const [host, x] of Object.entries(v))
      given.push(...(Array.isArray(x) ? x : [x ?? '']).map((ip) => [host, goText(ip)] as const));
  for (const x of Array.isArray(v) ? v : []) {
    const text = goText(x);
    const found = /^([^=]*)=(.*)$/s.exec(text) ?? /^([^:]*):(.*)$/s.exec(text);
    if (!found) return new Failure(`invalid additional host, missing IP: ${text}`);
    for (const ip of (found[2] as string).split(',')) given.push([found[1] as string, ip]);
  }
  for (const [host, ip] of given) {
    const bad = add(host, ip);
    if (bad) return bad;
  }
  return out.sort();
}

const number =
  (type: string, fn: string) =>
  (v: Value): Bound => {
    if (typeof v === 'number') return v;
    if (v === null) return undefined;
    if (typeof v !== 'string')
      return new Failure(`expected type '${type}', got unconvertible type '${goType(v)}', value: '${goText(v)}'`);
    if (v !== '' && Number.isFinite(Number(v))) return Number(v);
    return new Failure(`strconv.${fn}: parsing ${goQuote(v)}: invalid syntax`);
  };

function truth(v: Value): Bound {
  if (typeof v === 'boolean') return v;
  if (v === null) return undefined;
  const word = goText(v).toLowerCase();
  if (['true', 'y', 'yes', 'on'].includes(word)) return true;
  if (['false', 'n', 'no', 'off'].includes(word)) return false;
  return new Failure(`invalid boolean: ${goText(v)}`);
}

const texts = (v: Value): Value[] => (Array.isArray(v) ? v.map(goText) : v === null ? [] : [goText(v)]);
const int = number('int', 'Atoi');

/** A mode as octal digits. */
function mode(v: Value): Bound {
  if (typeof v === 'number') return `0${v.toString(8)}`;
  const text = goText(v);
  if (!/^[-+]?[0-7]+$/.test(text)) return new Failure(`strconv.ParseInt: parsing ${goQuote(text)}: invalid syntax`);
  return `0${Number.parseInt(text, 8).toString(8)}`;
}

function count(v: Value): Bound {
  if (typeof v === 'string' && v.toLowerCase() === 'all') return -1;
  if (typeof v === 'number' || (typeof v === 'string' && /^[-+]?\d+$/.test(v))) return Number(v);
  return new Failure(`invalid value ${goQuote(goText(v))}, the only value allowed is 'all' or a number`);
}

function bytes(v: Value): Bound {
  const parsed = typeof v === 'number' ? v : parseBytes(goText(v));
  return failed(parsed) ? parsed : String(parsed);
}

function duration(v: Value): Bound {
  const parsed = parseDuration(goText(v));
  return failed(parsed) ? parsed : durationText(parsed);
}

function ulimit(v: Value): Bound {
  if (!isMapping(v)) return int(v);
  const [soft, hard] = [int(v.soft ?? 0), int(v.hard ?? 0)];
  if (failed(soft) || failed(hard)) return failed(soft) ? soft : hard;
  return { soft: soft as number, hard: hard as number };
}

/** Options that may be given more than once. */
const multi = (v: Value): Bound =>
  isMapping(v) ? Object.fromEntries(Object.entries(v).map(([k, x]) => [k, texts(x)])) : undefined;

function ssh(v: Value): Bound {
  if (!isMapping(v)) return texts(v);
  return sortedKeys(v).map((k) => (v[k] === null || v[k] === '' ? k : `${k}: ${goText(v[k])}`));
}

const KINDS: Readonly<Record<string, (v: Value) => Bound>> = {
  s: (v) => (v === null ? undefined : goText(v)),
  b: truth,
  i: int,
  f: number('float32', 'ParseFloat'),
  dur: duration,
  bytes,
  mode,
  strs: texts,
  list: texts,
  nums: texts,
  map: (v) => pairs(v ?? {}, ''),
  env: (v) => pairs(v ?? {}, null),
  cmd: (v) => (typeof v === 'string' ? words(v) : v === null ? undefined : texts(v)),
  test: (v) => (typeof v === 'string' ? ['CMD-SHELL', v] : texts(v)),
  hosts,
  ssh,
  count,
  ulimit,
  multi,
};

function bindKind(v: Value, kind: string, where: string): Bound {
  if (kind.startsWith('[]')) return bindList(Array.isArray(v) ? v : [], kind.slice(2), where);
  if (kind.startsWith('{}')) return bindMapping(isMapping(v) ? v : {}, kind.slice(2), where);
  const shape = SHAPES[kind];
  if (shape) return isMapping(v) ? bindShape(v, shape, where) : undefined;
  const got = KINDS[kind]?.(v);
  if (!failed(got)) return got;
  return new Failure(`decoding failed due to the following error(s):\n\n'${where}' ${got.message}`);
}

function bindList(v: readonly Value[], kind: string, where: string): Value[] | Failure {
  const out: Value[] = [];
  for (const [i, x] of v.entries()) {
    const got = bindKind(x, kind, `${where}[${i}]`);
    if (failed(got)) return got;
    if (got !== undefined) out.push(got);
  }
  return out;
}

function bindMapping(v: Mapping, kind: string, where: string): Mapping | Failure {
  const out: Mapping = {};
  for (const k of sortedKeys(v)) {
    const got = v[k] === null ? null : bindKind(v[k] as Value, kind, `${where}[${k}]`);
    if (failed(got)) return got;
    out[k] = got ?? null;
  }
  return out;
}

/** A mapping of a shape; keys that begin with `x-` stay as they are, others are dropped. @param where for errors; '' at the root */
export function bindShape(v: Mapping, shape: readonly Field[], where: string): Mapping | Failure {
  const out: Mapping = {};
  for (const { key, kind } of shape) {
    if (v[key] === undefined) continue;
    const got = bindKind(v[key], kind, where === '' ? key : `${where}.${key}`);
    if (failed(got)) return got;
    if (got !== undefined) out[key] = got;
  }
  for (const k of sortedKeys(v)) if (k.startsWith('x-')) out[k] = v[k] as Value;
  return out;
}
