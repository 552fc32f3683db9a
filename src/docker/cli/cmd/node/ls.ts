import type { Node, SwarmInfo } from '../../../api/swarm.ts';
import { filterQuery } from '../../client.ts';
import { failed } from '../../failure.ts';
import { renderList } from '../../formatter/table.ts';
import { command, flag, NONE } from '../../spec.ts';
import { FORMAT_HELP } from '../format.ts';
import { natural } from '../natural.ts';
import { NODE_TABLE, nodeListing } from './format.ts';

/** `docker node ls` */
export const nodeLs = command({
  path: ['node', 'ls'],
  aliases: ['node ls', 'node list'],
  use: '[OPTIONS]',
  short: 'List the nodes of the swarm',
  args: NONE,
  flags: [
    flag('quiet', 'bool', 'Print ids only', { short: 'q' }),
    flag('filter', 'filter', 'Show those that meet a condition', { short: 'f' }),
    flag('format', 'string', FORMAT_HELP),
  ],
  run: async (ctx, o) => {
    const nodes = await ctx.client.get<Node[]>('/nodes', { filters: filterQuery(o.list('filter')) });
    if (failed(nodes)) return nodes;
    const info = nodes.length > 0 && !o.bool('quiet') ? await ctx.client.get<{ Swarm: SwarmInfo }>('/info') : undefined;
    if (failed(info)) return info;
    const rows = [...nodes].sort((a, b) => natural(a.Description.Hostname, b.Description.Hostname));
    const format = ctx.listFormat(o, 'nodesFormat');
    const chosen = o.bool('quiet') && (format === '' || format === 'table') ? '{{.ID}}' : format;
    const { text, failure } = renderList(nodeListing(info?.Swarm ?? ({} as SwarmInfo)), rows, chosen, NODE_TABLE);
    await ctx.out(text);
    return failure ?? 0;
  },
});
