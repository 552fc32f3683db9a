/** Structs of containers and execs. @see moby api/types/container: create_request.go, config.go, hostconfig.go, exec.go, mount/mount.go */
import { ENDPOINTS } from './networks.ts';
import {
  BOOL,
  DURATION,
  EMPTY_STRUCT,
  INT,
  INT64,
  list,
  map,
  named,
  STRING,
  STRING_MAP,
  STRINGS,
  struct,
  UINT,
  UINT16,
  UINT32,
  UINT64,
  WORDS,
  whole,
} from './types.ts';

const CONSOLE_SIZE = list(UINT, '[2]uint');

/** Also of services. */
export const HEALTH = struct('v1.HealthcheckConfig', {
  Test: STRINGS,
  Interval: DURATION,
  Timeout: DURATION,
  StartPeriod: DURATION,
  StartInterval: DURATION,
  Retries: INT,
});

const CONFIG_FIELDS = {
  Hostname: STRING,
  Domainname: STRING,
  User: STRING,
  AttachStdin: BOOL,
  AttachStdout: BOOL,
  AttachStderr: BOOL,
  ExposedPorts: map(EMPTY_STRUCT, 'nat.PortSet'),
  Tty: BOOL,
  OpenStdin: BOOL,
  StdinOnce: BOOL,
  Env: STRINGS,
  Cmd: WORDS,
  Healthcheck: HEALTH,
  ArgsEscaped: BOOL,
  Image: STRING,
  Volumes: map(EMPTY_STRUCT),
  WorkingDir: STRING,
  Entrypoint: WORDS,
  NetworkDisabled: BOOL,
  MacAddress: STRING,
  OnBuild: STRINGS,
  Labels: STRING_MAP,
  StopSignal: STRING,
  StopTimeout: INT,
  Shell: WORDS,
};

const throttle = list(whole('blkiodev.ThrottleDevice', { Path: STRING, Rate: UINT64 }), '[]*blkiodev.ThrottleDevice');

/** Also what `ulimits` of a build is. */
export const ULIMITS = list(whole('units.Ulimit', { Name: STRING, Hard: INT64, Soft: INT64 }), '[]*units.Ulimit');

const RESOURCES = {
  CpuShares: INT64,
  Memory: INT64,
  NanoCpus: INT64,
  CgroupParent: STRING,
  BlkioWeight: UINT16,
  BlkioWeightDevice: list(whole('blkiodev.WeightDevice', { Path: STRING, Weight: UINT16 }), '[]*blkiodev.WeightDevice'),
  BlkioDeviceReadBps: throttle,
  BlkioDeviceWriteBps: throttle,
  BlkioDeviceReadIOps: throttle,
  BlkioDeviceWriteIOps: throttle,
  CpuPeriod: INT64,
  CpuQuota: INT64,
  CpuRealtimePeriod: INT64,
  CpuRealtimeRuntime: INT64,
  CpusetCpus: STRING,
  CpusetMems: STRING,
  Devices: list(
    whole('container.DeviceMapping', { PathOnHost: STRING, PathInContainer: STRING, CgroupPermissions: STRING }),
  ),
  DeviceCgroupRules: STRINGS,
  DeviceRequests: list(
    whole('container.DeviceRequest', {
      Driver: STRING,
      Count: INT,
      DeviceIDs: STRINGS,
      Capabilities: list(STRINGS),
      Options: STRING_MAP,
    }),
  ),
  KernelMemory: INT64,
  KernelMemoryTCP: INT64,
  MemoryReservation: INT64,
  MemorySwap: INT64,
  MemorySwappiness: INT64,
  OomKillDisable: BOOL,
  PidsLimit: INT64,
  Ulimits: ULIMITS,
  CpuCount: INT64,
  CpuPercent: INT64,
  IOMaximumIOps: UINT64,
  IOMaximumBandwidth: UINT64,
};

const RESTART = struct('container.RestartPolicy', {
  Name: named('container.RestartPolicyMode'),
  MaximumRetryCount: INT,
});

/** Also of services. */
export const MOUNT = struct('mount.Mount', {
  Type: named('mount.Type'),
  Source: STRING,
  Target: STRING,
  ReadOnly: BOOL,
  Consistency: named('mount.Consistency'),
  BindOptions: struct('mount.BindOptions', {
    Propagation: named('mount.Propagation'),
    NonRecursive: BOOL,
    CreateMountpoint: BOOL,
    ReadOnlyNonRecursive: BOOL,
    ReadOnlyForceRecursive: BOOL,
  }),
  VolumeOptions: struct('mount.VolumeOptions', {
    NoCopy: BOOL,
    Labels: STRING_MAP,
    Subpath: STRING,
    DriverConfig: struct('mount.Driver', { Name: STRING, Options: STRING_MAP }),
  }),
  ImageOptions: struct('mount.ImageOptions', { Subpath: STRING }),
  TmpfsOptions: struct('mount.TmpfsOptions', {
    SizeBytes: INT64,
    Mode: { ...UINT32, name: 'fs.FileMode' },
    Options: list(STRINGS),
  }),
  ClusterOptions: struct('mount.ClusterOptions', {}),
});

const PORTS = map(list(whole('nat.PortBinding', { HostIp: STRING, HostPort: STRING })), 'nat.PortMap');

const HOST_CONFIG = struct(
  'container.HostConfig',
  {
    Binds: STRINGS,
    ContainerIDFile: STRING,
    LogConfig: struct('container.LogConfig', { Type: STRING, Config: STRING_MAP }),
    NetworkMode: named('container.NetworkMode'),
    PortBindings: PORTS,
    RestartPolicy: RESTART,
    AutoRemove: BOOL,
    VolumeDriver: STRING,
    VolumesFrom: STRINGS,
    ConsoleSize: CONSOLE_SIZE,
    Annotations: STRING_MAP,
    CapAdd: WORDS,
    CapDrop: WORDS,
    CgroupnsMode: named('container.CgroupnsMode'),
    Dns: STRINGS,
    DnsOptions: STRINGS,
    DnsSearch: STRINGS,
    ExtraHosts: STRINGS,
    GroupAdd: STRINGS,
    IpcMode: named('container.IpcMode'),
    Cgroup: named('container.CgroupSpec'),
    Links: STRINGS,
    OomScoreAdj: INT,
    PidMode: named('container.PidMode'),
    Privileged: BOOL,
    PublishAllPorts: BOOL,
    ReadonlyRootfs: BOOL,
    SecurityOpt: STRINGS,
    StorageOpt: STRING_MAP,
    Tmpfs: STRING_MAP,
    UTSMode: named('container.UTSMode'),
    UsernsMode: named('container.UsernsMode'),
    ShmSize: INT64,
    Sysctls: STRING_MAP,
    Runtime: STRING,
    Isolation: named('container.Isolation'),
    Mounts: list(MOUNT),
    MaskedPaths: STRINGS,
    ReadonlyPaths: STRINGS,
    Init: BOOL,
  },
  { Resources: RESOURCES },
);

/** POST /commit */
export const CONFIG = struct('container.CreateRequest', {}, { Config: CONFIG_FIELDS });

/** POST /containers/create */
export const CREATE = struct(
  'container.CreateRequest',
  {
    HostConfig: HOST_CONFIG,
    NetworkingConfig: struct('network.NetworkingConfig', { EndpointsConfig: ENDPOINTS }),
  },
  { Config: CONFIG_FIELDS },
);

/** POST /containers/{id}/update */
export const UPDATE = struct('container.UpdateConfig', { RestartPolicy: RESTART }, { Resources: RESOURCES });

/** POST /containers/{id}/exec */
export const EXEC = struct('container.ExecOptions', {
  User: STRING,
  Privileged: BOOL,
  Tty: BOOL,
  ConsoleSize: CONSOLE_SIZE,
  AttachStdin: BOOL,
  AttachStderr: BOOL,
  AttachStdout: BOOL,
  DetachKeys: STRING,
  Env: STRINGS,
  WorkingDir: STRING,
  Cmd: STRINGS,
  Detach: BOOL,
});

/** POST /exec/{id}/start */
export const EXEC_START = struct('container.ExecStartOptions', { Detach: BOOL, Tty: BOOL, ConsoleSize: CONSOLE_SIZE });
