/**
 * dockerd: starts the engine on a machine and gives its API.
 *
 * Limits: nothing outlives it (no state on disk); swarm, builds, plugins and registries are not there.
 * @see moby cmd/dockerd/daemon.go
 */
import type { HttpService } from '../../base/http.ts';
import type { Rng } from '../../base/rng.ts';
import type { Kernel } from '../../linux/kernel/machine.ts';
import { Failure } from '../errdefs.ts';
import { catalog } from '../images/catalog.ts';
import { sha256 } from '../images/digest.ts';
import type { ImageSpec } from '../images/spec.ts';
import { ImageStore } from '../images/store.ts';
import { Controller, type NewNetwork } from '../libnetwork/controller.ts';
import { rfc3339Nano } from '../time.ts';
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
  /** Starts it again. */
  up(): Promise<void>;
  /** Process id; 0 while it is down. */
  readonly pid: number;
}

const SOCKET = '/run/docker.sock';
const CONTAINERD = ['containerd', '--config', '/var/run/docker/containerd/containerd.toml'];

const BRIDGE_OPTIONS = {
  'com.docker.network.bridge.default_bridge': 'true',
  'com.docker.network.bridge.enable_icc': 'true',
  'com.docker.network.bridge.enable_ip_masquerade': 'true',
  'com.docker.network.bridge.host_binding_ipv4': '0.0.0.0',
  'com.docker.network.bridge.name': 'docker0',
  'com.docker.network.driver.mtu': '1500',
};

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
  const controller = new Controller(kernel, rng, self, globalId);
  for (const network of predefined()) {
    const made = controller.newNetwork(network);
    if (made instanceof Failure) throw new Error(`dockerd: ${network.name}: ${made.message}`);
  }
  const volumes = new VolumeStore(kernel, rng);
  const daemon = new Daemon(kernel, rng, images, controller, volumes, options.openPty, self.pid, id);
  const service = createRouter(daemon, async () => (await kernel.world.hold(import('./routes.ts'))).routes);
  const listen = (): (() => void) => kernel.serve(SOCKET, options.wrap ? options.wrap(service) : service);
  let close = listen();
  let isUp = true;
  const say = (level: string, message: string, more = ''): void =>
    options.log?.(`time="${rfc3339Nano(daemon.now())}" level=${level} msg=${JSON.stringify(message)}${more}`, self.pid);
  greet(say);
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
      const { liveRestore, stopAll } = await kernel.world.hold(import('./lifecycle.ts'));
      if (!liveRestore(kernel)) await stopAll(daemon);
      say('info', 'Daemon shutdown complete');
      self.end(0);
    },
    async up() {
      if (isUp) return;
      self = kernel.daemon(['dockerd'], { parent: 1 });
      controller.daemon = self;
      daemon.pid = self.pid;
      isUp = true;
      greet(say);
      const { startWanted } = await kernel.world.hold(import('./lifecycle.ts'));
      await startWanted(daemon);
      close = listen();
    },
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

function predefined(): NewNetwork[] {
  const network = (name: string, driver: string, opts: Record<string, string>): NewNetwork => ({
    name,
    driver,
    scope: 'local',
    enableIPv4: true,
    enableIPv6: false,
    internal: false,
    attachable: false,
    ingress: false,
    configOnly: false,
    configFrom: '',
    ipamDriver: 'default',
    ipamOptions: null,
    options: opts,
    labels: {},
    ipam: [],
  });
  return [network('host', 'host', {}), network('none', 'null', {}), network('bridge', 'bridge', BRIDGE_OPTIONS)];
}

async function cleanDaemon(daemon: Daemon): Promise<void> {
  const { deleteContainer } = await daemon.kernel.world.hold(import('./remove.ts'));
  for (const c of [...daemon.containers.values()].reverse())
    await deleteContainer(daemon, c.name, c, { force: true, volumes: true });
  for (const n of [...daemon.controller.networks.values()])
    if (!['bridge', 'host', 'none'].includes(n.name)) daemon.controller.deleteNetwork(n);
  for (const v of daemon.volumes.list()) daemon.volumes.remove(v.name);
}
