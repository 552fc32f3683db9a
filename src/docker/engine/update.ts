/** POST /containers/{id}/update. @see moby daemon/update.go, container/container_unix.go: UpdateContainer */
import type { RestartPolicy } from '../api/types.ts';
import { Failure } from '../errdefs.ts';
import type { Container } from './container.ts';
import type { Daemon } from './daemon.ts';
import { type Resources, verifyResources, verifyRestart } from './verify.ts';

export type UpdateBody = Resources & { readonly RestartPolicy?: RestartPolicy | null };

/** What can be changed, and how `0` and `''` (not given) are told. */
const KEYS = [
  'BlkioWeight',
  'CpuShares',
  'NanoCpus',
  'CpuPeriod',
  'CpuQuota',
  'CpusetCpus',
  'CpusetMems',
  'CpuRealtimePeriod',
  'CpuRealtimeRuntime',
  'Memory',
  'MemorySwap',
  'MemoryReservation',
  'PidsLimit',
] as const;

export function updateContainer(daemon: Daemon, c: Container, body: UpdateBody): Failure | undefined {
  const policy = body.RestartPolicy;
  const bad = (policy && verifyRestart(policy)) ?? verifyResources(body, true);
  if (bad) return bad;
  const cannot = (kind: Failure['kind'], why: string): Failure =>
    new Failure(kind, `Cannot update container ${c.id}: ${why}`);
  if (c.status === 'removing' || c.status === 'dead')
    return cannot('system', 'container is marked for removal and cannot be "update"');
  if (policy?.Name && c.hostConfig.AutoRemove)
    return cannot('conflict', 'Restart policy cannot be updated because AutoRemove is enabled for the container');
  const conflict = conflictOf(c.hostConfig, body);
  if (conflict) return cannot('conflict', conflict);
  for (const key of KEYS) {
    const value = body[key];
    if (value !== undefined && value !== null && value !== 0 && value !== '') c.hostConfig[key] = value;
  }
  if (body.PidsLimit === 0) c.hostConfig.PidsLimit = null;
  if (policy?.Name) c.hostConfig.RestartPolicy = { Name: policy.Name, MaximumRetryCount: policy.MaximumRetryCount };
  daemon.containerEvent(c, 'update');
  return undefined;
}

/** Limits that exclude each other, those that are set and those that are to be. */
function conflictOf(now: Resources, wanted: Resources): string | undefined {
  const set = (r: Resources, key: string): number => (r[key] as number | null | undefined) ?? 0;
  for (const [key, name] of [
    ['CpuPeriod', 'CPU Period'],
    ['CpuQuota', 'CPU Quota'],
  ] as const) {
    if (set(wanted, key) !== 0 && set(now, 'NanoCpus') !== 0)
      return `Conflicting options: ${name} cannot be updated as NanoCPUs has already been set`;
    if (set(wanted, 'NanoCpus') !== 0 && set(now, key) !== 0)
      return `Conflicting options: NanoCPUs cannot be updated as ${name} has already been set`;
  }
  const swap = set(now, 'MemorySwap');
  if (set(wanted, 'Memory') !== 0 && set(wanted, 'MemorySwap') === 0 && set(wanted, 'Memory') > swap)
    return 'Memory limit should be smaller than already set memoryswap limit, update the memoryswap at the same time';
  return undefined;
}
