import { filterQuery } from '../../client.ts';
import type { Ctx } from '../../context.ts';
import { type Failure, failed } from '../../failure.ts';
import { type Pruned, pruneCommand, wentList } from '../prune.ts';

/** Removes stopped containers. */
export async function pruneContainers(ctx: Ctx, filters: readonly string[]): Promise<Pruned | Failure> {
  const got = await ctx.client.post<{ ContainersDeleted: string[] | null; SpaceReclaimed: number }>(
    '/containers/prune',
    { query: { filters: filterQuery(filters) } },
  );
  if (failed(got)) return got;
  return { text: wentList('Deleted Containers', got.ContainersDeleted), reclaimed: got.SpaceReclaimed };
}

/** `docker container prune` */
export const containerPrune = pruneCommand({
  kind: 'container',
  short: 'Remove all stopped containers',
  condition: '"until=<timestamp>"',
  warning: () => 'all stopped containers',
  remove: (ctx, _all, filters) => pruneContainers(ctx, filters),
});
