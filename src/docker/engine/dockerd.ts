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
import { catalog } from '../images/catalog.ts';
import { sha256 } from '../images/digest.ts';
import { DIGESTS } from '../images/digests.ts';
import type { ImageSpec } from '../images/spec.ts';
import { ImageStore } from '../images/store.ts';
import { Controller } from '../libnetwork/controller.ts';
import { rfc3339Nano } from '../time.ts';
import { CONFIG_FILE, type Config, checkStart, DEFAULTS, readConfig, reloaded, UNIT_FLAGS } from './config/config.ts';
import { initBridge, plainNetworks, settings } from './config/networks.ts';
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
  reload(): void;
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
  const { rng, clock } = kernel.world;
  const fs = kernel.root.fs;
  fs.mkdir('/run/docker', 0o700, true);
  for (const dir of ['/run/docker/netns', '/var/lib/docker/containers', '/var/lib/docker/volumes'])
    fs.mkdir(dir, 0o755, true);
  fs.writeFile('/usr/bin/docker-init', new Uint8Array(0), { mode: 0o755, parents: true, program: 'docker-init' });
  const images = new ImageStore(kernel, VERSION);
  images.know(DIGESTS);
  images.load(o.images ?? catalog, clock.epochAt());
  const first = readConfig(kernel);
  const config = first instanceof Failure ? DEFAULTS : first;
  const controller = new Controller(kernel, rng, process, settings(config, globalId));
  for (const network of plainNetworks()) {
    const made = controller.newNetwork(network);
    if (made instanceof Failure) throw new Error(`dockerd: ${network.name}: ${made.message}`);
  }
  const bridge = initBridge(kernel, controller, config);
  if (bridge) throw new Error(`dockerd: ${bridge.message}`);
  const volumes = new VolumeStore(kernel, rng);
  const daemon = new Daemon(kernel, rng, images, controller, volumes, o.openPty, process.pid, id, config);
  volumes.tell = (action, name) => daemon.emit('volume', action, name, { driver: 'local' });
  return daemon;
}

/** The engine as a service: it runs, ends, begins again. */
class Engine implements Dockerd {
  readonly service: HttpService;
  #process: DaemonSys;
  #isUp = true;
  #close: () => void;
  #flags = UNIT_FLAGS;

  constructor(
    readonly daemon: Daemon,
    readonly options: DockerdOptions,
    process: DaemonSys,
    readonly containerd: DaemonSys,
    readonly globalId: bigint,
  ) {
    this.#process = process;
    const { world } = daemon.kernel;
    this.service = createRouter(daemon, async () => (await world.hold(import('./routes.ts'))).routes);
    this.#close = this.#listen();
    greet(this.#say);
    loaded(this.#say, [SOCKET]);
    this.#heed();
  }

  get pid(): number {
    return this.#isUp ? this.#process.pid : 0;
  }

  clean(): Promise<void> {
    return cleanDaemon(this.daemon);
  }

  async stop(): Promise<void> {
    await this.clean();
    this.#close();
    this.containerd.end(0);
    this.#process.end(0);
  }

  async down(): Promise<void> {
    if (!this.#isUp) return;
    this.#isUp = false;
    this.#say('info', "Processing signal 'terminated'");
    this.#close();
    const { stopAll } = await this.daemon.kernel.world.hold(import('./lifecycle.ts'));
    if (!this.daemon.config['live-restore']) await stopAll(this.daemon);
    if (this.daemon.swarm) (await swarmOf(this.daemon)).suspendSwarm(this.daemon);
    this.#say('info', 'Daemon shutdown complete');
    this.#process.end(0);
  }

  async up(args?: readonly string[]): Promise<boolean> {
    if (this.#isUp) return true;
    const { daemon } = this;
    this.#process = daemon.kernel.daemon(['dockerd', ...(args ?? [])], { parent: 1 });
    daemon.controller.daemon = this.#process;
    daemon.pid = this.#process.pid;
    this.#heed();
    const bad = (await this.#command(args)) ?? this.#configure();
    if (bad) return this.#give(bad.message);
    greet(this.#say);
    const sockets = await this.#listenOn(daemon.config);
    if (typeof sockets === 'string') return this.#give(sockets);
    this.#isUp = true;
    if (daemon.swarm) (await swarmOf(daemon)).resumeSwarm(daemon);
    const { startWanted } = await daemon.kernel.world.hold(import('./lifecycle.ts'));
    await startWanted(daemon);
    loaded(this.#say, sockets);
    return true;
  }

  /** It cannot run, and says why. */
  #give(why: string): false {
    this.options.log?.(why, this.#process.pid);
    this.#process.end(1);
    return false;
  }

  /** Reads the command line. */
  async #command(args: readonly string[] | undefined): Promise<Failure | undefined> {
    this.#flags = UNIT_FLAGS;
    if (!args) return undefined;
    const { parseCommand } = await this.daemon.kernel.world.hold(import('./config/command.ts'));
    const flags = parseCommand(args);
    if (typeof flags === 'string') return new Failure('invalid', flags);
    this.#flags = flags;
    return undefined;
  }

  /** Opens its sockets. @returns what they are called, or what went wrong */
  async #listenOn(config: Config): Promise<readonly string[] | string> {
    const { daemon, options } = this;
    const { openHosts } = await daemon.kernel.world.hold(import('./hosts.ts'));
    const service = options.wrap ? options.wrap(this.service) : this.service;
    const opened = await openHosts(daemon, this.#process.sys, config, service, this.#say);
    if (typeof opened === 'string') return opened;
    this.#close = () => {
      for (const o of opened) o.close();
    };
    return opened.map((o) => o.shown);
  }

  reload(): void {
    const { daemon } = this;
    this.#say('info', 'Got signal to reload configuration, reloading from', ` config-file=${CONFIG_FILE}`);
    const file = readConfig(daemon.kernel, this.#flags);
    if (file instanceof Failure) {
      this.#say('error', file.message);
      return;
    }
    daemon.config = reloaded(daemon.config, file);
    daemon.emit('daemon', 'reload', daemon.id, reloadAttributes(daemon));
    this.#say('info', `Reloaded configuration: ${JSON.stringify(shown(daemon.config))}`);
  }

  readonly #say: Say = (level, message, more = '') =>
    this.options.log?.(
      `time="${rfc3339Nano(this.daemon.now())}" level=${level} msg=${JSON.stringify(message)}${more}`,
      this.#process.pid,
    );

  #listen(): () => void {
    const { wrap } = this.options;
    return this.daemon.kernel.serve(SOCKET, wrap ? wrap(this.service) : this.service);
  }

  /** Its process heeds SIGHUP. */
  #heed(): void {
    this.#process.sys.sigaction(SIGNALS.SIGHUP, () => this.reload());
  }

  /** Takes over the configuration as it is now; the networks follow it. @returns what is wrong with it, in one line */
  #configure(): Failure | undefined {
    const { daemon } = this;
    const next = readConfig(daemon.kernel, this.#flags);
    if (next instanceof Failure) return next;
    const bad = checkStart(next);
    if (bad) return bad;
    daemon.controller.configure(settings(next, this.globalId));
    daemon.config = next;
    return initBridge(daemon.kernel, daemon.controller, next);
  }
}

/** What it says of its configuration: what differs from the defaults. */
function shown(config: Config): Record<string, unknown> {
  const set = Object.entries(config).filter(
    ([k, v]) => JSON.stringify(v) !== JSON.stringify(DEFAULTS[k as keyof Config]),
  );
  return Object.fromEntries(set);
}

/** @see moby daemon/reload.go: Reload */
function reloadAttributes({ config, kernel }: Daemon): Record<string, string> {
  return {
    debug: String(config.debug),
    'insecure-registries': JSON.stringify(config['insecure-registries']),
    labels: JSON.stringify(config.labels),
    'live-restore': String(config['live-restore']),
    name: kernel.uts.hostname,
    'registry-mirrors': JSON.stringify(config['registry-mirrors']),
  };
}

/** A line of the log. */
export type Say = (level: string, message: string, more?: string) => void;

/** What it says when it starts. */
function greet(say: Say): void {
  say('info', 'Starting up');
}

function loaded(say: Say, sockets: readonly string[]): void {
  say('info', 'Loading containers: start.');
  say('info', 'Loading containers: done.');
  say('info', 'Docker daemon', ` storage-driver=overlay2 version=${VERSION}`);
  say('info', 'Daemon has completed initialization');
  for (const s of sockets) say('info', `API listen on ${s}`);
}

/** A UUID, as far as its form goes. */
function randomId(rng: Rng): string {
  const h = rng.hex(32);
  return [h.slice(0, 8), h.slice(8, 12), h.slice(12, 16), h.slice(16, 20), h.slice(20)].join('-');
}

/** @see moby daemon/daemon_unix.go: deriveULABaseNetwork */
function globalIdOf(id: string): bigint {
  return BigInt(`0x${sha256(id).slice(6, 16)}`);
}

const swarmOf = (daemon: Daemon) => daemon.kernel.world.hold(import('./swarm/start.ts'));

async function cleanDaemon(daemon: Daemon): Promise<void> {
  const { deleteContainer } = await daemon.kernel.world.hold(import('./remove.ts'));
  for (const c of [...daemon.containers.values()].reverse())
    await deleteContainer(daemon, c.name, c, { force: true, volumes: true });
  if (daemon.swarm) await (await swarmOf(daemon)).leaveSwarm(daemon, true);
  for (const n of [...daemon.controller.networks.values()])
    if (!['bridge', 'host', 'none'].includes(n.name)) daemon.controller.deleteNetwork(n);
  for (const v of daemon.volumes.list()) daemon.volumes.remove(v.name);
}
