/** `docker compose ps`. @see docker/compose cmd/compose/ps.go, pkg/compose/ps.go, cmd/formatter/container.go */
import type { ContainerInspect, ContainerSummary, Port } from '../../api/types.ts';
import { Failure, failed } from '../../cli/failure.ts';
import type { Options } from '../../cli/flags/options.ts';
import { CONTAINER_RAW, containerListing } from '../../cli/formatter/container.ts';
import { type Column, type Listing, renderList } from '../../cli/formatter/table.ts';
import { goMarshal } from '../../cli/gojson.ts';
import { ANY, flag } from '../../cli/spec.ts';
import type { Compose } from '../compose.ts';
import { byName, containersOf, nameOf, serviceOf } from '../containers.ts';
import { all } from '../graph.ts';
import { PROJECT } from '../labels.ts';
import { noService } from '../recalled.ts';
import { composeCommand } from '../spec.ts';

/** A container, and what only an inspection tells. */
interface Row {
  readonly c: ContainerSummary;
  readonly exitCode: number;
  readonly health: string;
}

const publisher = (p: Port): unknown => ({
  URL: p.IP ?? '',
  TargetPort: p.PrivatePort,
  PublishedPort: p.PublicPort ?? 0,
  Protocol: p.Type,
});

const COLUMNS = '{{.Name}}\\t{{.Image}}\\t{{.Command}}\\t{{.Service}}\\t{{.RunningFor}}\\t{{.Status}}\\t{{.Ports}}';

/** The networks stand in the order in which the engine gives them. */
function listing(now: number, trunc: boolean): Listing<Row> {
  const base = containerListing(now, trunc);
  return {
    type: 'formatter.ContainerContext',
    headers: {
      ID: 'CONTAINER ID',
      Name: 'NAME',
      Project: 'PROJECT',
      Service: 'SERVICE',
      Image: 'IMAGE',
      Command: 'COMMAND',
      CreatedAt: 'CREATED AT',
      RunningFor: 'CREATED',
      Ports: 'PORTS',
      State: 'STATE',
      Status: 'STATUS',
      Size: 'SIZE',
      Labels: 'LABELS',
    },
    columns: ({ c, exitCode, health }): Record<string, Column> => {
      const { Platform: _, ...own } = base.columns(c) as Record<string, Column>;
      return {
        ...own,
        Name: nameOf(c),
        Project: c.Labels[PROJECT] ?? '',
        Service: serviceOf(c),
        ExitCode: String(exitCode),
        Health: health,
        Publishers: goMarshal(c.Ports.map(publisher)),
        Image: c.Image,
      };
    },
  };
}

/** A row as one line of JSON. */
function jsonRow(list: Listing<Row>, row: Row): string {
  const out: Record<string, unknown> = {
    ...list.columns(row),
    ExitCode: row.exitCode,
    Publishers: row.c.Ports.map(publisher),
  };
  const plain = Object.entries(out).filter(([, v]) => typeof v !== 'function');
  return goMarshal(Object.fromEntries(plain.sort(([a], [b]) => (a < b ? -1 : 1))));
}

async function rowsOf(c: Compose, list: readonly ContainerSummary[]): Promise<Row[] | Failure> {
  const rows: Row[] = [];
  type Health = ContainerInspect & { State: { Health?: { Status: string } } };
  const bad = await all(
    list.map(async (x, i) => {
      const info = await c.ctx.client.get<Health>(`/containers/${x.Id}/json`);
      if (failed(info)) return info;
      const over = info.State.Status === 'exited' || info.State.Status === 'dead';
      rows[i] = { c: x, exitCode: over ? info.State.ExitCode : 0, health: info.State.Health?.Status ?? '' };
      return undefined;
    }),
  );
  return bad ?? rows;
}

/** States that `--status` and `--filter` ask for. */
function statuses(o: Options): string[] | Failure {
  const out = [...o.list('status')];
  const filter = o.string('filter');
  if (filter === '') return out;
  const [key = '', value] = [
    filter.split('=')[0],
    filter.includes('=') ? filter.slice(filter.indexOf('=') + 1) : undefined,
  ];
  if (value === undefined) return new Failure('arguments to --filter should be in form KEY=VAL');
  if (key === 'source') return new Failure('not implemented');
  return key === 'status' ? [...out, value] : new Failure(`unknown filter ${key}`);
}

async function run(c: Compose, o: Options, given: readonly string[]): Promise<number | Failure> {
  const wanted = statuses(o);
  if (failed(wanted)) return wanted;
  const found = await c.projectOrName(given);
  if (failed(found)) return found;
  let services = given;
  if (found.project) {
    const names = Object.keys(found.project.services);
    const strange = given.find((s) => !names.includes(s));
    if (strange !== undefined) return noService(strange);
    if (given.length === 0 && !o.bool('orphans')) services = names;
  }
  const every = o.bool('all') || wanted.length > 0;
  const list = await containersOf(c, found.name, { oneOff: every ? 'include' : 'exclude', all: every, services });
  if (failed(list)) return list;
  const shown = byName(list.filter((x) => wanted.length === 0 || wanted.includes(x.State)));
  if (o.bool('quiet')) return print(c, shown.map((x) => `${x.Id}\n`).join(''));
  if (o.bool('services')) return print(c, `${[...new Set(shown.map(serviceOf))].join('\n')}\n`);
  const rows = await rowsOf(c, shown);
  if (failed(rows)) return rows;
  const format = o.string('format') || c.ctx.contexts.config.string('psFormat');
  const how = listing(c.ctx.now(), !o.bool('no-trunc'));
  if (format === 'json') return print(c, rows.map((r) => `${jsonRow(how, r)}\n`).join(''));
  const { text, failure } = renderList(how, rows, format, COLUMNS, CONTAINER_RAW);
  await c.ctx.out(text);
  return failure ?? 0;
}

async function print(c: Compose, text: string): Promise<number> {
  await c.ctx.out(text);
  return 0;
}

/** `docker compose ps` */
export const ps = composeCommand({
  name: 'ps',
  use: '[OPTIONS] [SERVICE...]',
  short: 'List containers',
  args: ANY,
  flags: [
    flag('all', 'bool', 'Those that are stopped too, and those of the run command', { short: 'a' }),
    flag('filter', 'string', 'Only those in a state (status=running)'),
    flag('format', 'string', 'Print with this template: table, table TEMPLATE, json, TEMPLATE'),
    flag('no-trunc', 'bool', 'Show everything in full length'),
    flag('orphans', 'bool', 'Those of services too that the file does not have', { default: 'true' }),
    flag('quiet', 'bool', 'Print ids only', { short: 'q' }),
    flag('services', 'bool', 'Print names of services'),
    flag(
      'status',
      'stringArray',
      'Only those in a state [paused | restarting | removing | running | dead | created | exited]',
    ),
  ],
  run,
});
