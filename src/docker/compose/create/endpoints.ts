/**
 * How a container lies in its networks: names, addresses, which is the first.
 * @see docker/compose pkg/compose/create.go: defaultNetworkSettings, createEndpointSettings
 */
import type { EndpointSettings } from '../../api/types.ts';
import type { Project, ServiceConfig } from '../model/project.ts';

/** Keys of its networks, the most important first. @see compose-go types/types.go: NetworksByPriority */
function networksByPriority(service: ServiceConfig): string[] {
  const all = service.networks ?? {};
  const priority = (key: string): number => all[key]?.priority ?? 0;
  return Object.keys(all).sort((a, b) => priority(b) - priority(a) || (a < b ? -1 : 1));
}

/** Where a container is attached. */
export interface Attachment {
  readonly mode: string;
  readonly endpoints?: Readonly<Record<string, Partial<EndpointSettings>>>;
}

/** What the container is called. */
interface Naming {
  readonly container: string;
  readonly links: readonly string[];
  /** With the service's own name and its aliases. */
  readonly aliases: boolean;
}

/** What one of its networks is told of it. */
export function endpoint(service: ServiceConfig, key: string, naming: Naming): Partial<EndpointSettings> {
  const config = service.networks?.[key];
  const ipam = config
    ? { IPv4Address: config.ipv4_address, IPv6Address: config.ipv6_address, LinkLocalIPs: config.link_local_ips }
    : null;
  const own = naming.aliases ? [service.name, ...(config?.aliases ?? [])] : [];
  const driverOpts = { ...config?.driver_opts };
  if (config?.interface_name) driverOpts['com.docker.network.endpoint.ifname'] = config.interface_name;
  return {
    IPAMConfig: ipam,
    Links: naming.links.length > 0 ? [...naming.links] : null,
    Aliases: [naming.container, ...own],
    MacAddress: config?.mac_address ?? '',
    DriverOpts: Object.keys(driverOpts).length > 0 ? driverOpts : null,
    GwPriority: config?.gw_priority ?? 0,
    IPAddress: config?.ipv4_address ?? '',
    IPv6Gateway: config?.ipv6_address ?? '',
  };
}

/** The network mode, and an endpoint for each network. */
export function attachment(project: Project, service: ServiceConfig, naming: Naming): Attachment {
  if (service.network_mode) return { mode: service.network_mode };
  if (Object.keys(project.networks).length === 0) return { mode: 'none' };
  const keys = networksByPriority(service);
  const [first = 'default', ...others] = keys;
  const named = (key: string): string => project.networks[key]?.name ?? key;
  const primary = endpoint(service, first, naming);
  if (!primary.MacAddress && service.mac_address) primary.MacAddress = service.mac_address;
  const endpoints: Record<string, Partial<EndpointSettings>> = {};
  for (const key of others) endpoints[named(key)] = endpoint(service, key, naming);
  endpoints[named(first)] = primary;
  return { mode: named(first), endpoints };
}
