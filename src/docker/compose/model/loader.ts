/** Files as one model: read, filled in, merged, checked, made canonical. @see compose-spec/compose-go loader/loader.go */
import { Failure, failed } from '../../cli/failure.ts';
import { canonical, setDefaults } from './canonical.ts';
import { applyExtends } from './extends.ts';
import { applyInclude } from './include.ts';
import { interpolate } from './interpolate.ts';
import { merge } from './merge.ts';
import { resolvePaths } from './paths.ts';
import type { Mapping, Value } from './project.ts';
import { fault } from './schema/check.ts';
import { FILE } from './schema/file.ts';
import type { Session } from './session.ts';
import { isMapping, matches, type Path } from './tree.ts';
import { enforceUnicity } from './unicity.ts';
import { validate } from './validation.ts';
import { parseYaml } from './yaml.ts';

/** Variables. */
export type Env = Readonly<Record<string, string>>;

/** What is done with files. */
export interface Steps {
  readonly env: Env;
  /** Where relative names of other files lie. */
  readonly dir: string;
  readonly interpolate: boolean;
  readonly extends: boolean;
  readonly include: boolean;
  readonly validate: boolean;
  readonly defaults: boolean;
  readonly resolvePaths: boolean;
}

/** A model, and the places that are to be forgotten in what it goes over. */
interface Loaded {
  readonly model: Mapping;
  readonly resets: readonly Path[];
}

/** Forgets what stands at places. Lists are left alone. */
export function forget(model: Value, places: readonly Path[], path: Path = []): void {
  if (places.length === 0) return;
  if (Array.isArray(model)) for (const [i, x] of model.entries()) forget(x, places, [...path, `[${i}]`]);
  if (!isMapping(model)) return;
  for (const k of Object.keys(model)) {
    const next = [...path, k];
    if (places.some((p) => matches(next, p))) delete model[k];
    else forget(model[k] as Value, places, next);
  }
}

/** One file over a model. @param included files that led here, to find circles */
export function loadFile(
  s: Session,
  file: string,
  steps: Steps,
  under: Mapping,
  included: readonly string[],
): Loaded | Failure {
  const text = s.read(file);
  if (failed(text)) return text;
  const docs = parseYaml(s.yaml, text);
  if (failed(docs)) return docs;
  let model = under;
  const resets: Path[] = [];
  for (const doc of docs) {
    const got = layer(s, file, steps, model, doc.value, doc.resets, included);
    if (failed(got)) return got;
    model = got;
    resets.push(...doc.resets);
  }
  return { model, resets };
}

function layer(
  s: Session,
  file: string,
  steps: Steps,
  under: Mapping,
  raw: Value,
  resets: readonly Path[],
  included: readonly string[],
): Mapping | Failure {
  if (!isMapping(raw)) return new Failure('top-level object must be a mapping');
  const filled = steps.interpolate ? interpolate(raw, (k) => steps.env[k], s.warn) : raw;
  if (failed(filled)) return filled;
  if (steps.extends) {
    const bad = applyExtends(s, file, filled, steps, resets);
    if (bad) return bad;
  }
  forget(under, resets);
  if (steps.include) {
    const bad = applyInclude(s, filled, steps, [...included, file], resets);
    if (bad) return bad;
  }
  const merged = merge(under, filled);
  if (failed(merged)) return merged;
  const once = enforceUnicity(merged as Mapping);
  if (failed(once)) return once;
  if (steps.validate) {
    const bad = fault(once, FILE);
    if (bad !== undefined) return new Failure(`validating ${file}: ${bad}`);
    if ('version' in once) {
      s.warnVersion(file);
      delete once.version;
    }
  }
  const long = canonical(once, !steps.interpolate);
  if (failed(long)) return long;
  for (const service of isMapping(long.services) ? Object.values(long.services) : [])
    if (isMapping(service) && Array.isArray(service.dns))
      service.dns = service.dns.filter((x) => x !== null && x !== '');
  return enforceUnicity(long);
}

/** All files as one. @param dir of the project: relative paths start there */
export function loadModel(
  s: Session,
  files: readonly string[],
  steps: Steps,
  dir: string,
  included: readonly string[] = [],
): Mapping | Failure {
  let model: Mapping = {};
  for (const file of files) {
    const got = loadFile(s, file, steps, model, included);
    if (failed(got)) return got;
    model = got.model;
  }
  if (steps.defaults) {
    const got = setDefaults(model);
    if (failed(got)) return got;
  }
  if (steps.validate) {
    const bad = validate(model);
    if (bad) return bad;
  }
  if (steps.resolvePaths) {
    const got = resolvePaths(model, { dir, home: s.home });
    if (failed(got)) return got;
  }
  resolveEnvironment(model, steps.env);
  return model;
}

/** Names without a value in lists of variables, where the surroundings know them; what configs and secrets take from variables. */
function resolveEnvironment(model: Mapping, env: Env): void {
  const each = (section: string): Mapping[] => {
    const all = model[section];
    return isMapping(all) ? Object.values(all).filter(isMapping) : [];
  };
  for (const service of each('services')) {
    if (!Array.isArray(service.environment)) continue;
    service.environment = service.environment
      .filter((x) => typeof x === 'string')
      .map((x) => (env[x] === undefined ? x : `${x}=${env[x]}`));
  }
  for (const object of [...each('secrets'), ...each('configs')]) {
    const found = typeof object.environment === 'string' ? env[object.environment] : undefined;
    if (found !== undefined) object.content = found;
  }
}
