/** `docker compose ls`: all projects of the engine. @see docker/compose cmd/compose/list.go, pkg/compose/ls.go */
import { tabwrite } from '../../../base/tabwriter.ts';
import type { ContainerSummary } from '../../api/types.ts';
import { filterQuery } from '../../cli/client.ts';
import { Failure, failed } from '../../cli/failure.ts';
import { goMarshal } from '../../cli/gojson.ts';
import { flag, NONE } from '../../cli/spec.ts';
import { label } from '../containers.ts';
import { CONFIG_FILES, CONFIG_HASH, PROJECT } from '../labels.ts';
import { composeCommand, formatFault } from '../spec.ts';

interface Stack {
  readonly Name: string;
  readonly Status: string;
  readonly ConfigFiles: string;
}

/** Columns 20 wide, as compose prints its own lists. */
export const table = (rows: readonly (readonly string[])[]): string =>
  tabwrite(rows.map((r) => `${r.join('\t')}\n`).join(''), { minWidth: 20, tabWidth: 1, padding: 3, padChar: ' ' });

/** `exited(1), running(2)` */
function statusOf(states: readonly string[]): string {
  const count = new Map<string, number>();
  for (const s of states) count.set(s, (count.get(s) ?? 0) + 1);
  return [...count]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([s, n]) => `${s}(${n})`)
    .join(', ');
}

function stacksOf(list: readonly ContainerSummary[]): Stack[] {
  const groups = new Map<string, ContainerSummary[]>();
  for (const c of list) {
    const name = c.Labels[PROJECT] ?? '';
    groups.set(name, [...(groups.get(name) ?? []), c]);
  }
  return [...groups]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([Name, own]) => ({
      Name,
      Status: statusOf(own.map((c) => c.State)),
      ConfigFiles: [...new Set(own.flatMap((c) => (c.Labels[CONFIG_FILES] ?? 'N/A').split(',')))].sort().join(','),
    }));
}

/** Whether a name is what a filter says, or fits it as a regular expression; what is none fits nothing. @see moby filters.Args.Match */
function named(filter: string, name: string): boolean {
  if (filter === name) return true;
  try {
    return new RegExp(filter).test(name);
  } catch {
    return false;
  }
}

/** `docker compose ls` */
export const ls = composeCommand({
  name: 'ls',
  use: '[OPTIONS]',
  short: 'List projects',
  args: NONE,
  flags: [
    flag('all', 'bool', 'Stopped ones too', { short: 'a' }),
    flag('filter', 'filter', 'Only those that meet a condition (name=REGEXP)'),
    flag('format', 'string', 'How to print it (table | json)', { default: 'table' }),
    flag('quiet', 'bool', 'Print names only', { short: 'q' }),
  ],
  run: async (c, o) => {
    const filters = o.list('filter').map((f) => [f.split('=')[0] ?? '', f.slice(f.indexOf('=') + 1)] as const);
    const strange = filters.find(([key]) => key !== 'name');
    if (strange) return new Failure(`invalid filter '${strange[0]}'`);
    const list = await c.ctx.client.get<ContainerSummary[]>('/containers/json', {
      all: o.bool('all') ? '1' : undefined,
      filters: filterQuery([label(PROJECT), label(CONFIG_HASH)]),
    });
    if (failed(list)) return list;
    const stacks = stacksOf(list).filter((s) => filters.length === 0 || filters.some(([, f]) => named(f, s.Name)));
    if (o.bool('quiet')) await c.ctx.out(stacks.map((s) => `${s.Name}\n`).join(''));
    else if (o.string('format') === 'json') await c.ctx.out(`${goMarshal(stacks)}\n`);
    else if (o.string('format') !== 'table') return formatFault(o.string('format'));
    else
      await c.ctx.out(
        table([['NAME', 'STATUS', 'CONFIG FILES'], ...stacks.map((s) => [s.Name, s.Status, s.ConfigFiles])]),
      );
    return 0;
  },
});
