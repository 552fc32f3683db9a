import type { Payload } from '../../../api/swarm.ts';
import { filterQuery } from '../../client.ts';
import { failed } from '../../failure.ts';
import { type Column, type Listing, labelMethod, renderList } from '../../formatter/table.ts';
import { humanDuration, parseTime } from '../../formatter/time.ts';
import { type CommandSpec, command, flag, NONE } from '../../spec.ts';
import { FORMAT_HELP } from '../format.ts';
import { natural } from '../natural.ts';
import type { Kind } from './create.ts';

/** @see docker/cli cli/command/{secret,config}/formatter.go */
function listing(kind: Kind, now: number): Listing<Payload> {
  const ago = (at: string): string => `${humanDuration(Math.max(0, now - (parseTime(at)?.seconds ?? now)))} ago`;
  const driver: Record<string, string> = kind === 'secret' ? { Driver: 'DRIVER' } : {};
  return {
    type: `${kind}.${kind}Context`,
    headers: { ID: 'ID', Name: 'NAME', ...driver, CreatedAt: 'CREATED', UpdatedAt: 'UPDATED', Labels: 'LABELS' },
    columns: ({ ID, CreatedAt, UpdatedAt, Spec }): Record<string, Column> => ({
      CreatedAt: ago(CreatedAt),
      ...(kind === 'secret' ? { Driver: Spec.Driver?.Name ?? '' } : {}),
      ID,
      Label: labelMethod(Spec.Labels),
      Labels: Object.entries(Spec.Labels ?? {})
        .map(([k, v]) => `${k}=${v}`)
        .sort()
        .join(','),
      Name: Spec.Name ?? '',
      UpdatedAt: ago(UpdatedAt),
    }),
  };
}

/** `docker secret ls`, `docker config ls` */
export const payloadLs = (kind: Kind): CommandSpec =>
  command({
    path: [kind, 'ls'],
    aliases: [`${kind} ls`, `${kind} list`],
    use: '[OPTIONS]',
    short: `List ${kind}s`,
    args: NONE,
    flags: [
      flag('filter', 'filter', 'Show those that meet a condition', { short: 'f' }),
      flag('format', 'string', FORMAT_HELP),
      flag('quiet', 'bool', 'Print ids only', { short: 'q' }),
    ],
    run: async (ctx, o) => {
      const all = await ctx.client.get<Payload[]>(`/${kind}s`, { filters: filterQuery(o.list('filter')) });
      if (failed(all)) return all;
      const rows = [...all].sort((a, b) => natural(a.Spec.Name ?? '', b.Spec.Name ?? ''));
      const format = o.string('format');
      const chosen = o.bool('quiet') && (format === '' || format === 'table') ? '{{.ID}}' : format;
      const driver = kind === 'secret' ? '{{.Driver}}\\t' : '';
      const table = `{{.ID}}\\t{{.Name}}\\t${driver}{{.CreatedAt}}\\t{{.UpdatedAt}}`;
      const { text, failure } = renderList(listing(kind, ctx.now()), rows, chosen, table);
      await ctx.out(text);
      return failure ?? 0;
    },
  });
