import { filterQuery } from '../../client.ts';
import type { Ctx } from '../../context.ts';
import { type Failure, failed } from '../../failure.ts';
import { type Pruned, pruneCommand, wentList } from '../prune.ts';

/** Removes images without a name, or all that nothing uses. */
export async function pruneImages(ctx: Ctx, all: boolean, filters: readonly string[]): Promise<Pruned | Failure> {
  const got = await ctx.client.post<{
    ImagesDeleted: { Deleted?: string; Untagged?: string }[] | null;
    SpaceReclaimed: number;
  }>('/images/prune', {
    query: { filters: filterQuery([...filters, `dangling=${!all}`]) },
  });
  if (failed(got)) return got;
  const lines = (got.ImagesDeleted ?? []).map((d) =>
    d.Untagged ? `untagged: ${d.Untagged}` : `deleted: ${d.Deleted}`,
  );
  return { text: wentList('Deleted Images', lines), reclaimed: got.SpaceReclaimed };
}

/** `docker image prune` */
export const imagePrune = pruneCommand({
  kind: 'image',
  short: 'Remove images that nothing uses',
  condition: '"until=<timestamp>"',
  all: 'All that nothing uses, not only those without a name',
  warning: (all) => (all ? 'all images without at least one container associated to them' : 'all dangling images'),
  remove: pruneImages,
});
