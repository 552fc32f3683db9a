/**
 * Jobs: services whose tasks run to their end, so many times, or once on each node.
 * @see swarmkit manager/orchestrator/jobs/{replicated,global}/reconciler.go
 */
import type { Node, Service, ServiceSpec, Task } from '../api/swarm.ts';

export const isJob = ({ Mode }: ServiceSpec): boolean =>
  Mode.ReplicatedJob !== undefined || Mode.GlobalJob !== undefined;

/** A mode of a job with what was left out: one at a time, and as many as at a time. */
export function jobMode({ ReplicatedJob: r }: ServiceSpec['Mode']): ServiceSpec['Mode'] {
  if (!r) return { GlobalJob: {} };
  const MaxConcurrent = r.MaxConcurrent ?? 1;
  return { ReplicatedJob: { MaxConcurrent, TotalCompletions: r.TotalCompletions ?? MaxConcurrent } };
}

/** Of the service's present run. */
export const isOfRun = (service: Service, { JobIteration }: Task): boolean =>
  (JobIteration?.Index ?? 0) === (service.JobStatus?.JobIteration.Index ?? 0);

export type Place = { readonly slot: number } | { readonly node: string };

/** Where tasks are to begin now. @param isActive it has not ended, and is not to @param nodes that are fit */
export function jobPlaces(
  service: Service,
  tasks: readonly Task[],
  isActive: (t: Task) => boolean,
  nodes: readonly Node[],
): Place[] {
  const own = tasks.filter((t) => isOfRun(service, t));
  const taken = own.filter((t) => isActive(t) || t.Status.State === 'complete');
  const { ReplicatedJob } = service.Spec.Mode;
  if (!ReplicatedJob) return nodes.filter((n) => !taken.some((t) => t.NodeID === n.ID)).map((n) => ({ node: n.ID }));
  const { MaxConcurrent = 1, TotalCompletions = 1 } = ReplicatedJob;
  const slots = Array.from({ length: TotalCompletions }, (_, slot) => slot);
  const free = slots.filter((slot) => !taken.some((t) => t.Slot === slot));
  return free.slice(0, Math.max(0, MaxConcurrent - own.filter(isActive).length)).map((slot) => ({ slot }));
}
