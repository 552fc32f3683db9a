/** `docker stack ls`, `docker stack services`, `docker stack ps` */
import type { Service, Task } from '../../../api/swarm.ts';
import { filterQuery } from '../../client.ts';
import { Failure, failed } from '../../failure.ts';
import { type Column, type Listing, renderList } from '../../formatter/table.ts';
import { command, exactly, flag, NONE } from '../../spec.ts';
import { FORMAT_HELP } from '../format.ts';
import { natural } from '../natural.ts';
import { printServices } from '../service/ls.ts';
import { printTasks, TASK_FLAGS } from '../task/print.ts';
import { NAMESPACE, scopeFilter, stackNameFault } from './shared.ts';

interface Stack {
  readonly name: string;
  readonly services: number;
}

/** @see docker/cli cli/command/stack/formatter/formatter.go */
const LISTING: Listing<Stack> = {
  type: 'formatter.stackContext',
  headers: { Name: 'NAME', Services: 'SERVICES' },
  columns: (s): Record<string, Column> => ({ Name: s.name, Services: String(s.services) }),
};

export const stackLs = command({
  path: ['stack', 'ls'],
  aliases: ['stack ls', 'stack list'],
  use: '[OPTIONS]',
  short: 'List stacks',
  args: NONE,
  flags: [flag('format', 'string', FORMAT_HELP)],
  run: async (ctx, o) => {
    const services = await ctx.client.get<Service[]>('/services', { filters: filterQuery([`label=${NAMESPACE}`]) });
    if (failed(services)) return services;
    const counts = new Map<string, number>();
    for (const { Spec } of services) {
      const name = Spec.Labels?.[NAMESPACE] ?? '';
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    const rows = [...counts].map(([name, n]) => ({ name, services: n })).sort((a, b) => natural(a.name, b.name));
    const { text, failure } = renderList(LISTING, rows, o.string('format'), '{{.Name}}\\t{{.Services}}');
    await ctx.out(text);
    return failure ?? 0;
  },
});

export const stackServices = command({
  path: ['stack', 'services'],
  use: '[OPTIONS] STACK',
  short: 'List the services of a stack',
  args: exactly(1),
  flags: [
    flag('filter', 'filter', 'Show those that meet a condition', { short: 'f' }),
    flag('format', 'string', FORMAT_HELP),
    flag('quiet', 'bool', 'Print ids only', { short: 'q' }),
  ],
  run: async (ctx, o, [stack = '']) => {
    const bad = stackNameFault(stack);
    if (bad) return bad;
    const found = await ctx.client.get<Service[]>('/services', {
      filters: scopeFilter(stack, o.list('filter')),
      status: o.bool('quiet') ? undefined : 'true',
    });
    if (failed(found)) return found;
    if (found.length > 0) return (await printServices(ctx, o, found)) ?? 0;
    await ctx.err(`Nothing found in stack: ${stack}\n`);
    return 0;
  },
});

export const stackPs = command({
  path: ['stack', 'ps'],
  use: '[OPTIONS] STACK',
  short: 'List the tasks of a stack',
  args: exactly(1),
  flags: TASK_FLAGS,
  run: async (ctx, o, [stack = '']) => {
    const bad = stackNameFault(stack);
    if (bad) return bad;
    const tasks = await ctx.client.get<Task[]>('/tasks', { filters: scopeFilter(stack, o.list('filter')) });
    if (failed(tasks)) return tasks;
    if (tasks.length === 0) return new Failure(`nothing found in stack: ${stack}`);
    return (await printTasks(ctx, tasks, o)) ?? 0;
  },
});
