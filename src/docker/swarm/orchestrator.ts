/**
 * Makes tasks until there are as many as services ask for, on nodes that are fit, and others for those that end.
 * Limits: an update follows its parallelism; delay, order, monitoring and what is to be done on failure are kept, not followed.
 * @see swarmkit manager/orchestrator/{replicated,global,restart,taskreaper}, manager/scheduler
 */
import { type Node, type Service, TASK_STATES, type Task, type TaskState } from '../api/swarm.ts';
import { rfc3339Nano } from '../time.ts';
import { release } from './attachments.ts';
import { meets } from './constraints.ts';
import { newId } from './ids.ts';
import { isJob, isOfRun, jobPlaces, type Place } from './jobs.ts';
import type { Manager } from './manager.ts';
import { choose, isReady } from './scheduler.ts';
import { isUpToDate, networksFor, publishes, taskSpecOf, tasksOf } from './services.ts';
import type { Change } from './store.ts';

/** Changes that come together are looked at once. */
const SETTLE = 15e6;
const RESTART_DELAY = 5e9;
const after = (state: TaskState, than: TaskState): boolean => TASK_STATES.indexOf(state) > TASK_STATES.indexOf(than);

const isOver = (t: Task): boolean => after(t.Status.State, 'running');
/** Still meant to run. */
const isWanted = (t: Task): boolean =>
  !after(t.DesiredState, 'running') || (t.DesiredState === 'complete' && !isOver(t));

export class Orchestrator {
  #due = false;
  #stopped = false;
  readonly #unlisten: () => void;
  /** Tasks that wait for others to leave their place. */
  readonly #successors = new Map<Task, readonly Task[]>();
  /** How often a place of a service has begun again, with which spec. */
  readonly #restarts = new WeakMap<Service, Map<number | string, { readonly spec: string; readonly count: number }>>();

  constructor(readonly manager: Manager) {
    this.#unlisten = manager.store.listen((c) => this.#heed(c));
  }

  stop(): void {
    this.#stopped = true;
    this.#unlisten();
  }

  #heed({ kind, action, object }: Change): void {
    if (kind !== 'service' && kind !== 'task' && kind !== 'node') return;
    // what a service leaves behind holds its networks no longer
    if (kind === 'service' && action === 'remove') for (const t of tasksOf(this.manager, object.ID)) this.#end(t);
    if (this.#due) return;
    this.#due = true;
    this.manager.time.after(SETTLE, () => {
      this.#due = false;
      if (!this.#stopped) this.reconcile();
    });
  }

  /** Brings tasks to what services ask for. */
  reconcile(): void {
    const { store } = this.manager;
    for (const t of [...store.tasks.all()])
      if (t.ServiceID && (t.DesiredState === 'remove' || !store.services.get(t.ServiceID))) this.#end(t);
    for (const service of store.services.all()) {
      this.#followNodes(service);
      if (!isJob(service.Spec)) this.#followSpec(service);
      if (isJob(service.Spec)) this.#job(service);
      else if (service.Spec.Mode.Global) this.#global(service);
      else this.#replicated(service);
      this.#keepHistory(service);
    }
    this.#release();
    this.#place();
  }

  /** Nobody wants it: it stops, and is forgotten when it has. */
  #end(task: Task): void {
    const { manager } = this;
    if (isOver(task) || task.NodeID === undefined || !manager.store.nodes.get(task.NodeID)) release(manager, task);
    else if (task.DesiredState !== 'remove') manager.store.tasks.update(task, { DesiredState: 'remove' });
  }

  /** Tasks leave nodes that are drained or gone. */
  #followNodes(service: Service): void {
    for (const t of tasksOf(this.manager, service.ID)) {
      const node = t.NodeID === undefined ? undefined : this.manager.store.nodes.get(t.NodeID);
      const gone =
        t.NodeID !== undefined && (!node || node.Spec.Availability === 'drain' || node.Status.State === 'down');
      if (gone && isWanted(t)) this.manager.store.tasks.update(t, { DesiredState: 'shutdown' });
    }
  }

  /** Tasks of an earlier spec give way, so many at a time as an update may change at once. */
  #followSpec(service: Service): void {
    const tasks = tasksOf(this.manager, service.ID);
    const old = tasks.filter((t) => isWanted(t) && !isUpToDate(service, t));
    if (old.length === 0) return;
    const busy = tasks.filter((t) =>
      isWanted(t) ? !old.includes(t) && t.Status.State !== 'running' : this.#isStopping(t),
    );
    const most = Number(service.Spec.UpdateConfig?.Parallelism ?? 1) || old.length;
    const inOrder = [...old].sort((a, b) => (a.Slot ?? 0) - (b.Slot ?? 0));
    for (const t of inOrder.slice(0, Math.max(0, most - busy.length)))
      this.manager.store.tasks.update(t, { DesiredState: 'shutdown' });
  }

  #replicated(service: Service): void {
    const replicas = service.Spec.Mode.Replicated?.Replicas ?? 0;
    const bySlot = new Map<number, Task[]>();
    for (const t of tasksOf(this.manager, service.ID)) {
      const slot = t.Slot ?? 0;
      bySlot.set(slot, [...(bySlot.get(slot) ?? []), t]);
    }
    const live = [...bySlot].filter(([, tasks]) => tasks.some(isWanted)).sort(([a], [b]) => a - b);
    for (const [slot, tasks] of live.slice(replicas)) {
      for (const t of tasks) this.#end(t);
      bySlot.delete(slot);
    }
    let running = Math.min(live.length, replicas);
    for (const [, tasks] of live.slice(0, replicas)) this.#restart(service, tasks);
    // an end without a successor leaves its slot to the next
    for (let slot = 1; running < replicas; slot++) {
      const tasks = bySlot.get(slot) ?? [];
      if (tasks.some(isWanted)) continue;
      running++;
      if (tasks.some((t) => this.#isDone(service, t))) continue;
      this.#succeed(service, { slot }, tasks);
    }
  }

  #global(service: Service): void {
    const tasks = tasksOf(this.manager, service.ID);
    const constraints = service.Spec.TaskTemplate.Placement?.Constraints ?? [];
    for (const node of this.manager.store.nodes.all()) {
      const own = tasks.filter((t) => t.NodeID === node.ID);
      if (!isReady(node) || !meets(node, constraints)) {
        for (const t of own) if (node.Spec.Availability !== 'pause') this.#end(t);
        continue;
      }
      if (own.some(isWanted)) this.#restart(service, own);
      else if (!own.some((t) => this.#isStopping(t) || this.#isDone(service, t)))
        this.#make(service, { node: node.ID });
    }
  }

  #job(service: Service): void {
    const { store } = this.manager;
    const tasks = tasksOf(this.manager, service.ID);
    for (const t of tasks) if (!isOfRun(service, t)) this.#end(t);
    const constraints = service.Spec.TaskTemplate.Placement?.Constraints ?? [];
    const nodes = [...store.nodes.all()].filter((n) => isReady(n) && meets(n, constraints));
    for (const place of jobPlaces(service, tasks, isWanted, nodes)) {
      const before = tasks.filter(
        (t) => isOfRun(service, t) && ('slot' in place ? t.Slot === place.slot : t.NodeID === place.node),
      );
      const last = before.at(-1);
      if (!last) this.#make(service, place, 'complete');
      else if (this.#comesAgain(service, last)) {
        store.tasks.update(last, { DesiredState: 'shutdown' });
        this.#later(service, last, place, 'complete');
      }
    }
  }

  /** On its way out: its place is not free yet. */
  #isStopping(t: Task): boolean {
    return !isOver(t) && this.manager.store.nodes.get(t.NodeID ?? '')?.Status.State === 'ready';
  }

  /** Another task for a place; it makes itself ready while the one before it stops. */
  #succeed(service: Service, where: Place, before: readonly Task[]): void {
    const leaving = before.filter((t) => this.#isStopping(t));
    const next = this.#make(service, where, leaving.length > 0 ? 'ready' : 'running');
    if (leaving.length > 0) this.#successors.set(next, leaving);
  }

  /** Successors begin when the place is free. */
  #release(): void {
    for (const [next, leaving] of this.#successors) {
      if (leaving.some((t) => this.#isStopping(t))) continue;
      this.#successors.delete(next);
      if (next.DesiredState === 'ready') this.manager.store.tasks.update(next, { DesiredState: 'running' });
    }
  }

  /** Ended on its own and is not to come again. */
  #isDone(service: Service, t: Task): boolean {
    return isOver(t) && t.DesiredState === 'shutdown' && t.Status.State !== 'shutdown' && !this.#comesAgain(service, t);
  }

  /** Of tasks that have ended by themselves, another one takes the place after a while. */
  #restart(service: Service, tasks: readonly Task[]): void {
    for (const t of tasks) {
      // one that failed while it waited for its turn: when that has come
      if (!isWanted(t) || !isOver(t) || t.DesiredState === 'ready') continue;
      this.manager.store.tasks.update(t, { DesiredState: 'shutdown' });
      if (!this.#comesAgain(service, t)) continue;
      this.#later(service, t, t.Slot ? { slot: t.Slot } : { node: t.NodeID ?? '' }, 'running');
    }
  }

  /** Another task in the place of one that has failed, after a while. */
  #later(service: Service, failed: Task, where: Place, DesiredState: TaskState): void {
    this.#count(service, failed);
    const next = this.#make(service, where, 'ready');
    const delay = service.Spec.TaskTemplate.RestartPolicy?.Delay ?? RESTART_DELAY;
    this.manager.time.after(delay, () => {
      if (!this.#stopped && next.DesiredState === 'ready') this.manager.store.tasks.update(next, { DesiredState });
    });
  }

  /** @see swarmkit manager/orchestrator/restart/restart.go: shouldRestart */
  #comesAgain(service: Service, t: Task): boolean {
    const { Condition = 'any', MaxAttempts = 0 } = service.Spec.TaskTemplate.RestartPolicy ?? {};
    if (Condition === 'none' || (Condition === 'on-failure' && t.Status.State === 'complete')) return false;
    return MaxAttempts === 0 || this.#restartsOf(service, t) < MaxAttempts;
  }

  #restartsOf(service: Service, t: Task): number {
    const last = this.#restarts.get(service)?.get(placeOf(t));
    return last?.spec === JSON.stringify(taskSpecOf(service)) ? last.count : 0;
  }

  #count(service: Service, t: Task): void {
    const places = this.#restarts.get(service) ?? new Map();
    const spec = JSON.stringify(taskSpecOf(service));
    this.#restarts.set(service, places.set(placeOf(t), { spec, count: this.#restartsOf(service, t) + 1 }));
  }

  #make(service: Service, where: Place, desired: TaskState = 'running'): Task {
    const { manager } = this;
    const task = manager.store.tasks.create(newId(manager.rng), {
      Labels: {},
      Spec: taskSpecOf(service),
      ServiceID: service.ID,
      ...('slot' in where ? { Slot: where.slot } : { NodeID: where.node }),
      Status: { Timestamp: rfc3339Nano(manager.now()), State: 'new', Message: 'created', PortStatus: {} },
      DesiredState: desired,
      NetworksAttachments: networksFor(manager, service),
      ...(service.JobStatus ? { JobIteration: service.JobStatus.JobIteration } : {}),
      Volumes: null,
    });
    return publishes(task, service);
  }

  /** Gives tasks a node: fit, and with the fewest of the service, then of all. */
  #place(): void {
    const { store, time } = this.manager;
    for (const t of store.tasks.all()) {
      if (!t.ServiceID || !isWanted(t) || after(t.Status.State, 'pending')) continue;
      const nodes = [...store.nodes.all()].filter((n) => t.NodeID === undefined || n.ID === t.NodeID);
      const others = [...store.tasks.all()].filter((o) => o !== t && o.NodeID !== undefined && isWanted(o));
      const { fit, why } = choose(store, t, nodes, others);
      const status = { Timestamp: rfc3339Nano(time.now()), PortStatus: {} };
      const node = this.#emptiest(fit, t);
      if (node) {
        const State = 'assigned' as const;
        store.tasks.update(t, {
          NodeID: node.ID,
          Status: { ...status, State, Message: 'scheduler assigned task to node' },
        });
        continue;
      }
      const Err = `no suitable node (${why})`;
      if (t.Status.Err !== Err)
        store.tasks.update(t, { Status: { ...status, State: 'pending', Message: 'pending task scheduling', Err } });
    }
  }

  #emptiest(nodes: readonly Node[], task: Task): Node | undefined {
    const count = (n: Node, of?: string): number =>
      [...this.manager.store.tasks.all()].filter(
        (t) => t.NodeID === n.ID && isWanted(t) && t.ServiceID && (of === undefined || t.ServiceID === of),
      ).length;
    const load = (n: Node): [number, number] => [count(n, task.ServiceID), count(n)];
    return [...nodes].sort((a, b) => {
      const [[a1, a2], [b1, b2]] = [load(a), load(b)];
      return a1 - b1 || a2 - b2;
    })[0];
  }

  /** Of each place, only so many tasks that are over are kept. */
  #keepHistory(service: Service): void {
    const limit = this.manager.cluster.Spec.Orchestration.TaskHistoryRetentionLimit ?? 5;
    const over = new Map<number | string, Task[]>();
    for (const t of tasksOf(this.manager, service.ID)) {
      if (isWanted(t) || !isOver(t)) continue;
      over.set(placeOf(t), [...(over.get(placeOf(t)) ?? []), t]);
    }
    for (const tasks of over.values())
      for (const t of tasks.slice(0, Math.max(0, tasks.length + 1 - limit))) release(this.manager, t);
  }
}

/** A slot, or a node of a global service. */
const placeOf = (t: Task): number | string => t.Slot ?? t.NodeID ?? '';
