/** One file over another. @see compose-spec/compose-go override/merge.go */
import { Failure, failed } from '../../cli/failure.ts';
import type { Mapping, Value } from './project.ts';
import { goText, isMapping, type Path, Rules, sortedKeys } from './tree.ts';

type Merger = (under: Value, over: Value, path: Path) => Value | Failure;

/** A mapping as `key=value` items, a text as one item. */
function sequence(v: Value): Value[] {
  if (typeof v === 'string') return [v];
  if (Array.isArray(v)) return v;
  if (!isMapping(v)) return [];
  const out: string[] = [];
  for (const [k, x] of Object.entries(v)) {
    if (x === null) out.push(k);
    else if (Array.isArray(x)) out.push(...x.map((e) => `${k}=${goText(e)}`));
    else out.push(`${k}=${goText(x)}`);
  }
  return out.sort();
}

function asMapping(v: Value, initial: () => Value): Mapping {
  if (Array.isArray(v)) return Object.fromEntries(v.map((k) => [String(k), initial()]));
  return isMapping(v) ? v : {};
}

const appended: Merger = (a, b) => [...sequence(a), ...sequence(b)];
const replaced: Merger = (_a, b) => b;
const started = (): Value => ({ condition: 'service_started', required: true });
const nothing = (): Value => null;

const hosts: Merger = (a, b) => {
  const under = sequence(a);
  return [...under, ...sequence(b).filter((x) => !under.includes(x))];
};

const build: Merger = (a, b, path) => {
  const long = (v: Value): Mapping => (typeof v === 'string' ? { context: v } : isMapping(v) ? v : {});
  return mergeMappings(long(a), long(b), path);
};

/** Options belong to a driver. */
const logging: Merger = (a, b, path) => {
  if (!isMapping(a) || !isMapping(b)) return b;
  const same = a.driver === b.driver || !('driver' in a) || !('driver' in b);
  return same ? mergeMappings(a, b, path) : b;
};

const ipam: Merger = (a, b, path) => {
  const out: Mapping[] = [];
  for (const under of Array.isArray(a) ? a : []) {
    for (const over of Array.isArray(b) ? b : []) {
      const [left, right] = [asMapping(over, nothing), asMapping(under, nothing)];
      if (left.subnet !== right.subnet && !out.some((c) => c.subnet === left.subnet)) {
        out.push(left);
        continue;
      }
      const got = mergeMappings(right, left, path);
      if (failed(got)) return got;
      const at = out.findIndex((c) => c.subnet === got.subnet);
      if (at >= 0) out[at] = got;
      else out.push(got);
    }
  }
  return out;
};

const service = (keys: string, merger: Merger): Record<string, Merger> =>
  Object.fromEntries(keys.split(' ').map((k) => [`services.*.${k}`, merger]));

const SPECIAL = new Rules<Merger>({
  'networks.*.ipam.config': ipam,
  'networks.*.labels': appended,
  'volumes.*.labels': appended,
  ...service('annotations build.args build.additional_contexts build.labels deploy.labels dns dns_opt', appended),
  ...service('dns_search env_file label_file environment labels sysctls tmpfs', appended),
  ...service('build.extra_hosts extra_hosts', hosts),
  ...service('command entrypoint healthcheck.test ulimits.*', replaced),
  ...service('build', build),
  ...service('depends_on', (a, b, p) => mergeMappings(asMapping(a, started), asMapping(b, started), p)),
  ...service('networks models', (a, b, p) => mergeMappings(asMapping(a, nothing), asMapping(b, nothing), p)),
  ...service('logging', logging),
});

/** @param under what the earlier files say; not changed */
export function merge(under: Value, over: Value, path: Path = []): Value | Failure {
  const special = SPECIAL.find(path);
  if (special) return special(under, over, path);
  if (over === null) return under;
  if (isMapping(under))
    return isMapping(over) ? mergeMappings(under, over, path) : new Failure(`cannot override ${path.join('.')}`);
  if (Array.isArray(under))
    return Array.isArray(over) ? [...under, ...over] : new Failure(`cannot override ${path.join('.')}`);
  return over;
}

function mergeMappings(under: Mapping, over: Mapping, path: Path): Mapping | Failure {
  const out: Mapping = { ...under };
  for (const k of sortedKeys(over)) {
    const v = over[k] as Value;
    if (!(k in under) || k.startsWith('x-')) {
      out[k] = v;
      continue;
    }
    const got = merge(under[k] as Value, v, [...path, k]);
    if (failed(got)) return got;
    out[k] = got;
  }
  return out;
}
