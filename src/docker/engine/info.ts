/** GET /version, /info, /system/df. @see moby daemon/info.go */
import { formatPrefix, network as masked, parsePrefix } from '../../base/ip.ts';
import type { SwarmInfo } from '../api/swarm.ts';
import { rfc3339Nano } from '../time.ts';
import type { Config } from './config/config.ts';
import { API_VERSION, type Daemon, MIN_API_VERSION, VERSION } from './daemon.ts';
import { Filters } from './filters.ts';
import { imageRows } from './images.ts';
import { listContainers } from './list.ts';
import { RUNC } from './runc.ts';
import { sorted } from './sorted.ts';
import { MEMORY } from './stats.ts';
import { volumeJson } from './volumes.ts';

const COMMIT = '3ef3c07c883be49a2e8097bcf6d2952fce1d70eb';
const BUILT = '2026-09-15T11:02:57.000000000+00:00';
const GO = 'go1.27.1';

export const CPUS = 2;

/** Drivers it has, by kind. */
export const PLUGINS = {
  Volume: ['local'],
  Network: ['bridge', 'host', 'ipvlan', 'macvlan', 'null', 'overlay'],
  Log: ['awslogs', 'fluentd', 'gelf', 'journald', 'json-file', 'local', 'splunk', 'syslog'],
};

const NO_SWARM: SwarmInfo = {
  NodeID: '',
  NodeAddr: '',
  LocalNodeState: 'inactive',
  ControlAvailable: false,
  Error: '',
  RemoteManagers: null,
};

/** Release of the machine's kernel, as uname gives it. */
function release(daemon: Daemon): string {
  const r = daemon.kernel.sysctl(daemon.kernel.hostNetns, 'kernel.osrelease');
  return typeof r === 'string' ? r : '6.18.44-fc-v769';
}

export function version(daemon: Daemon): Record<string, unknown> {
  const kernel = release(daemon);
  return {
    Platform: { Name: '' },
    Components: [
      {
        Name: 'Engine',
        Version: VERSION,
        Details: {
          ApiVersion: API_VERSION,
          Arch: 'amd64',
          BuildTime: BUILT,
          Experimental: 'false',
          GitCommit: COMMIT,
          GoVersion: GO,
          KernelVersion: kernel,
          MinAPIVersion: MIN_API_VERSION,
          Os: 'linux',
        },
      },
      { Name: 'containerd', Version: '2.1.9+unknown', Details: { GitCommit: '' } },
      { Name: 'runc', Version: '1.3.6+ds1', Details: { GitCommit: '1.3.6+ds1-1' } },
      { Name: 'docker-init', Version: '0.19.0', Details: { GitCommit: '' } },
    ],
    Version: VERSION,
    ApiVersion: API_VERSION,
    MinAPIVersion: MIN_API_VERSION,
    GitCommit: COMMIT,
    GoVersion: GO,
    Os: 'linux',
    Arch: 'amd64',
    KernelVersion: kernel,
    BuildTime: BUILT,
  };
}

/** Registries: mirrors end in a slash; an insecure one is a subnet or a host. @see moby registry/config.go */
function registryConfig(config: Config): Record<string, unknown> {
  const mirrors = config['registry-mirrors'].map((m) => (m.endsWith('/') ? m : `${m}/`));
  const insecure = config['insecure-registries'];
  const hosts = insecure.filter((r) => !parsePrefix(r));
  const cidrs = insecure.flatMap((r) => parsePrefix(r) ?? []).map((p) => formatPrefix(masked(p)));
  const official = { Mirrors: mirrors, Name: 'docker.io', Official: true, Secure: true };
  const others = hosts.map((Name) => [Name, { Mirrors: [], Name, Official: false, Secure: false }]);
  return {
    IndexConfigs: sorted({ 'docker.io': official, ...Object.fromEntries(others) }),
    InsecureRegistryCIDRs: [...cidrs, '::1/128', '127.0.0.0/8'],
    Mirrors: mirrors.length > 0 ? mirrors : null,
  };
}

/** Of the overlay2 driver. */
const STORAGE = [
  ['Backing Filesystem', 'extfs'],
  ['Supports d_type', 'true'],
  ['Using metacopy', 'false'],
  ['Native Overlay Diff', 'true'],
  ['userxattr', 'false'],
];

/** What the kernel can limit. */
const LIMITS = {
  MemoryLimit: true,
  SwapLimit: true,
  KernelMemoryTCP: true,
  CpuCfsPeriod: true,
  CpuCfsQuota: true,
  CPUShares: true,
  CPUSet: true,
  PidsLimit: true,
};

/** The programs that it runs containers with. */
const RUNTIMES = {
  InitBinary: 'docker-init',
  ContainerdCommit: { ID: '' },
  RuncCommit: { ID: '1.3.6+ds1-1' },
  InitCommit: { ID: '' },
};

function containerCounts(daemon: Daemon): Record<string, number> {
  const all = [...daemon.containers.values()];
  return {
    Containers: all.length,
    ContainersRunning: all.filter((c) => c.isRunning && c.status !== 'paused').length,
    ContainersPaused: all.filter((c) => c.status === 'paused').length,
    ContainersStopped: all.filter((c) => !c.isRunning).length,
  };
}

export function info(daemon: Daemon): Record<string, unknown> {
  const { config } = daemon;
  return {
    ID: daemon.id,
    ...containerCounts(daemon),
    Images: daemon.images.list().length,
    Driver: 'overlay2',
    DriverStatus: STORAGE,
    Plugins: { Volume: PLUGINS.Volume, Network: PLUGINS.Network, Authorization: null, Log: PLUGINS.Log },
    ...LIMITS,
    IPv4Forwarding: daemon.kernel.sysctl(daemon.kernel.hostNetns, 'net.ipv4.ip_forward') === '1',
    Debug: config.debug,
    NFd: 28,
    OomKillDisable: true,
    NGoroutines: 49,
    SystemTime: rfc3339Nano(daemon.now()),
    LoggingDriver: config['log-driver'],
    CgroupDriver: 'cgroupfs',
    CgroupVersion: '1',
    NEventsListener: daemon.events.listeners,
    KernelVersion: release(daemon),
    OperatingSystem: 'Debian GNU/Linux forky/sid (containerized)',
    OSVersion: '',
    OSType: 'linux',
    Architecture: 'x86_64',
    IndexServerAddress: 'https://index.docker.io/v1/',
    RegistryConfig: registryConfig(config),
    NCPU: CPUS,
    MemTotal: MEMORY,
    GenericResources: null,
    DockerRootDir: '/var/lib/docker',
    HttpProxy: '',
    HttpsProxy: '',
    NoProxy: '',
    Name: daemon.kernel.uts.hostname,
    Labels: config.labels,
    ExperimentalBuild: false,
    ServerVersion: VERSION,
    Runtimes: { 'io.containerd.runc.v2': RUNC, runc: RUNC },
    DefaultRuntime: 'runc',
    Swarm: daemon.swarm?.info() ?? NO_SWARM,
    LiveRestoreEnabled: config['live-restore'],
    Isolation: '',
    ...RUNTIMES,
    SecurityOptions: ['name=seccomp,profile=builtin'],
    FirewallBackend: { Driver: 'iptables' },
    CDISpecDirs: ['/etc/cdi', '/var/run/cdi'],
    Containerd: {
      Address: '/var/run/docker/containerd/containerd.sock',
      Namespaces: { Containers: 'moby', Plugins: 'plugins.moby' },
    },
    Warnings: warningsOf(daemon),
  };
}

const ATTACK = `
         Access to the remote API is equivalent to root access on the host. Refer
         to the 'Docker daemon attack surface' section in the documentation for
         more information: https://docs.docker.com/go/attack-surface/
In future versions this will be a hard failure preventing the daemon from starting! Learn more at: https://docs.docker.com/go/api-security/`;

/** @see moby daemon/info.go: fillAPIInfo */
function warningsOf({ hosts }: Daemon): string[] | null {
  const open = hosts.filter((h) => h.startsWith('tcp://')).map((h) => h.slice('tcp://'.length));
  const said = open.map((a) => `[DEPRECATION NOTICE]: API is accessible on http://${a} without encryption.${ATTACK}`);
  return said.length > 0 ? said : null;
}

/** Containers that a volume is mounted in, running or not. */
function references(daemon: Daemon, volume: string): number {
  return [...daemon.containers.values()].filter((c) => c.mounts.some((m) => m.type === 'volume' && m.name === volume))
    .length;
}

/** Kinds of objects whose use of the disk can be asked for. */
export const USAGE_TYPES: readonly string[] = ['container', 'image', 'volume', 'build-cache'];

/** GET /system/df @param types some of {@link USAGE_TYPES}; the others are null */
export function diskUsage(daemon: Daemon, types = USAGE_TYPES): Record<string, unknown> {
  const asked = <T>(type: string, work: () => T): T | null => (types.includes(type) ? work() : null);
  const images = daemon.images.list();
  const layers = new Map(images.flatMap((i) => i.layers.map((l) => [l.diffId, l.size] as const)));
  const shared = (id: string): number => {
    const image = images.find((i) => i.id === id);
    const others = new Set(images.filter((i) => i.id !== id).flatMap((i) => i.layers.map((l) => l.diffId)));
    return (image?.layers ?? []).filter((l) => others.has(l.diffId)).reduce((sum, l) => sum + l.size, 0);
  };
  return {
    LayersSize: asked('image', () => [...layers.values()].reduce((a, b) => a + b, 0)) ?? 0,
    Images: asked('image', () =>
      imageRows(daemon, new Filters(), true).map((r) => ({ ...r, RepoDigests: null, SharedSize: shared(r.Id) })),
    ),
    Containers: asked('container', () =>
      listContainers(daemon, { all: true, limit: 0, size: true, filters: new Filters() }),
    ),
    Volumes: asked('volume', () =>
      daemon.volumes
        .list()
        .map((v) => ({ ...volumeJson(v), UsageData: { RefCount: references(daemon, v.name), Size: 0 } })),
    ),
    BuildCache: asked('build-cache', () => daemon.buildKit?.rows() ?? []),
  };
}
