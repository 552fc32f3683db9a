/** A container as the daemon keeps it. @see moby container/container.go, container/state.go */
import type { FileSystem, LayerFile, Mounts, OverlayFs, PidNs, Process, UtsNs } from '../../linux/kernel/machine.ts';
import type { NetnsKey } from '../../linux/kernel/netadmin.ts';
import type { ContainerConfig, EndpointSettings, HostConfig } from '../api/types.ts';
import { sha256 } from '../images/digest.ts';
import type { Image } from '../images/store.ts';
import type { Endpoint } from '../libnetwork/endpoint.ts';
import type { IngressPort } from '../libnetwork/ingress.ts';
import type { Sandbox } from '../libnetwork/sandbox.ts';
import { humanDuration } from '../time.ts';
import { ContainerLog } from './log.ts';
import type { Streams } from './streams.ts';

/** When a wait request is answered. */
export type WaitCondition = 'not-running' | 'next-exit' | 'removed';

interface Waiting {
  /** `over`: this run is, or it could not begin. */
  readonly condition: WaitCondition | 'over';
  readonly resolve: (code: number) => void;
}

/** What a container has while its first process runs. */
export interface Running {
  readonly process: Process;
  readonly pidns: PidNs;
  readonly netns: NetnsKey;
  readonly uts: UtsNs;
  readonly mounts: Mounts;
  /** What is mounted on its /dev/shm, unless that is the machine's or none. */
  readonly shm: FileSystem | undefined;
  readonly streams: Streams;
  /** The shim, the parent of what is run in the container. */
  readonly shim: number;
  /** Ends the shim's row in the process table. */
  endShim(): void;
}

/** Settings of one network: what was asked for and, while connected, its endpoint. */
export interface Attachment {
  settings: Partial<EndpointSettings>;
  networkId: string;
  endpoint: Endpoint | undefined;
  /** Names it had when it ran last, on a network of its own. */
  dnsNames?: string[];
}

/** State.Health, in the API's field order. */
export interface Health {
  Status: 'starting' | 'healthy' | 'unhealthy';
  FailingStreak: number;
  readonly Log: { readonly Start: string; readonly End: string; readonly ExitCode: number; readonly Output: string }[];
}

export class Container {
  name: string;
  readonly created: bigint;
  /** A task of a swarm: its networks are seen to by whoever made it. */
  managed = false;
  /** It is a step of a build: no list and no event tells of it. */
  isHidden = false;
  /** What the routing mesh publishes of that task. */
  ingressPorts: readonly IngressPort[] = [];
  status: 'created' | 'running' | 'paused' | 'restarting' | 'removing' | 'exited' | 'dead' = 'created';
  exitCode = 0;
  error = '';
  /** Nanoseconds since 1970, or undefined. */
  startedAt: bigint | undefined;
  finishedAt: bigint | undefined;
  restartCount = 0;
  hasBeenManuallyStopped = false;
  running: Running | undefined;
  health: Health | undefined;
  /** What looks after its health just now. */
  watch: object | undefined;
  /** Numbers of the terminals in its /dev/pts. */
  readonly terminals = new Set<number>();
  /** Made before the process, so that attach finds it. */
  streams: Streams | undefined;
  sandbox: Sandbox | undefined;
  readonly attachments = new Map<string, Attachment>();
  readonly log = new ContainerLog();
  readonly execIds: string[] = [];
  readonly mounts: MountPoint[] = [];
  /** Of a task: secrets and configs, as files. */
  readonly payloads: PayloadFile[] = [];
  #cacheId: string | undefined;
  #waiters: Waiting[] = [];
  /** Called when the container starts: attach before start. */
  #onStart: ((streams: Streams) => void)[] = [];
  #lock: Promise<unknown> = Promise.resolve();

  constructor(
    readonly id: string,
    name: string,
    created: bigint,
    readonly config: ContainerConfig,
    readonly hostConfig: HostConfig,
    readonly image: Image | undefined,
    readonly rootfs: OverlayFs,
  ) {
    this.name = name;
    this.created = created;
  }

  /** Names the directory of its own layer under /var/lib/docker. */
  get cacheId(): string {
    this.#cacheId ??= sha256(`rw ${this.id}`);
    return this.#cacheId;
  }

  get isRunning(): boolean {
    return this.status === 'running' || this.status === 'paused' || this.status === 'restarting';
  }

  get shortId(): string {
    return this.id.slice(0, 12);
  }

  /** argv of the first process. */
  get argv(): string[] {
    return [...(this.config.Entrypoint ?? []), ...(this.config.Cmd ?? [])];
  }

  /** One operation at a time. */
  locked<T>(work: () => Promise<T>): Promise<T> {
    const run = this.#lock.then(work, work);
    this.#lock = run.catch(() => undefined);
    return run;
  }

  /** Resolves with the exit code when the condition holds. */
  wait(condition: Waiting['condition']): Promise<number> {
    if (condition === 'not-running' && !this.isRunning) return Promise.resolve(this.exitCode);
    return new Promise((resolve) => {
      this.#waiters.push({ condition, resolve });
    });
  }

  /** Answers those who wait for the end of a run, or for removal. */
  notify(removed: boolean): void {
    const stay: Waiting[] = [];
    const due: Waiting[] = [];
    for (const w of this.#waiters) (removed || w.condition !== 'removed' ? due : stay).push(w);
    this.#waiters = stay;
    for (const w of due) w.resolve(this.exitCode);
  }

  /** A start has failed: who waits for an exit waits on. */
  notifyFailed(): void {
    const due = this.#waiters.filter((w) => w.condition === 'over');
    this.#waiters = this.#waiters.filter((w) => w.condition !== 'over');
    for (const w of due) w.resolve(this.exitCode);
  }

  /** Calls back with the streams of the present run, or of the next. Gives a cancel. */
  whenStreams(callback: (streams: Streams) => void): () => void {
    if (this.streams) {
      callback(this.streams);
      return () => undefined;
    }
    this.#onStart.push(callback);
    return () => {
      this.#onStart = this.#onStart.filter((c) => c !== callback);
    };
  }

  setStreams(streams: Streams | undefined): void {
    this.streams = streams;
    if (!streams) return;
    const all = this.#onStart;
    this.#onStart = [];
    for (const c of all) c(streams);
  }

  #healthText(): string {
    if (!this.health) return '';
    return this.health.Status === 'starting' ? ' (health: starting)' : ` (${this.health.Status})`;
  }

  /** ps's STATUS. @see moby container/state.go: String */
  statusText(now: bigint): string {
    const ago = (t: bigint | undefined): string => humanDuration(t === undefined ? 0 : Number(now - t));
    if (this.status === 'paused') return `Up ${ago(this.startedAt)} (Paused)`;
    if (this.status === 'restarting') return `Restarting (${this.exitCode}) ${ago(this.finishedAt)} ago`;
    if (this.status === 'running') return `Up ${ago(this.startedAt)}${this.#healthText()}`;
    if (this.status === 'removing') return 'Removal In Progress';
    if (this.status === 'dead') return 'Dead';
    if (this.startedAt === undefined) return 'Created';
    return `Exited (${this.exitCode}) ${ago(this.finishedAt)} ago`;
  }
}

/** A secret or a config where a container has it. */
export interface PayloadFile {
  readonly id: string;
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly uid: number;
  readonly gid: number;
  /** Permissions. */
  readonly mode: number;
}

/** A volume or host directory inside the container. */
export interface MountPoint {
  readonly type: 'volume' | 'bind' | 'tmpfs' | 'image';
  readonly name: string;
  /** On the machine. */
  readonly source: string;
  readonly destination: string;
  /** Of an image or a volume: the part that is mounted. */
  readonly subpath?: string;
  /** As inspect shows it: `z`, `ro`. */
  readonly mode: string;
  readonly readOnly: boolean;
  readonly propagation: string;
  /** A volume that is to begin with what the image has in its place. */
  readonly copy: boolean;
  /** tmpfs: options of the mount. */
  readonly options?: string;
}

/** Where overlay2 keeps a layer. */
export const overlayDirectory = ({ cacheId }: { readonly cacheId: string }): string =>
  `/var/lib/docker/overlay2/${cacheId}`;

/** What lies in every container over its image. @see Daemon.initLayer */
export const INIT_FILES: Readonly<Record<string, LayerFile>> = {
  '/.dockerenv': { text: '', mode: 0o755 },
  '/dev': { dir: true },
  '/etc/hostname': { text: '', mode: 0o755 },
  '/etc/hosts': { text: '', mode: 0o755 },
  '/etc/mtab': { link: '/proc/mounts' },
  '/etc/resolv.conf': { text: '', mode: 0o755 },
  '/proc': { dir: true },
  '/sys': { dir: true },
};
