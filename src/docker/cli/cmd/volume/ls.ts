import { filterQuery } from '../../client.ts';
import { failed } from '../../failure.ts';
import { type Column, type Listing, labelMethod, renderList } from '../../formatter/table.ts';
import { humanSize } from '../../formatter/units.ts';
import { command, flag, NONE } from '../../spec.ts';
import { FORMAT_HELP } from '../format.ts';
import { natural } from '../natural.ts';

/** As the daemon lists it. */
export interface Volume {
  Name: string;
  Driver: string;
  Scope: string;
  Mountpoint: string;
  Labels: Record<string, string> | null;
  /** Where it was asked for. */
  UsageData?: { RefCount: number; Size: number };
}

/** `--format raw` */
export const VOLUME_RAW = 'name: {{.Name}}\\ndriver: {{.Driver}}\\n';

export const volumeListing: Listing<Volume> = {
  type: 'formatter.volumeContext',
  headers: {
    Name: 'VOLUME NAME',
    Driver: 'DRIVER',
    Scope: 'SCOPE',
    Availability: 'AVAILABILITY',
    Mountpoint: 'MOUNTPOINT',
    Labels: 'LABELS',
    Links: 'LINKS',
    Size: 'SIZE',
    Group: 'GROUP',
    Status: 'STATUS',
  },
  columns: (v): Record<string, Column> => ({
    Availability: 'N/A',
    Driver: v.Driver,
    Group: 'N/A',
    Label: labelMethod(v.Labels),
    Labels: Object.entries(v.Labels ?? {})
      .map(([k, x]) => `${k}=${x}`)
      .sort()
      .join(','),
    Links: v.UsageData ? String(v.UsageData.RefCount) : 'N/A',
    Mountpoint: v.Mountpoint,
    Name: v.Name,
    Scope: v.Scope,
    Size: v.UsageData ? humanSize(v.UsageData.Size) : 'N/A',
    Status: 'N/A',
  }),
};

/** `docker volume ls` */
export const volumeLs = command({
  path: ['volume', 'ls'],
  aliases: ['volume ls', 'volume list'],
  use: '[OPTIONS]',
  short: 'List volumes',
  args: NONE,
  flags: [
    flag('quiet', 'bool', 'Print names only', { short: 'q' }),
    flag('format', 'string', FORMAT_HELP),
    flag('filter', 'filter', 'Show those that meet a condition (dangling=true)', { short: 'f' }),
    flag('cluster', 'bool', 'Show only cluster volumes'),
  ],
  run: async (ctx, o) => {
    const got = await ctx.client.get<{ Volumes: Volume[] | null }>('/volumes', {
      filters: filterQuery(o.list('filter')),
    });
    if (failed(got)) return got;
    const rows = [...(got.Volumes ?? [])].sort((a, b) => natural(a.Name, b.Name));
    const format = ctx.listFormat(o, 'volumesFormat');
    const chosen = o.bool('quiet') && format === '' ? '{{.Name}}' : format;
    const raw = o.bool('quiet') ? 'name: {{.Name}}' : VOLUME_RAW;
    const { text, failure } = renderList(volumeListing, rows, chosen, '{{.Driver}}\\t{{.Name}}', raw);
    await ctx.out(text);
    return failure ?? 0;
  },
});
