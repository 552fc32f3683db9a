/**
 * Images as archives: save writes the OCI layout and docker's own manifest beside it, load reads the latter.
 * @see moby daemon/images (image/tarexport), OCI image-spec image-layout.md
 *
 * Limits: layers of the catalog have the digests of `images/digests.ts`.
 */
import { decompress } from '../../../base/decompress.ts';
import { text, utf8 } from '../../../base/http.ts';
import { rootEntry, type TarEntry, writeTar } from '../../../base/tar.ts';
import { Failure } from '../../errdefs.ts';
import { digest, sha256 } from '../../images/digest.ts';
import { imageJson, parseImageJson } from '../../images/json.ts';
import {
  familiarName,
  familiarString,
  parseReference,
  type Reference,
  withDefaultTag,
} from '../../images/reference.ts';
import type { Image, ImageLayer } from '../../images/store.ts';
import type { Daemon } from '../daemon.ts';
import { line, progressBar } from '../progress.ts';
import { entriesOf, epochOf, virtualOf } from './container.ts';
import { layerOf, layerTar } from './layer.ts';

const CONFIG = 'application/vnd.oci.image.config.v1+json';
const LAYER = 'application/vnd.oci.image.layer.v1.tar';
const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';

interface Saved {
  readonly image: Image;
  readonly refs: Reference[];
}

/** GET /images/get and /images/{name}/get */
export function saveImages(daemon: Daemon, names: readonly string[]): Iterable<Uint8Array> | Failure {
  const saved = new Map<string, Saved>();
  for (const name of names) {
    const image = daemon.images.get(name);
    if (image instanceof Failure) return image;
    const entry = saved.get(image.id) ?? { image, refs: [] };
    saved.set(image.id, entry);
    const ref = daemon.images.isId(name) ? undefined : parseReference(name);
    if (ref && !(ref instanceof Failure)) entry.refs.push(withDefaultTag(ref));
    daemon.emit('image', 'save', image.id, { name: image.id });
  }
  return writeTar(layout(daemon, [...saved.values()]));
}

const blob = (id: string): string => `blobs/sha256/${id.replace('sha256:', '')}`;

function* layout(daemon: Daemon, saved: readonly Saved[]): Generator<TarEntry> {
  const now = daemon.now();
  const entry = (name: string, bytes: Uint8Array): TarEntry =>
    rootEntry(name, bytes, {
      ...(name.endsWith('/') && { kind: 'dir', mode: 0o755 }),
      ...(name.startsWith('blobs') && { mtime: now }),
    });
  const none = new Uint8Array(0);
  yield entry('blobs/', none);
  yield entry('blobs/sha256/', none);
  const written = new Map<string, number>();
  const manifests: unknown[] = [];
  for (const { image, refs } of saved) {
    for (const l of image.layers) {
      if (written.has(l.diffId)) continue;
      const bytes = layerTar(l, epochOf(daemon));
      written.set(l.diffId, bytes.length);
      yield entry(blob(l.diffId), bytes);
    }
    const config = utf8(image.raw ?? imageJson(image));
    if (!written.has(image.id)) yield entry(blob(image.id), config);
    written.set(image.id, config.length);
    const manifest = {
      schemaVersion: 2,
      mediaType: MANIFEST,
      config: { mediaType: CONFIG, digest: image.id, size: config.length },
      layers: image.layers.map((l) => ({ mediaType: LAYER, digest: l.diffId, size: written.get(l.diffId) })),
    };
    const bytes = utf8(JSON.stringify(manifest));
    const id = digest(text(bytes));
    if (!written.has(id)) yield entry(blob(id), bytes);
    written.set(id, bytes.length);
    const described = { mediaType: MANIFEST, digest: id, size: bytes.length };
    for (const ref of refs)
      manifests.push({
        ...described,
        annotations: {
          'io.containerd.image.name': `${ref.domain}/${ref.path}:${ref.tag}`,
          'org.opencontainers.image.ref.name': ref.tag,
        },
      });
    if (refs.length === 0) manifests.push(described);
  }
  const put = (name: string, value: unknown): TarEntry => entry(name, utf8(JSON.stringify(value)));
  yield put('index.json', { schemaVersion: 2, mediaType: 'application/vnd.oci.image.index.v1+json', manifests });
  yield put(
    'manifest.json',
    saved.map((s) => legacyManifest(s, written)),
  );
  yield put('oci-layout', { imageLayoutVersion: '1.0.0' });
  if (saved.some((s) => s.refs.length > 0)) yield put('repositories', repositories(saved));
}

function legacyManifest({ image, refs }: Saved, sizes: ReadonlyMap<string, number>): unknown {
  return {
    Config: blob(image.id),
    RepoTags: refs.length > 0 ? refs.map(familiarString) : null,
    Layers: image.layers.map((l) => blob(l.diffId)),
    LayerSources: Object.fromEntries(
      image.layers.map((l) => [l.diffId, { mediaType: LAYER, size: sizes.get(l.diffId), digest: l.diffId }]),
    ),
  };
}

function repositories(saved: readonly Saved[]): Record<string, Record<string, string>> {
  const out: Record<string, Record<string, string>> = {};
  for (const { image, refs } of saved)
    for (const ref of refs) {
      const name = familiarName(ref);
      const top = image.layers.at(-1)?.diffId.slice(7) ?? '';
      out[name] = { ...out[name], [ref.tag ?? 'latest']: top };
    }
  return out;
}

interface LoadedManifest {
  readonly Config?: string;
  readonly RepoTags?: readonly string[] | null;
  readonly Layers?: readonly string[];
}

/** POST /images/load. @returns the messages to send */
export function loadImages(daemon: Daemon, archive: Uint8Array, quiet: boolean): Uint8Array[] | Failure {
  const entries = entriesOf(archive);
  if (entries instanceof Failure) return entries;
  const files = new Map(entries.map((e) => [e.name.replace(/^\.\//, ''), e.bytes]));
  const listed = files.get('manifest.json');
  const dir = `/var/lib/docker/tmp/docker-import-${daemon.rng.below(1e9)}`;
  const missing = (name: string): Failure => new Failure('system', `open ${dir}/${name}: no such file or directory`);
  if (!listed) return missing('manifest.json');
  let manifests: readonly LoadedManifest[];
  try {
    manifests = JSON.parse(text(listed)) as LoadedManifest[];
  } catch {
    return new Failure('system', 'invalid character in manifest.json');
  }
  const out: Uint8Array[] = [];
  for (const m of Array.isArray(manifests) ? manifests : []) {
    const config = files.get(m.Config ?? '');
    if (!config) return missing(m.Config ?? '');
    const failure = loadOne(daemon, m, text(config), files, quiet ? undefined : out, missing, out);
    if (failure) return failure;
  }
  return out;
}

function loadOne(
  daemon: Daemon,
  m: LoadedManifest,
  raw: string,
  files: ReadonlyMap<string, Uint8Array>,
  progress: Uint8Array[] | undefined,
  missing: (name: string) => Failure,
  out: Uint8Array[],
): Failure | undefined {
  const parsed = parseImageJson(raw);
  if (!parsed) return new Failure('invalid', 'invalid manifest, layers length mismatch: expected 0, got 1');
  const paths = m.Layers ?? [];
  if (paths.length !== parsed.diffIds.length)
    return new Failure(
      'invalid',
      `invalid manifest, layers length mismatch: expected ${parsed.diffIds.length}, got ${paths.length}`,
    );
  const layers: ImageLayer[] = [];
  for (const [i, path] of paths.entries()) {
    const diffId = parsed.diffIds[i] as string;
    const known = daemon.images.layer(diffId);
    const bytes = files.get(path);
    if (!known && !bytes) return missing(path);
    const layer = known ?? asDescribed(daemon, layerFrom(daemon, bytes as Uint8Array));
    if (layer.diffId !== diffId)
      return new Failure('system', `invalid diffID for layer ${i}: expected "${diffId}", got "${layer.diffId}"`);
    layers.push(layer);
    if (!known && progress) {
      const size = (bytes as Uint8Array).length;
      const id = diffId.slice(7, 19);
      const progressDetail = { current: size, total: size };
      progress.push(line({ status: 'Loading layer', progressDetail, progress: progressBar(size, size), id }));
    }
  }
  const image = daemon.images.add({ ...parsed, layers, raw });
  const refs = (m.RepoTags ?? []).map((t) => parseReference(t));
  daemon.emit('image', 'load', image.id, { name: image.id });
  for (const ref of refs) {
    if (ref instanceof Failure) return ref;
    const full = withDefaultTag(ref);
    const old = daemon.images.byTag(full);
    if (old && old.id !== image.id)
      out.push(
        line({
          stream: `The image ${familiarString(full)} already exists, renaming the old one with ID ${old.id} to empty string\n`,
        }),
      );
    daemon.images.tag(full, image.id);
    daemon.emit('image', 'tag', image.id, { name: familiarString(full) });
    out.push(line({ stream: `Loaded image: ${familiarString(full)}\n` }));
  }
  if (refs.length === 0) out.push(line({ stream: `Loaded image ID: ${image.id}\n` }));
  return undefined;
}

/** What the catalogs say of the same layer goes before what is read from its archive. */
const asDescribed = (daemon: Daemon, layer: ImageLayer): ImageLayer => daemon.images.described(layer.diffId) ?? layer;

/** A layer that was not known, with its archive: what is saved again must be the same to the byte. */
function layerFrom(daemon: Daemon, packed: Uint8Array): ImageLayer {
  const archive = (decompress(packed) ?? packed).slice();
  const entries = entriesOf(archive);
  const layer = layerOf(entries instanceof Failure ? [] : entries, virtualOf(daemon));
  const diffId = digest(archive);
  return { layer, diffId, archive, size: layer.size, cacheId: sha256(`cache ${diffId}`) };
}

/** POST /images/create?fromSrc=: an image of one layer. @returns its id */
export function importImage(
  daemon: Daemon,
  archive: Uint8Array,
  options: { readonly config: Image['config']; readonly comment: string; readonly ref: Reference | undefined },
): string | Failure {
  const entries = entriesOf(archive);
  if (entries instanceof Failure) return entries;
  const layer = layerFrom(daemon, archive);
  const created = daemon.now();
  const image = daemon.images.add({
    layers: [layer],
    config: options.config,
    created,
    comment: options.comment,
    history: [{ created, createdBy: '', comment: options.comment, size: layer.size }],
  });
  const name = options.ref ? familiarString(options.ref) : image.id;
  if (options.ref) {
    daemon.images.tag(options.ref, image.id);
    daemon.emit('image', 'tag', image.id, { name });
  }
  daemon.emit('image', 'import', image.id, { name });
  return image.id;
}
