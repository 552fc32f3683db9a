import { filterQuery } from '../../client.ts';
import { failed } from '../../failure.ts';
import { humanSize } from '../../formatter/units.ts';
import { command, flag, NONE } from '../../spec.ts';

/** `docker volume prune` */
export const volumePrune = command({
  path: ['volume', 'prune'],
  use: '[OPTIONS]',
  short: 'Remove volumes that no container uses',
  args: NONE,
  flags: [
    flag('all', 'bool', 'Those with a name too', { short: 'a' }),
    flag('force', 'bool', 'Do not ask', { short: 'f' }),
    flag('filter', 'filter', 'Only those that meet a condition ("label=<label>")'),
  ],
  run: async (ctx, o) => {
    const what = o.bool('all') ? 'all local volumes' : 'anonymous local volumes';
    if (
      !o.bool('force') &&
      !(await ctx.confirm(
        `WARNING! This will remove ${what} not used by at least one container.\nAre you sure you want to continue?`,
      ))
    )
      return 0;
    const got = await ctx.client.post<{ VolumesDeleted: string[] | null; SpaceReclaimed: number }>('/volumes/prune', {
      query: { filters: filterQuery([...o.list('filter'), ...(o.bool('all') ? ['all=true'] : [])]) },
    });
    if (failed(got)) return got;
    const names = got.VolumesDeleted ?? [];
    if (names.length > 0) await ctx.out(`Deleted Volumes:\n${names.map((n) => `${n}\n`).join('')}\n`);
    await ctx.out(`Total reclaimed space: ${humanSize(got.SpaceReclaimed)}\n`);
    return 0;
  },
});
