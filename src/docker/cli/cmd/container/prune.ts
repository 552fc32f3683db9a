import { filterQuery } from '../../client.ts';
import type { Ctx } from '../../context.ts';
import { type Failure, failed } from '../../failure.ts';
import { humanSize } from '../../formatter/units.ts';
import { command, flag, NONE } from '../../spec.ts';

/** Removes stopped containers. */
export async function pruneContainers(
  ctx: Ctx,
  filters: readonly string[],
): Promise<{ text: string; reclaimed: number } | Failure> {
  const got = await ctx.client.post<{ ContainersDeleted: string[] | null; SpaceReclaimed: number }>(
    '/containers/prune',
    {
      query: { filters: filterQuery(filters) },
    },
  );
  if (failed(got)) return got;
  const ids = got.ContainersDeleted ?? [];
  return {
    text: ids.length > 0 ? `Deleted Containers:\n${ids.map((i) => `${i}\n`).join('')}` : '',
    reclaimed: got.SpaceReclaimed,
  };
}

/** `docker container prune` */
export const containerPrune = command({
  path: ['container', 'prune'],
  use: '[OPTIONS]',
  short: 'Remove all stopped containers',
  args: NONE,
  flags: [
    flag('force', 'bool', 'Do not ask', { short: 'f' }),
    flag('filter', 'filter', 'Only those that meet a condition ("until=<timestamp>")'),
  ],
  run: async (ctx, o) => {
    if (
      !o.bool('force') &&
      !(await ctx.confirm('WARNING! This will remove all stopped containers.\nAre you sure you want to continue?'))
    )
      return 0;
    const done = await pruneContainers(ctx, o.list('filter'));
    if (failed(done)) return done;
    if (done.text !== '') await ctx.out(`${done.text}\n`);
    await ctx.out(`Total reclaimed space: ${humanSize(done.reclaimed)}\n`);
    return 0;
  },
});
