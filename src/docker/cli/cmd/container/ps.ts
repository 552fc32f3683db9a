import type { ContainerSummary } from '../../../api/types.ts';
import { filterQuery } from '../../client.ts';
import { failed } from '../../failure.ts';
import { CONTAINER_COLUMNS, CONTAINER_RAW, containerListing } from '../../formatter/container.ts';
import { renderList, tryTemplate } from '../../formatter/table.ts';
import { command, flag, NONE } from '../../spec.ts';
import { FORMAT_HELP } from '../format.ts';

/** An empty row, to try a template on before anything is asked. */
const NOTHING: ContainerSummary = {
  Id: '',
  Names: [],
  Image: '',
  ImageID: '',
  Command: '',
  Created: 0,
  Ports: [],
  Labels: {},
  State: '',
  Status: '',
  HostConfig: { NetworkMode: '' },
  NetworkSettings: { Networks: {} },
  Mounts: [],
};

/** `docker ps` */
export const ps = command({
  path: ['ps'],
  aliases: ['container ls', 'container list', 'container ps', 'ps'],
  use: '[OPTIONS]',
  short: 'List containers',
  args: NONE,
  flags: [
    flag('quiet', 'bool', 'Print ids only', { short: 'q' }),
    flag('size', 'bool', 'Show the size of their files', { short: 's' }),
    flag('all', 'bool', 'Show stopped ones too', { short: 'a' }),
    flag('no-trunc', 'bool', 'Show everything in full length'),
    flag('latest', 'bool', 'Show the one made last, in any state', { short: 'l' }),
    flag('last', 'int', 'Show the n made last, in any state', { short: 'n', default: '-1' }),
    flag('format', 'string', FORMAT_HELP),
    flag('filter', 'filter', 'Show those that meet a condition', { short: 'f' }),
  ],
  run: async (ctx, o) => {
    const given = o.string('format');
    const quiet = o.bool('quiet');
    if (quiet && given !== '')
      await ctx.err('WARNING: Ignoring custom format, because both --format and --quiet are set.\n');
    const format = quiet ? '{{.ID}}' : ctx.listFormat(o, 'psFormat');
    const listing = containerListing(ctx.now(), !o.bool('no-trunc'));
    const used = tryTemplate(listing, NOTHING, format);
    if (failed(used)) return used;
    const size = o.bool('size') || used.has('Size');
    const last = o.bool('latest') && !o.changed('last') ? 1 : o.int('last');
    const rows = await ctx.client.get<ContainerSummary[]>('/containers/json', {
      all: o.bool('all') ? '1' : undefined,
      limit: last > 0 ? String(last) : undefined,
      size: size ? '1' : undefined,
      filters: filterQuery(o.list('filter')),
    });
    if (failed(rows)) return rows;
    const columns = CONTAINER_COLUMNS + (o.bool('size') ? '\\t{{.Size}}' : '');
    const raw = `${CONTAINER_RAW}${o.bool('size') ? 'size: {{.Size}}\\n' : ''}`;
    const { text, failure } = renderList(listing, rows, format, columns, raw);
    await ctx.out(text);
    return failure ?? 0;
  },
});
