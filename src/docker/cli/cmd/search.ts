/** `docker search`. @see docker/cli cli/command/registry/{search,formatter_search}.go */
import { filterQuery } from '../client.ts';
import { failed } from '../failure.ts';
import { type Column, type Listing, renderList } from '../formatter/table.ts';
import { command, exactly, flag } from '../spec.ts';

interface Found {
  readonly name: string;
  readonly description: string;
  readonly star_count: number;
  readonly is_official: boolean;
  readonly is_automated: boolean;
}

/** Characters of a description in a table. */
const SHOWN = 45;

const ellipsis = (s: string): string => (s.length > SHOWN ? `${s.slice(0, SHOWN - 1)}…` : s);
const ok = (yes: boolean): string => (yes ? '[OK]' : '');

const listing = (trunc: boolean): Listing<Found> => ({
  type: 'formatter.searchContext',
  headers: {
    Name: 'NAME',
    Description: 'DESCRIPTION',
    StarCount: 'STARS',
    IsOfficial: 'OFFICIAL',
    IsAutomated: 'AUTOMATED',
  },
  columns: (r): Record<string, Column> => {
    const description = r.description.replaceAll('\n', ' ').replaceAll('\r', ' ');
    return {
      Description: trunc ? ellipsis(description) : description,
      IsAutomated: ok(r.is_automated),
      IsOfficial: ok(r.is_official),
      Name: r.name,
      StarCount: String(r.star_count),
    };
  },
});

export const search = command({
  path: ['search'],
  use: '[OPTIONS] TERM',
  short: 'Look for images on Docker Hub',
  args: exactly(1),
  flags: [
    flag('filter', 'filter', 'Show those that meet a condition', { short: 'f' }),
    flag('format', 'string', 'Print with a Go template'),
    flag('limit', 'int', 'How many at most'),
    flag('no-trunc', 'bool', 'Show everything in full length'),
  ],
  run: async (ctx, o, [term = '']) => {
    const found = await ctx.client.get<Found[]>('/images/search', {
      filters: filterQuery(o.list('filter')),
      limit: o.int('limit') > 0 ? String(o.int('limit')) : undefined,
      term,
    });
    if (failed(found)) return found;
    const columns = '{{.Name}}\\t{{.Description}}\\t{{.StarCount}}\\t{{.IsOfficial}}';
    const { text, failure } = renderList(listing(!o.bool('no-trunc')), found, o.string('format'), columns);
    await ctx.out(text);
    return failure ?? 0;
  },
});
