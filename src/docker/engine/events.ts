/** The daemon's events: a ring of the last 256 and live listeners. @see moby daemon/events/events.go */
import type { Filters } from './filters.ts';
import { sorted } from './sorted.ts';

const KEPT = 256;

export interface EngineEvent {
  readonly type:
    | 'container'
    | 'network'
    | 'image'
    | 'volume'
    | 'daemon'
    | 'builder'
    | 'node'
    | 'service'
    | 'secret'
    | 'config';
  readonly action: string;
  readonly id: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** Nanoseconds since 1970. */
  readonly time: bigint;
  /** Of the whole swarm; else of this engine. */
  readonly swarm?: boolean;
}

const scopeOf = (e: EngineEvent): string => (e.swarm ? 'swarm' : 'local');

export class Events {
  readonly past: EngineEvent[] = [];
  readonly #listeners = new Set<(e: EngineEvent) => void>();

  emit(event: EngineEvent): void {
    this.past.push(event);
    if (this.past.length > KEPT) this.past.shift();
    for (const l of [...this.#listeners]) l(event);
  }

  listen(listener: (e: EngineEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  get listeners(): number {
    return this.#listeners.size;
  }
}

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

export const EVENT_FILTERS = [
  'config',
  'container',
  'daemon',
  'event',
  'image',
  'label',
  'network',
  'node',
  'plugin',
  'scope',
  'secret',
  'service',
  'type',
  'volume',
];

/** @see moby daemon/events/filter.go */
export function eventMatches(f: Filters, e: EngineEvent): boolean {
  const action = e.action.split(':')[0] as string;
  const named = (key: string): boolean =>
    !f.has(key) ||
    (e.type === key && f.get(key).some((v) => v === e.id || v === e.attributes.name || e.id.startsWith(v)));
  return (
    (!f.has('event') || f.get('event').some((v) => v === e.action || v === action)) &&
    f.exact('type', e.type) &&
    (!f.has('scope') || f.get('scope').includes(scopeOf(e))) &&
    named('container') &&
    named('network') &&
    named('volume') &&
    named('node') &&
    named('service') &&
    (!f.has('image') || f.get('image').some((v) => v === e.attributes.image || v === e.id)) &&
    f.labels(e.attributes)
  );
}
