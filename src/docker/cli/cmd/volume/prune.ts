import { filterQuery } from '../../client.ts';
import type { Ctx } from '../../context.ts';
import { Failure, failed } from '../../failure.ts';
import { type Pruned, pruneCommand, wentList } from '../prune.ts';

/** Removes unused volumes, without a name or all. */
export async function pruneVolumes(ctx: Ctx, all: boolean, filters: readonly string[]): Promise<Pruned | Failure> {
  const got = await ctx.client.post<{ VolumesDeleted: string[] | null; SpaceReclaimed: number }>('/volumes/prune', {
    query: { filters: filterQuery([...filters, ...(all ? ['all=true'] : [])]) },
  });
  return failed(got) ? got : { text: wentList('Deleted Volumes', got.VolumesDeleted), reclaimed: got.SpaceReclaimed };
}

/** `docker volume prune` */
export const volumePrune = pruneCommand({
  kind: 'volume',
  short: 'Remove volumes that no container uses',
  condition: '"label=<label>"',
  all: 'Those with a name too',
  check: (all, filters) =>
    all && filters.some((f) => f.startsWith('all='))
      ? new Failure('conflicting options: cannot specify both --all and --filter all=1')
      : undefined,
  warning: (all) => `${all ? 'all local volumes' : 'anonymous local volumes'} not used by at least one container`,
  remove: pruneVolumes,
});
