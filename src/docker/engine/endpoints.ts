/**
 * What a request may say of a container on a network: checked here, before an endpoint is made.
 * @see moby daemon/container_operations.go: validateEndpointSettings
 */
import { contains, parseIp, parseMac } from '../../base/ip.ts';
import type { EndpointSettings } from '../api/types.ts';
import { Failure } from '../errdefs.ts';
import type { Network } from '../libnetwork/network.ts';
import type { Daemon } from './daemon.ts';
import { joined } from './errors.ts';

/** Options of an endpoint that the engine itself understands. @see moby daemon/libnetwork/netlabel */
export const IFNAME = 'com.docker.network.endpoint.ifname';
export const SYSCTLS = 'com.docker.network.endpoint.sysctls';

/** Not one that every engine has. @see moby api/types/container: NetworkMode.IsUserDefined */
export function isUserDefined(mode: string): boolean {
  return !['default', 'bridge', 'host', 'none'].includes(mode) && !mode.startsWith('container:');
}

/** With the network's name. */
export function checkEndpoint(daemon: Daemon, name: string, settings: Partial<EndpointSettings>): Failure | undefined {
  const why = endpointErrors(daemon, name, settings);
  return why ? why.wrap(`invalid config for network ${name}`) : undefined;
}

/** Without the network's name; undefined when all is well or the network is not known (start tells). */
export function endpointErrors(daemon: Daemon, name: string, settings: Partial<EndpointSettings>): Failure | undefined {
  const { IPv4Address: four = '', IPv6Address: six = '', LinkLocalIPs: local } = settings.IPAMConfig ?? {};
  const found: string[] = [];
  if (!isUserDefined(name)) {
    if (four || six) found.push('user specified IP address is supported on user defined networks only');
    if ((settings.Aliases ?? []).length > 0)
      found.push('network-scoped alias is supported only for containers in user defined networks');
  }
  if (four && !isAddress(four, 4)) found.push(`invalid IPv4 address: ${four}`);
  if (six && !isAddress(six, 6)) found.push(`invalid IPv6 address: ${six}`);
  for (const ip of local ?? [])
    if (!isAddress(ip, 4) && !isAddress(ip, 6)) found.push(`invalid link-local IP address: ${ip}`);
  const network = daemon.controller.find(name);
  if (!(network instanceof Failure)) found.push(...outOfRange(network, four, 4), ...outOfRange(network, six, 6));
  if (settings.MacAddress && hardwareAddress(settings.MacAddress) === undefined)
    return new Failure('invalid', `invalid MAC address ${settings.MacAddress}`);
  for (const sysctl of (settings.DriverOpts?.[SYSCTLS] ?? '').split(',').filter((t) => t !== ''))
    if (!isInterfaceSysctl(sysctl))
      found.push(
        `unrecognised network interface sysctl '${sysctl}'; represent 'net.X.Y.ethN.Z=V' as 'net.X.Y.IFNAME.Z=V', ` +
          "'X' must be 'ipv4', 'ipv6' or 'mpls'",
      );
  return found.length === 0 ? undefined : new Failure('invalid', `invalid endpoint settings:\n${joined(found)}`);
}

/** `02:42:ac:11:00:02`, `02-42-ac-11-00-02` or `0242.ac11.0002`. @see Go net.ParseMAC */
export function hardwareAddress(text: string): number | undefined {
  const dotted = /^([0-9a-f]{2})([0-9a-f]{2})\.([0-9a-f]{2})([0-9a-f]{2})\.([0-9a-f]{2})([0-9a-f]{2})$/i.exec(text);
  return parseMac(dotted ? dotted.slice(1).join(':') : text);
}

/** An address of that family that is not the unspecified one. */
function isAddress(text: string, version: 4 | 6): boolean {
  const ip = parseIp(text);
  return ip?.v === version && BigInt(ip.value) !== 0n;
}

function outOfRange(network: Network, text: string, version: 4 | 6): string[] {
  if (text === '') return [];
  const subnets = network.userSubnets(version);
  const ip = parseIp(text);
  if (ip && subnets.some((s) => contains(s, ip))) return [];
  return [
    subnets.length > 0
      ? `no configured subnet or ip-range contain the IP address ${text}`
      : 'user specified IP address is supported only when connecting to networks with user configured subnets',
  ];
}

function isInterfaceSysctl(text: string): boolean {
  const [, family = '', , ifname, ...rest] = text.split('.');
  return rest.length > 0 && ['ipv4', 'ipv6', 'mpls'].includes(family) && (ifname === 'IFNAME' || ifname === 'ifname');
}

/** `net.ipv4.conf.IFNAME.log_martians=1,…` */
export function endpointSysctls(text: string | undefined): [string, string][] {
  return (text ?? '')
    .split(',')
    .filter((one) => one !== '')
    .map((one) => {
      const eq = one.indexOf('=');
      return eq < 0 ? [one, ''] : [one.slice(0, eq), one.slice(eq + 1)];
    });
}
