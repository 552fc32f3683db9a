/**
 * A container's networks: endpoints made and joined when it starts, taken away when it stops, and changed in between.
 * @see moby daemon/container_operations.go
 */
import { formatIp, formatMac, parseIp, parseMac } from '../../base/ip.ts';
import type { EndpointSettings } from '../api/types.ts';
import { Failure } from '../errdefs.ts';
import type { Endpoint } from '../libnetwork/endpoint.ts';
import type { Network } from '../libnetwork/network.ts';
import type { Attachment, Container } from './container.ts';
import { endpointErrors } from './create.ts';
import type { Daemon } from './daemon.ts';
import { errors } from './errors.ts';
import { addOwnHosts, followLinks, removeOwnHosts, updateDns } from './files.ts';
import { LINKS_NETWORK } from './links.ts';
import { portRequests } from './ports.ts';

/** Makes the sandbox with all endpoints and publishes ports. On failure nothing stays. */
export function allocateNetwork(daemon: Daemon, c: Container): Failure | undefined {
  const mode = c.hostConfig.NetworkMode;
  if (mode.startsWith('container:')) return undefined;
  const networks: [Network, Attachment][] = [];
  for (const [name, attachment] of c.attachments) {
    const network = daemon.controller.find(attachment.networkId || name);
    if (network instanceof Failure) return errors.networking(new Failure('notFound', `network ${name} not found`));
    networks.push([network, attachment]);
  }
  c.sandbox = daemon.controller.newSandbox(mode === 'host');
  // The network of NetworkMode first; the others by name.
  networks.sort(([a], [b]) => rank(a, mode) - rank(b, mode) || (a.name < b.name ? -1 : 1));
  for (const [network, attachment] of networks) {
    const failure = attach(daemon, c, network, attachment);
    if (failure) {
      releaseNetwork(daemon, c, false);
      return errors.networking(failure);
    }
  }
  const failure = publish(c);
  if (failure) {
    releaseNetwork(daemon, c, false);
    return errors.networking(failure);
  }
  for (const [network] of networks) daemon.networkEvent(network, 'connect', { container: c.id });
  return undefined;
}

const rank = (n: Network, mode: string): number => (n.name === mode || n.id === mode ? 0 : 1);

/** Ports are published on the endpoint that has the default route. */
function publish(c: Container): Failure | undefined {
  const target = c.sandbox?.gatewayEndpoint;
  if (!target) return undefined;
  return target.publish(portRequests(c.config.ExposedPorts, c.hostConfig));
}

function attach(daemon: Daemon, c: Container, network: Network, attachment: Attachment): Failure | undefined {
  const { settings } = attachment;
  const address = settings.IPAMConfig?.IPv4Address ? parseIp(settings.IPAMConfig.IPv4Address) : undefined;
  const addressV6 = settings.IPAMConfig?.IPv6Address ? parseIp(settings.IPAMConfig.IPv6Address) : undefined;
  const mac = settings.MacAddress ? parseMac(settings.MacAddress) : undefined;
  const endpoint = network.createEndpoint(daemon.rng.hex(64), c.name, {
    ...(mac === undefined ? {} : { mac }),
    ...(address ? { address } : {}),
    ...(addressV6 ? { addressV6 } : {}),
  });
  if (endpoint instanceof Failure) return endpoint;
  endpoint.gwPriority = settings.GwPriority ?? 0;
  endpoint.dnsNames = dnsNames(c, network, settings);
  for (const link of settings.Links ?? []) {
    const [name = '', alias] = link.split(':');
    endpoint.links.set(alias ?? name, name);
  }
  attachment.endpoint = endpoint;
  const unlinkable = network.name === LINKS_NETWORK ? followLinks(daemon, c, endpoint) : undefined;
  const joined = unlinkable ?? c.sandbox?.join(endpoint);
  if (joined) {
    attachment.endpoint = undefined;
    network.deleteEndpoint(endpoint);
    return joined;
  }
  if (endpoint.dnsNames.length > 0) attachment.dnsNames = endpoint.dnsNames;
  attachment.networkId = network.id;
  return undefined;
}

/** Names a container has on a network of its own: name, aliases, short id. */
function dnsNames(c: Container, network: Network, settings: Partial<EndpointSettings>): string[] {
  if (!network.hasResolver) return [];
  const host = c.config.Hostname === c.shortId ? [] : [c.config.Hostname];
  return [...new Set([c.name, ...(settings.Aliases ?? []), c.shortId, ...host])];
}

/** Takes all endpoints and the sandbox away. */
export function releaseNetwork(daemon: Daemon, c: Container, announce = true): void {
  for (const attachment of c.attachments.values()) {
    const endpoint = attachment.endpoint;
    if (!endpoint) continue;
    detach(c, attachment, endpoint);
    if (announce) daemon.networkEvent(endpoint.network, 'disconnect', { container: c.id });
  }
  c.sandbox?.delete();
  c.sandbox = undefined;
}

function detach(c: Container, attachment: Attachment, endpoint: Endpoint): void {
  endpoint.unpublish();
  c.sandbox?.leave(endpoint);
  endpoint.network.deleteEndpoint(endpoint);
  attachment.endpoint = undefined;
}

/** POST /networks/{id}/connect */
export function connect(
  daemon: Daemon,
  network: Network,
  c: Container,
  settings: Partial<EndpointSettings>,
): Failure | undefined {
  const mode = c.hostConfig.NetworkMode;
  if (network.driver.type === 'host') return errors.connectHost;
  if (mode.startsWith('container:') || mode === 'host') return errors.sharedNamespace;
  const others = [...c.attachments.keys()];
  if (others.length > 0 && (network.driver.type === 'null' || others.includes('none'))) return errors.privateMode;
  const bad = endpointErrors(daemon, network.name, settings);
  if (bad) return bad;
  if (c.attachments.has(network.name)) return errors.endpointExists(c.name, network.name);
  const attachment: Attachment = { settings, networkId: network.id, endpoint: undefined };
  c.attachments.set(network.name, attachment);
  if (!c.isRunning) return undefined;
  const before = c.sandbox?.gatewayEndpoint;
  const failure = attach(daemon, c, network, attachment);
  if (failure) {
    c.attachments.delete(network.name);
    return failure;
  }
  const moved = republish(c, before);
  if (moved) {
    detach(c, attachment, attachment.endpoint as unknown as Endpoint);
    c.attachments.delete(network.name);
    republish(c, undefined);
    return moved;
  }
  addOwnHosts(daemon.kernel, c, attachment.endpoint as unknown as Endpoint);
  updateDns(daemon.kernel, c);
  daemon.networkEvent(network, 'connect', { container: c.id });
  return undefined;
}

/** POST /networks/{id}/disconnect */
export function disconnect(daemon: Daemon, network: Network, c: Container): Failure | undefined {
  if (c.hostConfig.NetworkMode === 'host' && network.driver.type === 'host') return errors.disconnectHost;
  const attachment = c.attachments.get(network.name);
  if (!attachment) return errors.notConnected(c.id, network.name);
  c.attachments.delete(network.name);
  const endpoint = attachment.endpoint;
  if (!endpoint) return undefined;
  const before = c.sandbox?.gatewayEndpoint;
  detach(c, attachment, endpoint);
  republish(c, before);
  removeOwnHosts(daemon.kernel, c, endpoint);
  daemon.networkEvent(network, 'disconnect', { container: c.id });
  return undefined;
}

/** Moves published ports when the default route has moved to another endpoint. */
function republish(c: Container, before: Endpoint | undefined): Failure | undefined {
  const now = c.sandbox?.gatewayEndpoint;
  if (now === before) return undefined;
  before?.unpublish();
  return publish(c);
}

/** One entry of NetworkSettings.Networks. */
export function endpointSettings(attachment: Attachment): EndpointSettings {
  const { settings, endpoint } = attachment;
  const gateway = endpoint?.joined?.gateway ?? endpoint?.network.pools[0]?.gateway;
  const address = endpoint?.iface.ipv4;
  const hasDevice = endpoint?.joined?.ifname !== undefined;
  const own = endpoint && endpoint.network.driver.type === 'bridge' && endpoint.network.name !== 'bridge';
  const v6 = endpoint?.iface.ipv6;
  return {
    IPAMConfig: settings.IPAMConfig ?? null,
    Links: settings.Links ?? null,
    Aliases: settings.Aliases ?? null,
    MacAddress:
      hasDevice && endpoint?.iface.mac !== undefined ? formatMac(endpoint.iface.mac) : (settings.MacAddress ?? ''),
    DriverOpts: settings.DriverOpts ?? null,
    GwPriority: settings.GwPriority ?? 0,
    NetworkID: attachment.networkId,
    EndpointID: endpoint?.id ?? '',
    Gateway: address && gateway && !endpoint.network.info.internal ? formatIp(gateway) : '',
    IPAddress: address ? formatIp(address.addr) : '',
    IPPrefixLen: address?.bits ?? 0,
    IPv6Gateway: endpoint?.joined?.gatewayV6 ? formatIp(endpoint.joined.gatewayV6) : '',
    GlobalIPv6Address: v6 ? formatIp(v6.addr) : '',
    GlobalIPv6PrefixLen: v6?.bits ?? 0,
    DNSNames: endpoint ? (own ? endpoint.dnsNames : null) : (attachment.dnsNames ?? null),
  };
}

/** NetworkSettings.Networks, by name. */
export function networksOf(c: Container): Record<string, EndpointSettings> {
  return Object.fromEntries(
    [...c.attachments]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, attachment]) => [name, endpointSettings(attachment)]),
  );
}
