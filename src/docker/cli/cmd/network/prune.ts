import { filterQuery } from '../../client.ts';
import type { Ctx } from '../../context.ts';
import { type Failure, failed } from '../../failure.ts';
import { type Pruned, pruneCommand, wentList } from '../prune.ts';

/** Removes unused networks. */
export async function pruneNetworks(ctx: Ctx, filters: readonly string[]): Promise<Pruned | Failure> {
  const got = await ctx.client.post<{ NetworksDeleted: string[] | null }>('/networks/prune', {
    query: { filters: filterQuery(filters) },
  });
  return failed(got) ? got : { text: wentList('Deleted Networks', got.NetworksDeleted) };
}

/** `docker network prune` */
export const networkPrune = pruneCommand({
  kind: 'network',
  short: 'Remove all networks that no container uses',
  condition: 'until=<timestamp>',
  warning: () => 'all custom networks not used by at least one container',
  remove: (ctx, _all, filters) => pruneNetworks(ctx, filters),
});
