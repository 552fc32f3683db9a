/** Watches a service until its tasks run and stay. @see docker/cli cli/command/service/progress/progress.go */
import { MS, SECOND } from '../../../../base/clock.ts';
import { type Node, type Service, TASK_STATES, type Task } from '../../../api/swarm.ts';
import { filterQuery } from '../../client.ts';
import type { Ctx } from '../../context.ts';
import { type Failure, failed } from '../../failure.ts';
import { isJob, watchJob } from './jobprogress.ts';

const TICK = 200 * MS;
/** How long tasks must run before a service is believed to be well. */
const MONITOR = 5 * SECOND;
/** More tasks than these are not drawn one by one. */
const DRAWN = 20;
const BAR = 50;

export async function watchService(ctx: Ctx, id: string, quiet: boolean): Promise<Failure | undefined> {
  const screen = new Screen(ctx, quiet);
  let since: number | undefined;
  for (let first = true; ; first = false) {
    const service = await ctx.client.get<Service>(`/services/${id}`);
    if (failed(service)) return service;
    if (isJob(service)) return watchJob(ctx, service, quiet);
    const tasks = await ctx.client.get<Task[]>('/tasks', {
      filters: filterQuery([`service=${service.ID}`, '_up-to-date=true']),
    });
    if (failed(tasks)) return tasks;
    const wanted = await placesOf(ctx, service);
    if (failed(wanted)) return wanted;
    const states = wanted.map((place) => stateOf(tasks, place));
    const running = states.filter((s) => s === 'running').length;
    const now = Number(ctx.sys.realtime() / 1_000_000n) * MS;
    const well = running === wanted.length;
    since = well ? (since ?? now) : undefined;
    const left = since === undefined ? 0 : MONITOR - (now - since);
    if (well && left <= 0) {
      await screen.verify(`verify: Service ${id} converged`);
      return undefined;
    }
    await screen.draw(running, states, first, Boolean(service.Spec.Mode.Global), well ? Math.ceil(left / SECOND) : 0);
    await ctx.sys.sleep(TICK);
  }
}

/** Slots, or nodes of a global service. */
async function placesOf(ctx: Ctx, { Spec }: Service): Promise<(number | string)[] | Failure> {
  if (!Spec.Mode.Global) return Array.from({ length: Spec.Mode.Replicated?.Replicas ?? 0 }, (_, i) => i + 1);
  const nodes = await ctx.client.get<Node[]>('/nodes');
  if (failed(nodes)) return nodes;
  return nodes.filter((n) => n.Status.State === 'ready' && n.Spec.Availability === 'active').map((n) => n.ID);
}

/** How far the newest task of a place is. */
function stateOf(tasks: readonly Task[], place: number | string): Task['Status']['State'] | undefined {
  return tasks
    .filter((t) => (t.Slot ?? t.NodeID) === place && !['shutdown', 'remove'].includes(t.DesiredState))
    .sort((a, b) => (a.CreatedAt < b.CreatedAt ? 1 : -1))[0]?.Status.State;
}

/** Lines that a terminal draws over, and that others get one after another. */
class Screen {
  readonly #tty: boolean;
  #drawn = 0;
  #settled = false;

  constructor(
    readonly ctx: Ctx,
    readonly quiet: boolean,
  ) {
    this.#tty = ctx.sys.isatty(1);
  }

  async draw(
    running: number,
    states: readonly (Task['Status']['State'] | undefined)[],
    first: boolean,
    global: boolean,
    left: number,
  ): Promise<void> {
    const overall = `overall progress: ${running} out of ${states.length} tasks`;
    const verify = `verify: Waiting ${left} seconds to verify that tasks are stable...`;
    if (this.#tty) {
      const bars = states.length > DRAWN || global ? [] : states.map((s, i) => bar(i + 1, states.length, s));
      return this.#redraw([overall, ...bars, ...(left > 0 ? [verify] : [])]);
    }
    const settled = left > 0;
    const bars = global || states.length > DRAWN ? [] : states.map((_, i) => `${i + 1}/${states.length}:  `);
    const lines = first ? [`overall progress: 0 out of ${states.length} tasks`, ...bars] : [];
    if (!settled || !this.#settled) lines.push(overall);
    this.#settled = settled;
    if (settled) lines.push(verify);
    return this.#print(lines);
  }

  async verify(line: string): Promise<void> {
    if (!this.#tty) return this.#print([line]);
    if (!this.quiet) await this.ctx.out(`\x1b[1A\x1b[2K\r${line}\n`);
  }

  async #print(lines: readonly string[]): Promise<void> {
    if (!this.quiet) await this.ctx.out(lines.map((l) => `${l}\n`).join(''));
  }

  async #redraw(lines: readonly string[]): Promise<void> {
    if (this.quiet) return;
    const up = this.#drawn > 0 ? `\x1b[${this.#drawn}A` : '';
    await this.ctx.out(`${up}${lines.map((l) => `\x1b[2K\r${l}\n`).join('')}`);
    this.#drawn = lines.length;
  }
}

/** One task of several, with a bar that grows with its state. */
function bar(slot: number, of: number, state: Task['Status']['State'] | undefined): string {
  const far = state === undefined ? 0 : Math.min(TASK_STATES.indexOf(state) + 1, TASK_STATES.indexOf('running') + 1);
  const filled = Math.trunc((far * BAR) / (TASK_STATES.indexOf('running') + 1));
  const drawn = filled === BAR ? '='.repeat(BAR) : `${'='.repeat(Math.max(0, filled - 1))}${filled > 0 ? '>' : ''}`;
  return `${slot}/${of}: ${(state ?? '').padEnd(9)} [${drawn.padEnd(BAR)}] `;
}
