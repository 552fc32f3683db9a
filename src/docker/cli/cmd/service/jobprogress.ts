/**
 * Watches a job until it is done.
 * Limits: a terminal gets the lines of others, drawn over.
 * @see docker/cli cli/command/service/progress/progress.go: replicatedJobProgressUpdater, globalJobProgressUpdater
 */
import { MS } from '../../../../base/clock.ts';
import { type Node, type Service, TASK_STATES, type Task } from '../../../api/swarm.ts';
import { filterQuery } from '../../client.ts';
import type { Ctx } from '../../context.ts';
import { type Failure, failed } from '../../failure.ts';

const TICK = 200 * MS;
/** More tasks than these are not listed one by one. */
const LISTED = 20;

export const isJob = ({ Spec: { Mode } }: Service): boolean =>
  Mode.ReplicatedJob !== undefined || Mode.GlobalJob !== undefined;

/** Its tasks of the present turn: how many have ended well, how many are on their way. */
function counts(service: Service, tasks: readonly Task[]): { completed: number; active: number } {
  const turn = service.JobStatus?.JobIteration.Index ?? 0;
  const own = tasks.filter((t) => (t.JobIteration?.Index ?? 0) === turn);
  const at = (t: Task): number => TASK_STATES.indexOf(t.Status.State);
  return {
    completed: own.filter((t) => t.Status.State === 'complete').length,
    active: own.filter((t) => t.DesiredState === 'complete' && at(t) === TASK_STATES.indexOf('running')).length,
  };
}

export async function watchJob(ctx: Ctx, service: Service, quiet: boolean): Promise<Failure | undefined> {
  const say = (lines: readonly string[]): Promise<void> =>
    quiet ? Promise.resolve() : ctx.out(lines.map((l) => `${l}\n`).join(''));
  const job = service.Spec.Mode.ReplicatedJob;
  const nodes = job ? [] : await ctx.client.get<Node[]>('/nodes');
  if (failed(nodes)) return nodes;
  const total = job ? (job.TotalCompletions ?? 1) : nodes.filter((n) => n.Spec.Availability === 'active').length;
  const most = job?.MaxConcurrent ?? total;
  const line = (active: number, completed: number): string =>
    `active tasks: ${active} out of ${Math.min(total - completed, most)} tasks`;
  const slots = job && total <= LISTED ? Array.from({ length: total }, (_, i) => `${i + 1}/${total}:  `) : [];
  await say(job ? [line(0, 0), ...slots] : ['job progress: waiting for tasks']);
  let drawn = false;
  for (;;) {
    const tasks = await ctx.client.get<Task[]>('/tasks', { filters: filterQuery([`service=${service.ID}`]) });
    if (failed(tasks)) return tasks;
    const { active, completed } = counts(service, tasks);
    if (job && drawn && ctx.sys.isatty(1) && !quiet) await ctx.out('\x1b[1A\x1b[2K\r');
    if (job) await say([line(active, completed)]);
    drawn = true;
    if (completed >= total) break;
    await ctx.sys.sleep(TICK);
  }
  await say(['job complete']);
  return undefined;
}
