/** Images over the API: list, inspect, history, tag, removal. @see moby daemon/images */
import { pathMatch } from '../../base/pathmatch.ts';
import { Failure } from '../errdefs.ts';
import { digest } from '../images/digest.ts';
import { familiarName, familiarString, parseReference, type Reference, withDefaultTag } from '../images/reference.ts';
import type { Image } from '../images/store.ts';
import { rfc3339Nano } from '../time.ts';
import type { Daemon } from './daemon.ts';
import { errors } from './errors.ts';
import type { Filters } from './filters.ts';
import { timeOf } from './prune.ts';

const OVERLAY = '/var/lib/docker/overlay2';
export const IMAGE_FILTERS = ['before', 'dangling', 'label', 'reference', 'since', 'until'];

export interface ImageRow {
  Containers: number;
  Created: number;
  Id: string;
  Labels: Readonly<Record<string, string>> | null;
  ParentId: string;
  RepoDigests: string[] | null;
  RepoTags: string[] | null;
  SharedSize: number;
  Size: number;
}

/** GET /images/json, newest first. @see moby daemon/images/images.go: Images */
export function imageRows(daemon: Daemon, filters: Filters, all: boolean, isOfAge = anyAge): ImageRow[] {
  const dangling = filters.bool('dangling');
  return daemon.images.list().flatMap((image) => {
    if (!isOfAge(image.created) || !filters.labels(image.config.Labels)) return [];
    const isParent = daemon.images.childrenOf(image.id).length > 0;
    if (dangling === true && isParent) return [];
    const tags = daemon.images.references(image.id).filter((r) => isAsked(filters, r));
    const digests = daemon.images.digestsOf(image.id).filter((r) => isAsked(filters, r));
    if (dangling === true && tags.length > 0) return [];
    const isNameless = tags.length === 0 && digests.length === 0;
    if (isNameless && (dangling === false || filters.has('reference') || (isParent && !all))) return [];
    return [
      {
        Containers: [...daemon.containers.values()].filter((c) => c.image?.id === image.id).length,
        Created: Number(image.created / 1_000_000_000n),
        Id: image.id,
        Labels: image.config.Labels,
        ParentId: image.parent ?? '',
        RepoDigests: digests.map(familiarString),
        RepoTags: tags.map(familiarString).sort(),
        SharedSize: -1,
        Size: image.size,
      },
    ];
  });
}

/** By `reference`: a pattern of the name, or of the name with its tag or digest. @see distribution/reference: FamiliarMatch */
const isAsked = (filters: Filters, ref: Reference): boolean =>
  !filters.has('reference') ||
  filters.get('reference').some((p) => pathMatch(p, familiarString(ref)) || pathMatch(p, familiarName(ref)));

/** @param created ns since 1970 */
type AgeTest = (created: bigint) => boolean;

const anyAge: AgeTest = () => true;

/** By `before` and `since` (images), and `until` (a time). */
export function ageFilter(daemon: Daemon, filters: Filters): AgeTest | Failure {
  const tests: AgeTest[] = [];
  for (const key of ['before', 'since'] as const)
    for (const name of filters.get(key)) {
      const image = daemon.images.get(name);
      if (image instanceof Failure) return image;
      tests.push((at) => (key === 'before' ? at < image.created : at > image.created));
    }
  for (const text of filters.get('until')) {
    const until = timeOf(daemon, text);
    if (until instanceof Failure) return until;
    tests.push((at) => at < until);
  }
  return (created) => tests.every((fits) => fits(created));
}

/** GET /images/{name}/json */
export function inspectImage(daemon: Daemon, image: Image): Record<string, unknown> {
  const top = image.layers.at(-1)?.cacheId ?? '';
  const lower = image.layers
    .slice(0, -1)
    .reverse()
    .map((l) => `${OVERLAY}/${l.cacheId}/diff`);
  const { config } = image;
  return {
    Id: image.id,
    RepoTags: daemon.images.tagsOf(image.id),
    RepoDigests: daemon.images.digestsOf(image.id).map((r) => familiarString(r)),
    Parent: image.parent ?? '',
    Comment: image.comment,
    Created: rfc3339Nano(image.created),
    DockerVersion: image.dockerVersion,
    Author: image.author,
    Architecture: 'amd64',
    Os: 'linux',
    Size: image.size,
    GraphDriver: {
      Data: {
        ...(lower.length > 0 ? { LowerDir: lower.join(':') } : {}),
        MergedDir: `${OVERLAY}/${top}/merged`,
        UpperDir: `${OVERLAY}/${top}/diff`,
        WorkDir: `${OVERLAY}/${top}/work`,
      },
      Name: 'overlay2',
    },
    RootFS: { Type: 'layers', Layers: image.layers.map((l) => l.diffId) },
    Metadata: { LastTagTime: '0001-01-01T00:00:00Z' },
    Config: {
      ...(config.ArgsEscaped ? { ArgsEscaped: true } : {}),
      Cmd: config.Cmd,
      Entrypoint: config.Entrypoint,
      Env: config.Env,
      ...(config.Healthcheck ? { Healthcheck: config.Healthcheck } : {}),
      ...(config.ExposedPorts ? { ExposedPorts: config.ExposedPorts } : {}),
      Labels: config.Labels,
      OnBuild: config.OnBuild,
      ...(config.Shell ? { Shell: config.Shell } : {}),
      ...(config.StopSignal ? { StopSignal: config.StopSignal } : {}),
      User: config.User,
      Volumes: config.Volumes,
      WorkingDir: config.WorkingDir,
    },
  };
}

/** GET /images/{name}/history, newest first. */
export function imageHistory(daemon: Daemon, image: Image): Record<string, unknown>[] {
  let parent: Image | undefined = image;
  return [...image.history].reverse().map((h, i) => {
    const known: Image | undefined = i === 0 ? image : parentAt(daemon, parent);
    parent = known;
    return {
      Comment: h.comment,
      Created: Number(h.created / 1_000_000_000n),
      CreatedBy: h.createdBy,
      Id: known?.id ?? '<missing>',
      Size: h.size,
      Tags: known && daemon.images.tagsOf(known.id).length > 0 ? daemon.images.tagsOf(known.id) : null,
    };
  });
}

function parentAt(daemon: Daemon, of: Image | undefined): Image | undefined {
  const image = of?.parent === undefined ? undefined : daemon.images.get(of.parent);
  return image instanceof Failure ? undefined : image;
}

/** POST /images/{name}/tag */
export function tagImage(daemon: Daemon, image: Image, ref: Reference): void {
  daemon.images.tag(ref, image.id);
  daemon.emit('image', 'tag', image.id, { name: familiarString(ref) });
}

type Removed = { Untagged: string } | { Deleted: string };

/** Whether all names are one tag at most, and digests of that repository. @see moby daemon/images/image_delete.go: isSingleReference */
function isSingle(tags: readonly Reference[], digests: readonly Reference[]): boolean {
  if (tags.length + digests.length <= 1) return true;
  const names = new Set([...tags, ...digests].map(familiarName));
  return tags.length <= 1 && digests.length > 0 && names.size === 1;
}

/** DELETE /images/{name} @see moby daemon/images/image_delete.go: ImageDelete */
export function removeImage(daemon: Daemon, name: string, force: boolean): Removed[] | Failure {
  const image = daemon.images.get(name);
  if (image instanceof Failure) return image;
  const short = image.id.slice(7, 19);
  const tags = daemon.images.references(image.id);
  const digests = daemon.images.digestsOf(image.id);
  const users = [...daemon.containers.values()].filter((c) => c.image?.id === image.id);
  if (daemon.images.isId(name)) {
    const running = users.find((c) => c.isRunning);
    if (running) return errors.imageIdInUse(short, running.shortId, true);
    if (!isSingle(tags, digests) && !force) return errors.imageManyTags(short);
    if (users[0] && !force) return errors.imageIdInUse(short, users[0].shortId, false);
    return [...untag(daemon, image, [...tags, ...digests]), ...destroy(daemon, image)];
  }
  const parsed = parseReference(name);
  if (parsed instanceof Failure) return parsed;
  const ref = withDefaultTag(parsed);
  if (isSingle(tags, digests) && users[0] && !force) return errors.imageInUse(name, users[0].shortId, short);
  const out = untag(daemon, image, [ref]);
  const isOther = (r: Reference): boolean => familiarName(r) !== familiarName(ref);
  // the digests of a repository go with its last tag
  if (ref.digest === undefined && daemon.images.references(image.id).every(isOther))
    out.push(
      ...untag(
        daemon,
        image,
        digests.filter((d) => !isOther(d)),
      ),
    );
  if (daemon.images.references(image.id).length + daemon.images.digestsOf(image.id).length > 0) return out;
  return users.length > 0 ? out : [...out, ...destroy(daemon, image)];
}

function untag(daemon: Daemon, image: Image, refs: readonly Reference[]): Removed[] {
  return refs.map((ref) => {
    daemon.images.untag(ref);
    daemon.emit('image', 'untag', image.id, { name: image.id });
    return { Untagged: familiarString(ref) };
  });
}

/** Ids of an image's layers, each with those below it. @see OCI image-spec config.md: Layer ChainID */
function chainIds(image: Image): string[] {
  const out: string[] = [];
  for (const { diffId } of image.layers) {
    const below = out.at(-1);
    out.push(below === undefined ? diffId : digest(`${below} ${diffId}`));
  }
  return out;
}

/** The image, and the layers it has alone. */
function destroy(daemon: Daemon, image: Image): Removed[] {
  if (daemon.images.childrenOf(image.id).length > 0) return [];
  daemon.images.remove(image.id);
  daemon.emit('image', 'delete', image.id, { name: image.id });
  const out: Removed[] = [{ Deleted: image.id }];
  const kept = new Set(daemon.images.list().flatMap(chainIds));
  for (const id of chainIds(image).reverse()) if (!kept.has(id)) out.push({ Deleted: id });
  return out;
}
