/** `extends`: a service made of another one, of the same file or another. @see compose-spec/compose-go loader/extends.go */
import { Failure, failed } from '../../cli/failure.ts';
import { goQuote } from '../../cli/flags/gostrconv.ts';
import { dirOf, relative, under } from './files.ts';
import { forget, loadFile, type Steps } from './loader.ts';
import { merge } from './merge.ts';
import { resolvePaths } from './paths.ts';
import type { Mapping, Value } from './project.ts';
import type { Session } from './session.ts';
import { clone, isMapping, type Path, sortedKeys } from './tree.ts';

interface Ref {
  readonly file: string;
  readonly service: string;
}

/** What services of one file are found in. */
interface Place {
  readonly file: string;
  readonly services: Mapping;
  readonly steps: Steps;
  readonly resets: readonly Path[];
}

/** Services of a file get what they extend. Changes the model. */
export function applyExtends(
  s: Session,
  file: string,
  model: Mapping,
  steps: Steps,
  resets: readonly Path[],
): Failure | undefined {
  if (!('services' in model)) return undefined;
  const { services } = model;
  if (!isMapping(services)) return new Failure('services must be a mapping');
  for (const name of sortedKeys(services)) {
    const got = extended(s, name, { file, services, steps, resets }, []);
    if (failed(got)) return got;
    services[name] = got;
  }
  return undefined;
}

function circle(refs: readonly Ref[], next: Ref): Failure {
  const [first, ...rest] = refs as [Ref, ...Ref[]];
  const lines = [...rest, next].map((r) => `  extends ${r.service} in ${r.file}`);
  return new Failure(['Circular reference:', `  ${first.service} in ${first.file}`, ...lines].join('\n'));
}

function extended(s: Session, name: string, place: Place, refs: readonly Ref[]): Value | Failure {
  const service = place.services[name] as Value;
  if (service === null || service === undefined) return null;
  if (!isMapping(service)) return new Failure(`services.${name} must be a mapping`);
  const how = service.extends;
  if (how === undefined) return service;
  const ref = isMapping(how) ? how.service : how;
  if (typeof ref !== 'string') return new Failure(`extends.${name}.service is required`);
  const other = isMapping(how) && typeof how.file === 'string' ? how.file : undefined;
  const from = other === undefined ? place : otherPlace(s, name, ref, other, place);
  if (failed(from)) return from;
  if (other === undefined && !(ref in place.services))
    return new Failure(`cannot extend service ${goQuote(name)} in ${place.file}: service ${goQuote(ref)} not found`);
  const here: Ref = { file: other ?? place.file, service: name };
  if (refs.some((r) => r.file === here.file && r.service === here.service)) return circle(refs, here);
  const base = extended(s, ref, from, [...refs, here]);
  if (failed(base)) return base;
  if (base === null) return service;
  const source = clone(base);
  forget({ services: { [name]: source } }, from.resets);
  const merged = merge(source, service, ['services', 'x']);
  if (failed(merged)) return merged;
  delete (merged as Mapping).extends;
  place.services[name] = merged;
  return merged;
}

/** The services of another file. Paths in it, to further files too, are made to start where those of the first one do. */
function otherPlace(s: Session, name: string, ref: string, file: string, place: Place): Place | Failure {
  const { steps } = place;
  const local = under(steps.dir, file);
  const dir = relative(steps.dir, s.isDir(local) ? local : dirOf(local)) ?? dirOf(local);
  const raw: Steps = {
    ...steps,
    extends: false,
    include: false,
    validate: false,
    defaults: false,
    resolvePaths: false,
  };
  const got = loadFile(s, local, raw, {}, []);
  if (failed(got)) return got;
  const what = `cannot extend service ${goQuote(name)} in `;
  if (!('services' in got.model)) return new Failure(`${what}${local}: no services section`);
  const { services } = got.model;
  if (!isMapping(services)) return new Failure(`${what}${local}: services must be a mapping`);
  if (!(ref in services)) return new Failure(`${what}${place.file}: service ${goQuote(ref)} not found in ${file}`);
  const bad = resolvePaths(got.model, { dir, home: s.home });
  if (failed(bad)) return bad;
  return { file: place.file, services, steps, resets: [...place.resets, ...got.resets] };
}
