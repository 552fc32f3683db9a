/**
 * POST /images/create?fromImage=: layers come three at a time and are unpacked in order, with the messages that the
 * real engine sends.
 * @see moby distribution/pull_v2.go, distribution/xfer/download.go, pkg/progress
 */
import { MS } from '../../base/clock.ts';
import { utf8 } from '../../base/http.ts';
import { Failure } from '../errdefs.ts';
import { digest, sha256 } from '../images/digest.ts';
import { imageJson } from '../images/json.ts';
import { noManifest } from '../images/platform.ts';
import { familiarName, familiarString, parseReference, type Reference, withDefaultTag } from '../images/reference.ts';
import { HUB, reachRegistry } from '../images/registry.ts';
import type { ImageSpec } from '../images/spec.ts';
import type { Image, ImageLayer, NewImage } from '../images/store.ts';
import type { Daemon } from './daemon.ts';
import { failed, line, progressBar } from './progress.ts';

/** Downloads at once. */
const PARALLEL = 3;
/** Bytes a second that come in, and that are unpacked. */
const DOWNLOAD = 40e6;
const UNPACK = 120e6;
/** Between two messages of progress. */
const TICK = 100 * MS;
/** What compression leaves of a layer. */
const PACKED = 0.4;

type Stream = AsyncIterable<Uint8Array>;

/**
 * @param tag a tag or digest, or empty for all tags when the image has none
 * @param platform what the image is to run on; empty for this machine's
 */
export async function pullImage(daemon: Daemon, from: string, tag: string, platform = ''): Promise<Stream | Failure> {
  const parsed = parseReference(`${from}${tag === '' ? '' : tag.includes(':') ? `@${tag}` : `:${tag}`}`);
  if (parsed instanceof Failure) return parsed;
  const isHub = parsed.domain === 'docker.io';
  const refused = await reachRegistry(daemon.controller.daemon.sys, isHub ? HUB : parsed.domain);
  if (refused) return refused;
  const name = familiarName(parsed);
  if (!isHub) return denied(name);
  const hub = await daemon.kernel.world.hold(import('../images/hub/hub.ts'));
  daemon.images.know(hub.DIGESTS);
  const all = tag === '' && parsed.tag === undefined && parsed.digest === undefined;
  const tags = all ? hub.hubTags(name) : [parsed.tag ?? 'latest'];
  const wanted: { ref: Reference; chain: ImageSpec[] }[] = [];
  for (const t of tags) {
    const found = lookUp(daemon, hub, name, { ...parsed, tag: t });
    if (found === 'no repository') return hub.ELSEWHERE.has(name) ? notCarried(name) : denied(name);
    if (found === 'no tag') {
      const shown = familiarString(parsed.digest === undefined ? { ...parsed, tag: t } : parsed);
      return new Failure('notFound', `manifest for ${shown} not found: manifest unknown: manifest unknown`);
    }
    wanted.push({ ref: parsed.digest === undefined ? { ...parsed, tag: t } : parsed, chain: found });
  }
  if (wanted.length === 0) return denied(name);
  return (async function* () {
    for (const { ref, chain } of wanted) yield* pull(daemon, ref, chain, noManifest(platform));
  })();
}

/** What a registry has under a name, and the digest of its manifest. */
export async function findRemote(
  daemon: Daemon,
  ref: Reference,
): Promise<{ readonly image: NewImage; readonly digest: string } | Failure> {
  const isHub = ref.domain === 'docker.io';
  const refused = await reachRegistry(daemon.controller.daemon.sys, isHub ? HUB : ref.domain);
  if (refused) return refused;
  const hub = await daemon.kernel.world.hold(import('../images/hub/hub.ts'));
  daemon.images.know(hub.DIGESTS);
  const repo = familiarName(ref);
  const found = !isHub ? 'no repository' : lookUp(daemon, hub, repo, withDefaultTag(ref));
  if (found === 'no tag') return new Failure('notFound', 'manifest unknown: manifest unknown');
  if (found === 'no repository') return isHub && hub.ELSEWHERE.has(repo) ? notCarried(repo) : denied(repo);
  const image = make(daemon, found);
  return { image, digest: manifestDigest(image) };
}

/** GET /distribution/{name}/json: what the registry has under a name, without taking it. @param whole with the manifest itself, which a client would ask the registry for */
export async function inspectDistribution(
  daemon: Daemon,
  name: string,
  whole = false,
): Promise<Record<string, unknown> | Failure> {
  const ref = parseReference(name);
  if (ref instanceof Failure) return ref;
  const found = await findRemote(daemon, ref);
  if (found instanceof Failure) return found;
  const manifest = manifestOf(found.image);
  return {
    Descriptor: { mediaType: MANIFEST, digest: found.digest, size: utf8(manifest).length },
    Platforms: [{ architecture: 'amd64', os: 'linux' }],
    ...(whole ? { Manifest: manifest } : {}),
  };
}

const denied = (name: string): Failure =>
  new Failure(
    'notFound',
    `pull access denied for ${name}, repository does not exist or may require 'docker login': denied: requested access to the resource is denied`,
  );

const notCarried = (name: string): Failure =>
  new Failure('notFound', `${name} is on Docker Hub, but this laboratory's registry does not carry it`);

type Hub = typeof import('../images/hub/hub.ts');

function byDigest(daemon: Daemon, hub: Hub, name: string, wanted: string): ImageSpec[] | 'no repository' | 'no tag' {
  const tags = hub.hubTags(name);
  if (tags.length === 0) return 'no repository';
  for (const t of tags) {
    const chain = hub.findHub(name, t);
    if (typeof chain !== 'string' && manifestDigest(make(daemon, chain)) === wanted) return chain;
  }
  return 'no tag';
}

/** What a registry has under a tag, or a digest, which goes first. */
const lookUp = (
  daemon: Daemon,
  hub: Hub,
  name: string,
  { tag, digest: wanted }: Reference,
): ReturnType<Hub['findHub']> =>
  wanted === undefined ? hub.findHub(name, tag ?? 'latest') : byDigest(daemon, hub, name, wanted);

const make = (daemon: Daemon, chain: readonly ImageSpec[]): NewImage =>
  chain.reduce<NewImage | undefined>((base, spec) => daemon.images.specified(spec, base), undefined) as NewImage;

const packedSize = (l: ImageLayer): number => Math.max(32, Math.ceil(l.size * PACKED));
const MANIFEST = 'application/vnd.docker.distribution.manifest.v2+json';

/** An image as a registry describes it. @see docker/distribution manifest/schema2/manifest.go */
function manifestOf(image: NewImage): string {
  const config = imageJson(image);
  const part = (kind: string, size: number, id: string): unknown => ({
    mediaType: `application/vnd.docker.${kind}`,
    size,
    digest: id,
  });
  return JSON.stringify(
    {
      schemaVersion: 2,
      mediaType: MANIFEST,
      config: part('container.image.v1+json', utf8(config).length, digest(config)),
      layers: image.layers.map((l) => part('image.rootfs.diff.tar.gzip', packedSize(l), digest(`gzip ${l.diffId}`))),
    },
    undefined,
    3,
  );
}

/** What names an image in a registry. */
const manifestDigest = (image: NewImage): string => digest(manifestOf(image));

const shortOf = (l: ImageLayer): string => sha256(`gzip ${l.diffId}`).slice(0, 12);

async function* pull(daemon: Daemon, ref: Reference, chain: readonly ImageSpec[], missing?: Failure): Stream {
  const image = make(daemon, chain);
  const full = withDefaultTag(ref);
  const name = `${ref.domain === 'docker.io' ? ref.path : `${ref.domain}/${ref.path}`}`;
  yield line({ status: `Pulling from ${name}`, id: full.tag ?? full.digest ?? '' });
  await daemon.sleep(300 * MS);
  if (missing) {
    yield failed(missing.message);
    return;
  }
  const before = daemon.images.byTag(full);
  const manifest = manifestDigest(image);
  const added = daemon.images.add(image);
  const known = before?.id === added.id;
  if (!known) yield* fetchLayers(daemon, image, added);
  daemon.images.addDigest({ domain: ref.domain, path: ref.path, digest: manifest }, added.id);
  if (ref.digest === undefined) daemon.images.tag(full, added.id);
  yield line({ status: `Digest: ${manifest}` });
  const shown = familiarString(full);
  yield line({ status: `Status: ${known ? 'Image is up to date' : 'Downloaded newer image'} for ${shown}` });
  daemon.emit('image', 'pull', shown, { name: familiarName(ref) });
}

/** One layer on its way. */
interface Transfer {
  readonly id: string;
  readonly total: number;
  readonly size: number;
  got: number;
  unpacked: number;
  state: 'waiting' | 'downloading' | 'here' | 'unpacking' | 'done';
}

async function* fetchLayers(daemon: Daemon, image: NewImage, added: Image): Stream {
  const here = new Set(daemon.images.list().flatMap((i) => (i === added ? [] : i.layers.map((l) => l.diffId))));
  const transfers: Transfer[] = [];
  for (const l of image.layers) {
    const id = shortOf(l);
    if (here.has(l.diffId)) {
      yield line({ status: 'Already exists', progressDetail: {}, id });
      continue;
    }
    yield line({ status: 'Pulling fs layer', progressDetail: {}, id });
    transfers.push({
      id,
      total: packedSize(l),
      size: Math.max(32, l.size),
      got: 0,
      unpacked: 0,
      state: 'waiting',
    });
  }
  for (const t of transfers.slice(PARALLEL)) yield line({ status: 'Waiting', progressDetail: {}, id: t.id });
  while (transfers.some((t) => t.state !== 'done')) {
    await daemon.sleep(TICK);
    yield* download(transfers);
    yield* unpack(transfers);
  }
}

const progress = (status: string, t: Transfer, current: number, total: number): Uint8Array =>
  line({ status, progressDetail: { current, total }, progress: progressBar(current, total), id: t.id });

function* download(transfers: readonly Transfer[]): Generator<Uint8Array> {
  const active = transfers.filter((t) => t.state === 'waiting' || t.state === 'downloading').slice(0, PARALLEL);
  for (const t of active) {
    t.state = 'downloading';
    t.got = Math.min(t.total, t.got + Math.ceil((DOWNLOAD / active.length) * (TICK / 1e9)));
    yield progress('Downloading', t, t.got, t.total);
    if (t.got < t.total) continue;
    t.state = 'here';
    yield line({ status: 'Verifying Checksum', progressDetail: {}, id: t.id });
    yield line({ status: 'Download complete', progressDetail: {}, id: t.id });
  }
}

/** In order: the next layer waits for the one below it. */
function* unpack(transfers: readonly Transfer[]): Generator<Uint8Array> {
  let budget = UNPACK * (TICK / 1e9);
  for (const t of transfers) {
    if (t.state === 'done') continue;
    if ((t.state !== 'here' && t.state !== 'unpacking') || budget <= 0) return;
    t.state = 'unpacking';
    const step = Math.min(budget, t.size - t.unpacked);
    budget -= step;
    t.unpacked += step;
    const packed = Math.ceil((t.unpacked / t.size) * t.total);
    yield progress('Extracting', t, packed, t.total);
    if (t.unpacked < t.size) return;
    t.state = 'done';
    yield line({ status: 'Pull complete', progressDetail: {}, id: t.id });
  }
}
