/** The daemon's events: a ring of the last 256 and live listeners. @see moby daemon/events/events.go */

const KEPT = 256;

export interface EngineEvent {
  readonly type:
    | 'container'
    | 'network'
    | 'image'
    | 'volume'
    | 'plugin'
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
