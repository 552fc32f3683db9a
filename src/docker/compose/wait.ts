/**
 * Waiting for what a service depends on.
 * @see docker/compose pkg/compose/convergence.go: waitDependencies, isServiceHealthy, isServiceCompleted
 */
import type { ContainerInspect, ContainerSummary } from '../api/types.ts';
import { Failure, failed } from '../cli/failure.ts';
import { goQuote } from '../cli/flags/gostrconv.ts';
import type { Compose } from './compose.ts';
import { isOneOff, progressName, serviceOf } from './containers.ts';
import { all } from './graph.ts';
import type { Project, ServiceConfig } from './model/project.ts';
import type { Status } from './progress/event.ts';
import { noService } from './recalled.ts';

/** ns between two looks. */
const TICK = 500e6;

/** What is waited for of a service. */
export interface Awaited {
  /** `running_or_healthy` too: what `--wait` asks for. */
  readonly condition: string;
  readonly required: boolean;
}

type Inspected = ContainerInspect & { readonly State: { readonly Health?: { readonly Status: string } } };

/** @param deadline moment in ns at which it is given up; then the result is `late` */
export async function waitDependencies(
  c: Compose,
  project: Project,
  dependant: string,
  wanted: Readonly<Record<string, Awaited>>,
  containers: readonly ContainerSummary[],
  deadline = Number.POSITIVE_INFINITY,
): Promise<Failure | 'late' | undefined> {
  let late = false;
  const tasks: Promise<Failure | undefined>[] = [];
  for (const [name, dependency] of Object.entries(wanted)) {
    const waits = shouldWait(project, name, dependency);
    if (failed(waits)) return waits;
    if (!waits) continue;
    const list = containers.filter((x) => serviceOf(x) === name && !isOneOff(x));
    say(c, list, 'working', 'Waiting');
    if (list.length === 0) {
      const message = `${dependant} is missing dependency ${name}`;
      if (dependency.required) return new Failure(message);
      await c.warn(message);
      continue;
    }
    tasks.push(
      waitOne(c, name, dependency, list, deadline).then((got) => {
        if (got !== 'late') return got;
        late = true;
        return undefined;
      }),
    );
  }
  return (await all(tasks)) ?? (late ? 'late' : undefined);
}

function shouldWait(project: Project, name: string, { condition }: Awaited): boolean | Failure {
  if (condition === 'service_started') return false;
  const s = project.services[name];
  if (s) return scaleOf(s) > 0;
  return name in project.disabledServices ? false : noService(name);
}

/** How many containers a service is to have. */
export const scaleOf = (s: ServiceConfig): number => s.scale ?? s.deploy?.replicas ?? 1;

function say(c: Compose, list: readonly ContainerSummary[], status: Status, statusText: string): void {
  for (const x of list) c.progress.event({ id: progressName(x), status, statusText });
}

/** Looks again and again until it is as wanted, or cannot become so. */
async function waitOne(
  c: Compose,
  name: string,
  dependency: Awaited,
  list: readonly ContainerSummary[],
  deadline: number,
): Promise<Failure | 'late' | undefined> {
  for (;;) {
    await c.ctx.sys.sleep(TICK);
    if (c.ctx.sys.now() > deadline) return 'late';
    const done =
      dependency.condition === 'service_completed_successfully'
        ? await completed(c, name, dependency, list)
        : await healthyNow(c, name, dependency, list);
    if (done !== 'no') return done === 'yes' ? undefined : done;
  }
}

type Answer = 'yes' | 'no' | Failure;

async function healthyNow(
  c: Compose,
  name: string,
  { condition, required }: Awaited,
  list: readonly ContainerSummary[],
): Promise<Answer> {
  const lenient = condition === 'running_or_healthy';
  const got = await healthy(c, list, lenient);
  if (got === 'yes') say(c, list, 'done', 'Healthy');
  if (!failed(got)) return got;
  if (!required) {
    const what = `optional dependency ${goQuote(name)} ${lenient ? 'is not running or is unhealthy' : 'failed to start'}`;
    say(c, list, 'warning', `Skipped: ${what}`);
    await c.warn(`${what}: ${got.message}`);
    return 'yes';
  }
  if (lenient) return got;
  say(c, list, 'error', 'Error');
  return new Failure(`dependency failed to start: ${got.message}`);
}

async function healthy(c: Compose, list: readonly ContainerSummary[], lenient: boolean): Promise<Answer> {
  for (const x of list) {
    const info = await c.ctx.client.get<Inspected>(`/containers/${x.Id}/json`);
    if (failed(info)) return info;
    const name = info.Name.slice(1);
    if (info.State.Status === 'exited') return new Failure(`container ${name} exited (${info.State.ExitCode})`);
    if (!info.Config.Healthcheck && lenient) {
      if (info.State.Status !== 'running') return 'no';
      continue;
    }
    const { Health } = info.State;
    if (!Health || Health.Status === 'none') return new Failure(`container ${name} has no healthcheck configured`);
    if (Health.Status === 'unhealthy') return new Failure(`container ${name} is unhealthy`);
    if (Health.Status !== 'healthy') return 'no';
  }
  return 'yes';
}

async function completed(
  c: Compose,
  name: string,
  { required }: Awaited,
  list: readonly ContainerSummary[],
): Promise<Answer> {
  for (const x of list) {
    const info = await c.ctx.client.get<Inspected>(`/containers/${x.Id}/json`);
    if (failed(info)) return info;
    if (info.State.Status !== 'exited') continue;
    const code = info.State.ExitCode;
    if (code === 0) {
      say(c, list, 'done', 'Exited');
      return 'yes';
    }
    const suffix = `${goQuote(name)} didn't complete successfully: exit ${code}`;
    if (!required) {
      say(c, list, 'warning', `Skipped: optional dependency ${suffix}`);
      await c.warn(`optional dependency ${suffix}`);
      return 'yes';
    }
    say(c, list, 'error', `service ${suffix}`);
    return new Failure(`service ${suffix}`);
  }
  return 'no';
}
