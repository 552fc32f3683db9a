/**
 * dockerd: starts the engine on a machine and gives its API.
 *
 * Limits: no state on disk: what it holds is kept in memory while it is down; no BuildKit or plugins.
 * @see moby cmd/dockerd/daemon.go
 */
import type { HttpService } from '../../base/http.ts';
import type { Rng } from '../../base/rng.ts';
import type { DaemonSys, Kernel } from '../../linux/kernel/machine.ts';
import { SIGNALS } from '../../linux/kernel/signal.ts';
import { Failure } from '../errdefs.ts';
import { catalog, MADE } from '../images/catalog.ts';
import { sha256 } from '../images/digest.ts';
import { DIGESTS } from '../images/digests.ts';
import type { ImageSpec } from '../images/spec.ts';
import { ImageStore } from '../images/store.ts';
import { Controller } from '../libnetwork/controller.ts';
import { rfc3339Nano } from '../time.ts';
import { DEFAULTS, UNIT_FLAGS } from './config/config.ts';
import { defaultBridge, plainNetworks, settings } from './config/networks.ts';
import { Daemon, VERSION } from './daemon.ts';
import { createRouter } from './router.ts';
import type { OpenPty } from './streams.ts';
import { VolumeStore } from './volumes.ts';

export interface DockerdOptions {
  /** Images it has from the start; the catalog when absent. */
  readonly images?: readonly ImageSpec[];
  /** Terminals for `-t`; without it such containers get pipes. */
  readonly openPty?: OpenPty;
  /** The engine's id; else a random one. */
  readonly id?: string;
  /** RFC 4193 Global ID (40 bits) of its IPv6 pools; else from its id. */
  readonly globalId?: bigint;
  /** Takes lines of its log. */
  readonly log?: (line: string, pid: number) => void;
  /** Put around the API where it is served on its socket: a wire tap. */
  readonly wrap?: (service: HttpService) => HttpService;
  /** Told when it has ended by itself. @param signal that killed it */
  readonly ended?: (signal?: number) => void;
}

export interface Dockerd {
  readonly service: HttpService;
  readonly daemon: Daemon;
  /** Removes every container, custom network and anonymous volume. */
  clean(): Promise<void>;
  /** Ends the engine: containers are killed, the socket goes. */
  stop(): Promise<void>;
  /** What a service manager's stop does: the process ends, and its containers unless live-restore is set. */
  down(): Promise<void>;
  /** Starts it again. @param args its command line, when it is not the usual one @returns whether it did: a configuration that is wrong ends it */
  up(args?: readonly string[]): Promise<boolean>;
  /** SIGHUP: takes over what may change in its configuration. */
  reload(): Promise<void>;
  /** Process id; 0 while it is down. */
  readonly pid: number;
}

const SOCKET = '/run/docker.sock';
const CONTAINERD = ['containerd', '--config', '/var/run/docker/containerd/containerd.toml'];

/** Starts it: processes, default networks, docker0 and its rules, images, the socket. */
export function startDockerd(kernel: Kernel, options: DockerdOptions = {}): Dockerd {
  const process = kernel.daemon(['dockerd'], { parent: 1 });
  const containerd = kernel.daemon(CONTAINERD, { parent: process.pid });
  const id = options.id ?? randomId(kernel.world.rng);
  const globalId = options.globalId ?? globalIdOf(id);
  return new Engine(assemble(kernel, options, process, id, globalId), options, process, containerd, globalId);
}

/** Everything the engine holds, with the networks that are always there. */
function assemble(kernel: Kernel, o: DockerdOptions, process: DaemonSys, id: string, globalId: bigint): Daemon {
  const { rng } = kernel.world;
  const fs = kernel.root.fs;
  fs.mkdir('/run/docker', 0o700, true);
  for (const dir of ['/run/docker/netns', '/var/lib/docker/containers', '/var/lib/docker/volumes'])
    fs.mkdir(dir, 0o755, true);
  fs.writeFile('/usr/bin/docker-init', new Uint8Array(0), { mode: 0o755, parents: true, program: 'docker-init' });
  const images = new ImageStore(kernel, VERSION);
  images.know(DIGESTS);
  images.load(o.images ?? catalog, MADE);
  const controller = new Controller(kernel, rng, process, settings(DEFAULTS, globalId));
  for (const network of [...plainNetworks(), defaultBridge(DEFAULTS)]) {
    const made = controller.newNetwork(network);
    if (made instanceof Failure) throw new Error(`dockerd: ${network.name}: ${made.message}`);
  }
  const volumes = new VolumeStore(kernel, rng);
  const daemon = new Daemon(kernel, rng, images, controller, volumes, o.openPty, process.pid, id);
  volumes.tell = (action, name) => daemon.emit('volume', action, name, { driver: 'local' });
  return daemon;
}

/** The engine as a service: it runs; `lifecycle.ts` ends it and begins again. */
export class Engine implements Dockerd {
  readonly service: HttpService;
  process: DaemonSys;
  isUp = true;
  /** Closes its sockets. */
  close: () => void;
  /** Of its command line, by directive. */
  flags = UNIT_FLAGS;

  constructor(
    readonly daemon: Daemon,
    readonly options: DockerdOptions,
    process: DaemonSys,
    readonly containerd: DaemonSys,
    readonly globalId: bigint,
  ) {
    this.process = process;
    const { world } = daemon.kernel;
    this.service = createRouter(daemon, async () => (await world.hold(import('./routes.ts'))).routes);
    this.close = daemon.kernel.serve(SOCKET, this.served);
    this.say('info', 'Starting up');
    this.ready([SOCKET]);
    this.heed();
  }

  get pid(): number {
    return this.isUp ? this.process.pid : 0;
  }

  clean(): Promise<void> {
    return cleanDaemon(this.daemon);
  }

  async stop(): Promise<void> {
    await this.clean();
    this.close();
    this.containerd.end(0);
    this.process.end(0);
  }

  async down(): Promise<void> {
    await (await this.#lifecycle()).down(this);
  }

  async up(args?: readonly string[]): Promise<boolean> {
    return (await this.#lifecycle()).up(this, args);
  }

  async reload(): Promise<void> {
    (await this.#lifecycle()).reload(this);
  }

  /** It ends without its service manager's doing. @param signal that has killed it already */
  async #end(signal?: number): Promise<void> {
    await (await this.#lifecycle()).ended(this, signal);
  }

  /** What is done to a service: loaded when it is asked for. */
  #lifecycle(): Promise<typeof import('./lifecycle.ts')> {
    return this.daemon.kernel.world.hold(import('./lifecycle.ts'));
  }

  readonly say: Say = (level, message, more = '') =>
    this.options.log?.(
      `time="${rfc3339Nano(this.daemon.now())}" level=${level} msg=${JSON.stringify(message)}${more}`,
      this.process.pid,
    );

  /** What it says when it has begun. */
  ready(sockets: readonly string[]): void {
    this.say('info', 'Loading containers: start.');
    this.say('info', 'Loading containers: done.');
    this.say('info', 'Docker daemon', ` storage-driver=overlay2 version=${VERSION}`);
    this.say('info', 'Daemon has completed initialization');
    for (const s of sockets) this.say('info', `API listen on ${s}`);
  }

  /** The API as its sockets have it. */
  get served(): HttpService {
    const { wrap } = this.options;
    return wrap ? wrap(this.service) : this.service;
  }

  /** Its process heeds SIGHUP and SIGTERM, and its end is noticed. */
  heed(): void {
    this.process.sys.sigaction(SIGNALS.SIGHUP, () => void this.reload());
    this.process.sys.sigaction(SIGNALS.SIGTERM, () => void this.#end());
    this.process.onExit(({ signal }) => {
      if (this.isUp) void this.#end(signal);
    });
  }
}

/** A line of the log. */
export type Say = (level: string, message: string, more?: string) => void;

/** A UUID, as far as its form goes. */
function randomId(rng: Rng): string {
  const h = rng.hex(32);
  return [h.slice(0, 8), h.slice(8, 12), h.slice(12, 16), h.slice(16, 20), h.slice(20)].join('-');
}

/** @see moby daemon/daemon_unix.go: deriveULABaseNetwork */
function globalIdOf(id: string): bigint {
  return BigInt(`0x${sha256(id).slice(6, 16)}`);
}

export const swarmOf = (daemon: Daemon) => daemon.kernel.world.hold(import('./swarm/start.ts'));

async function cleanDaemon(daemon: Daemon): Promise<void> {
  const { deleteContainer } = await daemon.kernel.world.hold(import('./remove.ts'));
  for (const c of [...daemon.containers.values()].reverse())
    await deleteContainer(daemon, c.name, c, { force: true, volumes: true });
  if (daemon.swarm) await (await swarmOf(daemon)).leaveSwarm(daemon, true);
  for (const n of [...daemon.controller.networks.values()])
    if (!['bridge', 'host', 'none'].includes(n.name)) daemon.controller.deleteNetwork(n);
  for (const v of daemon.volumes.list()) daemon.volumes.remove(v.name);
}
