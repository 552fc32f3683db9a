/** Routes below /images. @see moby api/server/router/image */
import { collect, type HttpResponse } from '../../../base/http.ts';
import { Failure } from '../../errdefs.ts';
import { fetchUrl } from '../../images/fetch.ts';
import { decodePlatform, parsePlatform, platformMismatch } from '../../images/platform.ts';
import { repoTagReference } from '../../images/reference.ts';
import { NO_CONFIG } from '../../images/spec.ts';
import type { Image } from '../../images/store.ts';
import { compareVersions } from '../apiversion.ts';
import { importImage, loadImages, saveImages } from '../archive/images.ts';
import { imageAs, imagesAs } from '../compat/answers.ts';
import type { Daemon } from '../daemon.ts';
import { errors } from '../errors.ts';
import { Filters } from '../filters.ts';
import { ageFilter, IMAGE_FILTERS, imageHistory, imageRows, inspectImage, removeImage, tagImage } from '../images.ts';
import { failed, fetching, line } from '../progress.ts';
import { parsePruning } from '../prune.ts';
import { bytes, empty, json } from '../reply.ts';
import { type Call, flag, flagOr, type Handler, type Route } from '../router.ts';
import { stream } from './archive.ts';

const list: Handler = ({ daemon, query, version }) => {
  const filters = Filters.parse(query.get('filters'));
  if (filters instanceof Failure) return filters;
  const pattern = compareVersions(version, '1.25') < 0 ? query.get('filter') : undefined;
  if (pattern && !filters.has('reference')) filters.add('reference', pattern);
  const refused = filters.check(IMAGE_FILTERS);
  if (refused) return refused;
  const dangling = filters.bool('dangling');
  if (dangling instanceof Failure) return dangling;
  const age = ageFilter(daemon, filters);
  if (age instanceof Failure) return age;
  return json(daemon, 200, imagesAs(imageRows(daemon, filters, flag(query, 'all'), age), version));
};

const create: Handler = async (call) => {
  const { daemon, query } = call;
  const from = query.get('fromImage');
  if (!from) return imported(call);
  const platform = parsePlatform(query.get('platform') ?? '');
  if (platform instanceof Failure) return platform;
  const { pullImage } = await daemon.kernel.world.hold(import('../pull.ts'));
  const pulled = await pullImage(daemon, from.replace(/:$/, ''), query.get('tag') ?? '', platform);
  return pulled instanceof Failure ? pulled : bytes(daemon, 200, 'application/json', pulled);
};

const imported: Handler = async ({ daemon, query, request }) => {
  const source = query.get('fromSrc') ?? '';
  if (source === '') return errors.noHost;
  const ref = repoTagReference(query.get('repo') ?? '', query.get('tag') ?? '');
  if (ref instanceof Failure) return ref;
  const { applyChanges } = await daemon.kernel.world.hold(import('../build/config.ts'));
  const config = applyChanges(
    NO_CONFIG,
    query.getAll('changes').flatMap((x) => x.split('\n')),
  );
  if (config instanceof Failure) return config;
  const comment = query.get('message') || `Imported from ${source}`;
  const url = /^\w+:\/\//.test(source) ? source : `http://${source}`;
  const fetched = source === '-' ? undefined : await fetchUrl(daemon.controller.daemon.sys, url);
  if (fetched instanceof Failure) return fetched;
  const archive = fetched?.bytes ?? (await collect(request.body));
  const id = importImage(daemon, archive, { config, comment, ref });
  if (!fetched) return id instanceof Failure ? id : messages(daemon, [line({ status: id })]);
  const told = [line({ status: `Downloading from ${url}` }), fetching('Importing', archive.length)];
  return messages(daemon, [...told, id instanceof Failure ? failed(id.message) : line({ status: id })]);
};

const messages = (daemon: Daemon, lines: readonly Uint8Array[]): HttpResponse =>
  bytes(daemon, 200, 'application/json', each(lines));

async function* each(lines: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* lines;
}

const save: Handler = (call) => {
  const { daemon, query, params } = call;
  const names = params.name === undefined ? query.getAll('names').flatMap((n) => n.split(',')) : [params.name];
  for (const name of names) {
    const image = asked({ ...call, params: { name } });
    if (image instanceof Failure) return image;
  }
  const chunks = saveImages(daemon, names);
  return chunks instanceof Failure ? chunks : stream(call, 'application/x-tar', chunks);
};

const load: Handler = async ({ daemon, query, request }) => {
  const loaded = loadImages(daemon, await collect(request.body), flagOr(query, 'quiet', true));
  return messages(daemon, loaded instanceof Failure ? [failed(loaded.message)] : loaded);
};

/** The image that a path names, of the platform that the query asks for. */
function asked({ daemon, params, query }: Call): Image | Failure {
  const platform = decodePlatform(query.get('platform'));
  if (platform instanceof Failure) return platform;
  const image = daemon.images.get(params.name as string);
  if (image instanceof Failure || platform === '') return image;
  return platformMismatch(params.name as string, platform) ?? image;
}

const inspect: Handler = (call) => {
  const image = asked(call);
  return image instanceof Failure
    ? image
    : json(call.daemon, 200, imageAs(inspectImage(call.daemon, image), call.version));
};

const history: Handler = (call) => {
  const image = asked(call);
  return image instanceof Failure ? image : json(call.daemon, 200, imageHistory(call.daemon, image));
};

const tag: Handler = ({ daemon, params, query }) => {
  const ref = repoTagReference(query.get('repo') ?? '', query.get('tag') ?? '');
  if (ref === undefined) return empty(daemon, 200);
  if (ref instanceof Failure) return ref;
  const image = daemon.images.get(params.name as string);
  if (image instanceof Failure) return image;
  tagImage(daemon, image, ref);
  return empty(daemon, 201);
};

const push: Handler = async ({ daemon, params, query }) => {
  const { pushImage } = await daemon.kernel.world.hold(import('../push.ts'));
  const sent = pushImage(daemon, params.name as string, query.get('tag') ?? '');
  return sent instanceof Failure ? sent : bytes(daemon, 200, 'application/json', sent);
};

const remove: Handler = ({ daemon, params, query }) => {
  const gone = removeImage(daemon, params.name as string, flag(query, 'force'));
  return gone instanceof Failure ? gone : json(daemon, 200, gone);
};

const prune: Handler = ({ daemon, query }) => {
  const pruning = parsePruning(daemon, query.get('filters'), ['dangling', 'label', 'label!', 'until']);
  if (pruning instanceof Failure) return pruning;
  const dangling = pruning.filters.bool('dangling');
  if (dangling instanceof Failure) return dangling;
  const all = dangling === false;
  const gone: unknown[] = [];
  let space = 0;
  for (const image of daemon.images.list()) {
    const used = [...daemon.containers.values()].some((c) => c.image?.id === image.id);
    const tags = daemon.images.tagsOf(image.id);
    if (!pruning.old(image.created) || !pruning.labels(image.config.Labels ?? null)) continue;
    if (used || !(tags.length === 0 || all) || daemon.images.childrenOf(image.id).length > 0) continue;
    for (const name of tags.length === 0 ? [image.id] : tags) {
      const removed = removeImage(daemon, name, false);
      if (!(removed instanceof Failure)) gone.push(...removed);
    }
    space += freed(daemon, image.layers);
  }
  daemon.pruned('image', space);
  return json(daemon, 200, { ImagesDeleted: gone.length > 0 ? gone : null, SpaceReclaimed: space });
};

function freed(daemon: Daemon, layers: readonly { diffId: string; size: number }[]): number {
  const kept = new Set(daemon.images.list().flatMap((i) => i.layers.map((l) => l.diffId)));
  return layers.filter((l) => !kept.has(l.diffId)).reduce((sum, l) => sum + l.size, 0);
}

export const imageRoutes: readonly Route[] = [
  { method: 'GET', pattern: '/images/json', handler: list },
  { method: 'POST', pattern: '/images/create', handler: create },
  { method: 'POST', pattern: '/images/prune', handler: prune },
  { method: 'GET', pattern: '/images/get', handler: save },
  { method: 'POST', pattern: '/images/load', handler: load },
  { method: 'GET', pattern: '/images/{name*}/get', handler: save },
  { method: 'GET', pattern: '/images/{name*}/json', handler: inspect },
  { method: 'GET', pattern: '/images/{name*}/history', handler: history },
  { method: 'POST', pattern: '/images/{name*}/tag', handler: tag },
  { method: 'POST', pattern: '/images/{name*}/push', handler: push },
  { method: 'DELETE', pattern: '/images/{name*}', handler: remove },
];
