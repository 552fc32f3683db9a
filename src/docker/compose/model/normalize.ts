/** What a model implies: the default network, dependencies by links and shared namespaces, names. @see compose-spec/compose-go loader/normalize.go */
import { parseBool } from '../../cli/flags/gostrconv.ts';
import { clean } from './files.ts';
import type { Mapping, Value } from './project.ts';
import { goText, isMapping, sortedKeys } from './tree.ts';

type Env = Readonly<Record<string, string>>;

const services = (model: Mapping): Mapping[] =>
  isMapping(model.services) ? Object.values(model.services).filter(isMapping) : [];

function networks(model: Mapping): void {
  const known: Mapping = isMapping(model.networks) ? model.networks : {};
  let usesDefault = false;
  for (const s of services(model)) {
    if (s.provider !== undefined || s.network_mode !== undefined) continue;
    if (!isMapping(s.networks) || Object.keys(s.networks).length === 0) s.networks = { default: null };
    if ('default' in s.networks) usesDefault = true;
  }
  if (usesDefault && !('default' in known)) known.default = null;
  if (Object.keys(known).length > 0) model.networks = known;
}

/** Values for names that have none. @param keep whether a name that nobody knows stays */
function resolved(v: Value, env: Env, keep: boolean): Value {
  if (Array.isArray(v))
    return v.flatMap((x) => {
      const text = goText(x);
      if (text.includes('=')) return [text];
      if (env[text] !== undefined) return [`${text}=${env[text]}`];
      return keep ? [text] : [];
    });
  if (!isMapping(v)) return v;
  const out: Mapping = {};
  for (const [k, x] of Object.entries(v)) {
    if (x !== null) out[k] = x;
    else if (env[k] !== undefined) out[k] = env[k];
    else if (keep) out[k] = null;
  }
  return out;
}

function dependencies(s: Mapping): void {
  const found: Mapping = isMapping(s.depends_on) ? s.depends_on : {};
  const add = (name: string, restart: boolean): void => {
    found[name] ??= { condition: 'service_started', restart, required: true };
  };
  for (const link of Array.isArray(s.links) ? s.links.map(goText) : []) {
    const parts = link.split(':');
    add(parts.length === 2 ? (parts[0] as string) : link, true);
  }
  for (const key of ['network_mode', 'ipc', 'pid', 'uts', 'cgroup']) {
    const ref = s[key];
    if (typeof ref === 'string' && ref.startsWith('service:')) add(ref.slice('service:'.length), true);
  }
  for (const from of Array.isArray(s.volumes_from) ? s.volumes_from.map(goText) : [])
    if (!from.startsWith('container:')) add(from.split(':')[0] as string, false);
  if (Object.keys(found).length > 0) s.depends_on = found;
}

/** Whether a value, or its text, says yes. */
export function isTrue(v: Value | undefined): boolean {
  const parsed = parseBool(goText(v));
  return 'value' in parsed && parsed.value;
}

function names(model: Mapping): void {
  for (const section of ['networks', 'volumes', 'configs', 'secrets']) {
    const all = model[section];
    if (!isMapping(all)) continue;
    for (const key of sortedKeys(all)) {
      const resource: Mapping = isMapping(all[key]) ? all[key] : {};
      resource.name ??= isTrue(resource.external) ? key : `${goText(model.name)}_${key}`;
      all[key] = resource;
    }
  }
}

/** Changes the model. */
export function normalize(model: Mapping, env: Env): void {
  networks(model);
  for (const s of services(model)) {
    if (s.pull_policy === 'if_not_present') s.pull_policy = 'missing';
    const build = s.build;
    if (isMapping(build)) {
      build.context ??= '.';
      if (build.dockerfile === undefined && build.dockerfile_inline === undefined) build.dockerfile = 'Dockerfile';
      if (build.args !== undefined) build.args = resolved(build.args, env, false);
    }
    if (s.environment !== undefined) s.environment = resolved(s.environment, env, true);
    dependencies(s);
    for (const v of Array.isArray(s.volumes) ? s.volumes : [])
      if (isMapping(v) && typeof v.target === 'string') v.target = clean(v.target);
  }
  names(model);
}
