/**
 * dockerd: starts the engine on a machine and gives its API.
 *
 * Limits: nothing outlives it (no state on disk); swarm, builds, plugins and registries are not there.
 * @see moby cmd/dockerd/daemon.go
 */
import type { HttpService } from '../../base/http.ts';
import type { Rng } from '../../base/rng.ts';
import type { Kernel } from '../../linux/kernel/machine.ts';
import { SIGNALS } from '../../linux/kernel/signal.ts';
import { Failure } from '../errdefs.ts';
import { catalog } from '../images/catalog.ts';
import { sha256 } from '../images/digest.ts';
import type { ImageSpec } from '../images/spec.ts';
import { ImageStore } from '../images/store.ts';
import { Controller } from '../libnetwork/controller.ts';
import { rfc3339Nano } from '../time.ts';
import { CONFIG_FILE, type Config, checkStart, DEFAULTS, readConfig, reloaded } from './config/config.ts';
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
  /** Starts it again. @returns whether it did: a configuration that is wrong ends it */
  up(): Promise<boolean>;
  /** SIGHUP: takes over what may change in its configuration. */
  reload(): void;
  /** Process id; 0 while it is down. */
  readonly pid: number;
}

const SOCKET = '/run/docker.sock';
const CONTAINERD = ['containerd', '--config', '/var/run/docker/containerd/containerd.toml'];

/** Starts it: processes, default networks, docker0 and its rules, images, the socket. */
export function startDockerd(kernel: Kernel, options: DockerdOptions = {}): Dockerd {
  const { rng, clock } = kernel.world;
  let self = kernel.daemon(['dockerd'], { parent: 1 });
  const containerd = kernel.daemon(CONTAINERD, { parent: self.pid });
  const fs = kernel.root.fs;
  for (const dir of ['/run/docker/netns', '/var/lib/docker/containers', '/var/lib/docker/volumes'])
    fs.mkdir(dir, 0o755, true);
  fs.writeFile('/usr/bin/docker-init', new Uint8Array(0), { mode: 0o755, parents: true, program: 'docker-init' });
  const images = new ImageStore(kernel, VERSION);
  images.load(options.images ?? catalog, clock.epochAt());
  const id = options.id ?? randomId(rng);
  const globalId = options.globalId ?? globalIdOf(id);
  const first = readConfig(kernel);
  const config = first instanceof Failure ? DEFAULTS : first;
  const controller = new Controller(kernel, rng, self, settings(config, globalId));
  for (const network of plainNetworks()) {
    const made = controller.newNetwork(network);
    if (made instanceof Failure) throw new Error(`dockerd: ${network.name}: ${made.message}`);
  }
  const bridge = initBridge(kernel, controller, config);
  if (bridge) throw new Error(`dockerd: ${bridge.message}`);
  const volumes = new VolumeStore(kernel, rng);
  const daemon = new Daemon(kernel, rng, images, controller, volumes, options.openPty, self.pid, id, config);
  const service = createRouter(daemon, async () => (await kernel.world.hold(import('./routes.ts'))).routes);
  const listen = (): (() => void) => kernel.serve(SOCKET, options.wrap ? options.wrap(service) : service);
  let close = listen();
  let isUp = true;
  const say = (level: string, message: string, more = ''): void =>
    options.log?.(`time="${rfc3339Nano(daemon.now())}" level=${level} msg=${JSON.stringify(message)}${more}`, self.pid);
  greet(say);
  const reload = (): void => {
    say('info', 'Got signal to reload configuration, reloading from', ` config-file=${CONFIG_FILE}`);
    const file = readConfig(kernel);
    if (file instanceof Failure) {
      say('error', file.message);
      return;
    }
    daemon.config = reloaded(daemon.config, file);
    daemon.emit('daemon', 'reload', id, reloadAttributes(daemon));
    say('info', `Reloaded configuration: ${JSON.stringify(shown(daemon.config))}`);
  };
  const begin = (): void => {
    self.sys.sigaction(SIGNALS.SIGHUP, reload);
  };
  begin();
  /** What is wrong with it, in one line; the networks follow it. */
  const configure = (): Failure | undefined => {
    const next = readConfig(kernel);
    if (next instanceof Failure) return next;
    const bad = checkStart(next);
    if (bad) return bad;
    controller.configure(settings(next, globalId));
    daemon.config = next;
    return initBridge(kernel, controller, next);
  };
  const clean = (): Promise<void> => cleanDaemon(daemon);
  return {
    service,
    daemon,
    clean,
    async stop() {
      await clean();
      close();
      containerd.end(0);
      self.end(0);
    },
    get pid() {
      return isUp ? self.pid : 0;
    },
    async down() {
      if (!isUp) return;
      isUp = false;
      say('info', "Processing signal 'terminated'");
      close();
      const { stopAll } = await kernel.world.hold(import('./lifecycle.ts'));
      if (!daemon.config['live-restore']) await stopAll(daemon);
      say('info', 'Daemon shutdown complete');
      self.end(0);
    },
    async up() {
      if (isUp) return true;
      self = kernel.daemon(['dockerd'], { parent: 1 });
      controller.daemon = self;
      daemon.pid = self.pid;
      begin();
      const bad = configure();
      if (bad) {
        options.log?.(bad.message, self.pid);
        self.end(1);
        return false;
      }
      isUp = true;
      greet(say);
      const { startWanted } = await kernel.world.hold(import('./lifecycle.ts'));
      await startWanted(daemon);
      close = listen();
      return true;
    },
    reload,
  };
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

type Say = (level: string, message: string, more?: string) => void;

/** What it says when it starts. */
function greet(say: Say): void {
  say('info', 'Starting up');
  say('info', 'Loading containers: start.');
  say('info', 'Loading containers: done.');
  say('info', 'Docker daemon', ` storage-driver=overlay2 version=${VERSION}`);
  say('info', 'Daemon has completed initialization');
  say('info', 'API listen on /run/docker.sock');
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

async function cleanDaemon(daemon: Daemon): Promise<void> {
  const { deleteContainer } = await daemon.kernel.world.hold(import('./remove.ts'));
  for (const c of [...daemon.containers.values()].reverse())
    await deleteContainer(daemon, c.name, c, { force: true, volumes: true });
  for (const n of [...daemon.controller.networks.values()])
    if (!['bridge', 'host', 'none'].includes(n.name)) daemon.controller.deleteNetwork(n);
  for (const v of daemon.volumes.list()) daemon.volumes.remove(v.name);
}
