import { filterQuery } from '../../client.ts';
import type { Ctx } from '../../context.ts';
import { type Failure, failed } from '../../failure.ts';
import { humanSize } from '../../formatter/units.ts';
import { command, flag, NONE } from '../../spec.ts';

interface Pruned {
  readonly text: string;
  readonly reclaimed: number;
}

/** Removes images without a name, or all that nothing uses. */
export async function pruneImages(ctx: Ctx, all: boolean, filters: readonly string[]): Promise<Pruned | Failure> {
  const got = await ctx.client.post<{
    ImagesDeleted: { Deleted?: string; Untagged?: string }[] | null;
    SpaceReclaimed: number;
  }>('/images/prune', {
    query: { filters: filterQuery([...filters, `dangling=${!all}`]) },
  });
  if (failed(got)) return got;
  const list = got.ImagesDeleted ?? [];
  const lines = list.map((d) => (d.Untagged ? `untagged: ${d.Untagged}\n` : `deleted: ${d.Deleted}\n`));
  return { text: lines.length > 0 ? `Deleted Images:\n${lines.join('')}` : '', reclaimed: got.SpaceReclaimed };
}

const WARNING = (all: boolean): string =>
  all
    ? 'WARNING! This will remove all images without at least one container associated to them.\nAre you sure you want to continue?'
    : 'WARNING! This will remove all dangling images.\nAre you sure you want to continue?';

/** `docker image prune` */
export const imagePrune = command({
  path: ['image', 'prune'],
  use: '[OPTIONS]',
  short: 'Remove images that nothing uses',
  args: NONE,
  flags: [
    flag('force', 'bool', 'Do not ask', { short: 'f' }),
    flag('all', 'bool', 'All that nothing uses, not only those without a name', { short: 'a' }),
    flag('filter', 'filter', 'Only those that meet a condition ("until=<timestamp>")'),
  ],
  run: async (ctx, o) => {
    const all = o.bool('all');
    if (!o.bool('force') && !(await ctx.confirm(WARNING(all)))) return 0;
    const done = await pruneImages(ctx, all, o.list('filter'));
    if (failed(done)) return done;
    if (done.text !== '') await ctx.out(`${done.text}\n`);
    await ctx.out(`Total reclaimed space: ${humanSize(done.reclaimed)}\n`);
    return 0;
  },
});
