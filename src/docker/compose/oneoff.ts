/** The container of `run`: a service's, changed as the flags say. @see docker/compose pkg/compose/run.go, cmd/compose/run.go */
import { Failure, failed } from '../cli/failure.ts';
import type { Options } from '../cli/flags/options.ts';
import { readEnvironment } from '../cli/opts/files.ts';
import { checkTty } from '../cli/stream.ts';
import { withScale } from './cmd/create.ts';
import { type Compose, truth } from './compose.ts';
import { containersOf } from './containers.ts';
import { Convergence } from './converge.ts';
import { createContainer } from './create/container.ts';
import { create, PLAIN_CREATE } from './create.ts';
import { ensureImages } from './images.ts';
import { ONE_OFF, SLUG } from './labels.ts';
import { portsOf } from './model/canonical.ts';
import { under } from './model/files.ts';
import type { Project, ServiceConfig, ServiceVolumeConfig } from './model/project.ts';
import { parseVolume } from './model/volumes.ts';
import { words as shellWords } from './model/words.ts';
import { noService, only } from './recalled.ts';
import { start } from './start.ts';
import { waitDependencies } from './wait.ts';

/** What was made. */
interface OneOffContainer {
  readonly id: string;
  readonly interactive: boolean;
}

/** Ports and volumes of the flags in place of the file's. */
function changed(s: ServiceConfig, o: Options, project: Project): ServiceConfig | Failure {
  const out: ServiceConfig = { ...s };
  if (!o.bool('service-ports')) out.ports = [];
  for (const p of o.list('publish')) {
    const ports = portsOf(p);
    if (failed(ports)) return ports;
    out.ports = [...(out.ports ?? []), ...ports];
  }
  for (const v of o.list('volume')) {
    const volume = parseVolume(v);
    if (failed(volume)) return volume;
    if (volume.type === 'bind') volume.source = under(project.workingDir, String(volume.source));
    out.volumes = [...(out.volumes ?? []), volume as unknown as ServiceVolumeConfig];
  }
  return out;
}

/** Everything else that the flags say. */
function overridden(
  c: Compose,
  given: ServiceConfig,
  o: Options,
  command: readonly string[],
  tty: boolean,
): ServiceConfig | Failure {
  const s: ServiceConfig = { ...given, tty, stdin_open: o.bool('interactive') && !o.bool('detach') };
  if (command.length > 0) s.command = [...command];
  if (o.string('user') !== '') s.user = o.string('user');
  if (o.string('workdir') !== '') s.working_dir = o.string('workdir');
  const add = o.list('cap-add');
  const drop = o.list('cap-drop');
  if (add.length > 0 || drop.length > 0) {
    s.cap_add = [...(s.cap_add ?? []), ...add].filter((x) => !drop.includes(x));
    s.cap_drop = [...(s.cap_drop ?? []).filter((x) => !add.includes(x)), ...drop];
  }
  if (o.changed('entrypoint')) {
    const words = shellWords(o.string('entrypoint'));
    if (failed(words)) return words;
    s.entrypoint = words;
    if (command.length === 0) s.command = [];
  }
  const env = readEnvironment(c.ctx, o.list('env-from-file'), o.list('env'));
  if ('error' in env) return new Failure(env.error);
  s.environment = { ...s.environment };
  for (const e of env.value) {
    const at = e.indexOf('=');
    if (at >= 0) s.environment[e.slice(0, at)] = e.slice(at + 1);
  }
  const labels: Record<string, string> = { ...s.labels };
  for (const l of o.list('label')) {
    const at = l.indexOf('=');
    if (at < 0) return new Failure('label must be set as KEY=VALUE');
    labels[l.slice(0, at)] = l.slice(at + 1);
  }
  s.labels = labels;
  return s;
}

async function startDependencies(
  c: Compose,
  project: Project,
  service: string,
  o: Options,
): Promise<Failure | undefined> {
  const others = only(project, new Set(Object.keys(project.services).filter((n) => n !== service)));
  return c.run('Running', async () => {
    const made = await create(c, others, {
      ...PLAIN_CREATE,
      images: { build: 'missing', quietPull: o.bool('quiet-pull') },
      removeOrphans: o.bool('remove-orphans'),
      ignoreOrphans: truth(c.ctx.sys.env.COMPOSE_IGNORE_ORPHANS),
    });
    if (failed(made)) return made;
    return Object.keys(others.services).length > 0 ? start(c, project.name, { project: others }) : undefined;
  });
}

/** Makes it, after what it depends on has started. */
export async function runOneOff(
  c: Compose,
  o: Options,
  name: string,
  command: readonly string[],
): Promise<OneOffContainer | Failure> {
  const loaded = await c.project([name]);
  if (failed(loaded)) return loaded;
  const own = loaded.services[name];
  if (!own) return noService(name);
  const base = o.bool('no-deps') ? only(loaded, new Set([name])) : loaded;
  const altered = changed(own, o, base);
  if (failed(altered)) return altered;
  const pull = o.changed('pull') && o.string('pull') !== 'policy' ? { pull_policy: o.string('pull') } : {};
  const project: Project = { ...base, services: { ...base.services, [name]: { ...altered, ...pull } } };
  const begun = await startDependencies(c, project, name, o);
  if (begun) return begun;
  const tty = o.changed('no-TTY') ? !o.bool('no-TTY') : c.ctx.sys.isatty(1);
  const scaled = withScale(project, name, 1);
  const service = failed(scaled) ? scaled : overridden(c, scaled, o, command, tty);
  if (failed(service)) return service;
  const noTty = checkTty(c.ctx, service.stdin_open === true, tty);
  if (noTty) return noTty;
  return makeOneOff(c, o, project, service);
}

async function makeOneOff(
  c: Compose,
  o: Options,
  project: Project,
  given: ServiceConfig,
): Promise<OneOffContainer | Failure> {
  const images = await ensureImages(c, project, {
    build: o.bool('build') ? 'always' : 'missing',
    quietPull: o.bool('quiet-pull'),
    quietBuild: o.bool('quiet-build'),
    services: [given.name],
  });
  if (failed(images)) return images;
  const state = await containersOf(c, project.name, { oneOff: 'include' });
  if (failed(state)) return state;
  if (!o.bool('no-deps')) {
    const waited = await waitDependencies(c, project, given.name, given.depends_on ?? {}, state);
    if (waited && waited !== 'late') return waited;
  }
  const slug = c.ctx.sys.rng.hex(64);
  const container_name = o.string('name') || [project.name, given.name, 'run', slug.slice(0, 12)].join(c.separator);
  const { restart: _, ...rest } = given;
  const deploy = given.deploy ? { ...given.deploy, restart_policy: undefined } : undefined;
  const resolved = new Convergence(c, project, state, images, {}, {}).resolved({ ...rest, deploy, container_name });
  if (failed(resolved)) return resolved;
  const made = await createContainer(c, { project, service: resolved, images }, -1, {
    autoRemove: o.bool('rm'),
    attachStdin: resolved.stdin_open === true,
    aliases: o.bool('use-aliases'),
    labels: { [SLUG]: slug, [ONE_OFF]: 'True' },
  });
  if (failed(made)) return made;
  return { id: made.Id, interactive: resolved.stdin_open === true };
}
