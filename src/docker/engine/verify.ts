/**
 * What a request for a container may ask for: limits, policies, times. Limits are kept and shown, not enforced.
 * @see moby daemon/daemon_unix.go: verifyPlatformContainerResources, daemon/container.go: verifyContainerSettings
 */
import { parseIp } from '../../base/ip.ts';
import { signalNumber } from '../../linux/kernel/signal.ts';
import type { CreateBody, HostConfig, RestartPolicy } from '../api/types.ts';
import { Failure } from '../errdefs.ts';
import { normalCapabilities } from './capabilities.ts';
import { parseBool } from './filters.ts';
import { verifyLog } from './logdrivers.ts';

const MIN_MEMORY = 6 * 1024 * 1024;
/** Of each machine. */
const CPUS = 2;
const MEMORY_NODES = 1;
/** ns */
const MIN_HEALTH = 1e6;

/** Limits as HostConfig and `docker update` have them. */
export type Resources = Readonly<Record<string, unknown>>;

const invalid = (text: string): Failure => new Failure('invalid', text);
const number = (r: Resources, key: string): number => (r[key] as number | null | undefined) ?? 0;

/** @param update of a container that has limits already */
export function verifyResources(r: Resources, update: boolean): Failure | undefined {
  return verifyMemory(r, update) ?? verifyCpu(r) ?? verifySets(r);
}

function verifyMemory(r: Resources, update: boolean): Failure | undefined {
  const [memory, swap, reserved] = [number(r, 'Memory'), number(r, 'MemorySwap'), number(r, 'MemoryReservation')];
  const swappiness = (r.MemorySwappiness as number | null | undefined) ?? -1;
  if (memory > 0 && memory < MIN_MEMORY) return invalid('Minimum memory limit allowed is 6MB');
  if (memory > 0 && swap > 0 && swap < memory)
    return invalid('Minimum memoryswap limit should be larger than memory limit, see usage');
  if (memory === 0 && swap > 0 && !update)
    return invalid('You should always set the Memory limit when using Memoryswap limit, see usage');
  if (swappiness < -1 || swappiness > 100)
    return invalid(`Invalid value: ${swappiness}, valid memory swappiness range is 0-100`);
  if (reserved > 0 && reserved < MIN_MEMORY) return invalid('Minimum memory reservation allowed is 6MB');
  if (memory > 0 && reserved > memory)
    return invalid('Minimum memory limit can not be less than memory reservation limit, see usage');
  return undefined;
}

function verifyCpu(r: Resources): Failure | undefined {
  const [nano, period, quota] = [number(r, 'NanoCpus'), number(r, 'CpuPeriod'), number(r, 'CpuQuota')];
  if (nano > 0 && period > 0) return invalid('Conflicting options: Nano CPUs and CPU Period cannot both be set');
  if (nano > 0 && quota > 0) return invalid('Conflicting options: Nano CPUs and CPU Quota cannot both be set');
  if (nano < 0 || nano > CPUS * 1e9)
    return invalid(`range of CPUs is from 0.01 to ${CPUS}.00, as there are only ${CPUS} CPUs available`);
  if (number(r, 'CpuShares') < 0)
    return invalid(`invalid CPU shares (${number(r, 'CpuShares')}): value must be a positive integer`);
  if (number(r, 'CpuRealtimePeriod') !== 0 || number(r, 'CpuRealtimeRuntime') !== 0)
    return invalid('kernel does not support CPU real-time scheduler');
  if (period !== 0 && (period < 1000 || period > 1_000_000))
    return invalid('CPU cfs period can not be less than 1ms (i.e. 1000) or larger than 1s (i.e. 1000000)');
  if (quota > 0 && quota < 1000) return invalid('CPU cfs quota can not be less than 1ms (i.e. 1000)');
  return undefined;
}

function verifySets(r: Resources): Failure | undefined {
  for (const [key, what, shown, count] of [
    ['CpusetCpus', 'CPUs', 'cpus', CPUS],
    ['CpusetMems', 'memory nodes', 'mems', MEMORY_NODES],
  ] as const) {
    const text = (r[key] as string | undefined) ?? '';
    const set = numbers(text);
    if (!set) return invalid(`Invalid value ${text} for cpuset ${shown}: invalid format: ${text}`);
    const available = count === 1 ? '0' : `0-${count - 1}`;
    if (set.some((n) => n >= count))
      return invalid(`Requested ${what} are not available - requested ${text}, available: ${available}`);
  }
  const weight = number(r, 'BlkioWeight');
  if (weight > 0 && (weight < 10 || weight > 1000)) return invalid('Range of blkio weight is from 10 to 1000');
  return undefined;
}

/** `0-2,5`; undefined when it is none. */
function numbers(text: string): number[] | undefined {
  if (text === '') return [];
  const out: number[] = [];
  for (const part of text.split(',')) {
    const [from = '', to = from] = part.split('-');
    if (!/^\d+$/.test(from) || !/^\d+$/.test(to) || Number(from) > Number(to)) return undefined;
    for (let n = Number(from); n <= Number(to); n++) out.push(n);
  }
  return out;
}

/** @see moby api/types/container: ValidateRestartPolicy */
export function verifyRestart({ Name, MaximumRetryCount: count }: RestartPolicy): Failure | undefined {
  const bad = (why: string): Failure => invalid(`invalid restart policy: ${why}`);
  if (Name === '') return undefined;
  if (Name === 'on-failure') return count < 0 ? bad('maximum retry count cannot be negative') : undefined;
  if (!['no', 'always', 'unless-stopped'].includes(Name))
    return bad(`unknown policy '${Name}'; use one of 'no', 'always', 'on-failure', or 'unless-stopped'`);
  if (count === 0) return undefined;
  return bad(`maximum retry count can only be used with 'on-failure'${count < 0 ? ' and cannot be negative' : ''}`);
}

/** Everything but names, ports, networks and mounts. */
export function verifyContainer(body: CreateBody, host: HostConfig): Failure | undefined {
  if (body.WorkingDir && !body.WorkingDir.startsWith('/'))
    return invalid(`the working directory '${body.WorkingDir}' is invalid, it needs to be an absolute path`);
  if (body.StopSignal && !/^[1-9]\d*$/.test(body.StopSignal) && signalNumber(body.StopSignal) === undefined)
    return invalid(`invalid signal: ${body.StopSignal}`);
  const unnamed = (body.Env ?? []).find((e) => e === '' || e.startsWith('='));
  if (unnamed !== undefined) return invalid(`invalid environment variable: ${unnamed}`);
  return (
    verifyHealth((body.Healthcheck ?? {}) as Resources) ??
    verifyHost(host) ??
    verifyLog(host.LogConfig) ??
    verifyRestart(host.RestartPolicy) ??
    verifyResources(host as unknown as Resources, false)
  );
}

function verifyHost(host: HostConfig): Failure | undefined {
  const { Name } = host.RestartPolicy;
  if (host.AutoRemove && Name !== 'no' && Name !== '')
    return invalid("can't create 'AutoRemove' container with restart policy");
  for (const entry of host.ExtraHosts ?? []) {
    const fault = wrongHost(entry);
    if (fault) return invalid(fault);
  }
  const option = wrongSecurity((host.SecurityOpt as string[] | null) ?? []);
  if (option) return option;
  const isolation = (host.Isolation as string | undefined) ?? '';
  if (!['', 'default'].includes(isolation))
    return invalid(`invalid isolation (${isolation}): linux only supports 'default'`);
  const ipc = (host.IpcMode as string | undefined) ?? '';
  if (!/^(none|private|shareable|host|container:.*|)$/.test(ipc)) return invalid(`invalid IPC mode: ${ipc}`);
  if (Object.keys((host.StorageOpt as object | null) ?? {}).length > 0)
    return new Failure('system', "--storage-opt is supported only for overlay over xfs with 'pquota' mount option");
  for (const target of Object.keys((host.Tmpfs as object | null) ?? {})) {
    if (target === '/') return invalid("invalid specification: destination can't be '/'");
    if (!target.startsWith('/')) return invalid(`invalid mount path: '${target}' mount path must be absolute`);
  }
  if ('' in ((host.Annotations as object | null) ?? {}))
    return invalid('invalid Annotations: the empty string is not permitted as an annotation key');
  const cgroupns = (host.CgroupnsMode as string | undefined) ?? '';
  if (!['', 'private', 'host'].includes(cgroupns)) return invalid(`invalid cgroup namespace mode: ${cgroupns}`);
  const score = host.OomScoreAdj as number;
  if (score < -1000 || score > 1000) return invalid(`Invalid value ${score}, range for oom score adj is [-1000, 1000]`);
  if ((host.ShmSize as number) < 0) return invalid('SHM size can not be less than 0');
  const runtime = host.Runtime as string;
  if (!['runc', 'io.containerd.runc.v2'].includes(runtime))
    return invalid(`unknown or invalid runtime name: ${runtime}`);
  for (const key of ['CapAdd', 'CapDrop'] as const) {
    const known = normalCapabilities(host[key]);
    if (known instanceof Failure) return known.wrap(`invalid ${key}`);
    host[key] = known;
  }
  return undefined;
}

/** `name:address`, `name:host-gateway` @see moby opts/hosts.go: ValidateExtraHost */
function wrongHost(entry: string): string | undefined {
  const at = entry.indexOf(':');
  if (at <= 0) return `bad format for add-host: ${JSON.stringify(entry)}`;
  const ip = entry.slice(at + 1);
  if (ip === 'host-gateway' || parseIp(ip)) return undefined;
  return `invalid IP address in add-host: ${JSON.stringify(ip)}`;
}

/** @see moby daemon/daemon_unix.go: parseSecurityOpt */
function wrongSecurity(options: readonly string[]): Failure | undefined {
  for (const option of options) {
    if (option === 'no-new-privileges' || option === 'disable') continue;
    const [, key, value = ''] = /^([^=]*)=(.*)$/s.exec(option) ?? /^([^:]*):(.*)$/s.exec(option) ?? [];
    if (key === undefined) return invalid(`invalid --security-opt 1: ${JSON.stringify(option)}`);
    const known = ['label', 'apparmor', 'seccomp', 'writable-cgroups'].includes(key);
    if (!known && !(key === 'no-new-privileges' && parseBool(value) !== undefined))
      return invalid(`invalid --security-opt 2: ${JSON.stringify(option)}`);
  }
  return undefined;
}

function verifyHealth(h: Resources): Failure | undefined {
  for (const key of ['Interval', 'Timeout', 'StartPeriod', 'StartInterval']) {
    const ns = number(h, key);
    if (ns !== 0 && ns < MIN_HEALTH) return invalid(`${key} in Healthcheck cannot be less than 1ms`);
  }
  return number(h, 'Retries') < 0 ? invalid('Retries in Healthcheck cannot be negative') : undefined;
}

/** Twice the memory for memory and swap together, when nothing is said of it. @see adaptContainerSettings */
export function adaptResources(r: Record<string, unknown>): void {
  const memory = number(r, 'Memory');
  if (memory > 0 && number(r, 'MemorySwap') === 0) r.MemorySwap = memory * 2;
  if (memory > 0 && r.MemorySwappiness === -1) r.MemorySwappiness = null;
}
