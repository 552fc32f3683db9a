/** What a container may use, and when it is started again. @see docker/compose pkg/compose/create.go: getDeployResources, getRestartPolicy */
import { parseDuration } from '../../cli/flags/gostrconv.ts';
import type { BlkioConfig, HealthCheckConfig, ServiceConfig, UlimitsConfig } from '../model/project.ts';

const bytes = (s: string | undefined): number => (s === undefined ? 0 : Number(s));

/** `1m30s` in ns. */
export function nanoseconds(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const parsed = parseDuration(text);
  return 'value' in parsed ? parsed.value : undefined;
}

const POLICIES: Readonly<Record<string, string>> = { none: 'no', any: 'always' };

/** `restart`, or what `deploy` says. */
export function restartPolicy(s: ServiceConfig): { Name: string; MaximumRetryCount: number } {
  const deploy = s.deploy?.restart_policy;
  if (deploy) {
    const name = deploy.condition ?? '';
    return { Name: POLICIES[name] ?? name, MaximumRetryCount: deploy.max_attempts ?? 0 };
  }
  const [name = '', attempts = '0'] = (s.restart ?? '').split(':');
  return { Name: POLICIES[name] ?? name, MaximumRetryCount: Number.parseInt(attempts, 10) || 0 };
}

const ulimit = (u: number | UlimitsConfig): { Soft: number; Hard: number } =>
  typeof u === 'number' ? { Soft: u, Hard: u } : { Soft: u.soft, Hard: u.hard };

/** Limits, reservations and devices. */
export function resources(s: ServiceConfig): Record<string, unknown> {
  const limits = s.deploy?.resources?.limits;
  const reserved = s.deploy?.resources?.reservations;
  const pids = limits?.pids || s.pids_limit;
  return {
    CgroupParent: s.cgroup_parent ?? '',
    Memory: limits?.memory ? bytes(limits.memory) : bytes(s.mem_limit),
    MemorySwap: bytes(s.memswap_limit),
    MemorySwappiness: s.mem_swappiness ? Number(s.mem_swappiness) : undefined,
    MemoryReservation: reserved?.memory ? bytes(reserved.memory) : bytes(s.mem_reservation),
    OomKillDisable: s.oom_kill_disable ?? false,
    CpuCount: s.cpu_count ?? 0,
    CpuPeriod: s.cpu_period ?? 0,
    CpuQuota: s.cpu_quota ?? 0,
    CpuRealtimePeriod: s.cpu_rt_period ?? 0,
    CpuRealtimeRuntime: s.cpu_rt_runtime ?? 0,
    CpuShares: s.cpu_shares ?? 0,
    NanoCpus: Math.round((limits?.cpus ?? s.cpus ?? 0) * 1e9),
    CpuPercent: Math.round((s.cpu_percent ?? 0) * 100),
    CpusetCpus: s.cpuset ?? '',
    DeviceCgroupRules: s.device_cgroup_rules ?? null,
    PidsLimit: pids || undefined,
    ...blockDevices(s.blkio_config),
    Devices: (s.devices ?? []).map((d) => ({
      PathOnHost: d.source,
      PathInContainer: d.target ?? d.source,
      CgroupPermissions: d.permissions ?? 'rwm',
    })),
    DeviceRequests: requests(s),
    Ulimits: s.ulimits ? Object.entries(s.ulimits).map(([Name, u]) => ({ Name, ...ulimit(u) })) : null,
  };
}

function blockDevices(b: BlkioConfig = {}): Record<string, unknown> {
  const throttled = (key: 'device_read_bps' | 'device_read_iops' | 'device_write_bps' | 'device_write_iops'): unknown =>
    b[key]?.map((d) => ({ Path: d.path, Rate: Number(d.rate ?? 0) })) ?? null;
  return {
    BlkioWeight: b.weight ?? 0,
    BlkioWeightDevice: b.weight_device?.map((d) => ({ Path: d.path, Weight: d.weight ?? 0 })) ?? null,
    BlkioDeviceReadBps: throttled('device_read_bps'),
    BlkioDeviceReadIOps: throttled('device_read_iops'),
    BlkioDeviceWriteBps: throttled('device_write_bps'),
    BlkioDeviceWriteIOps: throttled('device_write_iops'),
  };
}

function requests(s: ServiceConfig): unknown[] | null {
  const asked = [...(s.deploy?.resources?.reservations?.devices ?? []), ...(s.gpus ?? [])];
  if (asked.length === 0) return null;
  return asked.map((d) => ({
    Driver: d.driver ?? '',
    Count: d.count ?? 0,
    DeviceIDs: d.device_ids ?? null,
    Capabilities: [d.capabilities ?? []],
    Options: d.options ?? null,
  }));
}

/** @see docker/compose pkg/compose/convert.go: ToMobyHealthCheck */
export function healthcheck(h: HealthCheckConfig | undefined): Record<string, unknown> | undefined {
  if (!h) return undefined;
  return {
    Test: h.disable ? ['NONE'] : (h.test ?? null),
    Interval: nanoseconds(h.interval),
    Timeout: nanoseconds(h.timeout),
    StartPeriod: nanoseconds(h.start_period),
    StartInterval: nanoseconds(h.start_interval),
    Retries: h.retries,
  };
}
