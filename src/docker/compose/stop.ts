/**
 * Ending containers: stop, kill, remove.
 * @see docker/compose pkg/compose/stop.go, down.go: stopContainer, removeContainers; kill.go, remove.go
 */
import type { ContainerSummary } from '../api/types.ts';
import { DaemonError, type Failure, failed } from '../cli/failure.ts';
import type { Compose } from './compose.ts';
import { containersOf, isOneOff, progressName, serviceOf } from './containers.ts';
import { all, inReverseOrder } from './graph.ts';
import { runHooks } from './hooks.ts';
import type { Project } from './model/project.ts';
import type { Status } from './progress/event.ts';
import { recalledProject } from './recalled.ts';

/** What is to stop, and how long it may take. */
interface StopOptions {
  /** Empty: all. */
  readonly services?: readonly string[];
  readonly project?: Project;
  /** Seconds. */
  readonly timeout?: number;
}

/** An event of a container. */
export const say = (c: Compose, x: ContainerSummary, status: Status, statusText: string): void =>
  c.progress.event({ id: progressName(x), status, statusText });

/** Seconds as a request says them. */
export const seconds = (n: number | undefined): string | undefined => (n === undefined ? undefined : String(n));

/** @returns what went wrong */
async function stopContainer(
  c: Compose,
  x: ContainerSummary,
  timeout: number | undefined,
  project?: Project,
): Promise<Failure | undefined> {
  say(c, x, 'working', 'Stopping');
  const hooked = await runHooks(c, x, project?.services[serviceOf(x)], 'pre_stop');
  if (hooked) {
    const gone = hooked instanceof DaemonError && (hooked.status === 404 || hooked.status === 409);
    if (!gone) return hooked;
  }
  const got = await c.ctx.client.call('POST', `/containers/${x.Id}/stop`, { query: { t: seconds(timeout) } });
  if (failed(got)) {
    say(c, x, 'error', 'Error while Stopping');
    return got;
  }
  say(c, x, 'done', 'Stopped');
  return undefined;
}

/** Stops a container and removes it. */
export async function stopAndRemove(
  c: Compose,
  x: ContainerSummary,
  timeout: number | undefined,
  volumes: boolean,
  project?: Project,
): Promise<Failure | undefined> {
  const stopped = await stopContainer(c, x, timeout, project);
  if (stopped) {
    if (stopped instanceof DaemonError && stopped.status === 404) {
      say(c, x, 'done', 'Removed');
      return undefined;
    }
    return stopped;
  }
  say(c, x, 'working', 'Removing');
  const query = { force: '1', v: volumes ? '1' : undefined };
  const got = await c.ctx.client.call('DELETE', `/containers/${x.Id}`, { query });
  if (failed(got) && !(got instanceof DaemonError && (got.status === 404 || got.status === 409))) {
    say(c, x, 'error', 'Error while Removing');
    return got;
  }
  say(c, x, 'done', 'Removed');
  return undefined;
}

/** The same for several at once. */
export const removeAll = (
  c: Compose,
  list: readonly ContainerSummary[],
  timeout: number | undefined,
  volumes: boolean,
  project?: Project,
): Promise<Failure | undefined> => all(list.map((x) => stopAndRemove(c, x, timeout, volumes, project)));

/** The project of a command that may have no file: its containers tell. */
export async function projectOf(
  c: Compose,
  name: string,
  given: Project | undefined,
  list: readonly ContainerSummary[],
): Promise<Project | Failure> {
  return given ?? recalledProject(c, list, name);
}

/** Stops services, those first that depend on others. */
export async function stop(c: Compose, name: string, o: StopOptions): Promise<Failure | undefined> {
  const list = await containersOf(c, name, {});
  if (failed(list)) return list;
  const project = await projectOf(c, name, o.project, list);
  if (failed(project)) return project;
  const wanted = o.services?.length ? o.services : Object.keys(project.services);
  return inReverseOrder(project, async (service) => {
    if (!wanted.includes(service)) return undefined;
    const own = list.filter((x) => serviceOf(x) === service && !isOneOff(x));
    return all(own.map((x) => stopContainer(c, x, o.timeout, project)));
  });
}

/** What is to be killed, and by which signal. */
interface KillOptions {
  readonly services?: readonly string[];
  readonly project?: Project;
  readonly signal?: string;
  readonly all?: boolean;
  readonly removeOrphans?: boolean;
}

/** @returns `none` when there was nothing to kill */
export async function kill(c: Compose, name: string, o: KillOptions): Promise<Failure | 'none' | undefined> {
  const found = await containersOf(c, name, { oneOff: 'include', all: o.all === true, services: o.services });
  if (failed(found)) return found;
  const project = await projectOf(c, name, o.project, found);
  if (failed(project)) return project;
  const list = o.removeOrphans ? found : found.filter((x) => serviceOf(x) in project.services);
  if (list.length === 0) return 'none';
  return all(
    list.map(async (x) => {
      say(c, x, 'working', 'Killing');
      const query = { signal: o.signal || 'SIGKILL' };
      const got = await c.ctx.client.call('POST', `/containers/${x.Id}/kill`, { query });
      say(c, x, failed(got) ? 'error' : 'done', failed(got) ? 'Error while Killing' : 'Killed');
      return got;
    }),
  );
}
