/** `docker system df -v`: one row for each object. @see docker/cli cli/command/formatter/disk_usage.go: verboseWrite */
import { tabwrite } from '../../../../base/tabwriter.ts';
import type { ContainerSummary, ImageSummary } from '../../../api/types.ts';
import { Failure } from '../../failure.ts';
import { CONTAINER_RAW, containerListing } from '../../formatter/container.ts';
import { type Listing, renderList, rowValue } from '../../formatter/table.ts';
import { humanSize } from '../../formatter/units.ts';
import { execTemplate } from '../../template/exec.ts';
import { FUNCTION_NAMES, FUNCTIONS } from '../../template/funcs.ts';
import { parseTemplate } from '../../template/parse.ts';
import { type GoType, type GoValue, sliceOf, struct } from '../../template/value.ts';
import { IMAGE_RAW, type ImageRow, imageListing } from '../image/ls.ts';
import { VOLUME_RAW, type Volume, volumeListing } from '../volume/ls.ts';

/** The daemon's answer. */
export interface Usage {
  readonly LayersSize: number;
  readonly Images: ImageSummary[] | null;
  readonly Containers: ContainerSummary[] | null;
  readonly Volumes: Volume[] | null;
  readonly BuildCache: CacheRecord[] | null;
}

interface CacheRecord {
  readonly ID: string;
  readonly Type: string;
  readonly InUse: boolean;
  readonly Size: number;
  readonly Shared: boolean;
}

const CACHE: Listing<CacheRecord> = {
  type: 'formatter.buildCacheContext',
  headers: {
    ID: 'CACHE ID',
    CacheType: 'CACHE TYPE',
    Size: 'SIZE',
    CreatedSince: 'CREATED',
    LastUsedSince: 'LAST USED',
    UsageCount: 'USAGE',
    Shared: 'SHARED',
  },
  columns: (c) => ({ CacheType: c.Type, ID: c.ID, Shared: String(c.Shared), Size: humanSize(c.Size, 3) }),
};

/** The first tag stands for an image. */
function imageRow(image: ImageSummary): ImageRow {
  const name = image.RepoTags?.[0] ?? '<none>:<none>';
  const colon = name.lastIndexOf(':');
  return { image, repository: name.slice(0, colon), tag: name.slice(colon + 1), digest: '' };
}

interface Part {
  readonly title: string;
  readonly columns: string;
  /** Renders the rows by a template. */
  readonly render: (format: string, columns: string, raw: string, trunc: boolean) => string;
  readonly raw: string;
  readonly value: GoValue;
}

const ROWS: GoType = { k: 'any', name: 'interface {}' };

function part<T>(
  title: string,
  columns: string,
  raw: string,
  rows: readonly T[],
  listing: (trunc: boolean) => Listing<T>,
): Part {
  return {
    title,
    columns,
    raw,
    render: (format, table, text, trunc) => renderList(listing(trunc), rows, format, table, text).text,
    value: { t: sliceOf(ROWS), v: rows.map((r) => rowValue(listing(false), r)) },
  };
}

function parts(u: Usage, now: number): readonly Part[] {
  const cache = u.BuildCache ?? [];
  const size = cache.filter((c) => !c.Shared).reduce((n, c) => n + c.Size, 0);
  return [
    part(
      'Images space usage:',
      '{{.Repository}}\\t{{.Tag}}\\t{{.ID}}\\t{{.CreatedSince}}\\t{{.Size}}\\t{{.SharedSize}}\\t{{.UniqueSize}}\\t{{.Containers}}',
      `type: Image\\n${IMAGE_RAW.replace('image_id', 'digest: {{.Digest}}\\nimage_id')}`,
      (u.Images ?? []).map(imageRow),
      (trunc) => imageListing(now, trunc),
    ),
    part(
      '\nContainers space usage:',
      '{{.ID}}\\t{{.Image}}\\t{{.Command}}\\t{{.LocalVolumes}}\\t{{.Size}}\\t{{.RunningFor}}\\t{{.Status}}\\t{{.Names}}',
      `type: Container\\n${CONTAINER_RAW}size: {{.Size}}\\n`,
      (u.Containers ?? []).map((c) => ({ ...c, SizeRootFs: 0 })),
      (trunc) => containerListing(now, trunc),
    ),
    part(
      '\nLocal Volumes space usage:',
      '{{.Name}}\\t{{.Links}}\\t{{.Size}}',
      `type: Volume\\n${VOLUME_RAW}`,
      u.Volumes ?? [],
      () => volumeListing,
    ),
    part(
      `\nBuild cache usage: ${humanSize(size)}`,
      '{{.ID}}\\t{{.CacheType}}\\t{{.Size}}\\t{{.CreatedSince}}\\t{{.LastUsedSince}}\\t{{.UsageCount}}\\t{{.Shared}}',
      'type: Build Cache\\nid: {{.ID}}\\n',
      cache,
      () => CACHE,
    ),
  ];
}

const TYPE = struct(
  '*formatter.diskUsageContext',
  ['Images', ROWS],
  ['Containers', ROWS],
  ['Volumes', ROWS],
  ['BuildCache', ROWS],
);

/** @param now unix seconds */
export function verboseUsage(u: Usage, now: number, given: string): { text: string; failure?: Failure } {
  const all = parts(u, now);
  const format = given === '' ? 'table' : given;
  if (format === 'table')
    return { text: all.map((p) => `${p.title}\n\n${p.render('table', p.columns, '', true)}`).join('') };
  if (format === 'raw') return { text: all.map((p) => p.render('raw', p.columns, p.raw, false)).join('') };
  const source = format === 'json' ? '{{json .}}' : format.replace(/^table/, '').trim();
  const template = parseTemplate('', source, FUNCTION_NAMES);
  if (typeof template === 'string') return { text: '', failure: new Failure(`template parsing error: ${template}`) };
  const data = { t: TYPE, v: all.map((p) => p.value) };
  const { text, error } = execTemplate(template, data, { functions: FUNCTIONS });
  const out = format.startsWith('table') ? tabwrite(text) : text;
  return error ? { text: out, failure: new Failure(error) } : { text: out };
}
