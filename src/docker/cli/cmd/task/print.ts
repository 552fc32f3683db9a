/** Tasks of a swarm as a list. @see docker/cli cli/command/task/{print,formatter}.go, cli/command/idresolver */
import type { Node, Service, Task } from '../../../api/swarm.ts';
import type { Ctx } from '../../context.ts';
import { type Failure, failed } from '../../failure.ts';
import type { Options } from '../../flags/options.ts';
import { type Column, type Listing, renderList } from '../../formatter/table.ts';
import { humanDuration, parseTime } from '../../formatter/time.ts';
import { truncateId } from '../../formatter/units.ts';
import { type FlagSpec, flag } from '../../spec.ts';
import { FORMAT_HELP } from '../format.ts';
import { natural } from '../natural.ts';
import { pretty } from '../node/format.ts';

/** Characters of an error that a list shows. */
const ERROR_LENGTH = 30;
const TABLE =
  '{{.ID}}\\t{{.Name}}\\t{{.Image}}\\t{{.Node}}\\t{{.DesiredState}}\\t{{.CurrentState}}\\t{{.Error}}\\t{{.Ports}}';

/** Flags of lists of tasks. */
export const TASK_FLAGS: readonly FlagSpec[] = [
  flag('filter', 'filter', 'Show those that meet a condition', { short: 'f' }),
  flag('format', 'string', FORMAT_HELP),
  flag('no-resolve', 'bool', 'Leave ids as they are'),
  flag('no-trunc', 'bool', 'Show everything in full length'),
  flag('quiet', 'bool', 'Print ids only', { short: 'q' }),
];

/** A task with the names of what it belongs to. */
interface Row {
  readonly task: Task;
  readonly name: string;
  readonly node: string;
  /** An earlier one of the same slot stands below the newest. */
  readonly earlier: boolean;
}

/** @param o with {@link TASK_FLAGS} */
export async function printTasks(ctx: Ctx, tasks: readonly Task[], o: Options): Promise<Failure | undefined> {
  const rows = await resolved(ctx, tasks, !o.bool('no-resolve'));
  const format = ctx.listFormat(o, 'tasksFormat');
  const chosen = o.bool('quiet') && (format === '' || format === 'table') ? '{{.ID}}' : format;
  const table = chosen === '' || chosen.startsWith('table');
  const { text, failure } = renderList(listing(ctx.now(), !o.bool('no-trunc'), table), rows, chosen, TABLE);
  await ctx.out(text);
  return failure;
}

async function resolved(ctx: Ctx, tasks: readonly Task[], names: boolean): Promise<Row[]> {
  const known = new Map<string, string>();
  const nameOf = async (id: string, path: string): Promise<string> => {
    if (id === '' || !names) return id;
    const found = known.get(id) ?? (await fetchName(ctx, path));
    known.set(id, found === '' ? id : found);
    return known.get(id) as string;
  };
  const rows: { task: Task; name: string; node: string }[] = [];
  for (const task of tasks) {
    const { ServiceID = '', NodeID = '', Slot } = task;
    const service = await nameOf(ServiceID, `/services/${ServiceID}?insertDefaults=false`);
    const node = await nameOf(NodeID, `/nodes/${NodeID}`);
    rows.push({ task, name: `${service}.${Slot ? Slot : NodeID}`, node });
  }
  rows.sort((a, b) => natural(a.name, b.name) || (a.task.CreatedAt < b.task.CreatedAt ? 1 : -1));
  return rows.map((r, i) => ({ ...r, earlier: i > 0 && rows[i - 1]?.name === r.name }));
}

async function fetchName(ctx: Ctx, path: string): Promise<string> {
  const [where = '', query] = path.split('?');
  const got = await ctx.client.get<Service & Node>(where, query ? { insertDefaults: 'false' } : undefined);
  return failed(got) ? '' : (got.Spec.Name ?? '') || (got.Description?.Hostname ?? '');
}

function listing(now: number, trunc: boolean, table: boolean): Listing<Row> {
  return {
    type: 'task.taskContext',
    headers: {
      ID: 'ID',
      Name: 'NAME',
      Image: 'IMAGE',
      Node: 'NODE',
      DesiredState: 'DESIRED STATE',
      CurrentState: 'CURRENT STATE',
      Error: 'ERROR',
      Ports: 'PORTS',
    },
    columns: ({ task, name, node, earlier }): Record<string, Column> => ({
      CurrentState: `${pretty(task.Status.State)} ${since(now, task.Status.Timestamp)} ago`,
      DesiredState: pretty(task.DesiredState),
      Error: errorOf(task.Status.Err ?? '', trunc),
      ID: trunc ? truncateId(task.ID) : task.ID,
      Image: imageOf(task, trunc),
      Name: table && earlier ? ` \\_ ${name}` : name,
      Node: node,
      Ports: (task.Status.PortStatus.Ports ?? [])
        .map((p) => `*:${p.PublishedPort}->${p.TargetPort}/${p.Protocol}`)
        .join(','),
    }),
  };
}

const since = (now: number, at: string): string =>
  humanDuration(Math.max(0, now - (parseTime(at)?.seconds ?? now))).toLowerCase();

function errorOf(text: string, trunc: boolean): string {
  if (text === '') return '';
  return `"${trunc && text.length > ERROR_LENGTH ? `${text.slice(0, ERROR_LENGTH - 1)}…` : text}"`;
}

function imageOf({ Spec }: Task, trunc: boolean): string {
  const image = Spec.ContainerSpec?.Image ?? '';
  return trunc ? image.replace(/@sha256:.*$/, '') : image;
}
