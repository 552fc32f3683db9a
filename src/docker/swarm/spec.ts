/**
 * The spec of a swarm: what it is when nobody says otherwise, and what a request makes of it.
 * @see moby daemon/cluster/convert/swarm.go: MergeSwarmSpecToGRPC, swarmkit manager/manager.go: defaultClusterObject
 */
import { SECOND } from '../../base/clock.ts';
import { NO_SPEC, type SwarmSpec } from '../api/swarm.ts';
import type { Failure } from '../errdefs.ts';
import { errors, rpc } from './errors.ts';

const HOUR = 3600 * SECOND;

const DEFAULT_SPEC: SwarmSpec = {
  Name: 'default',
  Labels: {},
  Orchestration: { TaskHistoryRetentionLimit: 5 },
  Raft: {
    SnapshotInterval: 10_000,
    KeepOldSnapshots: 0,
    LogEntriesForSlowFollowers: 500,
    ElectionTick: 10,
    HeartbeatTick: 1,
  },
  Dispatcher: { HeartbeatPeriod: 5 * SECOND },
  CAConfig: { NodeCertExpiry: 90 * 24 * HOUR },
  TaskDefaults: {},
  EncryptionConfig: { AutoLockManagers: false },
};

/** What a request asks for over what is there: 0 and '' ask for nothing. */
function merged(asked: Partial<SwarmSpec>, base: SwarmSpec): SwarmSpec {
  const { Raft: raft, CAConfig: ca } = asked;
  const limit = asked.Orchestration?.TaskHistoryRetentionLimit ?? base.Orchestration.TaskHistoryRetentionLimit;
  const beat = asked.Dispatcher?.HeartbeatPeriod || base.Dispatcher.HeartbeatPeriod;
  return {
    Name: asked.Name || base.Name || '',
    Labels: asked.Labels && Object.keys(asked.Labels).length > 0 ? asked.Labels : (base.Labels ?? {}),
    Orchestration: given({ TaskHistoryRetentionLimit: limit }),
    Raft: {
      ...given({
        SnapshotInterval: raft?.SnapshotInterval || base.Raft.SnapshotInterval,
        KeepOldSnapshots: raft?.KeepOldSnapshots ?? base.Raft.KeepOldSnapshots,
        LogEntriesForSlowFollowers: raft?.LogEntriesForSlowFollowers || base.Raft.LogEntriesForSlowFollowers,
      }),
      ElectionTick: raft?.ElectionTick || base.Raft.ElectionTick,
      HeartbeatTick: raft?.HeartbeatTick || base.Raft.HeartbeatTick,
    },
    Dispatcher: given({ HeartbeatPeriod: beat }),
    CAConfig: given({
      NodeCertExpiry: ca?.NodeCertExpiry || base.CAConfig.NodeCertExpiry,
      ExternalCAs: ca?.ExternalCAs?.length ? ca.ExternalCAs : base.CAConfig.ExternalCAs,
      ForceRotate: ca?.ForceRotate || base.CAConfig.ForceRotate,
    }),
    TaskDefaults: given({ LogDriver: asked.TaskDefaults?.LogDriver ?? base.TaskDefaults.LogDriver }),
    EncryptionConfig: { AutoLockManagers: asked.EncryptionConfig?.AutoLockManagers ?? false },
  };
}

/** Without fields that have no value. */
function given<T extends object>(fields: { [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(fields).filter(([, v]) => v !== undefined)) as T;
}

/** Of `swarm init`: the defaults, but for what is asked. */
export function initialSpec(asked: Partial<SwarmSpec>): SwarmSpec | Failure {
  if (asked.Name && asked.Name !== 'default') return errors.name;
  const spec = merged(asked, DEFAULT_SPEC);
  return invalid(spec) ?? spec;
}

/** Of an update: the whole of what is asked. */
export function updatedSpec(asked: Partial<SwarmSpec>): SwarmSpec | Failure {
  if (asked.Name && asked.Name !== 'default') return errors.name;
  const spec = merged({ ...asked, Name: 'default' }, NO_SPEC);
  return invalid(spec) ?? spec;
}

/** @see swarmkit manager/controlapi/cluster.go: validateClusterSpec */
function invalid(spec: SwarmSpec): Failure | undefined {
  const { NodeCertExpiry: expiry } = spec.CAConfig;
  if (expiry !== undefined && expiry < HOUR)
    return rpc('InvalidArgument', 'minimum certificate expiry time is: 1h0m0s');
  if ((spec.Dispatcher.HeartbeatPeriod ?? 0) < 0)
    return rpc('InvalidArgument', 'heartbeat time period cannot be a negative duration');
  return undefined;
}
