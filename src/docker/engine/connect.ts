/**
 * A container's networks: endpoints made and joined when it starts, taken away when it stops, and changed in between.
 * @see moby daemon/container_operations.go
 */
import { formatIp, formatMac, parseIp } from '../../base/ip.ts';
import type { EndpointSettings } from '../api/types.ts';
import { Failure } from '../errdefs.ts';
import type { GatewayFor, LegacyLinks } from '../libnetwork/driver.ts';
import type { Endpoint } from '../libnetwork/endpoint.ts';
import type { Network } from '../libnetwork/network.ts';
import type { Attachment, Container } from './container.ts';
import type { Daemon } from './daemon.ts';
import { endpointErrors, endpointSysctls, hardwareAddress, IFNAME, isUserDefined, SYSCTLS } from './endpoints.ts';
import { errors } from './errors.ts';
import { addOwnHosts, followLinks, removeOwnHosts, updateDns } from './files.ts';
import { LINKS_NETWORK } from './links.ts';
import { exposedPorts, portRequests } from './ports.ts';
import { setSysctls } from './process.ts';

/** Makes the sandbox with all endpoints and publishes ports. On failure nothing stays. */
export function allocateNetwork(daemon: Daemon, c: Container): Failure | undefined {
  const mode = c.hostConfig.NetworkMode;
  if (mode.startsWith('container:')) return undefined;
  const networks: [Network, Attachment][] = [];
  for (const [name, attachment] of c.attachments) {
    if (name === 'bridge' && daemon.config.bridge === 'none') continue;
    // those made by a user are looked for by their id once they were joined
    const network = daemon.controller.find(isUserDefined(name) ? attachment.networkId || name : name);
    if (network instanceof Failure) return errors.networking(network);
    networks.push([network, attachment]);
  }
  if (networks.length > 1 && networks.some(([n]) => n.driver.type === 'null'))
    return errors.networking(errors.privateMode);
  c.sandbox = daemon.controller.newSandbox(mode === 'host', { holder: c.id });
  const unset = setSysctls(daemon, c, c.sandbox.netns);
  if (unset) {
    releaseNetwork(daemon, c);
    return unset;
  }
  // The network of NetworkMode first; the others by name.
  networks.sort(([a], [b]) => rank(a, mode) - rank(b, mode) || (a.name < b.name ? -1 : 1));
  for (const [network, attachment] of networks) {
    const failure = attach(daemon, c, network, attachment);
    if (failure) {
      releaseNetwork(daemon, c);
      return errors.networking(failure);
    }
  }
  const failure = publish(c);
  if (failure) {
    releaseNetwork(daemon, c);
    return errors.networking(failure);
  }
  return undefined;
}

/** Tells of the networks of a container whose first process is there. */
export function announceNetworks(daemon: Daemon, c: Container): void {
  for (const e of c.isHidden ? [] : (c.sandbox?.endpoints ?? []))
    if (e !== c.sandbox?.wayOut) daemon.networkEvent(e.network, 'connect', { container: c.id });
}

const rank = (n: Network, mode: string): number => (n.name === mode || n.id === mode ? 0 : 1);

/**
 * Ports are published on the endpoint that has the default route of a family; those of IPv6 on that of IPv4 when there
 * is no other. What is published where it should not be is taken back.
 */
function publish(c: Container): Failure | undefined {
  const { sandbox } = c;
  const [four, six] = [sandbox?.gatewayEndpoint(4), sandbox?.gatewayEndpoint(6)];
  const wants = (e: Endpoint): GatewayFor => ({ ipv4: e === four, ipv6: e === (six ?? four) });
  const all = sandbox?.endpoints ?? [];
  // What must go goes everywhere, before anything new comes.
  for (const going of [true, false])
    for (const e of all) {
      const { ipv4: had4 = false, ipv6: had6 = false } = e.gatewayFor ?? {};
      const { ipv4, ipv6 } = wants(e);
      const gateway = going ? { ipv4: ipv4 && had4, ipv6: ipv6 && had6 } : { ipv4, ipv6 };
      if (gateway.ipv4 === had4 && gateway.ipv6 === had6) continue;
      const failure = e.publish(portRequests(c.config.ExposedPorts, c.hostConfig), gateway);
      if (failure) return failure;
    }
  return undefined;
}

function attach(daemon: Daemon, c: Container, network: Network, attachment: Attachment): Failure | undefined {
  const { settings } = attachment;
  const address = settings.IPAMConfig?.IPv4Address ? parseIp(settings.IPAMConfig.IPv4Address) : undefined;
  const addressV6 = settings.IPAMConfig?.IPv6Address ? parseIp(settings.IPAMConfig.IPv6Address) : undefined;
  const mac = settings.MacAddress ? hardwareAddress(settings.MacAddress) : undefined;
  const endpoint = network.createEndpoint(daemon.rng.hex(64), c.name, {
    ...(mac === undefined ? {} : { mac }),
    ...(address ? { address } : {}),
    ...(addressV6 ? { addressV6 } : {}),
    ...(c.sandbox?.hasIPv6 === false ? { noIPv6: true } : {}),
  });
  if (endpoint instanceof Failure) return endpoint;
  endpoint.gwPriority = settings.GwPriority ?? 0;
  endpoint.dnsNames = dnsNames(c, network, settings);
  for (const link of settings.Links ?? []) {
    const [name = '', alias] = link.split(':');
    endpoint.links.set(alias ?? name, name);
  }
  if (network.info.ingress) endpoint.ingressPorts = c.ingressPorts;
  endpoint.ifname = settings.DriverOpts?.[IFNAME] || undefined;
  endpoint.sysctls = endpointSysctls(settings.DriverOpts?.[SYSCTLS]);
  endpoint.linkLocal = (settings.IPAMConfig?.LinkLocalIPs ?? []).flatMap((ip) => parseIp(ip) ?? []);
  if (network.name === LINKS_NETWORK) endpoint.legacy = legacyLinks(daemon, c);
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

/** Who may reach whom by a container's links although ICC is off: those that run. @see moby daemon/container_operations.go: addLegacyLinks */
function legacyLinks({ links }: Daemon, c: Container): LegacyLinks {
  const endpointOf = (other: Container): string[] => {
    const endpoint = other.attachments.get(LINKS_NETWORK)?.endpoint;
    return endpoint ? [endpoint.id] : [];
  };
  return {
    exposed: exposedPorts(c.config.ExposedPorts),
    parents: links.parents(c).flatMap(({ parent }) => endpointOf(parent)),
    children: links.children(c).flatMap(({ child }) => endpointOf(child)),
  };
}

/** Names a container has on a network of its own: name, aliases, short id. */
function dnsNames(c: Container, network: Network, settings: Partial<EndpointSettings>): string[] {
  if (!network.hasResolver) return [];
  const host = c.config.Hostname === c.shortId ? [] : [c.config.Hostname];
  return [...new Set([c.name, ...(settings.Aliases ?? []), c.shortId, ...host])];
}

/** Takes all endpoints and the sandbox away, and tells of it, also when the container has not come so far as to have them. */
export function releaseNetwork(daemon: Daemon, c: Container): void {
  for (const [name, attachment] of c.sandbox ? c.attachments : []) {
    const endpoint = attachment.endpoint;
    const network = endpoint?.network ?? daemon.controller.find(attachment.networkId || name);
    if (endpoint) detach(c, attachment, endpoint);
    if (!(network instanceof Failure || c.isHidden)) daemon.networkEvent(network, 'disconnect', { container: c.id });
  }
  c.sandbox?.delete();
  c.sandbox = undefined;
  daemon.swarm?.detach(c);
}

function detach(c: Container, attachment: Attachment, endpoint: Endpoint): void {
  endpoint.unpublish();
  c.sandbox?.leave(endpoint);
  endpoint.network.deleteEndpoint(endpoint);
  attachment.endpoint = undefined;
}

/**
 * POST /networks/{id}/connect. A network that nobody knows is noted for a container that does not run: its start tells.
 * @see moby daemon/container_operations.go: ConnectToNetwork, updateNetworkSettings
 */
export function connect(
  daemon: Daemon,
  term: string,
  c: Container,
  settings: Partial<EndpointSettings>,
): Failure | undefined {
  const mode = c.hostConfig.NetworkMode;
  if (c.status === 'removing' || c.status === 'dead') return errors.networkOfRemoved(c.id);
  if (c.isRunning && mode.startsWith('container:')) return errors.sharedNamespace;
  const network = daemon.controller.find(term);
  if (network instanceof Failure) {
    if (c.isRunning) return network;
    c.attachments.set(term, { settings, networkId: '', endpoint: undefined });
    return undefined;
  }
  const bad = endpointErrors(daemon, network.name, settings);
  if (bad) return bad;
  if (mode !== 'host' && network.driver.type === 'host') return errors.connectHost;
  if (c.attachments.has(network.name)) return c.isRunning ? errors.endpointExists(c.name, network.name) : undefined;
  const others = [...c.attachments.keys()];
  if (mode === 'host') return errors.sharedNamespace;
  if (others.length > 0 && (network.driver.type === 'null' || others.includes('none'))) return errors.privateMode;
  const attachment: Attachment = { settings, networkId: c.isRunning ? network.id : '', endpoint: undefined };
  const names = dnsNames(c, network, settings);
  if (names.length > 0) attachment.dnsNames = names;
  c.attachments.set(network.name, attachment);
  return c.isRunning ? join(daemon, c, network, attachment) : undefined;
}

/** A running container comes to a network; on failure it stays as it was. */
function join(daemon: Daemon, c: Container, network: Network, attachment: Attachment): Failure | undefined {
  const failure = attach(daemon, c, network, attachment);
  if (failure) {
    c.attachments.delete(network.name);
    return failure;
  }
  const endpoint = attachment.endpoint as unknown as Endpoint;
  const unpublished = publish(c);
  if (unpublished) {
    detach(c, attachment, endpoint);
    c.attachments.delete(network.name);
    publish(c);
    return unpublished;
  }
  addOwnHosts(daemon.kernel, c, endpoint);
  updateDns(daemon, c);
  daemon.networkEvent(network, 'connect', { container: c.id });
  daemon.swarm?.announce();
  return undefined;
}

/**
 * POST /networks/{id}/disconnect
 * @param force a running container may leave a network that is gone
 * @see moby daemon/container_operations.go: DisconnectFromNetwork, disconnectFromNetwork
 */
export function disconnect(daemon: Daemon, term: string, c: Container, force: boolean): Failure | undefined {
  if (c.status === 'removing' || c.status === 'dead') return errors.networkOfRemoved(c.id);
  const network = daemon.controller.find(term);
  const unknown = network instanceof Failure;
  if (!c.isRunning || (unknown && force)) {
    const name = unknown ? term : network.name;
    return c.attachments.delete(name) ? undefined : errors.notConnectedStopped(c.id, name);
  }
  if (unknown) return network;
  const attachment = c.attachments.get(network.name);
  if (c.hostConfig.NetworkMode === 'host' && network.driver.type === 'host') return errors.disconnectHost;
  const endpoint = attachment?.endpoint;
  if (!attachment || !endpoint) return errors.notConnected(c.id, network.name);
  c.attachments.delete(network.name);
  detach(c, attachment, endpoint);
  publish(c);
  removeOwnHosts(daemon.kernel, c, endpoint);
  daemon.networkEvent(network, 'disconnect', { container: c.id });
  daemon.swarm?.detach(c, network);
  return undefined;
}

/** The endpoint of a container that is not there goes. @see moby daemon/container_operations.go: ForceEndpointDelete */
export function deleteEndpoint(daemon: Daemon, term: string, name: string): Failure | undefined {
  const network = daemon.controller.find(term);
  if (network instanceof Failure) return network;
  const endpoint = [...network.endpoints.values()].find((e) => e.name === name);
  if (!endpoint) return errors.noEndpoint(name);
  endpoint.unpublish();
  network.deleteEndpoint(endpoint);
  return undefined;
}

/** One entry of NetworkSettings.Networks. */
export function endpointSettings(attachment: Attachment): EndpointSettings {
  const { settings, endpoint } = attachment;
  const gateway = endpoint?.joined?.gateway;
  const address = endpoint?.iface.ipv4;
  const hasDevice = endpoint?.joined?.ifname !== undefined;
  const own = endpoint?.network.hasResolver;
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
    Gateway: address && gateway ? formatIp(gateway) : '',
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
