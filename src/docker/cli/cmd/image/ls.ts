import type { ImageSummary } from '../../../api/types.ts';
import { filterQuery } from '../../client.ts';
import { Failure, failed } from '../../failure.ts';
import { type Column, type Listing, renderList, usesColumn } from '../../formatter/table.ts';
import { dateTime, humanDuration } from '../../formatter/time.ts';
import { humanSize, truncateId } from '../../formatter/units.ts';
import { familiarName, parseReference } from '../../reference.ts';
import { between, command, flag } from '../../spec.ts';
import { FORMAT_HELP } from '../format.ts';
import { imageTree } from './tree.ts';

/** A tag of an image. */
export interface ImageRow {
  readonly image: ImageSummary;
  readonly repository: string;
  readonly tag: string;
  readonly digest: string;
}

/** One row a tag; digests stand beside the tags of their repository. @see docker/cli cli/command/formatter/image.go */
function rows(image: ImageSummary, digests: boolean): ImageRow[] {
  const tags = new Map<string, string[]>();
  const sums = new Map<string, string[]>();
  const put = (map: Map<string, string[]>, key: string, value: string): void => {
    map.set(key, [...(map.get(key) ?? []), value]);
  };
  for (const t of image.RepoTags ?? []) {
    const ref = parseReference(t);
    if ('value' in ref && ref.value.tag !== '') put(tags, familiarName(ref.value), ref.value.tag);
  }
  for (const d of image.RepoDigests ?? []) {
    const ref = parseReference(d);
    if ('value' in ref && ref.value.digest !== '') put(sums, familiarName(ref.value), ref.value.digest);
  }
  const out: ImageRow[] = [];
  for (const [repository, list] of tags) {
    for (const tag of list) {
      const of = digests ? (sums.get(repository) ?? ['<none>']) : ['<none>'];
      for (const digest of of) out.push({ image, repository, tag, digest });
    }
    sums.delete(repository);
  }
  for (const [repository, list] of sums)
    for (const digest of list) out.push({ image, repository, tag: '<none>', digest });
  return out.length > 0 ? out : [{ image, repository: '<none>', tag: '<none>', digest: '<none>' }];
}

/** @param now unix seconds */
export function imageListing(now: number, trunc: boolean): Listing<ImageRow> {
  return {
    type: 'formatter.imageContext',
    headers: {
      ID: 'IMAGE ID',
      Repository: 'REPOSITORY',
      Tag: 'TAG',
      Digest: 'DIGEST',
      CreatedSince: 'CREATED',
      CreatedAt: 'CREATED AT',
      Size: 'SIZE',
      Containers: 'CONTAINERS',
      VirtualSize: 'SIZE',
      SharedSize: 'SHARED SIZE',
      UniqueSize: 'UNIQUE SIZE',
    },
    columns: ({ image, repository, tag, digest }): Record<string, Column> => ({
      Containers: image.Containers === -1 ? 'N/A' : String(image.Containers),
      CreatedAt: `${dateTime(image.Created)} +0000 UTC`,
      CreatedSince: image.Created <= 0 ? 'N/A' : `${humanDuration(now - image.Created)} ago`,
      Digest: digest,
      ID: trunc ? truncateId(image.Id) : image.Id,
      Repository: repository,
      SharedSize: image.SharedSize === -1 ? 'N/A' : humanSize(image.SharedSize),
      Size: humanSize(image.Size, 3),
      Tag: tag,
      UniqueSize: image.SharedSize === -1 ? 'N/A' : humanSize(image.Size - image.SharedSize),
      VirtualSize: humanSize(image.Size),
    }),
  };
}

/** `--format raw`, without digests */
export const IMAGE_RAW =
  'repository: {{.Repository}}\\ntag: {{.Tag}}\\nimage_id: {{.ID}}\\ncreated_at: {{.CreatedAt}}\\nvirtual_size: {{.Size}}\\n';

/** Flags that --tree does not go with, and what it calls them. */
const TREELESS = [
  ['quiet', 'quiet'],
  ['no-trunc', 'no-trunc'],
  ['digests', 'show-digest'],
  ['format', 'format'],
] as const;

/** `docker images` */
export const images = command({
  path: ['images'],
  aliases: ['image ls', 'image list', 'images'],
  use: '[OPTIONS] [REPOSITORY[:TAG]]',
  short: 'List images',
  args: between(0, 1),
  flags: [
    flag('quiet', 'bool', 'Print ids only', { short: 'q' }),
    flag('all', 'bool', 'Show intermediate images too (hidden otherwise)', { short: 'a' }),
    flag('no-trunc', 'bool', 'Show everything in full length'),
    flag('digests', 'bool', 'Show digests'),
    flag('format', 'string', FORMAT_HELP),
    flag('filter', 'filter', 'Show those that meet a condition', { short: 'f' }),
    flag('tree', 'bool', 'Show platforms of each image as a tree (experimental)'),
  ],
  names: ['image'],
  run: async (ctx, o, args) => {
    const tree = o.bool('tree');
    const unmeant = TREELESS.find(([name]) => o.changed(name));
    if (tree && unmeant) return new Failure(`--${unmeant[1]} is not yet supported with --tree`);
    const filters = [...o.list('filter'), ...(args[0] ? [`reference=${args[0]}`] : [])];
    const list = await ctx.client.get<ImageSummary[]>('/images/json', {
      all: o.bool('all') ? '1' : undefined,
      filters: filterQuery(filters),
      manifests: tree ? '1' : undefined,
    });
    if (failed(list)) return list;
    if (tree) {
      await ctx.out(imageTree(ctx, list, o.bool('all')));
      return 0;
    }
    const digests = o.bool('digests');
    const format = o.string('format');
    const quiet = o.bool('quiet') && (format === '' || format === 'table');
    const shown = list.flatMap((i) => rows(i, digests || usesColumn(format, 'Digest')));
    const columns = digests
      ? '{{.Repository}}\\t{{.Tag}}\\t{{.Digest}}\\t{{.ID}}\\t{{.CreatedSince}}\\t{{.Size}}'
      : '{{.Repository}}\\t{{.Tag}}\\t{{.ID}}\\t{{.CreatedSince}}\\t{{.Size}}';
    const { text, failure } = renderList(
      imageListing(ctx.now(), !o.bool('no-trunc')),
      shown,
      quiet ? '{{.ID}}' : format,
      columns,
      o.bool('quiet')
        ? 'image_id: {{.ID}}'
        : digests
          ? IMAGE_RAW.replace('image_id', 'digest: {{.Digest}}\\nimage_id')
          : IMAGE_RAW,
    );
    await ctx.out(text);
    return failure ?? 0;
  },
});
