/** Short forms made long, and defaults. @see compose-spec/compose-go transform/ */

import { Failure, failed } from '../../cli/failure.ts';
import { goQuote } from '../../cli/flags/gostrconv.ts';
import { parsePortSpecs } from '../../cli/opts/ports.ts';
import { clean } from './files.ts';
import type { Mapping, ServicePortConfig, Value } from './project.ts';
import { goText, goType, isMapping, type Path, type Rewrite, Rules, rewrite, sortedKeys } from './tree.ts';
import { parseVolume } from './volumes.ts';

const invalid = (v: Value, path: Path, what: string): Failure =>
  new Failure(`${path.join('.')}: invalid type ${goType(v)} for ${what}`);

/** What cannot be read for variables still in it may stay as it is. */
type Lenient = (lenient: boolean) => Rewrite;

const stringOrList: Rewrite = (v) => (typeof v === 'string' ? [v] : v);

const keyValue: Rewrite = (v, path) => {
  if (!Array.isArray(v)) return isMapping(v) ? v : invalid(v, path, 'additional_contexts');
  const out: Mapping = {};
  for (const x of v) {
    const text = goText(x);
    const at = text.indexOf('=');
    if (at < 0) return new Failure(`${path.join('.')}: invalid value ${text}, expected key=value`);
    out[text.slice(0, at)] = text.slice(at + 1);
  }
  return out;
};

const dependsOn: Rewrite = (v, path) => {
  if (Array.isArray(v))
    return Object.fromEntries(v.map((k) => [goText(k), { condition: 'service_started', required: true }]));
  if (!isMapping(v)) return invalid(v, path, 'depend_on');
  for (const k of sortedKeys(v)) {
    const d = v[k] as Value;
    if (!isMapping(d)) return new Failure(`${path.join('.')}.${k}: unsupported value ${goText(v)}`);
    d.condition ??= 'service_started';
    d.required ??= true;
  }
  return v;
};

const envFile: Rewrite = (v, path) => {
  const one = (x: Value): Value => {
    if (typeof x === 'string') return { path: x, required: true };
    if (isMapping(x)) x.required ??= true;
    return isMapping(x) ? x : null;
  };
  if (typeof v === 'string') return [one(v)];
  return Array.isArray(v) ? v.map(one) : invalid(v, path, 'env_file');
};

const fileMount: Rewrite = (v, path) => {
  if (typeof v === 'string') return { source: v };
  return isMapping(v) ? v : new Failure(`${path.join('.')}: unsupported type ${goType(v)}`);
};

const device: Rewrite = (v, path) => {
  if (isMapping(v)) return v;
  if (typeof v !== 'string') return invalid(v, path, 'service volume mount');
  const parts = v.split(':');
  if (parts.length > 3) return new Failure(`confusing device mapping, please use long syntax: ${v}`);
  const [source = '', target = source, permissions = 'rwm'] = parts;
  return { source, target, permissions };
};

const volume: Lenient = (lenient) => (v, path) => {
  if (isMapping(v)) return v;
  if (typeof v !== 'string') return invalid(v, path, 'service volume mount');
  const parsed = parseVolume(v);
  if (failed(parsed)) return lenient ? v : parsed;
  parsed.target = clean(parsed.target);
  return parsed;
};

/** The long forms of `[IP:][HOST:]CONTAINER[/PROTOCOL]`, of which each part may be a range. */
export function portsOf(spec: string): ServicePortConfig[] | Failure {
  const parsed = parsePortSpecs([spec]);
  if ('error' in parsed) return new Failure(parsed.error);
  return sortedKeys(parsed.value.bindings).flatMap((key) => {
    const [target = '', protocol = 'tcp'] = key.split('/');
    return (parsed.value.bindings[key] ?? []).map((b) => ({
      mode: 'ingress',
      ...(b.HostIp && { host_ip: b.HostIp }),
      target: Number(target),
      ...(b.HostPort && { published: b.HostPort }),
      protocol: protocol.toLowerCase(),
    }));
  });
}

const ports: Lenient = (lenient) => (v, path) => {
  if (!Array.isArray(v)) return invalid(v, path, 'port');
  const out: Value[] = [];
  for (const entry of v) {
    if (isMapping(entry)) {
      out.push(entry);
      continue;
    }
    if (typeof entry !== 'string' && typeof entry !== 'number') return invalid(entry, path, 'port');
    const long = portsOf(String(entry));
    if (failed(long)) return lenient ? v : long;
    out.push(...(long as unknown as Mapping[]));
  }
  return out;
};

const build: Rewrite = (v, path, again) => {
  if (isMapping(v)) return again(v, path);
  return typeof v === 'string' ? { context: v } : invalid(v, path, 'build');
};

const ssh: Rewrite = (v, path) => {
  if (isMapping(v)) return v;
  if (!Array.isArray(v)) return invalid(v, path, 'ssh');
  const out: Mapping = {};
  for (const x of v) {
    if (typeof x !== 'string') return new Failure(`invalid ssh key type ${goType(x)}`);
    const at = x.indexOf('=');
    if (at < 0 && x !== 'default') return new Failure(`invalid ssh key ${goQuote(x)}`);
    out[at < 0 ? x : x.slice(0, at)] = at < 0 ? null : x.slice(at + 1);
  }
  return out;
};

const ulimit: Rewrite = (v, path) => (isMapping(v) || typeof v === 'number' ? v : invalid(v, path, 'ulimits'));

const namesToMapping: Rewrite = (v) => (Array.isArray(v) ? Object.fromEntries(v.map((k) => [goText(k), null])) : v);

/** `external: {name: x}` of old files. */
const maybeExternal: Rewrite = (v, path) => {
  if (v === null) return null;
  const resource = v as Mapping;
  const external = resource.external;
  if (!isMapping(external)) return resource;
  const named = resource.name;
  const given = external.name;
  const where = path.join('.');
  if (named !== undefined && given !== undefined && named !== given)
    return new Failure(`${where}: name and external.name conflict; only use name`);
  resource.external = true;
  if (given !== undefined) resource.name = given;
  return resource;
};

const include: Rewrite = (v, path) => {
  if (isMapping(v)) return v;
  return typeof v === 'string' ? { path: v } : invalid(v, path, 'external');
};

const gpus: Rewrite = (v, path, again) => (v === 'all' ? [{ count: 'all' }] : again(v, path));

const rules = (lenient: boolean): Rules<Rewrite> =>
  new Rules<Rewrite>({
    'services.*': (v, path, again) => (isMapping(v) ? again(v, path) : v),
    'services.*.build.secrets.*': fileMount,
    'services.*.build.additional_contexts': keyValue,
    'services.*.depends_on': dependsOn,
    'services.*.env_file': envFile,
    'services.*.label_file': stringOrList,
    'services.*.extends': (v, path) =>
      isMapping(v) ? v : typeof v === 'string' ? { service: v } : invalid(v, path, 'extends'),
    'services.*.gpus': gpus,
    'services.*.networks': namesToMapping,
    'services.*.models': namesToMapping,
    'services.*.volumes.*': volume(lenient),
    'services.*.dns': stringOrList,
    'services.*.devices.*': device,
    'services.*.secrets.*': fileMount,
    'services.*.configs.*': fileMount,
    'services.*.ports': ports(lenient),
    'services.*.build': build,
    'services.*.build.ssh': ssh,
    'services.*.develop.watch.*.ignore': stringOrList,
    'services.*.develop.watch.*.include': stringOrList,
    'services.*.ulimits.*': ulimit,
    'services.*.build.ulimits.*': ulimit,
    'volumes.*': maybeExternal,
    'networks.*': maybeExternal,
    'secrets.*': maybeExternal,
    'configs.*': maybeExternal,
    'include.*': include,
  });

const EXACT = rules(false);
const LENIENT = rules(true);

/** A model in which everything has its long form. Changes the model. @param lenient variables still stand in it */
export function canonical(model: Mapping, lenient: boolean): Mapping | Failure {
  return rewrite(model, [], lenient ? LENIENT : EXACT) as Mapping | Failure;
}

const deviceRequest: Rewrite = (v, path) => {
  if (!isMapping(v)) return invalid(v, path, 'device request');
  if (v.count !== undefined && v.device_ids !== undefined)
    return new Failure(`${path.join('.')}: "count" and "device_ids" attributes are exclusive`);
  if (v.count === undefined && v.device_ids === undefined) v.count = 'all';
  return v;
};

const DEFAULTS = new Rules<Rewrite>({
  'services.*.build': (v, path, again) => {
    if (isMapping(v)) v.context ??= '.';
    return again(v, path);
  },
  'services.*.secrets.*': (v) => {
    if (isMapping(v) && v.target === undefined) v.target = `/run/secrets/${goText(v.source)}`;
    return v;
  },
  'services.*.ports.*': (v) => {
    if (isMapping(v)) {
      v.protocol ??= 'tcp';
      v.mode ??= 'ingress';
    }
    return v;
  },
  'services.*.deploy.resources.reservations.devices.*': deviceRequest,
  'services.*.gpus.*': deviceRequest,
  'services.*.volumes.*.bind': (v, path) => {
    if (!isMapping(v)) return invalid(v, path, 'service volume bind');
    v.create_host_path ??= true;
    return v;
  },
});

/** Fills in what was left out. Changes the model. */
export function setDefaults(model: Mapping): Mapping | Failure {
  return rewrite(model, [], DEFAULTS) as Mapping | Failure;
}
