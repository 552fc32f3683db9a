/** `include`: other projects' files as part of this one. @see compose-spec/compose-go loader/include.go */
import { Failure, failed } from '../../cli/failure.ts';
import { readDotenv } from './dotenv.ts';
import { dirOf, exists, joined, relative, under } from './files.ts';
import { forget, loadModel, type Steps } from './loader.ts';
import { merge } from './merge.ts';
import type { Mapping, Value } from './project.ts';
import type { Session } from './session.ts';
import { goText, isMapping, type Path, sortedKeys } from './tree.ts';

interface Include {
  readonly path: readonly string[];
  readonly projectDirectory: string;
  readonly envFile: readonly string[];
}

const list = (v: Value | undefined): string[] => (Array.isArray(v) ? v : v ? [v] : []).map(goText);

function includesOf(v: Value | undefined): Include[] | Failure {
  if (v === undefined || v === null) return [];
  if (!Array.isArray(v)) return new Failure(`\`include\` must be a list, got ${goText(v)}`);
  return v.map((x) => {
    const m: Mapping = isMapping(x) ? x : { path: x };
    return { path: list(m.path), projectDirectory: goText(m.project_directory ?? ''), envFile: list(m.env_file) };
  });
}

/** Puts what other files define into a model. Changes it. @param included files that led here @param resets of the model's own file */
export function applyInclude(
  s: Session,
  model: Mapping,
  steps: Steps,
  included: readonly string[],
  resets: readonly Path[],
): Failure | undefined {
  const all = includesOf(model.include);
  if (failed(all)) return all;
  for (const one of all) {
    const bad = include(s, model, one, steps, included, resets);
    if (bad) return bad;
  }
  delete model.include;
  return undefined;
}

function include(
  s: Session,
  model: Mapping,
  one: Include,
  steps: Steps,
  included: readonly string[],
  resets: readonly Path[],
): Failure | undefined {
  const files = one.path.map((p) => under(steps.dir, p));
  const [main = ''] = files;
  const given = one.projectDirectory;
  const home = given === '' ? dirOf(main) : under(steps.dir, given);
  const dir = given.startsWith('/') ? given : (relative(steps.dir, home) ?? home);
  if (included.includes(main))
    return new Failure(
      `include cycle detected:\n${included[0]}\n include ${[...included.slice(1), main].join('\n include ')}`,
    );
  const envFiles = includeEnvFiles(s, one, home, steps);
  if (failed(envFiles)) return envFiles;
  const fromFiles = readDotenv(s.ctx, envFiles, { ...steps.env }, s.warn);
  if (failed(fromFiles)) return fromFiles;
  const inner: Steps = { ...steps, env: { ...fromFiles, ...steps.env }, dir: home, resolvePaths: true };
  const got = loadModel(s, files, inner, dir, included);
  return failed(got) ? got : importAll(got, model, resets);
}

function includeEnvFiles(s: Session, one: Include, home: string, steps: Steps): readonly string[] | Failure {
  if (one.envFile.length === 0) {
    const usual = joined(home, '.env');
    return exists(s.ctx, usual) && !s.isDir(usual) ? [usual] : [];
  }
  const out: string[] = [];
  for (const f of one.envFile) {
    if (f === '/dev/null') continue;
    const path = under(steps.dir, f);
    if (!exists(s.ctx, path)) return new Failure(`stat ${path}: no such file or directory`);
    if (s.isDir(path)) return new Failure(`${path} is not a file`);
    out.push(path);
  }
  return out;
}

/** What both define is merged: the model's own goes over what is included. */
function importAll(from: Mapping, to: Mapping, resets: readonly Path[]): Failure | undefined {
  for (const section of ['services', 'volumes', 'networks', 'secrets', 'configs', 'models']) {
    const source = from[section];
    if (!isMapping(source)) continue;
    const target: Mapping = isMapping(to[section]) ? to[section] : {};
    for (const name of sortedKeys(source)) {
      const theirs = source[name] as Value;
      if (name in target) {
        forget({ [section]: { [name]: theirs } }, resets);
        const merged = merge(theirs, target[name] as Value, [section, name]);
        if (failed(merged)) return merged;
        target[name] = merged;
      } else target[name] = theirs;
    }
    to[section] = target;
  }
  return undefined;
}
