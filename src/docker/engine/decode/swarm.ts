/** Structs of requests about swarms. @see moby api/types/swarm */
import { HEALTH, MOUNT, ULIMITS } from './containers.ts';
import { ANY, BOOL, DURATION, INT64, list, STRING, STRING_MAP, STRINGS, struct, UINT32, UINT64 } from './types.ts';

const ANNOTATIONS = { Annotations: { Name: STRING, Labels: STRING_MAP } };

const DRIVER = struct('swarm.Driver', { Name: STRING, Options: STRING_MAP });

/** POST /swarm/update */
export const SWARM_SPEC = struct(
  'swarm.Spec',
  {
    Orchestration: struct('swarm.OrchestrationConfig', { TaskHistoryRetentionLimit: INT64 }),
    Raft: struct('swarm.RaftConfig', {
      SnapshotInterval: UINT64,
      KeepOldSnapshots: UINT64,
      LogEntriesForSlowFollowers: UINT64,
      ElectionTick: INT64,
      HeartbeatTick: INT64,
    }),
    Dispatcher: struct('swarm.DispatcherConfig', { HeartbeatPeriod: DURATION }),
    CAConfig: struct('swarm.CAConfig', {
      NodeCertExpiry: DURATION,
      ExternalCAs: list(
        struct('swarm.ExternalCA', { Protocol: STRING, URL: STRING, Options: STRING_MAP, CACert: STRING }),
        '[]*swarm.ExternalCA',
      ),
      SigningCACert: STRING,
      SigningCAKey: STRING,
      ForceRotate: UINT64,
    }),
    TaskDefaults: struct('swarm.TaskDefaults', {
      LogDriver: DRIVER,
    }),
    EncryptionConfig: struct('swarm.EncryptionConfig', { AutoLockManagers: BOOL }),
  },
  ANNOTATIONS,
);

/** POST /swarm/init */
export const INIT = struct('swarm.InitRequest', {
  ListenAddr: STRING,
  AdvertiseAddr: STRING,
  DataPathAddr: STRING,
  DataPathPort: UINT32,
  ForceNewCluster: BOOL,
  Spec: SWARM_SPEC,
  AutoLockManagers: BOOL,
  Availability: STRING,
  DefaultAddrPool: STRINGS,
  SubnetSize: UINT32,
});

/** POST /swarm/join */
export const JOIN = struct('swarm.JoinRequest', {
  ListenAddr: STRING,
  AdvertiseAddr: STRING,
  DataPathAddr: STRING,
  RemoteAddrs: STRINGS,
  JoinToken: STRING,
  Availability: STRING,
});

/** POST /swarm/unlock */
export const UNLOCK = struct('swarm.UnlockRequest', { UnlockKey: STRING });

/** POST /nodes/{id}/update */
export const NODE_SPEC = struct('swarm.NodeSpec', { Role: STRING, Availability: STRING }, ANNOTATIONS);

/** POST /secrets/create, POST /secrets/{id}/update */
export const SECRET_SPEC = struct(
  'swarm.SecretSpec',
  { Data: STRING, Driver: DRIVER, Templating: DRIVER },
  ANNOTATIONS,
);

/** POST /configs/create, POST /configs/{id}/update */
export const CONFIG_SPEC = struct('swarm.ConfigSpec', { Data: STRING, Templating: DRIVER }, ANNOTATIONS);

const FILE = { Name: STRING, UID: STRING, GID: STRING, Mode: UINT32 };

const NETWORKS = list(
  struct('swarm.NetworkAttachmentConfig', { Target: STRING, Aliases: STRINGS, DriverOpts: STRING_MAP }),
);

const ROLLING = struct('swarm.UpdateConfig', {
  Parallelism: UINT64,
  Delay: DURATION,
  FailureAction: STRING,
  Monitor: DURATION,
  MaxFailureRatio: ANY,
  Order: STRING,
});

/** POST /services/create, POST /services/{id}/update */
export const SERVICE_SPEC = struct(
  'swarm.ServiceSpec',
  {
    TaskTemplate: struct('swarm.TaskSpec', {
      ContainerSpec: struct('swarm.ContainerSpec', {
        Image: STRING,
        Labels: STRING_MAP,
        Command: STRINGS,
        Args: STRINGS,
        Hostname: STRING,
        Env: STRINGS,
        Dir: STRING,
        User: STRING,
        Groups: STRINGS,
        Privileges: ANY,
        Init: BOOL,
        StopSignal: STRING,
        TTY: BOOL,
        OpenStdin: BOOL,
        ReadOnly: BOOL,
        Mounts: list(MOUNT),
        StopGracePeriod: DURATION,
        Healthcheck: HEALTH,
        Hosts: STRINGS,
        DNSConfig: struct('swarm.DNSConfig', { Nameservers: STRINGS, Search: STRINGS, Options: STRINGS }),
        Secrets: list(
          struct('swarm.SecretReference', {
            File: struct('swarm.SecretReferenceFileTarget', FILE),
            SecretID: STRING,
            SecretName: STRING,
          }),
        ),
        Configs: list(
          struct('swarm.ConfigReference', {
            File: struct('swarm.ConfigReferenceFileTarget', FILE),
            Runtime: struct('swarm.ConfigReferenceRuntimeTarget', {}),
            ConfigID: STRING,
            ConfigName: STRING,
          }),
        ),
        Isolation: STRING,
        Sysctls: STRING_MAP,
        CapabilityAdd: STRINGS,
        CapabilityDrop: STRINGS,
        Ulimits: ULIMITS,
        OomScoreAdj: INT64,
      }),
      PluginSpec: ANY,
      NetworkAttachmentSpec: ANY,
      Resources: ANY,
      RestartPolicy: struct('swarm.RestartPolicy', {
        Condition: STRING,
        Delay: DURATION,
        MaxAttempts: UINT64,
        Window: DURATION,
      }),
      Placement: ANY,
      Networks: NETWORKS,
      LogDriver: DRIVER,
      ForceUpdate: UINT64,
      Runtime: STRING,
    }),
    Mode: struct('swarm.ServiceMode', {
      Replicated: struct('swarm.ReplicatedService', { Replicas: UINT64 }),
      Global: struct('swarm.GlobalService', {}),
      ReplicatedJob: struct('swarm.ReplicatedJob', { MaxConcurrent: UINT64, TotalCompletions: UINT64 }),
      GlobalJob: struct('swarm.GlobalJob', {}),
    }),
    UpdateConfig: ROLLING,
    RollbackConfig: ROLLING,
    Networks: NETWORKS,
    EndpointSpec: struct('swarm.EndpointSpec', {
      Mode: STRING,
      Ports: list(
        struct('swarm.PortConfig', {
          Name: STRING,
          Protocol: STRING,
          TargetPort: UINT32,
          PublishedPort: UINT32,
          PublishMode: STRING,
        }),
      ),
    }),
  },
  ANNOTATIONS,
);
