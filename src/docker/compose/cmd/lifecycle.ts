/**
 * start, stop, restart, kill, pause, unpause, rm.
 * @see docker/compose cmd/compose/{start,stop,restart,kill,pause,remove}.go, pkg/compose/{restart,pause,remove}.go
 */
import type { ContainerInspect, ContainerSummary } from '../../api/types.ts';
import { type Failure, failed } from '../../cli/failure.ts';
import type { Options } from '../../cli/flags/options.ts';
import { ANY, flag } from '../../cli/spec.ts';
import type { Compose } from '../compose.ts';
import { containersOf, nameOf, serviceOf } from '../containers.ts';
import { all, dependents, inDependencyOrder, reach } from '../graph.ts';
import { runHooks } from '../hooks.ts';
import type { Project, ServiceConfig } from '../model/project.ts';
import { noService, only } from '../recalled.ts';
import { composeCommand } from '../spec.ts';
import { start as startAll } from '../start.ts';
import { kill as killAll, projectOf, say, seconds, stop as stopAll } from '../stop.ts';
import { waitDependencies } from '../wait.ts';
import { timeoutOf } from './create.ts';

const TIMEOUT = flag('timeout', 'int', 'Seconds until a container that stops is killed', { short: 't' });
const SERVICES = '[SERVICE...]';

/** A failure, or 0. */
export const ended = (bad: Failure | undefined): number | Failure => bad ?? 0;

/** `docker compose start` */
export const start = composeCommand({
  name: 'start',
  use: SERVICES,
  short: 'Start containers that are stopped',
  args: ANY,
  flags: [
    flag('wait', 'bool', 'Wait until services run or are healthy'),
    flag('wait-timeout', 'int', 'Seconds to wait at most'),
  ],
  run: async (c, o, services) => {
    const found = await c.projectOrName(services);
    if (failed(found)) return found;
    const { project, name } = found;
    const how = { project, services, wait: o.bool('wait'), waitTimeout: o.int('wait-timeout') * 1e9 };
    return ended(await c.run('Running', () => startAll(c, name, how)));
  },
});

/** `docker compose stop` */
export const stop = composeCommand({
  name: 'stop',
  use: `[OPTIONS] ${SERVICES}`,
  short: 'Stop containers and leave them there',
  args: ANY,
  flags: [TIMEOUT],
  run: async (c, o, services) => {
    const found = await c.projectOrName(services);
    if (failed(found)) return found;
    const { project, name } = found;
    return ended(await c.run('Stopping', () => stopAll(c, name, { project, services, timeout: timeoutOf(o) })));
  },
});

/** Only what a restart passes on counts as a dependency. */
function restartable(project: Project, services: readonly string[], alone: boolean): Project {
  const base = alone && services.length > 0 ? only(project, new Set(services)) : project;
  const thinned = Object.entries(base.services).map(([name, s]) => {
    const kept = Object.entries(s.depends_on ?? {}).filter(([, d]) => d.restart);
    return [name, { ...s, depends_on: Object.fromEntries(kept) }] as const;
  });
  const out = { ...base, services: Object.fromEntries(thinned) };
  return services.length === 0 ? out : only(out, reach(dependents(out), services));
}

async function restartAll(
  c: Compose,
  name: string,
  given: Project | undefined,
  o: Options,
  services: readonly string[],
): Promise<Failure | undefined> {
  const list = await containersOf(c, name, {});
  if (failed(list)) return list;
  const known = await projectOf(c, name, given, list);
  if (failed(known)) return known;
  const project = restartable(known, services, o.bool('no-deps'));
  return inDependencyOrder(project, async (service) => {
    const s = project.services[service] as ServiceConfig;
    const waited = await waitDependencies(c, project, service, s.depends_on ?? {}, list);
    if (waited && waited !== 'late') return waited;
    const own = list.filter((x) => serviceOf(x) === service);
    return all(own.map((x) => restartOne(c, x, s, timeoutOf(o))));
  });
}

async function restartOne(
  c: Compose,
  x: ContainerSummary,
  s: ServiceConfig,
  timeout: number | undefined,
): Promise<Failure | undefined> {
  const before = await runHooks(c, x, s, 'pre_stop');
  if (before) return before;
  say(c, x, 'working', 'Restarting');
  const got = await c.ctx.client.call('POST', `/containers/${x.Id}/restart`, { query: { t: seconds(timeout) } });
  if (failed(got)) return got;
  say(c, x, 'done', 'Started');
  return runHooks(c, x, s, 'post_start');
}

/** `docker compose restart` */
export const restart = composeCommand({
  name: 'restart',
  use: `[OPTIONS] ${SERVICES}`,
  short: 'Stop containers and start them again',
  args: ANY,
  flags: [flag('no-deps', 'bool', 'Leave services alone that depend on these'), TIMEOUT],
  run: async (c, o, services) => {
    const found = await c.projectOrName();
    if (failed(found)) return found;
    const { project, name } = found;
    const strange = project && services.find((s) => !project.services[s]);
    if (strange !== undefined) return noService(strange);
    return ended(await c.run('Restarting', () => restartAll(c, name, project, o, services)));
  },
});

/** `docker compose kill` */
export const kill = composeCommand({
  name: 'kill',
  use: `[OPTIONS] ${SERVICES}`,
  short: 'Kill containers',
  args: ANY,
  flags: [
    flag('remove-orphans', 'bool', 'Those of services too that the file does not have'),
    flag('signal', 'string', 'Signal to send', { short: 's', default: 'SIGKILL' }),
  ],
  run: async (c, o, services) => {
    const found = await c.projectOrName(services);
    if (failed(found)) return found;
    const { project, name } = found;
    const how = { project, services, signal: o.string('signal'), removeOrphans: o.bool('remove-orphans') };
    const got = await c.run('Killing', () => killAll(c, name, how));
    if (got !== 'none') return ended(got);
    await c.ctx.err('No container to kill\n');
    return 0;
  },
});

/** One request to each container of the services. */
async function each(c: Compose, services: readonly string[], verb: string, done: string): Promise<number | Failure> {
  const found = await c.projectOrName(services);
  if (failed(found)) return found;
  const list = await containersOf(c, found.name, { all: false, services });
  if (failed(list)) return list;
  const { project } = found;
  const mine = project ? list.filter((x) => serviceOf(x) in project.services) : list;
  const bad = await c.run('Running', () =>
    all(
      mine.map(async (x) => {
        const got = await c.ctx.client.call('POST', `/containers/${x.Id}/${verb}`);
        if (!failed(got)) say(c, x, 'done', done);
        return got;
      }),
    ),
  );
  return ended(bad);
}

/** `docker compose pause` */
export const pause = composeCommand({
  name: 'pause',
  use: SERVICES,
  short: 'Pause containers',
  args: ANY,
  flags: [],
  run: (c, _o, services) => each(c, services, 'pause', 'Paused'),
});

/** `docker compose unpause` */
export const unpause = composeCommand({
  name: 'unpause',
  use: SERVICES,
  short: 'Let paused containers run on',
  args: ANY,
  flags: [],
  run: (c, _o, services) => each(c, services, 'unpause', 'Unpaused'),
});

/** Those that do not run. */
async function stopped(c: Compose, list: readonly ContainerSummary[]): Promise<ContainerSummary[] | Failure> {
  const out: ContainerSummary[] = [];
  for (const x of list) {
    const info = await c.ctx.client.get<ContainerInspect>(`/containers/${x.Id}/json`);
    if (failed(info)) return info;
    if (!info.State.Running) out.push(x);
  }
  return out;
}

async function remove(c: Compose, o: Options, services: readonly string[]): Promise<number | Failure> {
  const found = await c.projectOrName(services);
  if (failed(found)) return found;
  const { project, name } = found;
  if (o.bool('stop')) {
    const bad = await c.run('Stopping', () => stopAll(c, name, { project, services }));
    if (bad) return bad;
  }
  const list = await containersOf(c, name, { services });
  if (failed(list)) return list;
  const going = await stopped(c, project ? list.filter((x) => serviceOf(x) in project.services) : list);
  if (failed(going)) return going;
  if (going.length === 0) {
    await c.ctx.err('No stopped containers\n');
    return 0;
  }
  const message = `Going to remove ${going.map(nameOf).join(', ')}`;
  if (o.bool('force')) await c.ctx.out(`${message}\n`);
  else if (!(await c.ctx.confirm(`? ${message}`))) return 0;
  const query = { v: o.bool('volumes') ? '1' : undefined, force: o.bool('force') ? '1' : undefined };
  const bad = await c.run('Removing', () =>
    all(
      going.map(async (x) => {
        say(c, x, 'working', 'Removing');
        const got = await c.ctx.client.call('DELETE', `/containers/${x.Id}`, { query });
        if (!failed(got)) say(c, x, 'done', 'Removed');
        return got;
      }),
    ),
  );
  return ended(bad);
}

/** `docker compose rm` */
export const rm = composeCommand({
  name: 'rm',
  use: `[OPTIONS] ${SERVICES}`,
  short: 'Remove containers that are stopped',
  args: ANY,
  flags: [
    flag('all', 'bool', 'Old flag without effect', { short: 'a', hidden: true }),
    flag('force', 'bool', 'Do not ask', { short: 'f' }),
    flag('stop', 'bool', 'Stop them first', { short: 's' }),
    flag('volumes', 'bool', 'Remove their anonymous volumes too', { short: 'v' }),
  ],
  run: remove,
});
