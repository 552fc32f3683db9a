/**
 * Which nodes a task may run on, and why it may not on the others.
 * Limits: plugins and platforms are not looked at: every node of a lab has the same.
 * @see swarmkit manager/scheduler/filter.go, pipeline.go
 */
import type { Node, Task } from '../api/swarm.ts';
import { meets } from './constraints.ts';
import type { Store } from './store.ts';
import type { Amounts } from './validate.ts';

interface Filter {
  fits(node: Node): boolean;
  /** What is said when `n` nodes do not fit. */
  explain(n: number): string;
}

/** It takes new tasks. */
export const isReady = (n: Node): boolean => n.Spec.Availability === 'active' && n.Status.State === 'ready';

const nodes = (n: number): string => `${n} node${n === 1 ? '' : 's'}`;

/** The filters that a task asks for, in the order in which nodes pass them. @param others tasks that have a node and mean to run */
function filtersOf(store: Store, task: Task, others: readonly Task[]): Filter[] {
  const { Placement, Resources } = task.Spec;
  const wanted = reserved(Resources);
  const ports = hostPorts(store, task);
  const most = Number(Placement?.MaxReplicas ?? 0);
  const on = (n: Node): Task[] => others.filter((t) => t.NodeID === n.ID);
  const filters: Filter[] = [
    {
      fits: isReady,
      explain: (n) => `${nodes(n)} not available for new tasks`,
    },
  ];
  if (wanted.NanoCPUs > 0 || wanted.MemoryBytes > 0)
    filters.push({
      fits: (n) => (['NanoCPUs', 'MemoryBytes'] as const).every((what) => wanted[what] <= free(n, on(n), what)),
      explain: (n) => `insufficient resources on ${nodes(n)}`,
    });
  filters.push({
    fits: (n) => meets(n, Placement?.Constraints ?? []),
    explain: (n) => `scheduling constraints not satisfied on ${nodes(n)}`,
  });
  if (ports.length > 0)
    filters.push({
      fits: (n) => !on(n).some((t) => hostPorts(store, t).some((p) => ports.includes(p))),
      explain: (n) => `host-mode port already in use on ${nodes(n)}`,
    });
  if (most > 0)
    filters.push({
      fits: (n) => on(n).filter((t) => t.ServiceID === task.ServiceID).length < most,
      explain: () => 'max replicas per node limit exceed',
    });
  return filters;
}

const reserved = (resources: Task['Spec']['Resources']): Required<Amounts> => {
  const { NanoCPUs = 0, MemoryBytes = 0 } = ((resources as { Reservations?: Amounts } | undefined)?.Reservations ??
    {}) as Amounts;
  return { NanoCPUs, MemoryBytes };
};

/** What of a node nobody has reserved. */
function free(node: Node, tasks: readonly Task[], what: keyof Amounts): number {
  const all = (node.Description.Resources as Amounts)[what] ?? 0;
  return all - tasks.reduce((sum, t) => sum + reserved(t.Spec.Resources)[what], 0);
}

/** `80/tcp` */
function hostPorts(store: Store, task: Task): string[] {
  const ports =
    task.ServiceID === undefined ? [] : (store.services.get(task.ServiceID)?.Spec.EndpointSpec?.Ports ?? []);
  return ports
    .filter((p) => p.PublishMode === 'host' && (p.PublishedPort ?? 0) > 0)
    .map((p) => `${p.PublishedPort}/${p.Protocol}`);
}

interface Choice {
  readonly fit: readonly Node[];
  /** Why others are not: what most nodes fail at comes first. */
  readonly why: string;
}

/** @param candidates nodes it might run on @param others tasks that have a node and mean to run */
export function choose(store: Store, task: Task, candidates: readonly Node[], others: readonly Task[]): Choice {
  const filters = filtersOf(store, task, others);
  const failed = filters.map(() => 0);
  const fit = candidates.filter((node) => {
    const at = filters.findIndex((f) => !f.fits(node));
    if (at >= 0) failed[at] = (failed[at] ?? 0) + 1;
    return at < 0;
  });
  const why = filters
    .map((f, i) => ({ n: failed[i] ?? 0, text: f.explain(failed[i] ?? 0) }))
    .filter(({ n }) => n > 0)
    .sort((a, b) => b.n - a.n)
    .map(({ text }) => text);
  return { fit, why: why.join('; ') };
}
