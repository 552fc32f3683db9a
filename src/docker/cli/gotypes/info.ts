/** Go types of `docker info`. @see moby api/types/system/info.go, docker/cli cli/command/system/info.go */
import {
  ANY,
  BOOL,
  embed,
  type GoType,
  INT,
  INT64,
  mapOf,
  named,
  ptrTo,
  STRING,
  STRING_MAP,
  STRINGS,
  sliceOf,
  struct,
  UINT64,
} from '../template/value.ts';
import { ANNOTATIONS, DRIVER, META, TLS_INFO } from './swarm.ts';
import { CLIENT_ROWS } from './version.ts';

const PAIRS = sliceOf({ k: 'array', elem: STRING, length: 2 });
const COMMIT = struct('system.Commit', ['ID', STRING], ['Expected', STRING, '', true]);
const PLUGINS = struct(
  'system.PluginsInfo',
  ['Volume', STRINGS],
  ['Network', STRINGS],
  ['Authorization', STRINGS],
  ['Log', STRINGS],
);
// In JSON these two stand in the order of their names.
const INDEX = struct(
  'registry.IndexInfo',
  ['Mirrors', STRINGS],
  ['Name', STRING],
  ['Official', BOOL],
  ['Secure', BOOL],
);
const REGISTRY = struct(
  'registry.ServiceConfig',
  ['IndexConfigs', mapOf(ptrTo(INDEX))],
  ['InsecureRegistryCIDRs', STRINGS],
  ['Mirrors', STRINGS],
);
/** @see moby api/types/swarm/swarm.go: Spec, its Annotations written out */
const SPEC = struct(
  'swarm.Spec',
  ...ANNOTATIONS,
  ['Orchestration', struct('swarm.OrchestrationConfig', ['TaskHistoryRetentionLimit', ptrTo(INT64), '', true])],
  [
    'Raft',
    struct(
      'swarm.RaftConfig',
      ['SnapshotInterval', UINT64, '', true],
      ['KeepOldSnapshots', ptrTo(UINT64), '', true],
      ['LogEntriesForSlowFollowers', UINT64, '', true],
      ['ElectionTick', INT],
      ['HeartbeatTick', INT],
    ),
  ],
  ['Dispatcher', struct('swarm.DispatcherConfig', ['HeartbeatPeriod', INT64, '', true])],
  [
    'CAConfig',
    struct(
      'swarm.CAConfig',
      ['NodeCertExpiry', INT64, '', true],
      [
        'ExternalCAs',
        sliceOf(
          ptrTo(
            struct(
              'swarm.ExternalCA',
              ['Protocol', STRING],
              ['URL', STRING],
              ['Options', STRING_MAP, '', true],
              ['CACert', STRING],
            ),
          ),
        ),
        '',
        true,
      ],
      ['SigningCACert', STRING, '', true],
      ['SigningCAKey', STRING, '', true],
      ['ForceRotate', UINT64, '', true],
    ),
  ],
  ['TaskDefaults', struct('swarm.TaskDefaults', ['LogDriver', ptrTo(DRIVER), '', true])],
  ['EncryptionConfig', struct('swarm.EncryptionConfig', ['AutoLockManagers', BOOL])],
);
/** @see moby api/types/swarm/swarm.go: ClusterInfo, its Meta written out */
const CLUSTER = struct(
  'swarm.ClusterInfo',
  ['ID', STRING],
  ...META,
  ['Spec', SPEC],
  ['TLSInfo', TLS_INFO],
  ['RootRotationInProgress', BOOL],
  ['DefaultAddrPool', STRINGS],
  ['SubnetSize', INT],
  ['DataPathPort', INT],
);
const SWARM = struct(
  'swarm.Info',
  ['NodeID', STRING],
  ['NodeAddr', STRING],
  ['LocalNodeState', named('swarm.LocalNodeState')],
  ['ControlAvailable', BOOL],
  ['Error', STRING],
  ['RemoteManagers', sliceOf(struct('swarm.Peer', ['NodeID', STRING], ['Addr', STRING]))],
  ['Nodes', INT, '', true],
  ['Managers', INT, '', true],
  ['Cluster', ptrTo(CLUSTER), '', true],
  ['Warnings', STRINGS, '', true],
);
const RUNTIME_FIELDS = struct(
  'system.RuntimeWithStatus',
  ['Path', STRING, 'path', true],
  ['Args', STRINGS, 'runtimeArgs', true],
  ['Type', STRING, 'runtimeType', true],
  ['Options', mapOf(ANY), 'options', true],
  ['Status', STRING_MAP, 'status', true],
);
const RUNTIMES: GoType = mapOf(embed(RUNTIME_FIELDS, ['Runtime', 'Path', 'Options']));
const FIREWALL = struct('system.FirewallInfo', ['Driver', STRING], ['Info', PAIRS, '', true]);
const CONTAINERD = struct(
  'system.ContainerdInfo',
  ['Address', STRING, '', true],
  ['Namespaces', struct('system.ContainerdNamespaces', ['Containers', STRING], ['Plugins', STRING])],
);
const CLIENT = struct(
  'system.clientInfo',
  ['Debug', BOOL],
  ...CLIENT_ROWS,
  [
    'Plugins',
    sliceOf(
      struct(
        'manager.Plugin',
        ['SchemaVersion', STRING],
        ['Vendor', STRING],
        ['Version', STRING],
        ['ShortDescription', STRING],
        ['Name', STRING],
        ['Path', STRING],
      ),
    ),
  ],
  ['Warnings', STRINGS],
);

const bools = (names: string): (readonly [string, GoType])[] => names.split(' ').map((n) => [n, BOOL]);
const texts = (names: string): (readonly [string, GoType])[] => names.split(' ').map((n) => [n, STRING]);
const ints = (names: string): (readonly [string, GoType])[] => names.split(' ').map((n) => [n, INT]);

export const INFO = struct(
  'system.dockerInfo',
  ['ID', STRING],
  ...ints('Containers ContainersRunning ContainersPaused ContainersStopped Images'),
  ['Driver', STRING],
  ['DriverStatus', PAIRS],
  ['SystemStatus', PAIRS, '', true],
  ['Plugins', PLUGINS],
  ...bools('MemoryLimit SwapLimit'),
  ['KernelMemory', BOOL, '', true],
  ['KernelMemoryTCP', BOOL, '', true],
  ['CPUCfsPeriod', BOOL, 'CpuCfsPeriod'],
  ['CPUCfsQuota', BOOL, 'CpuCfsQuota'],
  ...bools('CPUShares CPUSet PidsLimit IPv4Forwarding Debug'),
  ['NFd', INT],
  ['OomKillDisable', BOOL],
  ['NGoroutines', INT],
  ...texts('SystemTime LoggingDriver CgroupDriver'),
  ['CgroupVersion', STRING, '', true],
  ['NEventsListener', INT],
  ...texts('KernelVersion OperatingSystem OSVersion OSType Architecture IndexServerAddress'),
  ['RegistryConfig', ptrTo(REGISTRY)],
  ['NCPU', INT],
  ['MemTotal', INT64],
  ['GenericResources', sliceOf(ANY)],
  ['DockerRootDir', STRING],
  ['HTTPProxy', STRING, 'HttpProxy'],
  ['HTTPSProxy', STRING, 'HttpsProxy'],
  ...texts('NoProxy Name'),
  ['Labels', STRINGS],
  ['ExperimentalBuild', BOOL],
  ['ServerVersion', STRING],
  ['Runtimes', RUNTIMES],
  ['DefaultRuntime', STRING],
  ['Swarm', SWARM],
  ['LiveRestoreEnabled', BOOL],
  ['Isolation', named('container.Isolation')],
  ['InitBinary', STRING],
  ['ContainerdCommit', COMMIT],
  ['RuncCommit', COMMIT],
  ['InitCommit', COMMIT],
  ['SecurityOptions', STRINGS],
  ['ProductLicense', STRING, '', true],
  ['DefaultAddressPools', sliceOf(struct('system.NetworkAddressPool', ['Base', STRING], ['Size', INT])), '', true],
  ['FirewallBackend', ptrTo(FIREWALL), '', true],
  ['CDISpecDirs', STRINGS],
  ['DiscoveredDevices', sliceOf(struct('system.DeviceInfo', ['Source', STRING], ['ID', STRING])), '', true],
  ['Containerd', ptrTo(CONTAINERD), '', true],
  ['Warnings', STRINGS],
  ['ServerErrors', STRINGS, '', true],
  ['UserName', STRING, '-'],
  ['ClientInfo', ptrTo(CLIENT), '', true],
  ['ClientErrors', STRINGS, '', true],
);
