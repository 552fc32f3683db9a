/** Rows of docker ps. @see docker/cli cli/command/formatter/container.go */
import type { ContainerSummary } from '../../api/types.ts';
import { goQuote } from '../flags/gostrconv.ts';
import { parseReference } from '../reference.ts';
import { displayablePorts } from './ports.ts';
import { type Column, type Listing, labelMethod } from './table.ts';
import { dateTime, humanDuration } from './time.ts';
import { ellipsis, humanSize, truncateId } from './units.ts';

export const CONTAINER_COLUMNS =
  '{{.ID}}\\t{{.Image}}\\t{{.Command}}\\t{{.RunningFor}}\\t{{.Status}}\\t{{.Ports}}\\t{{.Names}}';

/** `--format raw` */
export const CONTAINER_RAW =
  'container_id: {{.ID}}\\nimage: {{.Image}}\\ncommand: {{.Command}}\\ncreated_at: {{.CreatedAt}}\\nstate: {{- pad .State 1 0}}\\nstatus: {{- pad .Status 1 0}}\\nnames: {{.Names}}\\nlabels: {{- pad .Labels 1 0}}\\nports: {{- pad .Ports 1 0}}\\n';

function names(row: ContainerSummary, trunc: boolean): string {
  const all = row.Names.map((n) => n.replace(/^\//, ''));
  const own = trunc ? all.find((n) => !n.includes('/')) : undefined;
  return own ?? all.join(',');
}

function image(row: ContainerSummary, trunc: boolean): string {
  if (row.Image === '') return '<no image>';
  if (!trunc) return row.Image;
  if (truncateId(row.ImageID) === truncateId(row.Image)) return truncateId(row.Image);
  const ref = parseReference(row.Image);
  return 'value' in ref && ref.value.digest !== '' && ref.value.tag !== ''
    ? row.Image.slice(0, row.Image.indexOf('@'))
    : row.Image;
}

function size(row: ContainerSummary): string {
  const own = humanSize(row.SizeRw ?? 0, 3);
  return (row.SizeRootFs ?? 0) > 0 ? `${own} (virtual ${humanSize(row.SizeRootFs ?? 0, 3)})` : own;
}

function mounts(row: ContainerSummary, trunc: boolean): string {
  const list = (row.Mounts ?? []) as { Name?: string; Source?: string }[];
  return list
    .map((m) => m.Name || m.Source || '')
    .map((n) => (trunc ? ellipsis(n, 15) : n))
    .join(',');
}

/** Unix seconds now; whether long values are cut. */
interface How {
  readonly now: number;
  readonly trunc: boolean;
}

const COLUMNS: Readonly<Record<string, (row: ContainerSummary, how: How) => Column>> = {
  Command: (row, { trunc }) => goQuote(trunc ? ellipsis(row.Command, 20) : row.Command),
  CreatedAt: (row) => `${dateTime(row.Created)} +0000 UTC`,
  ID: (row, { trunc }) => (trunc ? truncateId(row.Id) : row.Id),
  Image: (row, { trunc }) => image(row, trunc),
  Label: (row) => labelMethod(row.Labels),
  Labels: (row) =>
    Object.entries(row.Labels ?? {})
      .map(([k, v]) => `${k}=${v}`)
      .sort()
      .join(','),
  LocalVolumes: (row) =>
    String(((row.Mounts ?? []) as { Driver?: string }[]).filter((m) => m.Driver === 'local').length),
  Mounts: (row, { trunc }) => mounts(row, trunc),
  Names: (row, { trunc }) => names(row, trunc),
  Networks: (row) =>
    Object.keys(row.NetworkSettings?.Networks ?? {})
      .sort()
      .join(','),
  Platform: () => null,
  Ports: (row) => displayablePorts(row.Ports ?? []),
  RunningFor: (row, { now }) => `${humanDuration(now - row.Created)} ago`,
  Size: (row) => size(row),
  State: (row) => row.State,
  Status: (row) => row.Status,
};

/** @param now unix seconds */
export function containerListing(now: number, trunc: boolean): Listing<ContainerSummary> {
  const how = { now, trunc };
  return {
    type: 'formatter.ContainerContext',
    headers: {
      ID: 'CONTAINER ID',
      Names: 'NAMES',
      Image: 'IMAGE',
      Command: 'COMMAND',
      CreatedAt: 'CREATED AT',
      RunningFor: 'CREATED',
      Ports: 'PORTS',
      State: 'STATE',
      Status: 'STATUS',
      Size: 'SIZE',
      Labels: 'LABELS',
      Mounts: 'MOUNTS',
      LocalVolumes: 'LOCAL VOLUMES',
      Networks: 'NETWORKS',
      Platform: 'PLATFORM',
    },
    columns: (row) => Object.fromEntries(Object.entries(COLUMNS).map(([name, of]) => [name, of(row, how)])),
    column: (row, name) => (Object.hasOwn(COLUMNS, name) ? COLUMNS[name]?.(row, how) : undefined),
  };
}
