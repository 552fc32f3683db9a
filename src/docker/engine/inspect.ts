/** GET /containers/{id}/json, in the API's field order. @see moby daemon/inspect.go */
import { formatIp } from '../../base/ip.ts';
import type { ContainerConfig, ContainerInspect, NetworkSettings, PortMap } from '../api/types.ts';
import { rfc3339Nano, ZERO_TIME } from '../time.ts';
import { networksOf } from './connect.ts';
import { type Container, overlayDirectory } from './container.ts';
import type { Daemon } from './daemon.ts';
import { containerDir } from './files.ts';
import { mountRows } from './mounts.ts';
import { exposedPorts, portMap } from './ports.ts';

/** NetworkSettings.Ports: empty when it does not run or its networks have no ports. */
export function containerPorts(c: Container): PortMap {
  const bridged = (c.sandbox?.ranked ?? []).filter((e) => e.gatewayFor && e.network.driver.type === 'bridge');
  if (bridged.length === 0 || !c.isRunning) return {};
  const bindings = bridged.flatMap((e) => e.bindings);
  return portMap(exposedPorts(c.config.ExposedPorts), bindings, (b) => formatIp(b.hostIp));
}

const time = (t: bigint | undefined): string => (t === undefined ? ZERO_TIME : rfc3339Nano(t));

export function inspectContainer(daemon: Daemon, c: Container, size: boolean): ContainerInspect {
  const [path = '', ...args] = c.argv;
  const dir = containerDir(c.id);
  const prepared = c.startedAt !== undefined || c.sandbox !== undefined;
  return {
    Id: c.id,
    Created: rfc3339Nano(c.created),
    Path: path,
    Args: args,
    State: {
      Status: c.status,
      Running: c.isRunning,
      Paused: c.status === 'paused',
      Restarting: c.status === 'restarting',
      OOMKilled: false,
      Dead: c.status === 'dead',
      Pid: c.running?.process.pid ?? 0,
      ExitCode: c.exitCode,
      Error: c.error,
      StartedAt: time(c.startedAt),
      FinishedAt: time(c.finishedAt),
      ...(c.health ? { Health: c.health } : {}),
    },
    Image: c.image?.id ?? '',
    ResolvConfPath: prepared ? `${dir}/resolv.conf` : '',
    HostnamePath: prepared ? `${dir}/hostname` : '',
    HostsPath: prepared ? `${dir}/hosts` : '',
    LogPath: prepared && c.hostConfig.LogConfig.Type === 'json-file' ? `${dir}/${c.id}-json.log` : '',
    Name: `/${c.name}`,
    RestartCount: c.restartCount,
    Driver: 'overlay2',
    Platform: 'linux',
    MountLabel: '',
    ProcessLabel: '',
    AppArmorProfile: '',
    ExecIDs: c.execIds.length > 0 ? [...c.execIds] : null,
    HostConfig: { ...c.hostConfig, Links: links(daemon, c) },
    GraphDriver: { Data: graphData(c), Name: 'overlay2' },
    ...(size ? { SizeRw: c.rootfs.upperSize, SizeRootFs: (c.image?.size ?? 0) + c.rootfs.upperSize } : {}),
    Mounts: mountRows(c),
    Config: withMac(c),
    NetworkSettings: networkSettings(c),
  };
}

/** The address that was asked for on the network of the network mode is told here, too. */
function withMac(c: Container): ContainerConfig {
  const { MacAddress } = c.attachments.get(c.hostConfig.NetworkMode)?.settings ?? {};
  if (!MacAddress) return c.config;
  const entries = Object.entries(c.config);
  const at = entries.findIndex(([key]) => key === 'OnBuild');
  return Object.fromEntries([...entries.slice(0, at), ['MacAddress', MacAddress], ...entries.slice(at)]) as never;
}

/** Links as they are now, `/db:/web/db`. */
function links(daemon: Daemon, c: Container): string[] | null {
  const all = daemon.links.children(c).map(({ name, child }) => `/${child.name}:${name}`);
  return all.length > 0 ? all : null;
}

function graphData(c: Container): Record<string, string> {
  const lower = [...(c.image?.layers ?? [])].reverse().map((l) => `${overlayDirectory(l)}/diff`);
  const own = overlayDirectory(c);
  return {
    ID: c.id,
    LowerDir: [`${own}-init/diff`, ...lower].join(':'),
    MergedDir: `${own}/merged`,
    UpperDir: `${own}/diff`,
    WorkDir: `${own}/work`,
  };
}

function networkSettings(c: Container): NetworkSettings {
  const networks = networksOf(c);
  const first = networks.bridge;
  return {
    Bridge: '',
    SandboxID: c.sandbox?.id ?? '',
    SandboxKey: c.sandbox?.key ?? '',
    Ports: containerPorts(c),
    HairpinMode: false,
    LinkLocalIPv6Address: '',
    LinkLocalIPv6PrefixLen: 0,
    SecondaryIPAddresses: null,
    SecondaryIPv6Addresses: null,
    EndpointID: first?.EndpointID ?? '',
    Gateway: first?.Gateway ?? '',
    GlobalIPv6Address: first?.GlobalIPv6Address ?? '',
    GlobalIPv6PrefixLen: first?.GlobalIPv6PrefixLen ?? 0,
    IPAddress: first?.IPAddress ?? '',
    IPPrefixLen: first?.IPPrefixLen ?? 0,
    IPv6Gateway: first?.IPv6Gateway ?? '',
    MacAddress: first?.MacAddress ?? '',
    Networks: networks,
  };
}
