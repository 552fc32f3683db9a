import { failed } from '../../failure.ts';
import { type Column, type Listing, renderList } from '../../formatter/table.ts';
import { humanSize } from '../../formatter/units.ts';
import { command, flag, NONE } from '../../spec.ts';
import { FORMAT_HELP } from '../format.ts';
import { type Usage, verboseUsage } from './df-verbose.ts';

interface Row {
  readonly Type: string;
  readonly TotalCount: number;
  readonly Active: number;
  readonly size: number;
  readonly reclaimable: string;
}

const LISTING: Listing<Row> = {
  type: 'formatter.diskUsageContext',
  headers: { Type: 'TYPE', TotalCount: 'TOTAL', Active: 'ACTIVE', Size: 'SIZE', Reclaimable: 'RECLAIMABLE' },
  columns: (r): Record<string, Column> => ({
    Active: String(r.Active),
    Reclaimable: r.reclaimable,
    Size: humanSize(r.size),
    TotalCount: String(r.TotalCount),
    Type: r.Type,
  }),
};

const share = (part: number, all: number): string =>
  all > 0 ? `${humanSize(part)} (${Math.trunc((part * 100) / all)}%)` : humanSize(part);

/** @see docker/cli cli/command/formatter/disk_usage.go */
function rows(u: Usage): Row[] {
  const images = u.Images ?? [];
  const used = images
    .filter((i) => i.Containers > 0)
    .reduce((n, i) => n + (i.Size === -1 || i.SharedSize === -1 ? 0 : i.Size - i.SharedSize), 0);
  const containers = u.Containers ?? [];
  const running = containers.filter((c) => ['running', 'paused', 'restarting'].includes(c.State));
  const sum = (list: readonly { SizeRw?: number }[]): number => list.reduce((n, c) => n + (c.SizeRw ?? 0), 0);
  const volumes = (u.Volumes ?? []).filter((v) => v.UsageData && v.UsageData.Size !== -1);
  const volumeSize = volumes.reduce((n, v) => n + (v.UsageData?.Size ?? 0), 0);
  const idle = volumes.filter((v) => v.UsageData?.RefCount === 0).reduce((n, v) => n + (v.UsageData?.Size ?? 0), 0);
  const cache = u.BuildCache ?? [];
  const cacheSize = cache.filter((c) => !c.Shared).reduce((n, c) => n + c.Size, 0);
  const idleCache = cache.filter((c) => !c.Shared && !c.InUse).reduce((n, c) => n + c.Size, 0);
  return [
    {
      Type: 'Images',
      TotalCount: images.length,
      Active: images.filter((i) => i.Containers > 0).length,
      size: u.LayersSize,
      reclaimable: share(u.LayersSize - used, u.LayersSize),
    },
    {
      Type: 'Containers',
      TotalCount: containers.length,
      Active: running.length,
      size: sum(containers),
      reclaimable: share(sum(containers) - sum(running), sum(containers)),
    },
    {
      Type: 'Local Volumes',
      TotalCount: (u.Volumes ?? []).length,
      Active: volumes.filter((v) => (v.UsageData?.RefCount ?? 0) > 0).length,
      size: volumeSize,
      reclaimable: share(idle, volumeSize),
    },
    {
      Type: 'Build Cache',
      TotalCount: cache.length,
      Active: cache.filter((c) => c.InUse).length,
      size: cacheSize,
      reclaimable: humanSize(idleCache),
    },
  ];
}

/** `docker system df` */
export const df = command({
  path: ['system', 'df'],
  use: '[OPTIONS]',
  short: 'Show what images, containers and volumes occupy',
  args: NONE,
  flags: [flag('verbose', 'bool', 'Show every object', { short: 'v' }), flag('format', 'string', FORMAT_HELP)],
  run: async (ctx, o) => {
    const usage = await ctx.client.get<Usage>('/system/df');
    if (failed(usage)) return usage;
    const format = o.string('format');
    const { text, failure } = o.bool('verbose')
      ? verboseUsage(usage, ctx.now(), format)
      : renderList(
          LISTING,
          rows(usage),
          format,
          '{{.Type}}\\t{{.TotalCount}}\\t{{.Active}}\\t{{.Size}}\\t{{.Reclaimable}}',
          'type: {{.Type}}\\ntotal: {{.TotalCount}}\\nactive: {{.Active}}\\nsize: {{.Size}}\\nreclaimable: {{.Reclaimable}}\\n',
        );
    await ctx.out(text);
    return failure ?? 0;
  },
});
