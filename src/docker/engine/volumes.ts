/**
 * Local volumes: directories below /var/lib/docker/volumes.
 * @see moby volume/local, volume/service
 */
import type { Rng } from '../../base/rng.ts';
import type { Kernel } from '../../linux/kernel/machine.ts';
import { rfc3339Nano } from '../time.ts';

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

  remove(name: string): void {
    if (this.#volumes.delete(name)) this.tell('destroy', name);
  }

  /** By name. */
  list(): Volume[] {
    return [...this.#volumes.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }
}

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
