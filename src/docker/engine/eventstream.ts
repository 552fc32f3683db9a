/** Events as GET /events tells them, and which of them. @see moby daemon/events/filter.go */
import { Failure } from '../errdefs.ts';
import { familiarName, parseReference } from '../images/reference.ts';
import type { EngineEvent } from './events.ts';
import type { Filters } from './filters.ts';
import { sorted } from './sorted.ts';

const scopeOf = (e: EngineEvent): string => (e.swarm ? 'swarm' : 'local');

/** One line of the event stream. */
export function eventJson(e: EngineEvent): string {
  const legacy =
    e.type === 'container' || e.type === 'image'
      ? {
          status: e.action,
          ...(e.id === '' ? {} : { id: e.id }),
          ...(e.type === 'container' && e.attributes.image ? { from: e.attributes.image } : {}),
        }
      : {};
  const body = JSON.stringify({
    ...legacy,
    Type: e.type,
    Action: e.action,
    Actor: { ID: e.id, Attributes: sorted(e.attributes) },
    scope: scopeOf(e),
    time: Number(e.time / 1_000_000_000n),
  });
  return `${body.slice(0, -1)},"timeNano":${e.time}}\n`;
}

/** Kinds of objects that a filter names, by id or name or how these begin. */
const NAMED = ['daemon', 'container', 'plugin', 'volume', 'network', 'node', 'service', 'secret', 'config'];

/** Actions that say more after a colon: those are asked for by their beginning. */
const LONG = ['health_status', 'exec_create', 'exec_start'];

/** Unknown filters are not looked at. @see moby daemon/events/filter.go */
export function eventMatches(f: Filters, e: EngineEvent): boolean {
  const { name = '', image = '' } = e.attributes;
  const long = LONG.some((a) => f.get('event').includes(a));
  return (
    (long ? f.begins('event', e.action) : f.exact('event', e.action)) &&
    f.exact('type', e.type) &&
    f.exact('scope', scopeOf(e)) &&
    NAMED.every((key) => f.begins(key, e.id) || f.begins(key, name)) &&
    isOfImage(f, e.id, e.type === 'image' ? name : image) &&
    f.labels(e.attributes)
  );
}

/** By id or name, with or without the tag. */
const isOfImage = (f: Filters, id: string, name: string): boolean =>
  [id, name, stripTag(id), stripTag(name)].some((n) => f.exact('image', n));

function stripTag(image: string): string {
  const ref = parseReference(image);
  return ref instanceof Failure ? image : familiarName(ref);
}
