/**
 * What a client's version makes of a create request: fields it could not know are not heard, defaults are those of its day.
 * @see moby daemon/server/router/container/container_routes.go: postContainersCreate, handleMACAddressBC, handleSysctlBC
 */
import type { CreateBody, EndpointSettings, HostConfig } from '../../api/types.ts';
import { Failure } from '../../errdefs.ts';
import { compareVersions } from '../apiversion.ts';
import { isUserDefined, SYSCTLS } from '../endpoints.ts';
import type { MountSpec } from '../mountspec.ts';
import { adaptMounts, type Before } from './mounts.ts';

interface Adapted {
  readonly body: CreateBody;
  readonly warnings: readonly string[];
}

type Endpoints = Record<string, Partial<EndpointSettings>>;

const invalid = (text: string): Failure => new Failure('invalid', text);

/** @param version of the API, `1.40` */
export function adaptCreate(given: CreateBody, version: string): Adapted | Failure {
  const before = (v: string): boolean => compareVersions(version, v) < 0;
  const NetworkMode = given.HostConfig?.NetworkMode ?? '';
  const host: Partial<HostConfig> = { ...given.HostConfig };
  if (before('1.25')) host.AutoRemove = false;
  if (before('1.40')) host.IpcMode ||= 'shareable';
  if (before('1.42')) host.ConsoleSize = [0, 0];
  if (before('1.43')) host.Annotations = undefined;
  const mounts = adaptMounts((host.Mounts ?? undefined) as readonly MountSpec[] | undefined, before);
  if (mounts instanceof Failure) return mounts;
  if (mounts) host.Mounts = mounts;
  const mode = NetworkMode === '' || NetworkMode === 'default' ? 'bridge' : NetworkMode;
  const endpoints: Endpoints = {};
  for (const [key, settings] of Object.entries(given.NetworkingConfig?.EndpointsConfig ?? {}))
    endpoints[key === 'default' && mode === 'bridge' ? 'bridge' : key] = {
      ...settings,
      ...(before('1.48') ? { GwPriority: 0 } : {}),
    };
  const names = Object.keys(endpoints);
  if (before('1.44') && names.length > 1)
    return invalid(`Container cannot be created with multiple network endpoints: ${names.join(', ')}`);
  const body: CreateBody = { ...given, HostConfig: host, NetworkingConfig: { EndpointsConfig: endpoints } };
  if (before('1.44') && body.Healthcheck) body.Healthcheck = { ...body.Healthcheck, StartInterval: undefined } as never;
  const warnings: string[] = [];
  for (const step of [moveMac, moveSysctls]) {
    const warned = step(body, host, endpoints, mode, before);
    if (warned instanceof Failure) return warned;
    if (warned !== undefined) warnings.push(warned);
  }
  return { body, warnings };
}

/** The endpoint on the network of the network mode; made when there is none at all. */
function mainEndpoint(endpoints: Endpoints, mode: string, before: Before): Partial<EndpointSettings> | Failure {
  const [only] = Object.values(endpoints);
  if (only === undefined) {
    endpoints[mode] = {};
    return endpoints[mode];
  }
  if (before('1.44')) return only;
  return (
    endpoints[mode] ??
    invalid('HostConfig.NetworkMode must match the identity of a network in NetworkSettings.Networks')
  );
}

/** An address of the whole container is that of the endpoint on its main network. */
function moveMac(
  body: CreateBody & { MacAddress?: string },
  _host: Partial<HostConfig>,
  endpoints: Endpoints,
  mode: string,
  before: Before,
): string | Failure | undefined {
  const mac = body.MacAddress ?? '';
  const networked = mode === 'bridge' || isUserDefined(mode);
  if (mac === '') {
    if (before('1.44')) for (const e of Object.values(endpoints)) delete e.MacAddress;
    return undefined;
  }
  if (before('1.44') && !networked) return invalid('conflicting options: mac-address and the network mode');
  delete body.MacAddress;
  if (networked) {
    const endpoint = mainEndpoint(endpoints, mode, before);
    if (endpoint instanceof Failure)
      return endpoint.wrap('unable to migrate container-wide MAC address to a specific network');
    if (!before('1.44') && (endpoint.MacAddress ?? mac) !== mac && endpoint.MacAddress !== '')
      return invalid(
        'the container-wide MAC address must match the endpoint-specific MAC address for the main network, or be left empty',
      );
    endpoint.MacAddress = mac;
  }
  return before('1.44')
    ? undefined
    : 'The container-wide MacAddress field is now deprecated. It should be specified in EndpointsConfig instead.';
}

/** Settings of eth0 became options of the endpoint in 1.46; until 1.47 they are moved there. */
function moveSysctls(
  _body: CreateBody,
  host: Partial<HostConfig>,
  endpoints: Endpoints,
  mode: string,
  before: Before,
): string | Failure | undefined {
  if (mode === 'host' || mode.startsWith('container:')) return undefined;
  const sysctls = { ...(host.Sysctls as Record<string, string> | undefined) };
  const moved: string[] = [];
  const keys: string[] = [];
  let endpoint: Partial<EndpointSettings> | undefined;
  for (const [key, value] of Object.entries(sysctls)) {
    const [net, family, kind, device = '', ...rest] = key.split('.');
    if (net !== 'net' || !device.startsWith('eth') || rest.length === 0) continue;
    if (!before('1.48'))
      return new Failure(
        'system',
        `interface specific sysctl setting ${JSON.stringify(key)} must be supplied using driver option '${SYSCTLS}'`,
      );
    const main = endpoint ?? mainEndpoint(endpoints, mode, before);
    if (main instanceof Failure) return main.wrap(`unable to find a network for sysctl ${key}`);
    endpoint = main;
    if (device !== 'eth0')
      return new Failure(
        'system',
        `unable to determine network endpoint for sysctl ${key}, use driver option '${SYSCTLS}' to set per-interface sysctls`,
      );
    keys.push(key);
    moved.push(`net.${family}.${kind}.IFNAME.${rest.join('.')}=${value}`);
    delete sysctls[key];
  }
  if (!endpoint) return undefined;
  host.Sysctls = sysctls;
  const option = moved.join(',');
  const own = endpoint.DriverOpts?.[SYSCTLS];
  endpoint.DriverOpts = { ...endpoint.DriverOpts, [SYSCTLS]: own === undefined ? option : `${option},${own}` };
  return `Migrated sysctl ${JSON.stringify(keys.join(','))} to DriverOpts{${JSON.stringify(SYSCTLS)}:${JSON.stringify(option)}}.`;
}
