/** `docker builder prune`, `docker buildx version`. @see docker/cli cli/command/builder/prune.go, docker/buildx commands/version.go */
import { failed } from '../../failure.ts';
import { humanSize } from '../../formatter/units.ts';
import { command, flag, NONE } from '../../spec.ts';

const WARNING = 'WARNING! This will remove all dangling build cache. Are you sure you want to continue?';
const ALL = 'WARNING! This will remove all build cache. Are you sure you want to continue?';

export const builderPrune = command({
  path: ['builder', 'prune'],
  aliases: ['builder prune', 'buildx prune'],
  use: '',
  short: 'Remove the build cache',
  args: NONE,
  flags: [
    flag('all', 'bool', 'Remove what images use too', { short: 'a' }),
    flag('force', 'bool', 'Do not ask', { short: 'f' }),
    flag('filter', 'filter', 'Only what meets a condition'),
  ],
  run: async (ctx, o) => {
    if (!o.bool('force') && !(await ctx.confirm(o.bool('all') ? ALL : WARNING))) return 0;
    const got = await ctx.client.post<{ SpaceReclaimed?: number }>('/build/prune', {
      query: { all: o.bool('all') ? '1' : undefined },
    });
    if (failed(got)) return got;
    await ctx.out(`Total:\t${humanSize(got.SpaceReclaimed ?? 0)}\n`);
    return 0;
  },
});

export const buildxVersion = command({
  path: ['buildx', 'version'],
  aliases: ['buildx version'],
  use: '',
  short: 'Show the version of buildx',
  args: NONE,
  flags: [],
  run: async (ctx) => {
    await ctx.out('github.com/docker/buildx 0.29.1+ds1 0.29.1+ds1-4\n');
    return 0;
  },
});
