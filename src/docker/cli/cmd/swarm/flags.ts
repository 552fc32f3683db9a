/** Flags that say how a swarm is to be, and what they make of its spec. @see docker/cli cli/command/swarm/opts.go */
import type { ExternalCA, SwarmSpec } from '../../../api/swarm.ts';
import type { Options } from '../../flags/options.ts';
import { type FlagSpec, flag } from '../../spec.ts';

export const CA_FLAGS: readonly FlagSpec[] = [
  flag('cert-expiry', 'duration', 'How long certificates of nodes are good (ns|us|ms|s|m|h)', { default: '2160h0m0s' }),
  flag('external-ca', 'external-ca', 'Servers that sign certificates', {
    check: (text) => {
      const error = externalCaFault(text);
      return error === undefined ? { value: text } : { error };
    },
  }),
];

export const SPEC_FLAGS: readonly FlagSpec[] = [
  flag('task-history-limit', 'int', 'How many ended tasks are kept', { default: '5' }),
  flag('dispatcher-heartbeat', 'duration', 'How often nodes are heard (ns|us|ms|s|m|h)', { default: '5s' }),
  flag('max-snapshots', 'uint', 'How many more snapshots of Raft are kept'),
  flag('snapshot-interval', 'uint', 'Entries of the log between snapshots of Raft', { default: '10000' }),
  ...CA_FLAGS,
];

/** What was given, over what a spec says. */
export function mergeSpec(spec: SwarmSpec, o: Options, caCert = ''): SwarmSpec {
  const raft = {
    ...(o.changed('snapshot-interval') ? { SnapshotInterval: o.int('snapshot-interval') } : {}),
    ...(o.changed('max-snapshots') ? { KeepOldSnapshots: o.int('max-snapshots') } : {}),
  };
  return {
    ...spec,
    Orchestration: o.changed('task-history-limit')
      ? { TaskHistoryRetentionLimit: o.int('task-history-limit') }
      : spec.Orchestration,
    Raft: { ...raft, ...spec.Raft, ...raft },
    Dispatcher: o.changed('dispatcher-heartbeat')
      ? { HeartbeatPeriod: o.duration('dispatcher-heartbeat') }
      : spec.Dispatcher,
    CAConfig: mergeCa(spec.CAConfig, o, caCert),
    EncryptionConfig: o.changed('autolock') ? { AutoLockManagers: o.bool('autolock') } : spec.EncryptionConfig,
  };
}

export function mergeCa(ca: SwarmSpec['CAConfig'], o: Options, caCert: string): SwarmSpec['CAConfig'] {
  return {
    ...ca,
    ...(o.changed('cert-expiry') ? { NodeCertExpiry: o.duration('cert-expiry') } : {}),
    ...(o.changed('external-ca') ? { ExternalCAs: o.list('external-ca').map((t) => externalCa(t, caCert)) } : {}),
  };
}

/** What is wrong with `protocol=cfssl,url=https://…`; undefined: nothing. */
function externalCaFault(text: string): string | undefined {
  const fields = text.split(',').map((f) => f.split('='));
  const bad = fields.find((f) => f.length < 2);
  if (bad) return `invalid field '${bad[0]}' must be a key=value pair`;
  const protocol = fields.find(([k]) => k === 'protocol')?.[1];
  if (protocol === undefined) return 'the external-ca option needs a protocol= parameter';
  if (protocol.toLowerCase() !== 'cfssl') return `unrecognized external CA protocol ${protocol}`;
  return fields.some(([k]) => k === 'url') ? undefined : 'the external-ca option needs a url= parameter';
}

function externalCa(text: string, CACert: string): ExternalCA {
  const fields = Object.fromEntries(text.split(',').map((f) => [f.split('=')[0], f.slice(f.indexOf('=') + 1)]));
  return { Protocol: 'cfssl', URL: fields.url ?? '', CACert };
}
