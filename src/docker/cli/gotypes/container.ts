/** Go types of containers and images. @see moby api/types/container, api/types/image */
import {
  ANY,
  BOOL,
  DURATION,
  embed,
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
  TIME,
  UINT16,
  UINT64,
} from '../template/value.ts';
import { ENDPOINT_SETTINGS } from './network.ts';

const EMPTY = struct('struct {}');
const PORT = named('nat.Port');
const PORT_SET = mapOf(EMPTY, PORT, 'nat.PortSet');
const PORT_BINDING = struct('nat.PortBinding', ['HostIP', STRING, 'HostIp'], ['HostPort', STRING]);
const PORT_MAP = mapOf(sliceOf(PORT_BINDING), PORT, 'nat.PortMap');
const STR_SLICE = sliceOf(STRING, 'strslice.StrSlice');

const HEALTHCHECK = struct(
  'v1.HealthcheckConfig',
  ['Test', STRINGS, '', true],
  ['Interval', DURATION, '', true],
  ['Timeout', DURATION, '', true],
  ['StartPeriod', DURATION, '', true],
  ['StartInterval', DURATION, '', true],
  ['Retries', INT, '', true],
);

const CONFIG = struct(
  'container.Config',
  ['Hostname', STRING],
  ['Domainname', STRING],
  ['User', STRING],
  ['AttachStdin', BOOL],
  ['AttachStdout', BOOL],
  ['AttachStderr', BOOL],
  ['ExposedPorts', PORT_SET, '', true],
  ['Tty', BOOL],
  ['OpenStdin', BOOL],
  ['StdinOnce', BOOL],
  ['Env', STRINGS],
  ['Cmd', STR_SLICE],
  ['Healthcheck', ptrTo(HEALTHCHECK), '', true],
  ['ArgsEscaped', BOOL, '', true],
  ['Image', STRING],
  ['Volumes', mapOf(EMPTY)],
  ['WorkingDir', STRING],
  ['Entrypoint', STR_SLICE],
  ['NetworkDisabled', BOOL, '', true],
  ['MacAddress', STRING, '', true],
  ['OnBuild', STRINGS],
  ['Labels', STRING_MAP],
  ['StopSignal', STRING, '', true],
  ['StopTimeout', ptrTo(INT), '', true],
  ['Shell', STR_SLICE, '', true],
);

const WEIGHT_DEVICE = struct('blkiodev.WeightDevice', ['Path', STRING], ['Weight', UINT16]);
const THROTTLE = ptrTo(struct('blkiodev.ThrottleDevice', ['Path', STRING], ['Rate', UINT64]));
const DEVICE = struct(
  'container.DeviceMapping',
  ['PathOnHost', STRING],
  ['PathInContainer', STRING],
  ['CgroupPermissions', STRING],
);
const ULIMIT = ptrTo(struct('units.Ulimit', ['Name', STRING], ['Hard', INT64], ['Soft', INT64]));
const DEVICE_REQUEST = struct(
  'container.DeviceRequest',
  ['Driver', STRING],
  ['Count', INT],
  ['DeviceIDs', STRINGS],
  ['Capabilities', sliceOf(STRINGS)],
  ['Options', STRING_MAP],
);
const BIND_OPTIONS = struct(
  'mount.BindOptions',
  ['Propagation', named('mount.Propagation'), '', true],
  ['NonRecursive', BOOL, '', true],
  ['CreateMountpoint', BOOL, '', true],
  ['ReadOnlyNonRecursive', BOOL, '', true],
  ['ReadOnlyForceRecursive', BOOL, '', true],
);
const VOLUME_OPTIONS = struct(
  'mount.VolumeOptions',
  ['NoCopy', BOOL, '', true],
  ['Labels', STRING_MAP, '', true],
  ['Subpath', STRING, '', true],
  [
    'DriverConfig',
    ptrTo(struct('mount.Driver', ['Name', STRING, '', true], ['Options', STRING_MAP, '', true])),
    '',
    true,
  ],
);
const TMPFS_OPTIONS = struct(
  'mount.TmpfsOptions',
  ['SizeBytes', INT64, '', true],
  ['Mode', UINT64, '', true],
  ['Options', sliceOf(STRINGS), '', true],
);
const MOUNT = struct(
  'mount.Mount',
  ['Type', named('mount.Type'), '', true],
  ['Source', STRING, '', true],
  ['Target', STRING, '', true],
  ['ReadOnly', BOOL, '', true],
  ['Consistency', named('mount.Consistency'), '', true],
  ['BindOptions', ptrTo(BIND_OPTIONS), '', true],
  ['VolumeOptions', ptrTo(VOLUME_OPTIONS), '', true],
  ['ImageOptions', ptrTo(struct('mount.ImageOptions', ['Subpath', STRING, '', true])), '', true],
  ['TmpfsOptions', ptrTo(TMPFS_OPTIONS), '', true],
  ['ClusterOptions', ANY, '', true],
);

const HOST_CONFIG_FIELDS = struct(
  'container.HostConfig',
  ['Binds', STRINGS],
  ['ContainerIDFile', STRING],
  ['LogConfig', struct('container.LogConfig', ['Type', STRING], ['Config', STRING_MAP])],
  ['NetworkMode', named('container.NetworkMode')],
  ['PortBindings', PORT_MAP],
  [
    'RestartPolicy',
    struct('container.RestartPolicy', ['Name', named('container.RestartPolicyMode')], ['MaximumRetryCount', INT]),
  ],
  ['AutoRemove', BOOL],
  ['VolumeDriver', STRING],
  ['VolumesFrom', STRINGS],
  ['ConsoleSize', { k: 'array', elem: { k: 'uint', name: 'uint' }, length: 2 }],
  ['Annotations', STRING_MAP, '', true],
  ['CapAdd', STR_SLICE],
  ['CapDrop', STR_SLICE],
  ['CgroupnsMode', named('container.CgroupnsMode')],
  ['DNS', STRINGS, 'Dns'],
  ['DNSOptions', STRINGS, 'DnsOptions'],
  ['DNSSearch', STRINGS, 'DnsSearch'],
  ['ExtraHosts', STRINGS],
  ['GroupAdd', STRINGS],
  ['IpcMode', named('container.IpcMode')],
  ['Cgroup', named('container.CgroupSpec')],
  ['Links', STRINGS],
  ['OomScoreAdj', INT],
  ['PidMode', named('container.PidMode')],
  ['Privileged', BOOL],
  ['PublishAllPorts', BOOL],
  ['ReadonlyRootfs', BOOL],
  ['SecurityOpt', STRINGS],
  ['StorageOpt', STRING_MAP, '', true],
  ['Tmpfs', STRING_MAP, '', true],
  ['UTSMode', named('container.UTSMode')],
  ['UsernsMode', named('container.UsernsMode')],
  ['ShmSize', INT64],
  ['Sysctls', STRING_MAP, '', true],
  ['Runtime', STRING, '', true],
  ['Isolation', named('container.Isolation')],
  ['CPUShares', INT64, 'CpuShares'],
  ['Memory', INT64],
  ['NanoCPUs', INT64, 'NanoCpus'],
  ['CgroupParent', STRING],
  ['BlkioWeight', UINT16],
  ['BlkioWeightDevice', sliceOf(ptrTo(WEIGHT_DEVICE))],
  ['BlkioDeviceReadBps', sliceOf(THROTTLE)],
  ['BlkioDeviceWriteBps', sliceOf(THROTTLE)],
  ['BlkioDeviceReadIOps', sliceOf(THROTTLE)],
  ['BlkioDeviceWriteIOps', sliceOf(THROTTLE)],
  ['CPUPeriod', INT64, 'CpuPeriod'],
  ['CPUQuota', INT64, 'CpuQuota'],
  ['CPURealtimePeriod', INT64, 'CpuRealtimePeriod'],
  ['CPURealtimeRuntime', INT64, 'CpuRealtimeRuntime'],
  ['CpusetCpus', STRING],
  ['CpusetMems', STRING],
  ['Devices', sliceOf(DEVICE)],
  ['DeviceCgroupRules', STRINGS],
  ['DeviceRequests', sliceOf(DEVICE_REQUEST)],
  ['KernelMemory', INT64, '', true],
  ['KernelMemoryTCP', INT64, '', true],
  ['MemoryReservation', INT64],
  ['MemorySwap', INT64],
  ['MemorySwappiness', ptrTo(INT64)],
  ['OomKillDisable', ptrTo(BOOL)],
  ['PidsLimit', ptrTo(INT64)],
  ['Ulimits', sliceOf(ULIMIT)],
  ['CPUCount', INT64, 'CpuCount'],
  ['CPUPercent', INT64, 'CpuPercent'],
  ['IOMaximumIOps', UINT64],
  ['IOMaximumBandwidth', UINT64],
  ['Mounts', sliceOf(MOUNT), '', true],
  ['MaskedPaths', STRINGS],
  ['ReadonlyPaths', STRINGS],
  ['Init', ptrTo(BOOL), '', true],
);
const HOST_CONFIG = embed(HOST_CONFIG_FIELDS, ['Resources', 'CPUShares', 'IOMaximumBandwidth']);

const HEALTH = struct(
  'container.Health',
  ['Status', named('container.HealthStatus')],
  ['FailingStreak', INT],
  [
    'Log',
    sliceOf(
      ptrTo(
        struct('container.HealthcheckResult', ['Start', TIME], ['End', TIME], ['ExitCode', INT], ['Output', STRING]),
      ),
    ),
  ],
);

const STATE = struct(
  'container.State',
  ['Status', named('container.ContainerState')],
  ['Running', BOOL],
  ['Paused', BOOL],
  ['Restarting', BOOL],
  ['OOMKilled', BOOL],
  ['Dead', BOOL],
  ['Pid', INT],
  ['ExitCode', INT],
  ['Error', STRING],
  ['StartedAt', STRING],
  ['FinishedAt', STRING],
  ['Health', ptrTo(HEALTH), '', true],
);

const MOUNT_POINT = struct(
  'container.MountPoint',
  ['Type', named('mount.Type'), '', true],
  ['Name', STRING, '', true],
  ['Source', STRING],
  ['Destination', STRING],
  ['Driver', STRING, '', true],
  ['Mode', STRING],
  ['RW', BOOL],
  ['Propagation', named('mount.Propagation')],
);

const ADDRESS = struct('network.Address', ['Addr', STRING], ['PrefixLen', INT]);

const NETWORK_SETTINGS_FIELDS = struct(
  'container.NetworkSettings',
  ['Bridge', STRING],
  ['SandboxID', STRING],
  ['SandboxKey', STRING],
  ['Ports', PORT_MAP],
  ['HairpinMode', BOOL],
  ['LinkLocalIPv6Address', STRING],
  ['LinkLocalIPv6PrefixLen', INT],
  ['SecondaryIPAddresses', sliceOf(ADDRESS)],
  ['SecondaryIPv6Addresses', sliceOf(ADDRESS)],
  ['EndpointID', STRING],
  ['Gateway', STRING],
  ['GlobalIPv6Address', STRING],
  ['GlobalIPv6PrefixLen', INT],
  ['IPAddress', STRING],
  ['IPPrefixLen', INT],
  ['IPv6Gateway', STRING],
  ['MacAddress', STRING],
  ['Networks', mapOf(ptrTo(ENDPOINT_SETTINGS))],
);
const NETWORK_SETTINGS = embed(
  NETWORK_SETTINGS_FIELDS,
  ['NetworkSettingsBase', 'Bridge', 'SecondaryIPv6Addresses'],
  ['DefaultNetworkSettings', 'EndpointID', 'MacAddress'],
);

const DESCRIPTOR = struct(
  'v1.Descriptor',
  ['MediaType', STRING, 'mediaType'],
  ['Digest', named('digest.Digest'), 'digest'],
  ['Size', INT64, 'size'],
);

const DRIVER_DATA = struct('storage.DriverData', ['Data', STRING_MAP], ['Name', STRING]);

export const CONTAINER_INSPECT = struct(
  'container.InspectResponse',
  ['ID', STRING, 'Id'],
  ['Created', STRING],
  ['Path', STRING],
  ['Args', STRINGS],
  ['State', ptrTo(STATE)],
  ['Image', STRING],
  ['ResolvConfPath', STRING],
  ['HostnamePath', STRING],
  ['HostsPath', STRING],
  ['LogPath', STRING],
  ['Name', STRING],
  ['RestartCount', INT],
  ['Driver', STRING],
  ['Platform', STRING],
  ['MountLabel', STRING],
  ['ProcessLabel', STRING],
  ['AppArmorProfile', STRING],
  ['ExecIDs', STRINGS],
  ['HostConfig', ptrTo(HOST_CONFIG)],
  ['GraphDriver', DRIVER_DATA],
  ['SizeRw', ptrTo(INT64), '', true],
  ['SizeRootFs', ptrTo(INT64), '', true],
  ['Mounts', sliceOf(MOUNT_POINT)],
  ['Config', ptrTo(CONFIG)],
  ['NetworkSettings', ptrTo(NETWORK_SETTINGS)],
  ['ImageManifestDescriptor', ptrTo(DESCRIPTOR), '', true],
);

const IMAGE_CONFIG_FIELDS = struct(
  'v1.DockerOCIImageConfig',
  ['User', STRING, '', true],
  ['ExposedPorts', mapOf(EMPTY), '', true],
  ['Env', STRINGS, '', true],
  ['Entrypoint', STRINGS, '', true],
  ['Cmd', STRINGS, '', true],
  ['Volumes', mapOf(EMPTY), '', true],
  ['WorkingDir', STRING, '', true],
  ['Labels', STRING_MAP, '', true],
  ['StopSignal', STRING, '', true],
  ['ArgsEscaped', BOOL, '', true],
  ['Healthcheck', ptrTo(HEALTHCHECK), '', true],
  ['OnBuild', STRINGS, '', true],
  ['Shell', STRINGS, '', true],
);
const IMAGE_CONFIG = embed(
  IMAGE_CONFIG_FIELDS,
  ['ImageConfig', 'User', 'ArgsEscaped'],
  ['DockerOCIImageConfigExt', 'Healthcheck', 'Shell'],
);

export const IMAGE_INSPECT = struct(
  'image.InspectResponse',
  ['ID', STRING, 'Id'],
  ['RepoTags', STRINGS],
  ['RepoDigests', STRINGS],
  ['Parent', STRING],
  ['Comment', STRING],
  ['Created', STRING, '', true],
  ['Container', STRING, '', true],
  ['DockerVersion', STRING],
  ['Author', STRING],
  ['Config', ptrTo(IMAGE_CONFIG)],
  ['Architecture', STRING],
  ['Variant', STRING, '', true],
  ['Os', STRING],
  ['OsVersion', STRING, '', true],
  ['Size', INT64],
  ['VirtualSize', INT64, '', true],
  ['GraphDriver', DRIVER_DATA],
  ['RootFS', struct('image.RootFS', ['Type', STRING, '', true], ['Layers', STRINGS, '', true])],
  ['Metadata', struct('image.Metadata', ['LastTagTime', TIME, '', true])],
);
