/** Routes below /images. @see moby api/server/router/image */
import { Failure } from '../../errdefs.ts';
import type { Daemon } from '../daemon.ts';
import { Filters } from '../filters.ts';
import { IMAGE_FILTERS, imageHistory, imageRows, inspectImage, pullImage, removeImage, tagImage } from '../images.ts';
import { empty, json } from '../reply.ts';
import { flag, type Handler, type Route } from '../router.ts';

const list: Handler = ({ daemon, query }) => {
  const filters = Filters.parse(query.get('filters'));
  if (filters instanceof Failure) return filters;
  return filters.check(IMAGE_FILTERS) ?? json(daemon, 200, imageRows(daemon, filters, flag(query, 'all')));
};

const create: Handler = ({ daemon, query }) =>
  query.get('fromImage')
    ? pullImage(daemon, query.get('fromImage') as string, query.get('tag') ?? '')
    : new Failure('notImplemented', 'importing an image is not supported by this engine');

const inspect: Handler = ({ daemon, params }) => {
  const image = daemon.images.get(params.name as string);
  return image instanceof Failure ? image : json(daemon, 200, inspectImage(daemon, image));
};

const history: Handler = ({ daemon, params }) => {
  const image = daemon.images.get(params.name as string);
  return image instanceof Failure ? image : json(daemon, 200, imageHistory(daemon, image));
};

const tag: Handler = ({ daemon, params, query }) => {
  const image = daemon.images.get(params.name as string);
  if (image instanceof Failure) return image;
  return tagImage(daemon, image, query.get('repo') ?? '', query.get('tag') ?? '') ?? empty(daemon, 201);
};

const remove: Handler = ({ daemon, params, query }) => {
  const gone = removeImage(daemon, params.name as string, flag(query, 'force'));
  return gone instanceof Failure ? gone : json(daemon, 200, gone);
};

const prune: Handler = ({ daemon, query }) => {
  const filters = Filters.parse(query.get('filters'));
  if (filters instanceof Failure) return filters;
  const all = filters.bool('dangling') === false;
  const gone: unknown[] = [];
  let space = 0;
  for (const image of daemon.images.list()) {
    const used = [...daemon.containers.values()].some((c) => c.image?.id === image.id);
    const dangling = daemon.images.tagsOf(image.id).length === 0;
    if (used || !(dangling || all) || daemon.images.childrenOf(image.id).length > 0) continue;
    for (const name of dangling ? [image.id] : daemon.images.tagsOf(image.id)) {
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
  { method: 'GET', pattern: '/images/{name*}/json', handler: inspect },
  { method: 'GET', pattern: '/images/{name*}/history', handler: history },
  { method: 'POST', pattern: '/images/{name*}/tag', handler: tag },
  { method: 'DELETE', pattern: '/images/{name*}', handler: remove },
];
