/**
 * Local volumes: directories below /var/lib/docker/volumes; with options, places where something else is mounted while it
 * is used.
 * @see moby daemon/volume/local, daemon/volume/service
 */
import type { Rng } from '../../base/rng.ts';
import type { Kernel } from '../../linux/kernel/machine.ts';
import type { Failure } from '../errdefs.ts';
import { rfc3339Nano } from '../time.ts';
import { removeAll } from './removeall.ts';

export interface Volume {
  readonly name: string;
  readonly created: bigint;
  readonly labels: Readonly<Record<string, string>> | null;
  readonly options: Readonly<Record<string, string>> | null;
  readonly anonymous: boolean;
  readonly path: string;
}

export class VolumeStore {
  readonly #volumes = new Map<string, Volume>();
  /** How many use what is mounted, by volume. */
  readonly #mounted = new Map<string, number>();
  /** Told of a volume that is made or gone. */
  tell: (action: 'create' | 'destroy', name: string) => void = () => {};

  constructor(
    readonly kernel: Kernel,
    readonly rng: Rng,
  ) {}

  /** Gives the volume of that name, made if need be; without a name a new anonymous one. */
  create(
    name: string | undefined,
    labels: Readonly<Record<string, string>> | null = null,
    options: Readonly<Record<string, string>> | null = null,
  ): Volume {
    const present = name === undefined ? undefined : this.#volumes.get(name);
    if (present) return present;
    const made: Volume = {
      name: name ?? this.rng.hex(64),
      created: this.kernel.world.clock.epochAt(),
      labels: name === undefined ? { 'com.docker.volume.anonymous': '' } : labels,
      options,
      anonymous: name === undefined,
      path: '',
    };
    const path = `/var/lib/docker/volumes/${made.name}/_data`;
    this.kernel.root.fs.mkdir(path, 0o755, true);
    const volume = { ...made, path };
    this.#volumes.set(made.name, volume);
    this.tell('create', made.name);
    return volume;
  }

  get(name: string): Volume | undefined {
    return this.#volumes.get(name);
  }

  /** Takes it away with its files. */
  remove(name: string): void {
    const v = this.#volumes.get(name);
    if (!v) return;
    this.#volumes.delete(name);
    removeAll(this.kernel.root.fs, parentOf(v.path));
    this.tell('destroy', name);
  }

  /** Somebody uses it: what its options tell is mounted, once for all. @see moby local.go: Mount */
  mount(name: string, how: (v: Volume) => Failure | undefined): Failure | undefined {
    const v = this.#volumes.get(name);
    if (!v?.options?.type || !v.options.device) return undefined;
    const users = this.#mounted.get(name) ?? 0;
    const failed = users === 0 ? how(v) : undefined;
    if (!failed) this.#mounted.set(name, users + 1);
    return failed;
  }

  /** One that used it does so no longer. */
  unmount(name: string): void {
    const users = this.#mounted.get(name) ?? 0;
    const v = this.#volumes.get(name);
    if (!v || users === 0) return;
    this.#mounted.set(name, users - 1);
    if (users === 1) this.kernel.root.unmount(v.path);
  }

  /** By name. */
  list(): Volume[] {
    return [...this.#volumes.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }
}

const parentOf = (path: string): string => path.slice(0, path.lastIndexOf('/'));

/** As the API shows it. */
export function volumeJson(v: Volume): Record<string, unknown> {
  return {
    CreatedAt: rfc3339Nano(v.created - (v.created % 1_000_000_000n)),
    Driver: 'local',
    Labels: v.labels,
    Mountpoint: v.path,
    Name: v.name,
    Options: v.options,
    Scope: 'local',
  };
}
