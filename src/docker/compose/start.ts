/**
 * Starting what has been created, in the order of dependencies.
 * @see docker/compose pkg/compose/start.go; convergence.go: startService
 */
import type { ContainerSummary } from '../api/types.ts';
import { filterQuery } from '../cli/client.ts';
import { Failure, failed } from '../cli/failure.ts';
import { goQuote } from '../cli/flags/gostrconv.ts';
import { durationText } from '../goduration.ts';
import type { Compose } from './compose.ts';
import { containersOf, label, serviceOf } from './containers.ts';
import { inDependencyOrder } from './graph.ts';
import { type HookLine, runHooks } from './hooks.ts';
import { ONE_OFF, PROJECT } from './labels.ts';
import type { Project, ServiceConfig } from './model/project.ts';
import { recalledServices } from './recalled.ts';
import { say } from './stop.ts';
import { type Awaited, scaleOf, waitDependencies } from './wait.ts';

/** What is started, and how long it is waited for. */
export interface StartOptions {
  readonly project?: Project;
  /** Services asked for, when there is no file. */
  readonly services?: readonly string[];
  readonly wait?: boolean;
  /** ns; 0: for ever. */
  readonly waitTimeout?: number;
  readonly print?: HookLine;
}

/** Starts what does not run. */
export async function start(c: Compose, name: string, o: StartOptions): Promise<Failure | undefined> {
  let project = o.project;
  if (!project) {
    const list = await containersOf(c, name, {});
    if (failed(list)) return list;
    if (list.length === 0) return new Failure(`no container found for project ${goQuote(name)}: not found`);
    const recalled = recalledServices(list, name, o.services);
    if (failed(recalled)) return recalled;
    project = recalled;
  }
  const list = await c.ctx.client.get<ContainerSummary[]>('/containers/json', {
    all: '1',
    filters: filterQuery([label(PROJECT, project.name), label(ONE_OFF, 'False')]),
  });
  if (failed(list)) return list;
  const known = project;
  const deadline = o.waitTimeout ? c.ctx.sys.now() + o.waitTimeout : undefined;
  const bad = await inDependencyOrder(known, (s) =>
    startService(c, known, known.services[s] as ServiceConfig, list, o, deadline),
  );
  return bad ?? (o.wait ? waitAll(c, known, list, o.waitTimeout ?? 0, deadline) : undefined);
}

async function startService(
  c: Compose,
  project: Project,
  service: ServiceConfig,
  list: readonly ContainerSummary[],
  o: StartOptions,
  deadline: number | undefined,
): Promise<Failure | undefined> {
  if (service.deploy?.replicas === 0) return undefined;
  const waited = await waitDependencies(c, project, service.name, service.depends_on ?? {}, list, deadline);
  if (waited === 'late') return new Failure('timeout waiting for dependencies');
  if (waited) return waited;
  const own = list.filter((x) => serviceOf(x) === service.name);
  if (list.length === 0)
    return scaleOf(service) === 0
      ? undefined
      : new Failure(`service ${goQuote(service.name)} has no container to start`);
  for (const x of own) {
    if (x.State === 'running') continue;
    say(c, x, 'working', 'Starting');
    const got = await c.ctx.client.call('POST', `/containers/${x.Id}/start`);
    if (failed(got)) return got;
    const hooked = await runHooks(c, x, service, 'post_start', o.print);
    if (hooked) return hooked;
    say(c, x, 'done', 'Started');
  }
  return undefined;
}

/** `--wait`: until everything runs, or is healthy where that is known, or is over where that is wanted. */
async function waitAll(
  c: Compose,
  project: Project,
  list: readonly ContainerSummary[],
  timeout: number,
  deadline: number | undefined,
): Promise<Failure | undefined> {
  const oneShot = new Set(
    Object.values(project.services).flatMap((s) =>
      Object.entries(s.depends_on ?? {})
        .filter(([, d]) => d.condition === 'service_completed_successfully')
        .map(([name]) => name),
    ),
  );
  const wanted: Record<string, Awaited> = {};
  for (const name of Object.keys(project.services))
    wanted[name] = {
      condition: oneShot.has(name) ? 'service_completed_successfully' : 'running_or_healthy',
      required: true,
    };
  const got = await waitDependencies(c, project, project.name, wanted, list, deadline);
  return got === 'late' ? new Failure(`application not healthy after ${durationText(timeout)}`) : got;
}
