import type { Node, Task } from '../../../api/swarm.ts';
import { filterQuery } from '../../client.ts';
import { Failure, failed } from '../../failure.ts';
import { ANY, command } from '../../spec.ts';
import { printTasks, TASK_FLAGS } from '../task/print.ts';
import { nodeReference } from './reference.ts';

/** `docker node ps` */
export const nodePs = command({
  path: ['node', 'ps'],
  use: '[OPTIONS] [NODE...]',
  short: 'List the tasks that run on nodes (this one if none is named)',
  args: ANY,
  flags: TASK_FLAGS,
  run: async (ctx, o, args) => {
    const errors: string[] = [];
    const tasks: Task[] = [];
    for (const term of args.length > 0 ? args : ['self']) {
      const id = await nodeReference(ctx, term);
      const node = failed(id) ? id : await ctx.client.get<Node>(`/nodes/${id}`);
      const filters = failed(node) ? '' : filterQuery([...o.list('filter'), `node=${node.ID}`]);
      const found = failed(node) ? node : await ctx.client.get<Task[]>('/tasks', { filters });
      if (failed(found)) errors.push(found.message);
      else tasks.push(...found);
    }
    if (errors.length === 0 || tasks.length > 0) {
      const failure = await printTasks(ctx, tasks, o);
      if (failure) errors.push(failure.message);
    }
    return errors.length > 0 ? new Failure(errors.join('\n')) : 0;
  },
});
