/**
 * The JSON of an image, whose digest is its id.
 * @see OCI image-spec config.md
 */
import { parseRfc3339, rfc3339Nano } from '../time.ts';
import { type ImageConfig, NO_CONFIG } from './spec.ts';
import type { HistoryEntry, NewImage } from './store.ts';

/** The text; its fields are in the order of their names, as docker writes them. */
export function imageJson(image: NewImage): string {
  return JSON.stringify({
    architecture: 'amd64',
    author: image.author || undefined,
    comment: image.comment || undefined,
    config: image.config,
    created: rfc3339Nano(image.created),
    history: image.history.map((h) => ({
      created: rfc3339Nano(h.created),
      created_by: h.createdBy,
      comment: h.comment,
      empty_layer: h.empty || undefined,
    })),
    os: 'linux',
    rootfs: { type: 'layers', diff_ids: image.layers.map((l) => l.diffId) },
  });
}

/** What {@link parseImageJson} finds: an image without its layers, of which it knows the digests. */
export interface ParsedImage extends Omit<NewImage, 'layers'> {
  readonly diffIds: readonly string[];
}

interface Shape {
  readonly author?: string;
  readonly comment?: string;
  readonly created?: string;
  readonly config?: Partial<ImageConfig>;
  readonly history?: readonly {
    created?: string;
    created_by?: string;
    comment?: string;
    author?: string;
    empty_layer?: boolean;
  }[];
  readonly rootfs?: { readonly diff_ids?: readonly string[] };
}

/** @returns undefined when the text is no image's */
export function parseImageJson(text: string): ParsedImage | undefined {
  let json: Shape;
  try {
    json = JSON.parse(text) as Shape;
  } catch {
    return undefined;
  }
  const diffIds = json?.rootfs?.diff_ids;
  if (!Array.isArray(diffIds)) return undefined;
  const time = (t: string | undefined): bigint => (t === undefined ? 0n : (parseRfc3339(t) ?? 0n));
  const history: HistoryEntry[] = (json.history ?? []).map((h) => ({
    created: time(h.created),
    createdBy: h.created_by ?? '',
    comment: h.comment ?? '',
    size: 0,
    ...(h.author ? { author: h.author } : {}),
    ...(h.empty_layer ? { empty: true } : {}),
  }));
  return {
    diffIds,
    config: { ...NO_CONFIG, ...json.config },
    created: time(json.created),
    author: json.author ?? '',
    comment: json.comment ?? '',
    history,
  };
}
