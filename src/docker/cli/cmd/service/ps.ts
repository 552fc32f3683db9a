import type { Service, Task } from '../../../api/swarm.ts';
import { filterQuery } from '../../client.ts';
import type { Ctx } from '../../context.ts';
import { Failure, failed } from '../../failure.ts';
import { atLeast, command } from '../../spec.ts';
import { nodeReference } from '../node/reference.ts';
import { printTasks, TASK_FLAGS } from '../task/print.ts';

/** `docker service ps` */
export const servicePs = command({
  path: ['service', 'ps'],
  use: '[OPTIONS] SERVICE [SERVICE...]',
  short: 'List the tasks of services',
  args: atLeast(1),
  flags: TASK_FLAGS,
  run: async (ctx, o, args) => {
    const found = await servicesOf(ctx, args);
    if (failed(found)) return found;
    const wanted: string[] = found.ids.map((id) => `service=${id}`);
    for (const f of o.list('filter')) {
      const node = f.startsWith('node=') ? await nodeReference(ctx, f.slice('node='.length)) : undefined;
      if (failed(node)) return node;
      wanted.push(node === undefined ? f : `node=${node}`);
    }
    if (found.ids.length === 0) return new Failure(found.missing.join('\n'));
    const tasks = await ctx.client.get<Task[]>('/tasks', { filters: filterQuery(wanted) });
    if (failed(tasks)) return tasks;
    const failure = await printTasks(ctx, tasks, o);
    return failure ?? (found.missing.length > 0 ? new Failure(found.missing.join('\n')) : 0);
  },
});

/** By id, then by name, then by the beginning of an id. @see docker/cli cli/command/service/ps.go: createFilter */
async function servicesOf(ctx: Ctx, terms: readonly string[]): Promise<{ ids: string[]; missing: string[] } | Failure> {
  const list = (key: string): Promise<Service[] | Failure> =>
    ctx.client.get<Service[]>('/services', { filters: filterQuery(terms.map((t) => `${key}=${t}`)) });
  const byId = await list('id');
  if (failed(byId)) return byId;
  const byName = await list('name');
  if (failed(byName)) return byName;
  const ids: string[] = [];
  const missing: string[] = [];
  for (const term of terms) {
    const exact = byId.find((s) => s.ID === term) ?? byName.find((s) => s.Spec.Name === term);
    const hits = exact ? [exact] : byId.filter((s) => s.ID.startsWith(term));
    if (hits.length > 1) return new Failure(`multiple services found with provided prefix: ${term}`);
    if (hits[0]) ids.push(hits[0].ID);
    else missing.push(`no such service: ${term}`);
  }
  return { ids, missing };
}
