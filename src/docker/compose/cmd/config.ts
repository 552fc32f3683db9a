/** `docker compose config`: the project as it stands once everything is read. @see docker/compose cmd/compose/config.go */

import { utf8 } from '../../../base/http.ts';
import { DOCKER_TABLE, tabwrite } from '../../../base/tabwriter.ts';
import { isErr } from '../../../linux/kernel/errno.ts';
import type { Ctx } from '../../cli/context.ts';
import { Failure, failed } from '../../cli/failure.ts';
import { goQuote } from '../../cli/flags/gostrconv.ts';
import type { Options } from '../../cli/flags/options.ts';
import { ANY, flag } from '../../cli/spec.ts';
import { imageOf } from '../create/body.ts';
import { serviceHash } from '../model/hash.ts';
import { loadModelOnly, loadProject } from '../model/load.ts';
import { projectTree } from '../model/marshal.ts';
import { Ordered, type Printable, printJson, printYaml } from '../model/print.ts';
import type { LoadOptions, Mapping, Project } from '../model/project.ts';
import { type Variable, variablesIn } from '../model/template.ts';
import { isMapping, sortedKeys } from '../model/tree.ts';
import { formatFault } from '../spec.ts';
import { pinned } from './digests.ts';

/** What it needs of a compose command's surroundings. */
interface Surroundings {
  readonly ctx: Ctx;
  readonly separator: string;
  /** The flags before the command's name. */
  readonly root: Options;
  loadOptions(services?: readonly string[]): LoadOptions;
}

const FLAGS = Object.freeze([
  flag('environment', 'bool', 'Show the variables that the files are filled in with'),
  flag('format', 'string', 'Way of printing ("yaml", "json")'),
  flag('hash', 'string', 'Show the hashes of services, or of all with "*"'),
  flag('images', 'bool', 'Show the names of the images'),
  flag('lock-image-digests', 'bool', 'Make a file that pins the images'),
  flag('models', 'bool', 'Show the names of the models'),
  flag('networks', 'bool', 'Show the names of the networks'),
  flag('no-consistency', 'bool', 'Do not check whether all things fit together'),
  flag('no-env-resolution', 'bool', 'Leave env files unread'),
  flag('no-interpolate', 'bool', 'Leave variables as they stand'),
  flag('no-normalize', 'bool', 'Leave out what is implied'),
  flag('no-path-resolution', 'bool', 'Leave paths as they stand'),
  flag('output', 'string', 'File to write to', { short: 'o' }),
  flag('profiles', 'bool', 'Show the names of the profiles'),
  flag('quiet', 'bool', 'Check, and print nothing', { short: 'q' }),
  flag('resolve-image-digests', 'bool', 'Put digests in the place of tags'),
  flag('services', 'bool', 'Show the names of the services'),
  flag('variables', 'bool', 'Show the variables that the files name'),
  flag('volumes', 'bool', 'Show the names of the volumes'),
]);

/** `docker compose config`. A test gives it less than a whole Compose. */
export const config = Object.freeze({
  name: 'config',
  aliases: ['convert'],
  use: '[OPTIONS] [SERVICE...]',
  short: 'Check the files and show the project they make',
  args: ANY,
  flags: FLAGS,
  run: (c: Surroundings, o: Options, args: readonly string[]) => run(c, o, args),
});

/** How far the project is to be read. */
function howFar(c: Surroundings, o: Options, services: readonly string[]): LoadOptions {
  return {
    ...c.loadOptions(services),
    noInterpolate: o.bool('no-interpolate'),
    noPathResolution: o.bool('no-path-resolution'),
    noNormalize: o.bool('no-normalize') || c.root.bool('compatibility'),
    noConsistency: o.bool('no-consistency'),
  };
}

const lines = (names: readonly string[]): string => names.map((n) => `${n}\n`).join('');

async function run(c: Surroundings, o: Options, args: readonly string[]): Promise<number | Failure> {
  const got = await listing(c, o, args);
  const text = got ?? (await whole(c, o, args));
  if (failed(text)) return text;
  if (o.bool('quiet')) return 0;
  const file = got === undefined ? o.string('output') : '';
  if (file === '' || text === '') {
    await c.ctx.out(text);
    return 0;
  }
  const made = c.ctx.sys.writeFile(file, utf8(text), 0o666);
  return isErr(made) ? new Failure(`open ${file}: ${made.text.toLowerCase()}`) : 0;
}

/** Lists of one kind of thing. @returns undefined when none was asked for */
async function listing(c: Surroundings, o: Options, args: readonly string[]): Promise<string | Failure | undefined> {
  const is = (name: string): boolean => o.bool(name);
  const project = (services: readonly string[], env = false): Promise<Project | Failure> =>
    loadProject(c.ctx, { ...howFar(c, o, services), noEnvResolution: !env });
  const names = async (
    services: readonly string[],
    of: (p: Project) => readonly string[],
  ): Promise<string | Failure> => {
    const p = await project(services);
    return failed(p) ? p : lines(of(p));
  };
  if (is('services')) return o.bool('no-interpolate') ? modelServices(c, o) : names([], inOrder);
  if (is('volumes')) return names([], (p) => sortedKeys(p.volumes));
  if (is('networks')) return names([], (p) => sortedKeys(p.networks));
  if (is('models')) return names([], (p) => sortedKeys(p.models));
  if (o.string('hash') !== '') return hashes(await project([]), o.string('hash'));
  if (is('profiles')) return names(args, profilesOf);
  if (is('images')) return names(args, (p) => Object.values(p.services).map((s) => imageOf(c, p, s)));
  if (is('variables')) return variables(c, o);
  if (!is('environment')) return undefined;
  const p = await project(args, true);
  return failed(p) ? p : lines(sortedKeys(p.environment).map((k) => `${k}=${p.environment[k]}`));
}

/** Each after those it depends on. */
function inOrder(p: Project): string[] {
  const out: string[] = [];
  const visit = (name: string): void => {
    if (out.includes(name) || !p.services[name]) return;
    for (const d of sortedKeys(p.services[name].depends_on ?? {})) visit(d);
    out.push(name);
  };
  for (const name of sortedKeys(p.services)) visit(name);
  return out;
}

function profilesOf(p: Project): string[] {
  const all = [...Object.values(p.services), ...Object.values(p.disabledServices)];
  return [...new Set(all.flatMap((s) => s.profiles ?? []))].sort();
}

async function modelServices(c: Surroundings, o: Options): Promise<string | Failure> {
  const got = await loadModelOnly(c.ctx, howFar(c, o, []));
  if (failed(got)) return got;
  return lines(isMapping(got.model.services) ? sortedKeys(got.model.services) : []);
}

function hashes(p: Project | Failure, wanted: string): string | Failure {
  if (failed(p)) return p;
  const names = wanted === '*' ? sortedKeys(p.services) : wanted.split(',').sort();
  const out: string[] = [];
  for (const name of names) {
    const s = p.services[name];
    if (!s) return new Failure(`no such service: ${name}: ${p.disabledServices[name] ? 'disabled' : 'not found'}`);
    out.push(`${name} ${serviceHash(s)}`);
  }
  return lines(out);
}

async function variables(c: Surroundings, o: Options): Promise<string | Failure> {
  const got = await loadModelOnly(c.ctx, { ...howFar(c, o, []), noInterpolate: true });
  if (failed(got)) return got;
  const all = variablesIn(got.model);
  const rows = [...all.keys()].sort().map((k) => all.get(k) as Variable);
  const format = o.string('format').toLowerCase();
  if (format === 'yaml') return printYaml(Object.fromEntries(rows.map((v) => [v.name, struct(v, true)])));
  if (format === 'json') return `${printJson(Object.fromEntries(rows.map((v) => [v.name, struct(v, false)])))}\n`;
  if (format !== '' && format !== 'table' && format !== 'pretty') return formatFault(o.string('format'));
  const cells = rows.map((v) => [v.name, String(v.required), v.defaultValue, v.presenceValue]);
  const table = [['NAME', 'REQUIRED', 'DEFAULT VALUE', 'ALTERNATE VALUE'], ...cells];
  return tabwrite(lines(table.map((row) => row.join('\t'))), { ...DOCKER_TABLE, minWidth: 20 });
}

/** A variable as a struct of Go, whose keys YAML writes in small letters. */
function struct(v: Variable, lower: boolean): Printable {
  const key = (k: string): string => (lower ? k.toLowerCase() : k);
  return new Ordered([
    [key('Name'), v.name],
    [key('DefaultValue'), v.defaultValue],
    [key('PresenceValue'), v.presenceValue],
    [key('Required'), v.required],
  ]);
}

/** The whole project. */
async function whole(c: Surroundings, o: Options, args: readonly string[]): Promise<string | Failure> {
  const format = o.string('format') || 'yaml';
  const pin = o.bool('resolve-image-digests') || o.bool('lock-image-digests');
  const print = (tree: Printable): string | Failure => {
    if (format === 'json') return printJson(tree, '');
    return format === 'yaml' ? printYaml(tree) : new Failure(`unsupported format ${goQuote(format)}`);
  };
  if (o.bool('no-interpolate')) {
    const got = await loadModelOnly(c.ctx, howFar(c, o, args));
    if (failed(got)) return got;
    const bad = pin ? await pinned(c.ctx, servicesIn(got.model)) : undefined;
    return bad ?? print(got.model as Printable);
  }
  const p = await loadProject(c.ctx, { ...howFar(c, o, args), noEnvResolution: o.bool('no-env-resolution') });
  if (failed(p)) return p;
  const bad = (pin ? await pinned(c.ctx, Object.values(p.services)) : undefined) ?? clash(o, p);
  if (bad) return bad;
  const text = print(
    projectTree(o.bool('lock-image-digests') ? imagesOnly(p) : p, format === 'json' ? 'json' : 'yaml'),
  );
  return failed(text) ? text : text.replaceAll('$', '$$$$');
}

const servicesIn = (model: Mapping): Mapping[] =>
  isMapping(model.services) ? Object.values(model.services).filter(isMapping) : [];

/** No two containers of one name. */
function clash(o: Options, p: Project): Failure | undefined {
  if (o.bool('no-consistency')) return undefined;
  const taken = new Map<string, string>();
  for (const [name, { container_name: wanted }] of Object.entries(p.services)) {
    if (!wanted) continue;
    const other = taken.get(wanted);
    // the quote at the end is the real one's
    if (other !== undefined)
      return new Failure(`services.${name}: container name ${goQuote(wanted)} is already in use by service ${other}"`);
    taken.set(wanted, name);
  }
  return undefined;
}

function imagesOnly(p: Project): Project {
  const services = Object.fromEntries(
    Object.entries(p.services).map(([k, s]) => [k, { name: k, ...(s.image ? { image: s.image } : {}) }]),
  );
  return { ...p, name: '', services, networks: {}, volumes: {}, secrets: {}, configs: {}, models: {}, extensions: {} };
}
