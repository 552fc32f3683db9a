import { DaemonError, Failure, failed } from '../../failure.ts';
import { humanSize } from '../../formatter/units.ts';
import { command, flag, NONE } from '../../spec.ts';
import { pruneContainers } from '../container/prune.ts';
import { pruneImages } from '../image/prune.ts';
import { pruneNetworks } from '../network/prune.ts';
import { pruneFilters } from '../prune.ts';
import { pruneVolumes } from '../volume/prune.ts';

/** `docker system prune` */
export const systemPrune = command({
  path: ['system', 'prune'],
  use: '[OPTIONS]',
  short: 'Remove everything that nothing uses',
  args: NONE,
  flags: [
    flag('force', 'bool', 'Do not ask', { short: 'f' }),
    flag('all', 'bool', 'All images that nothing uses, not only those without a name', { short: 'a' }),
    flag('volumes', 'bool', 'Anonymous volumes too'),
    flag('filter', 'filter', 'Only those that meet a condition ("label=<key>=<value>")'),
  ],
  run: async (ctx, o) => {
    const all = o.bool('all');
    if (o.bool('volumes') && o.list('filter').some((f) => f.startsWith('until=')))
      return new Failure('ERROR: The "until" filter is not supported with "--volumes"');
    const what = ['all stopped containers', 'all networks not used by at least one container'];
    if (o.bool('volumes')) what.push('all anonymous volumes not used by at least one container');
    what.push(
      all ? 'all images without at least one container associated to them' : 'all dangling images',
      all ? 'all build cache' : 'unused build cache',
    );
    const filters = pruneFilters(ctx, o.list('filter'));
    const rows = (list: readonly string[]): string => list.map((w) => `  - ${w}\n`).join('');
    const held =
      filters.length > 0 ? `\n  Items to be pruned will be filtered with:\n${rows([...filters].sort())}` : '';
    const question = `WARNING! This will remove:\n${rows(what)}${held}\nAre you sure you want to continue?`;
    if (!o.bool('force') && !(await ctx.confirm(question))) return 0;
    let reclaimed = 0;
    const steps = [
      () => pruneContainers(ctx, filters),
      () => pruneNetworks(ctx, filters),
      ...(o.bool('volumes') ? [() => pruneVolumes(ctx, false, filters)] : []),
      () => pruneImages(ctx, all, filters),
    ];
    for (const step of steps) {
      const done = await step();
      if (failed(done)) return done;
      if (done.text !== '') await ctx.out(`${done.text}\n`);
      reclaimed += done.reclaimed ?? 0;
    }
    const cache = await ctx.client.post<{ SpaceReclaimed?: number }>('/build/prune', { query: { filters: '' } });
    if (failed(cache) && !(cache instanceof DaemonError && cache.status === 404)) return cache;
    if (!failed(cache)) reclaimed += cache.SpaceReclaimed ?? 0;
    await ctx.out(`Total reclaimed space: ${humanSize(reclaimed)}\n`);
    return 0;
  },
});
