import type { NetworkInspect } from '../../../api/types.ts';
import { filterQuery } from '../../client.ts';
import { failed } from '../../failure.ts';
import { type Column, type Listing, labelMethod, renderList } from '../../formatter/table.ts';
import { timeString } from '../../formatter/time.ts';
import { truncateId } from '../../formatter/units.ts';
import { command, flag, NONE } from '../../spec.ts';
import { FORMAT_HELP } from '../format.ts';
import { natural } from '../natural.ts';

/** @see docker/cli cli/command/network/formatter.go */
export function networkListing(trunc: boolean): Listing<NetworkInspect> {
  return {
    type: 'network.networkContext',
    headers: {
      ID: 'NETWORK ID',
      Name: 'NAME',
      Driver: 'DRIVER',
      Scope: 'SCOPE',
      IPv4: 'IPV4',
      IPv6: 'IPV6',
      Internal: 'INTERNAL',
      Labels: 'LABELS',
      CreatedAt: 'CREATED AT',
    },
    columns: (n): Record<string, Column> => ({
      CreatedAt: timeString(n.Created),
      Driver: n.Driver,
      ID: trunc ? truncateId(n.Id) : n.Id,
      IPv4: String(n.EnableIPv4 ?? true),
      IPv6: String(n.EnableIPv6),
      Internal: String(n.Internal),
      Label: labelMethod(n.Labels),
      Labels: Object.entries(n.Labels ?? {})
        .map(([k, v]) => `${k}=${v}`)
        .sort()
        .join(','),
      Name: n.Name,
      Scope: n.Scope,
    }),
  };
}

/** `docker network ls` */
export const networkLs = command({
  path: ['network', 'ls'],
  aliases: ['network ls', 'network list'],
  use: '[OPTIONS]',
  short: 'List networks',
  args: NONE,
  flags: [
    flag('quiet', 'bool', 'Print ids only', { short: 'q' }),
    flag('no-trunc', 'bool', 'Show everything in full length'),
    flag('format', 'string', FORMAT_HELP),
    flag('filter', 'filter', 'Show those that meet a condition (driver=bridge)', { short: 'f' }),
  ],
  run: async (ctx, o) => {
    const all = await ctx.client.get<NetworkInspect[]>('/networks', { filters: filterQuery(o.list('filter')) });
    if (failed(all)) return all;
    const rows = [...all].sort((a, b) => natural(a.Name, b.Name));
    const format = ctx.listFormat(o, 'networksFormat');
    const chosen = o.bool('quiet') && (format === '' || format === 'table') ? '{{.ID}}' : format;
    const { text, failure } = renderList(
      networkListing(!o.bool('no-trunc')),
      rows,
      chosen,
      '{{.ID}}\\t{{.Name}}\\t{{.Driver}}\\t{{.Scope}}',
      `network_id: {{.ID}}${o.bool('quiet') ? '' : '\\nname: {{.Name}}\\ndriver: {{.Driver}}\\nscope: {{.Scope}}\\n'}`,
    );
    await ctx.out(text);
    return failure ?? 0;
  },
});
