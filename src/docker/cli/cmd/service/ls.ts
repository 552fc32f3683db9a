import type { Service } from '../../../api/swarm.ts';
import { filterQuery } from '../../client.ts';
import type { Ctx } from '../../context.ts';
import { type Failure, failed } from '../../failure.ts';
import type { Options } from '../../flags/options.ts';
import { type Column, type Listing, renderList } from '../../formatter/table.ts';
import { truncateId } from '../../formatter/units.ts';
import { command, flag, NONE } from '../../spec.ts';
import { FORMAT_HELP } from '../format.ts';
import { natural } from '../natural.ts';
import { portsText } from './ports.ts';

const modeOf = ({ Spec: { Mode } }: Service): string =>
  Mode.Global ? 'global' : Mode.ReplicatedJob ? 'replicated job' : Mode.GlobalJob ? 'global job' : 'replicated';

/** A job also says how often it has come to its end; replicas, how many of them a node may have. */
function replicasOf({ Spec: { Mode, TaskTemplate }, ServiceStatus: s }: Service): string {
  const running = `${s?.RunningTasks ?? 0}/${s?.DesiredTasks ?? 0}`;
  const most = Number(TaskTemplate.Placement?.MaxReplicas ?? 0);
  if (Mode.Replicated && most > 0) return `${running} (max ${most} per node)`;
  if (Mode.GlobalJob) return `${running} (${s?.CompletedTasks ?? 0}/${s?.DesiredTasks ?? 0} completed)`;
  if (!Mode.ReplicatedJob) return running;
  return `${running} (${s?.CompletedTasks ?? 0}/${Mode.ReplicatedJob.TotalCompletions ?? 0} completed)`;
}

/** @see docker/cli cli/command/service/formatter.go: serviceContext */
const LISTING: Listing<Service> = {
  type: 'service.serviceContext',
  headers: { ID: 'ID', Name: 'NAME', Mode: 'MODE', Replicas: 'REPLICAS', Image: 'IMAGE', Ports: 'PORTS' },
  columns: (s): Record<string, Column> => ({
    ID: truncateId(s.ID),
    Image: (s.Spec.TaskTemplate.ContainerSpec?.Image ?? '').replace(/@sha256:.*$/, ''),
    Mode: modeOf(s),
    Name: s.Spec.Name ?? '',
    Ports: portsText(s.Endpoint.Ports ?? []),
    Replicas: replicasOf(s),
  }),
};

/** `docker service ls` */
export const serviceLs = command({
  path: ['service', 'ls'],
  aliases: ['service ls', 'service list'],
  use: '[OPTIONS]',
  short: 'List services',
  args: NONE,
  flags: [
    flag('quiet', 'bool', 'Print ids only', { short: 'q' }),
    flag('format', 'string', FORMAT_HELP),
    flag('filter', 'filter', 'Show those that meet a condition', { short: 'f' }),
  ],
  run: async (ctx, o) => {
    const filters = filterQuery(o.list('filter'));
    const found = await ctx.client.get<Service[]>('/services', {
      filters,
      status: o.bool('quiet') ? undefined : 'true',
    });
    if (failed(found)) return found;
    return (await printServices(ctx, o, found)) ?? 0;
  },
});

/** Services as a list, by name. */
export async function printServices(ctx: Ctx, o: Options, found: readonly Service[]): Promise<Failure | undefined> {
  const rows = [...found].sort((a, b) => natural(a.Spec.Name ?? '', b.Spec.Name ?? ''));
  const format = ctx.listFormat(o, 'servicesFormat');
  const chosen = o.bool('quiet') && (format === '' || format === 'table') ? '{{.ID}}' : format;
  const columns = '{{.ID}}\\t{{.Name}}\\t{{.Mode}}\\t{{.Replicas}}\\t{{.Image}}\\t{{.Ports}}';
  const { text, failure } = renderList(LISTING, rows, chosen, columns);
  await ctx.out(text);
  return failure;
}
