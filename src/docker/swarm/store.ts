/**
 * What the managers of a swarm agree on: objects with ids, versions and times, in tables.
 * Limits: one manager keeps it, in memory; there is no log of changes that others could follow.
 * @see swarmkit manager/state/store/memory.go
 */

import type { ClusterNetwork, Meta, Node, Payload, Service, Swarm, Task } from '../api/swarm.ts';
import type { Failure } from '../errdefs.ts';
import { rfc3339Nano } from '../time.ts';
import { errors } from './errors.ts';

export type Kind = 'cluster' | 'node' | 'network' | 'service' | 'task' | 'secret' | 'config';

export interface Change {
  readonly kind: Kind;
  readonly action: 'create' | 'update' | 'remove';
  readonly object: Meta;
  /** As it was before an update. */
  readonly before?: Meta;
}

/** Changes before the first of ours: the manager's own membership and election. */
const FIRST_INDEX = 3;

export class Store {
  /** Of the last change. */
  index = FIRST_INDEX;
  readonly nodes = new Table<Node>(this, 'node', (n) => n.Description.Hostname);
  readonly networks = new Table<ClusterNetwork>(this, 'network', (n) => n.Spec.Name ?? '');
  readonly services = new Table<Service>(this, 'service', (s) => s.Spec.Name ?? '');
  readonly tasks = new Table<Task>(this, 'task', (t) => t.Name ?? '');
  readonly secrets = new Table<Payload>(this, 'secret', (s) => s.Spec.Name ?? '');
  readonly configs = new Table<Payload>(this, 'config', (c) => c.Spec.Name ?? '');
  readonly clusters = new Table<Swarm>(this, 'cluster', (c) => c.Spec.Name ?? '');
  readonly #listeners = new Set<(change: Change) => void>();

  /** @param now ns since 1970 */
  constructor(readonly now: () => bigint) {}

  get cluster(): Swarm {
    return [...this.clusters.all()][0] as Swarm;
  }

  /** The network of published ports. */
  get ingress(): ClusterNetwork | undefined {
    return [...this.networks.all()].find((n) => n.Spec.Ingress);
  }

  /** Calls back after each change. Gives an unsubscribe. */
  listen(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  tell(change: Change): void {
    for (const l of [...this.#listeners]) l(change);
  }
}

/** Objects of one kind, in the order they were made. */
export class Table<T extends Meta> {
  readonly #objects = new Map<string, T>();

  constructor(
    readonly store: Store,
    readonly kind: Kind,
    readonly nameOf: (object: T) => string,
  ) {}

  all(): IterableIterator<T> {
    return this.#objects.values();
  }

  get(id: string): T | undefined {
    return this.#objects.get(id);
  }

  /** In order of id, as the store's index gives them. */
  sorted(): T[] {
    return [...this.all()].sort((a, b) => (a.ID < b.ID ? -1 : 1));
  }

  /** By full id, then name, then unique prefix of an id. */
  find(term: string): T | Failure {
    const exact = this.#objects.get(term);
    if (exact) return exact;
    const named = [...this.all()].filter((o) => this.nameOf(o) === term);
    const hits = named.length > 0 || term === '' ? named : [...this.all()].filter((o) => o.ID.startsWith(term));
    if (hits.length > 1) return errors.ambiguous(this.kind, term, hits.length);
    return hits[0] ?? errors.none(this.kind, term);
  }

  /** @param fields all but what every object has */
  create(id: string, fields: Omit<T, keyof Meta>): T {
    const at = rfc3339Nano(this.store.now());
    const meta: Meta = { ID: id, Version: { Index: ++this.store.index }, CreatedAt: at, UpdatedAt: at };
    const object = { ...meta, ...fields } as T;
    this.#objects.set(id, object);
    this.store.tell({ kind: this.kind, action: 'create', object });
    return object;
  }

  /**
   * Changes fields of an object that is there.
   * @param version that the one who asks has seen; another one since is a conflict
   */
  update(object: T, fields: Partial<Omit<T, keyof Meta>>, version?: number): Failure | undefined {
    if (this.#objects.get(object.ID) !== object) return undefined;
    if (version !== undefined && version !== object.Version.Index) return errors.sequence;
    const before = { ...object };
    Object.assign(object, fields);
    object.Version = { Index: ++this.store.index };
    object.UpdatedAt = rfc3339Nano(this.store.now());
    this.store.tell({ kind: this.kind, action: 'update', object, before });
    return undefined;
  }

  remove(object: T): void {
    if (!this.#objects.delete(object.ID)) return;
    this.store.index++;
    this.store.tell({ kind: this.kind, action: 'remove', object });
  }
}
