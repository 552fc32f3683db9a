/**
 * What dockerd holds: containers, images, networks, execs, volumes, events, and the machine they are on.
 * @see moby daemon/daemon.go
 */
import { MS } from '../../base/clock.ts';
import type { Rng } from '../../base/rng.ts';
import type { Kernel, Layer } from '../../linux/kernel/machine.ts';
import type { Failure } from '../errdefs.ts';
import type { Image, ImageStore } from '../images/store.ts';
import type { Controller } from '../libnetwork/controller.ts';
import type { Network } from '../libnetwork/network.ts';
import type { BuildCache } from './build/buildkit/cache.ts';
import { type Config, DEFAULTS } from './config/config.ts';
import { type Container, INIT_FILES } from './container.ts';
import { errors } from './errors.ts';
import { type EngineEvent, Events } from './events.ts';
import type { Exec } from './exec.ts';
import { LinkIndex } from './links.ts';
import type { Plugin } from './plugins.ts';
import type { OpenPty } from './streams.ts';
import type { Member } from './swarm/member.ts';
import type { VolumeStore } from './volumes.ts';

/** Its socket, where no other is asked for. */
export const SOCKET = '/var/run/docker.sock';

/** What the engine says of itself. */
export const VERSION = '28.5.2+dfsg4';
export const API_VERSION = '1.51';
export const MIN_API_VERSION = '1.24';

/** Virtual time the real thing takes for its steps. */
export const COST = {
  request: 1 * MS,
  create: 45 * MS,
  network: 60 * MS,
  task: 110 * MS,
  exec: 60 * MS,
  teardown: 90 * MS,
  remove: 40 * MS,
  bridge: 70 * MS,
  commit: 60 * MS,
} as const;

export class Daemon {
  /** In the order they were made. */
  readonly #containers = new Map<string, Container>();
  readonly #byName = new Map<string, Container>();
  readonly execs = new Map<string, Exec>();
  /** Images by what made them: parent and instruction. */
  readonly buildCache = new Map<string, Image>();
  /** What BuildKit remembers, once it has built. */
  buildKit: BuildCache | undefined;
  readonly events = new Events();
  readonly links = new LinkIndex();
  /** Managed plugins by id. */
  readonly plugins = new Map<string, Plugin>();
  #initLayer: Layer | undefined;
  /** Where it listens, as addresses. */
  hosts: readonly string[] = [`unix://${SOCKET}`];
  /** Its part in a swarm; undefined: it is in none. */
  swarm: Member | undefined;

  constructor(
    readonly kernel: Kernel,
    readonly rng: Rng,
    readonly images: ImageStore,
    readonly controller: Controller,
    readonly volumes: VolumeStore,
    readonly openPty: OpenPty | undefined,
    /** dockerd's own process id; another one after a restart, 0 while it is down. */
    public pid: number,
    /** The engine's own id. */
    readonly id: string,
    /** What it was told; something else after a restart or a reload. */
    public config: Config = DEFAULTS,
  ) {}

  /** Nanoseconds since 1970. */
  now(): bigint {
    return this.kernel.world.clock.epochAt();
  }

  /** Lets virtual time pass. */
  sleep(ns: number): Promise<void> {
    return this.kernel.world.clock.sleep(ns);
  }

  /** What lies in every container over its image: one layer, so that an image's containers share a merged tree. */
  get initLayer(): Layer {
    this.#initLayer ??= this.kernel.layer(INIT_FILES);
    return this.#initLayer;
  }

  get containers(): ReadonlyMap<string, Container> {
    return this.#containers;
  }

  /** By full id, name with or without slash, or unique id prefix. */
  container(term: string): Container | Failure {
    if (term === '') return errors.noNameOrId(term);
    const exact = this.containers.get(term) ?? this.containerByName(term) ?? this.links.find(term);
    if (exact) return exact;
    const hits = [...this.containers.values()].filter((c) => c.id.startsWith(term));
    if (hits.length === 1) return hits[0] as Container;
    return hits.length > 1 ? errors.ambiguous(term) : errors.noContainer(term);
  }

  containerByName(name: string): Container | undefined {
    return this.#byName.get(name.startsWith('/') ? name.slice(1) : name);
  }

  /** A container has been made. */
  enter(c: Container): void {
    if (c.isHidden) return;
    this.#containers.set(c.id, c);
    this.#byName.set(c.name, c);
  }

  rename(c: Container, name: string): void {
    this.#byName.delete(c.name);
    c.name = name;
    this.#byName.set(name, c);
  }

  /** @returns whether it was there */
  forget(c: Container): boolean {
    if (this.#byName.get(c.name) === c) this.#byName.delete(c.name);
    return this.#containers.delete(c.id) || c.isHidden;
  }

  emit(type: EngineEvent['type'], action: string, id: string, attributes: Record<string, string>): void {
    this.events.emit({ type, action, id, attributes, time: this.now() });
  }

  containerEvent(c: Container, action: string, more: Record<string, string> = {}): void {
    if (c.isHidden) return;
    this.emit('container', action, c.id, { ...c.config.Labels, image: c.config.Image, name: c.name, ...more });
  }

  /** The end of a prune. @param reclaimed bytes */
  pruned(type: EngineEvent['type'], reclaimed: number): void {
    this.emit(type, 'prune', '', { reclaimed: String(reclaimed) });
  }

  networkEvent(n: Network, action: string, more: Record<string, string> = {}): void {
    this.emit('network', action, n.id, { name: n.name, type: n.info.driver, ...more });
  }
}
