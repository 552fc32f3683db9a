import { MS } from '../../../../base/clock.ts';
import type { Task } from '../../../api/swarm.ts';
import { TASK_STATES } from '../../../api/swarm.ts';
import type { Ctx } from '../../context.ts';
import { Failure, failed } from '../../failure.ts';
import { atLeast, command, flag } from '../../spec.ts';
import { type Part, remove, scopeFilter, stackNameFault } from './shared.ts';

/** In the order in which they go: what is used comes after its users. */
const KINDS = ['service', 'secret', 'config', 'network'];
const OVER = TASK_STATES.indexOf('complete');

/** `docker stack rm` */
export const stackRm = command({
  path: ['stack', 'rm'],
  aliases: ['stack rm', 'stack remove', 'stack down'],
  use: '[OPTIONS] STACK [STACK...]',
  short: 'Remove stacks',
  args: atLeast(1),
  flags: [flag('detach', 'bool', 'Do not wait until all is gone', { short: 'd', default: 'true' })],
  run: async (ctx, o, names) => {
    const bad = names.map(stackNameFault).find((f) => f !== undefined);
    if (bad) return bad;
    const faults: string[] = [];
    for (const stack of names) {
      const parts: [string, Part[]][] = [];
      for (const kind of KINDS) {
        const found = await ctx.client.get<Part[]>(`/${kind}s`, { filters: scopeFilter(stack) });
        if (failed(found)) return found;
        parts.push([kind, found]);
      }
      if (parts.every(([, found]) => found.length === 0)) {
        await ctx.err(`Nothing found in stack: ${stack}\n`);
        continue;
      }
      let good = true;
      for (const [kind, found] of parts) good = (await remove(ctx, kind, found)) && good;
      if (!good) faults.push(`Failed to remove some resources from stack: ${stack}`);
      else if (!o.bool('detach')) await untilGone(ctx, stack);
    }
    return faults.length > 0 ? new Failure(faults.join('\n')) : 0;
  },
});

async function untilGone(ctx: Ctx, stack: string): Promise<void> {
  for (;;) {
    const tasks = await ctx.client.get<Task[]>('/tasks', { filters: scopeFilter(stack) });
    if (failed(tasks) || tasks.every((t) => TASK_STATES.indexOf(t.Status.State) >= OVER)) return;
    await ctx.sys.sleep(50 * MS);
  }
}
