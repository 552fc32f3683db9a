/** `docker buildx du` and `prune`. @see docker/buildx commands/{diskusage,prune}.go */

import { tabwrite } from '../../../../base/tabwriter.ts';
import type { BuildCacheRecord } from '../../../api/types.ts';
import { parseRfc3339 } from '../../../time.ts';
import type { Ctx } from '../../context.ts';
import { DaemonError, Failure, failed } from '../../failure.ts';
import { parseDuration } from '../../flags/gostrconv.ts';
import { type Listing, renderList } from '../../formatter/table.ts';
import { humanDuration, timeString } from '../../formatter/time.ts';
import { humanSize } from '../../formatter/units.ts';
import { command, flag, NONE } from '../../spec.ts';

const TABS = { minWidth: 1, tabWidth: 8, padding: 1, padChar: '\t' } as const;
const isMutable = (r: BuildCacheRecord): boolean => r.Type !== 'regular';

function ago(ctx: Ctx, time: string | null): string {
  if (time === null) return '';
  return `${humanDuration(ctx.now() - Number((parseRfc3339(time) ?? 0n) / 1_000_000_000n))} ago`;
}

const HEADER = 'ID\tRECLAIMABLE\tSIZE\tLAST ACCESSED\n';
const row = (ctx: Ctx, r: BuildCacheRecord): string =>
  `${`${r.ID}${isMutable(r) ? '*' : ''}`.padEnd(40)}\t${String(!r.InUse).padEnd(5)}\t${`${humanSize(r.Size)}${r.Shared ? '*' : ''}`.padEnd(10)}\t${ago(ctx, r.LastUsedAt)}\n`;

function verbose(ctx: Ctx, list: readonly BuildCacheRecord[]): string {
  return list
    .map((r) => {
      const lines: [string, unknown][] = [
        ['ID', r.ID],
        ...(r.Parents?.length ? [['Parent', r.Parents.join(',')] as [string, unknown]] : []),
        ['Created at', timeString(r.CreatedAt)],
        ['Mutable', isMutable(r)],
        ['Reclaimable', !r.InUse],
        ['Shared', r.Shared],
        ['Size', humanSize(r.Size)],
        ...(r.Description === '' ? [] : [['Description', r.Description] as [string, unknown]]),
        ['Usage count', r.UsageCount],
        ['Last used', ago(ctx, r.LastUsedAt)],
        ['Type', r.Type],
      ];
      return `${lines.map(([k, v]) => `${k}:\t${v}\n`).join('')}\n`;
    })
    .join('');
}

const COLUMNS = '{{.ID}}\\t{{.Reclaimable}}\\t{{.Size}}\\t{{.LastUsedAt}}';

/** For formats of one's own. */
const listing = (ctx: Ctx): Listing<BuildCacheRecord> => ({
  type: 'commands.duContext',
  headers: {
    ID: 'ID',
    Parents: 'PARENTS',
    CreatedAt: 'CREATED AT',
    Mutable: 'MUTABLE',
    Reclaimable: 'RECLAIMABLE',
    Shared: 'SHARED',
    Size: 'SIZE',
    Description: 'DESCRIPTION',
    UsageCount: 'USAGE COUNT',
    LastUsedAt: 'LAST ACCESSED',
    Type: 'TYPE',
  },
  columns: (r) => ({
    ID: r.ID,
    Parents: (r.Parents ?? []).join(','),
    CreatedAt: timeString(r.CreatedAt),
    Mutable: isMutable(r),
    Reclaimable: !r.InUse,
    Shared: r.Shared,
    Size: humanSize(r.Size),
    Description: r.Description,
    UsageCount: String(r.UsageCount),
    LastUsedAt: ago(ctx, r.LastUsedAt),
    Type: r.Type,
  }),
});

/** `key=value`, `key!=value`, `key~=value` @see toBuildkitPruneInfo */
function matches(filters: readonly string[]): ((r: BuildCacheRecord) => boolean) | Failure {
  const tests: ((r: BuildCacheRecord) => boolean)[] = [];
  const seen = new Set<string>();
  for (const f of filters) {
    const eq = f.indexOf('=');
    const key = (eq < 0 ? f : f.slice(0, eq)).toLowerCase();
    const value = eq < 0 ? '' : f.slice(eq + 1);
    if (key === 'until' || key === 'unused-for') continue;
    if (seen.has(key)) return new Failure('ERROR: filters expect only one value');
    seen.add(key);
    const bare = key.replace(/[!~]$/, '');
    tests.push((r) => {
      const found = fieldOf(r, bare);
      const has = bare === 'id' || key.endsWith('~') ? found.includes(value) : found === value;
      return key.endsWith('!') ? !has : eq < 0 ? found === 'true' : has;
    });
  }
  return (r) => tests.every((t) => t(r));
}

function fieldOf(r: BuildCacheRecord, key: string): string {
  const fields: Readonly<Record<string, unknown>> = {
    id: r.ID,
    parents: (r.Parents ?? []).join(','),
    description: r.Description,
    inuse: r.InUse,
    mutable: isMutable(r),
    immutable: !isMutable(r),
    type: r.Type,
    shared: r.Shared,
    private: !r.Shared,
  };
  return String(fields[key] ?? '');
}

/** In buildx's words, which name no daemon. */
const reason = (f: Failure): string => (f instanceof DaemonError ? f.reason : f.message);

async function records(ctx: Ctx): Promise<BuildCacheRecord[] | Failure> {
  const got = await ctx.client.get<{ BuildCache: BuildCacheRecord[] | null }>('/system/df', { type: 'build-cache' });
  return failed(got) ? new Failure(`ERROR: ${reason(got)}`) : (got.BuildCache ?? []);
}

const filterFlag = flag('filter', 'stringArray', 'Only what meets a condition');
const verboseFlag = flag('verbose', 'bool', 'Say more of each');
const builderFlag = flag('builder', 'string', 'Builder that is meant');

const du = command({
  path: ['buildx', 'du'],
  buildx: true,
  aliases: ['buildx du', 'builder du'],
  use: '',
  short: 'Show what the build cache takes',
  args: NONE,
  flags: [builderFlag, filterFlag, flag('format', 'string', 'How to print it'), verboseFlag],
  run: async (ctx, o) => {
    const fits = matches(o.list('filter'));
    if (failed(fits)) return fits;
    const all = await records(ctx);
    if (failed(all)) return all;
    const list = all.filter(fits);
    if (o.string('format') === 'json') {
      for (const r of list)
        await ctx.out(`${JSON.stringify({ ...r, Mutable: isMutable(r), Reclaimable: !r.InUse })}\n`);
      return 0;
    }
    if (o.string('format') !== '') {
      const made = renderList(listing(ctx), list, o.string('format'), COLUMNS, '');
      await ctx.out(made.text);
      return made.failure ? new Failure(`ERROR: ${made.failure.message}`) : 0;
    }
    await ctx.out(
      o.bool('verbose')
        ? tabwrite(verbose(ctx, list), TABS)
        : tabwrite(HEADER + list.map((r) => row(ctx, r)).join(''), TABS),
    );
    if (o.list('filter').length > 0) return 0;
    const sum = (rows: readonly BuildCacheRecord[]): number => rows.reduce((n, r) => n + r.Size, 0);
    const [total, shared] = [sum(list), sum(list.filter((r) => r.Shared))];
    let out = '';
    if (shared > 0) out += `Shared:\t${humanSize(shared)}\nPrivate:\t${humanSize(total - shared)}\n`;
    out += `Reclaimable:\t${humanSize(sum(list.filter((r) => !r.InUse)))}\nTotal:\t${humanSize(total)}\n`;
    await ctx.out(tabwrite(out, TABS));
    return 0;
  },
});

/** What the daemon knows of records. */
const FILTERS = ['id', 'parent', 'type', 'description', 'inuse', 'shared', 'private', 'until', 'unused-for'];
const WARNING = 'WARNING! This will remove all dangling build cache. Are you sure you want to continue?';
const ALL = 'WARNING! This will remove all build cache. Are you sure you want to continue?';

const prune = command({
  path: ['buildx', 'prune'],
  buildx: true,
  aliases: ['buildx prune', 'builder prune'],
  use: '',
  short: 'Remove the build cache',
  args: NONE,
  flags: [
    flag('all', 'bool', 'Remove what images use too', { short: 'a' }),
    builderFlag,
    filterFlag,
    flag('force', 'bool', 'Do not ask', { short: 'f' }),
    flag('keep-storage', 'bytes', 'Bytes that are kept', { hidden: true }),
    flag('max-used-space', 'bytes', 'Most that is kept'),
    flag('min-free-space', 'bytes', 'What is to be free afterwards'),
    flag('reserved-space', 'bytes', 'Bytes that are kept'),
    verboseFlag,
  ],
  run: async (ctx, o) => {
    const filters: Record<string, string[]> = {};
    for (const f of o.list('filter')) {
      const eq = f.indexOf('=');
      if (eq < 0) return new Failure('ERROR: bad format of filter (expected name=value)');
      const key = f.slice(0, eq);
      filters[key] = [...(filters[key] ?? []), f.slice(eq + 1)];
    }
    const name = filters.until ? 'until' : 'unused-for';
    const span = parseDuration(filters[name]?.[0] ?? '0');
    if ('error' in span)
      return new Failure(`ERROR: ${JSON.stringify(name)} filter expects a duration (e.g., '24h'): ${span.error}`);
    if (!o.bool('force') && !(await ctx.confirm(o.bool('all') ? ALL : WARNING))) return 0;
    if (Object.keys(filters).some((f) => !FILTERS.includes(f))) {
      // what no record has fits none
      await ctx.out('Total:\t0B\n');
      return 0;
    }
    const before = await records(ctx);
    if (failed(before)) return before;
    const keep = o.changed('reserved-space') ? o.int('reserved-space') : o.int('keep-storage');
    const got = await ctx.client.post<{ CachesDeleted: string[] | null }>('/build/prune', {
      query: {
        all: o.bool('all') ? '1' : undefined,
        filters: Object.keys(filters).length > 0 ? JSON.stringify(filters) : undefined,
        'max-used-space': o.int('max-used-space') > 0 ? String(o.int('max-used-space')) : undefined,
        'reserved-space': keep > 0 ? String(keep) : undefined,
      },
    });
    if (failed(got)) return new Failure(`ERROR: ${reason(got)}`);
    const gone = (got.CachesDeleted ?? []).flatMap((id) => before.filter((r) => r.ID === id));
    if (o.bool('verbose')) await ctx.out(tabwrite(verbose(ctx, gone), TABS));
    else if (gone.length > 0) {
      await ctx.out(tabwrite(HEADER + row(ctx, gone[0] as BuildCacheRecord), TABS));
      for (const r of gone.slice(1)) await ctx.out(tabwrite(row(ctx, r), TABS));
    }
    await ctx.out(tabwrite(`Total:\t${humanSize(gone.reduce((n, r) => n + r.Size, 0))}\n`, TABS));
    return 0;
  },
});

/** Those about the cache. */
export const USAGE_COMMANDS = [du, prune];
