/** From files to a project. @see compose-spec/compose-go cli/options.go, docker/compose cmd/compose/compose.go: ToProject */
import type { Ctx } from '../../cli/context.ts';
import { Failure, failed } from '../../cli/failure.ts';
import { goQuote, parseBool } from '../../cli/flags/gostrconv.ts';
import { bindShape } from './bind.ts';
import { checkConsistency } from './consistency.ts';
import { readDotenv } from './dotenv.ts';
import { withEnvironments, withLabels } from './envfiles.ts';
import { absolute, baseOf, defaultFiles, dirOf, exists, joined } from './files.ts';
import { interpolate } from './interpolate.ts';
import { loadModel } from './loader.ts';
import { normalize } from './normalize.ts';
import type { LoadOptions, Mapping, Project, Value } from './project.ts';
import { withoutUnnecessaryResources, withProfiles, withSelectedServices, withServicesEnabled } from './select.ts';
import { Session } from './session.ts';
import { type Field, SHAPES } from './shapes.ts';
import { isMapping } from './tree.ts';
import { parseYaml } from './yaml.ts';

type Strings = Record<string, string>;

/** What the options, the environment and the directory come to. */
interface Setting {
  readonly files: readonly string[];
  readonly dir: string;
  readonly env: Strings;
  readonly profiles: readonly string[];
}

/** Letters, digits, `-` and `_` of a name, in lower case. */
function normalizeName(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^a-z0-9_-]/g, '')
    .replace(/^[_-]+/, '');
}

const invalidName = (name: string): Failure =>
  new Failure(
    `invalid project name ${goQuote(name)}: must consist only of lowercase alphanumeric characters, hyphens, and underscores as well as start with a letter or number`,
  );

function workingDir(ctx: Ctx, projectDirectory: string, files: readonly string[]): string {
  if (projectDirectory !== '') return absolute(ctx, projectDirectory);
  const first = files.find((f) => f !== '-');
  return first === undefined ? ctx.sys.cwd() : dirOf(absolute(ctx, first));
}

/** COMPOSE_DISABLE_ENV_FILE */
function dotenvDisabled(env: Strings): boolean | Failure {
  const parsed = parseBool(env.COMPOSE_DISABLE_ENV_FILE ?? 'false');
  return 'error' in parsed ? new Failure(parsed.error) : parsed.value;
}

/** Adds what .env files say to what is known already. */
function withDotenv(s: Session, env: Strings, given: readonly string[], dir: string): Strings | Failure {
  let files = given;
  if (given.length === 0) {
    const off = dotenvDisabled(env);
    if (failed(off)) return off;
    const usual = joined(dir, '.env');
    files = !off && exists(s.ctx, usual) && !s.isDir(usual) ? [usual] : [];
  }
  const read = readDotenv(s.ctx, files, env, s.warn);
  return failed(read) ? read : { ...read, ...env };
}

function settle(s: Session, o: LoadOptions): Setting | Failure {
  const { ctx } = s;
  const given = o.projectDirectory ?? '';
  let files = o.files ?? [];
  let env: Strings = { ...(ctx.sys.env as Strings) };
  env.PWD ??= ctx.sys.cwd();
  const envFiles = o.envFiles?.length ? o.envFiles : (env.COMPOSE_ENV_FILES ?? '').split(',').filter((f) => f !== '');
  const first = withDotenv(s, env, envFiles, workingDir(ctx, given, files));
  if (failed(first)) return first;
  env = first;
  if (files.length === 0 && env.COMPOSE_FILE !== undefined)
    files = env.COMPOSE_FILE.split(env.COMPOSE_PATH_SEPARATOR || ':').map((f) => (f === '-' ? f : absolute(ctx, f)));
  if (files.length === 0) files = defaultFiles(ctx, workingDir(ctx, given, files), s.warn);
  const dir = workingDir(ctx, given, files);
  const second = withDotenv(s, env, envFiles, dir);
  if (failed(second)) return second;
  const profiles = o.profiles?.length ? o.profiles : (second.COMPOSE_PROFILES ?? '').split(',').map((p) => p.trim());
  return { files, dir, env: second, profiles };
}

/** A file that is no mapping cannot have a name. */
function notNamed(value: Value): Failure {
  const text = String(value);
  const short = text.length > 10 ? `${text.slice(0, 7)}...` : text;
  const tag = typeof value === 'string' ? 'str' : typeof value === 'boolean' ? 'bool' : 'int';
  const what = Array.isArray(value) ? '!!seq' : `!!${tag} \`${short}\``;
  return new Failure(`yaml: unmarshal errors:\n  line 1: cannot unmarshal ${what} into cli.named`);
}

/** The last name that the files give the project. */
function nameInFiles(s: Session, files: readonly string[]): string | Failure {
  let name = '';
  for (const f of files) {
    const text = s.read(f);
    const docs = failed(text) ? text : parseYaml(s.yaml, text);
    if (failed(docs)) return docs;
    for (const { value } of docs) {
      if (value !== null && !isMapping(value)) return notNamed(value);
      if (isMapping(value) && value.name) name = String(value.name);
    }
  }
  return name;
}

function projectName(s: Session, o: LoadOptions, set: Setting): string | Failure {
  const imperative = o.projectName || set.env.COMPOSE_PROJECT_NAME || '';
  if (imperative !== '') return normalizeName(imperative) === imperative ? imperative : invalidName(imperative);
  const found = nameInFiles(s, set.files);
  if (failed(found)) return found;
  if (found === '') return normalizeName(baseOf(set.dir));
  if (o.noInterpolate) return normalizeName(found);
  const filled = interpolate({ name: found }, (k) => set.env[k], s.warn);
  if (failed(filled)) return filled;
  return normalizeName(String(filled.name));
}

/** A model, before it is a project. */
export interface Model {
  readonly name: string;
  readonly model: Mapping;
  readonly set: Setting;
}

async function modelOf(s: Session, o: LoadOptions): Promise<Model | Failure> {
  if (o.projectName && normalizeName(o.projectName) !== o.projectName) return invalidName(o.projectName);
  const set = settle(s, o);
  if (failed(set)) return set;
  if (set.files.length === 0) return new Failure('no configuration file provided: not found');
  if (set.files.includes('-')) await s.takeStdin();
  const files = set.files.map((f) => (f === '-' ? f : absolute(s.ctx, f)));
  for (const f of files) {
    const text = s.read(f);
    if (failed(text)) return text;
  }
  const name = projectName(s, o, { ...set, files });
  if (failed(name)) return name;
  set.env.COMPOSE_PROJECT_NAME = name;
  const steps = {
    env: set.env,
    dir: set.dir,
    interpolate: !o.noInterpolate,
    extends: true,
    include: true,
    validate: true,
    defaults: true,
    resolvePaths: !o.noPathResolution,
  };
  const model = loadModel(s, files, steps, set.dir);
  if (failed(model)) return model;
  if (Object.keys(model).length === 0) return new Failure('empty compose file');
  if (name === '') return new Failure('project name must not be empty');
  if (!o.noNormalize) {
    model.name = name;
    normalize(model, set.env);
  }
  return { name, model, set: { ...set, files } };
}

function projectOf(s: Session, o: LoadOptions, { name, model, set }: Model): Project | Failure {
  const bound = bindShape(model, SHAPES.Project as Field[], '');
  if (failed(bound)) return bound;
  const section = (key: string): Record<string, never> => (bound[key] ?? {}) as Record<string, never>;
  for (const [k, service] of Object.entries(section('services') as Record<string, Mapping>)) service.name = k;
  const extensions = Object.fromEntries(Object.entries(bound).filter(([k]) => k.startsWith('x-')));
  const made: Project = {
    name,
    workingDir: set.dir,
    services: section('services'),
    disabledServices: {},
    networks: section('networks'),
    networkOrder: isMapping(model.networks) ? Object.keys(model.networks) : [],
    volumes: section('volumes'),
    secrets: section('secrets'),
    configs: section('configs'),
    models: section('models'),
    extensions: extensions as Mapping,
    composeFiles: set.files,
    environment: set.env,
    profiles: [],
  };
  const on = withProfiles(made, set.profiles);
  const bad = o.noConsistency ? undefined : checkConsistency(on);
  if (bad) return bad;
  const asked = withSelectedServices(withServicesEnabled(on, o.services ?? []), o.services ?? []);
  if (failed(asked)) return asked;
  const only = o.allResources ? asked : withoutUnnecessaryResources(asked);
  const labelled = withLabels(s, only);
  return failed(labelled) || o.noEnvResolution ? labelled : withEnvironments(s, labelled);
}

async function within<T>(ctx: Ctx, read: (s: Session) => Promise<T>): Promise<T> {
  const s = await Session.open(ctx);
  const got = await read(s);
  await s.flush();
  return got;
}

/**
 * Reads the project that the options, the environment and the working directory mean. Warnings go to stderr as it reads.
 * @returns the project, or the failure whose message is what `docker compose` prints
 */
export function loadProject(ctx: Ctx, o: LoadOptions): Promise<Project | Failure> {
  return within(ctx, async (s) => {
    const model = await modelOf(s, o);
    return failed(model) ? model : projectOf(s, o, model);
  });
}

/** The merged model alone, as `config --no-interpolate` and `--variables` look at it. */
export function loadModelOnly(ctx: Ctx, o: LoadOptions): Promise<Model | Failure> {
  return within(ctx, (s) => modelOf(s, o));
}
