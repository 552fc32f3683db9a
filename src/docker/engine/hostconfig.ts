/**
 * HostConfig in the field order of the API, with what the daemon fills in.
 * @see moby api/types/container/hostconfig.go, daemon/daemon_unix.go: adaptContainerSettings
 */

import type { ContainerConfig, HostConfig, LogConfig } from '../api/types.ts';
import type { Image } from '../images/store.ts';
import { clean } from './path.ts';
import { sorted } from './sorted.ts';

const MASKED = [
  '/proc/asound',
  '/proc/acpi',
  '/proc/interrupts',
  '/proc/kcore',
  '/proc/keys',
  '/proc/latency_stats',
  '/proc/timer_list',
  '/proc/timer_stats',
  '/proc/sched_debug',
  '/proc/scsi',
  '/sys/firmware',
  '/sys/devices/virtual/powercap',
];
const READONLY = ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger'];

/** What each field is when the request does not have it. */
const DEFAULTS: Readonly<Record<string, unknown>> = {
  Binds: null,
  ContainerIDFile: '',
  LogConfig: { Type: '', Config: null },
  NetworkMode: '',
  PortBindings: null,
  RestartPolicy: { Name: '', MaximumRetryCount: 0 },
  AutoRemove: false,
  VolumeDriver: '',
  VolumesFrom: null,
  ConsoleSize: [0, 0],
  Annotations: undefined,
  CapAdd: null,
  CapDrop: null,
  CgroupnsMode: '',
  Dns: null,
  DnsOptions: null,
  DnsSearch: null,
  ExtraHosts: null,
  GroupAdd: null,
  IpcMode: '',
  Cgroup: '',
  Links: null,
  OomScoreAdj: 0,
  PidMode: '',
  Privileged: false,
  PublishAllPorts: false,
  ReadonlyRootfs: false,
  SecurityOpt: null,
  StorageOpt: undefined,
  Tmpfs: undefined,
  UTSMode: '',
  UsernsMode: '',
  ShmSize: 0,
  Sysctls: undefined,
  Runtime: '',
  Isolation: '',
  CpuShares: 0,
  Memory: 0,
  NanoCpus: 0,
  CgroupParent: '',
  BlkioWeight: 0,
  BlkioWeightDevice: null,
  BlkioDeviceReadBps: null,
  BlkioDeviceWriteBps: null,
  BlkioDeviceReadIOps: null,
  BlkioDeviceWriteIOps: null,
  CpuPeriod: 0,
  CpuQuota: 0,
  CpuRealtimePeriod: 0,
  CpuRealtimeRuntime: 0,
  CpusetCpus: '',
  CpusetMems: '',
  Devices: null,
  DeviceCgroupRules: null,
  DeviceRequests: null,
  MemoryReservation: 0,
  MemorySwap: 0,
  MemorySwappiness: null,
  OomKillDisable: false,
  PidsLimit: null,
  Ulimits: null,
  CpuCount: 0,
  CpuPercent: 0,
  IOMaximumIOps: 0,
  IOMaximumBandwidth: 0,
  Mounts: undefined,
  MaskedPaths: null,
  ReadonlyPaths: null,
  Init: undefined,
};

/** Fields whose default is an object. */
const OBJECTS = Object.keys(DEFAULTS).filter((key) => typeof DEFAULTS[key] === 'object' && DEFAULTS[key] !== null);

const JSON_FILE: LogConfig = { Type: 'json-file', Config: {} };

/** A container without a driver has the engine's; options are the engine's too where the driver is. @see moby daemon/logs.go: mergeAndVerifyLogConfig */
function logConfig({ Type, Config }: LogConfig, engine: LogConfig): LogConfig {
  const own = Config ?? {};
  if (Type !== '' && Type !== engine.Type) return { Type, Config };
  const both = { ...engine.Config, ...own };
  return { Type: engine.Type, Config: Type === '' || Object.keys(both).length > 0 ? both : Config };
}

/** The container's HostConfig. @param log the engine's own */
export function hostConfig(body: Partial<HostConfig> | undefined, log: LogConfig = JSON_FILE): HostConfig {
  // All fields at once: an object that grows field by field would be a slow and large one.
  const out: Record<string, unknown> = { ...DEFAULTS };
  for (const key of OBJECTS) out[key] = structured(out[key]);
  for (const key in body) {
    const value = body[key];
    if (value !== undefined && key in DEFAULTS) out[key] = filled(structured(value), DEFAULTS[key]);
  }
  const h = out as HostConfig & Record<string, unknown>;
  h.NetworkMode = h.NetworkMode === '' || h.NetworkMode === 'default' ? 'bridge' : h.NetworkMode;
  h.LogConfig = logConfig(h.LogConfig, log);
  if (h.RestartPolicy.Name === '') h.RestartPolicy = { Name: 'no', MaximumRetryCount: 0 };
  h.PortBindings ??= {};
  h.CgroupnsMode = h.CgroupnsMode === '' ? 'host' : h.CgroupnsMode;
  h.IpcMode = h.IpcMode === '' ? 'private' : h.IpcMode;
  h.ShmSize = h.ShmSize === 0 ? 67108864 : h.ShmSize;
  h.Runtime = h.Runtime === '' ? 'runc' : h.Runtime;
  if (h.MemorySwappiness === -1) h.MemorySwappiness = null;
  if (h.PidsLimit === 0) h.PidsLimit = null;
  h.MaskedPaths ??= h.Privileged ? null : MASKED;
  h.ReadonlyPaths ??= h.Privileged ? null : READONLY;
  return h;
}

/** A struct with the zero values of the fields that were left out. */
const filled = (value: unknown, zero: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? { ...(zero as object | null), ...value }
    : value;

/** A copy of its own: defaults are shared. */
function structured(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(structured);
  const out: Record<string, unknown> = {};
  for (const key in value) {
    const member = (value as Record<string, unknown>)[key];
    if (member !== undefined) out[key] = structured(member);
  }
  return out;
}

/** The container's Config: the request's over the image's. @see moby daemon/commit.go: merge */
export function mergeConfig(
  id: string,
  body: Partial<ContainerConfig>,
  image: Pick<Image, 'config'> | undefined,
): ContainerConfig {
  const from = image?.config;
  const exposed = sorted({ ...from?.ExposedPorts, ...body.ExposedPorts });
  const givenEntrypoint = body.Entrypoint ?? null;
  const takeCmd = givenEntrypoint === null && (body.Cmd ?? []).length === 0;
  const cmd = (body.Cmd ?? []).length > 0 ? (body.Cmd ?? null) : takeCmd ? (from?.Cmd ?? null) : null;
  const cleared = givenEntrypoint?.length === 1 && givenEntrypoint[0] === '';
  const volumes = { ...from?.Volumes, ...body.Volumes };
  const stopSignal = body.StopSignal || from?.StopSignal;
  return {
    Hostname: body.Hostname || id.slice(0, 12),
    Domainname: body.Domainname ?? '',
    User: body.User || from?.User || '',
    AttachStdin: body.AttachStdin ?? false,
    AttachStdout: body.AttachStdout ?? false,
    AttachStderr: body.AttachStderr ?? false,
    ...(Object.keys(exposed).length > 0 ? { ExposedPorts: exposed } : {}),
    Tty: body.Tty ?? false,
    OpenStdin: body.OpenStdin ?? false,
    StdinOnce: body.StdinOnce ?? false,
    Env: mergeEnv(body.Env ?? null, from?.Env ?? null),
    Cmd: cmd,
    ...mergeHealth(body.Healthcheck, from?.Healthcheck),
    Image: body.Image ?? '',
    Volumes: Object.keys(volumes).length > 0 ? volumes : null,
    WorkingDir: (body.WorkingDir && clean(body.WorkingDir)) || from?.WorkingDir || '',
    Entrypoint: cleared ? null : (givenEntrypoint ?? from?.Entrypoint ?? null),
    OnBuild: null,
    Labels: body.Labels || from?.Labels ? sorted({ ...from?.Labels, ...body.Labels }) : image ? {} : null,
    ...(stopSignal ? { StopSignal: stopSignal } : {}),
    ...(body.StopTimeout === undefined ? {} : { StopTimeout: body.StopTimeout }),
    ...(body.Shell ? { Shell: body.Shell } : {}),
  };
}

/** What the request does not say of a check comes from the image. @see moby daemon/commit.go: merge */
function mergeHealth(own: unknown, image: unknown): { Healthcheck?: Record<string, unknown> } {
  const [mine, theirs] = [own, image] as (Record<string, unknown> | null | undefined)[];
  if (!mine && !theirs) return {};
  const test = (mine?.Test as string[] | null | undefined) ?? [];
  return { Healthcheck: { ...theirs, ...mine, ...(test.length === 0 && theirs?.Test ? { Test: theirs.Test } : {}) } };
}

function mergeEnv(own: readonly string[] | null, image: readonly string[] | null): string[] | null {
  if (!own && !image) return null;
  const names = new Set((own ?? []).map((e) => e.split('=')[0]));
  return [...(own ?? []), ...(image ?? []).filter((e) => !names.has(e.split('=')[0]))];
}
