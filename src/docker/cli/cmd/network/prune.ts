import { filterQuery } from '../../client.ts';
import type { Ctx } from '../../context.ts';
import { type Failure, failed } from '../../failure.ts';
import { command, flag, NONE } from '../../spec.ts';

/** Removes unused networks. @returns what to print */
export async function pruneNetworks(ctx: Ctx, filters: readonly string[]): Promise<string | Failure> {
  const got = await ctx.client.post<{ NetworksDeleted: string[] | null }>('/networks/prune', {
    query: { filters: filterQuery(filters) },
  });
  if (failed(got)) return got;
  const names = got.NetworksDeleted ?? [];
  return names.length > 0 ? `Deleted Networks:\n${names.map((n) => `${n}\n`).join('')}\n` : '';
}

/** `docker network prune` */
export const networkPrune = command({
  path: ['network', 'prune'],
  use: '[OPTIONS]',
  short: 'Remove all networks that no container uses',
  args: NONE,
  flags: [
    flag('force', 'bool', 'Do not ask', { short: 'f' }),
    flag('filter', 'filter', 'Only those that meet a condition (until=<timestamp>)'),
  ],
  run: async (ctx, o) => {
    if (
      !o.bool('force') &&
      !(await ctx.confirm(
        'WARNING! This will remove all custom networks not used by at least one container.\nAre you sure you want to continue?',
      ))
    )
      return 0;
    const text = await pruneNetworks(ctx, o.list('filter'));
    if (failed(text)) return text;
    await ctx.out(text);
    return 0;
  },
});
