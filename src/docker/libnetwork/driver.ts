/**
 * What a network driver does for the controller: the Container Network Model's remote of networks and endpoints.
 * @see moby daemon/libnetwork/driverapi/driverapi.go: Driver
 */
import type { IpAddr, Prefix } from '../../base/ip.ts';
import type { NetnsKey } from '../../linux/kernel/netadmin.ts';
import type { Failure } from '../errdefs.ts';
import type { Proto } from './portallocator.ts';

/** One subnet of a network as IPAM gave it. */
export interface IpamData {
  readonly pool: Prefix;
  /** The network's own address, with the pool's length. */
  readonly gateway?: Prefix;
  /** `--aux-address`, by name. */
  readonly aux?: Readonly<Record<string, IpAddr>>;
}

export interface NetworkOptions {
  readonly name: string;
  /** `-o` */
  readonly generic: Readonly<Record<string, string>>;
  readonly internal: boolean;
  readonly enableIPv4: boolean;
  readonly enableIPv6: boolean;
}

/** Addresses of an endpoint; the driver fills in a MAC address when there is none. */
export interface EndpointInterface {
  mac: number | undefined;
  readonly ipv4?: Prefix;
  readonly ipv6?: Prefix;
}

/** Legacy links of an endpoint: other endpoints of its network that may reach it, or it them, although the network forbids it. */
export interface LegacyLinks {
  /** What it shows to those that are linked to it. */
  readonly exposed: readonly { readonly proto: Proto; readonly port: number }[];
  /** Endpoints that are linked to it. */
  readonly parents: readonly string[];
  /** Endpoints that it is linked to. */
  readonly children: readonly string[];
}

/** How a sandbox takes an endpoint. */
export interface JoinOptions {
  readonly sandbox: NetnsKey;
  /** The name its device is to have, `eth0`. */
  readonly ifname: string;
  /** Its device is made on the machine and moved, as those of gateway networks are; else in the sandbox at once. */
  readonly moved?: boolean;
  /** What its device is called before it gets that name is told. */
  readonly renamed?: boolean;
  readonly legacy?: LegacyLinks;
}

/** How the endpoint appears in its sandbox. */
export interface JoinInfo {
  /** Name of the device in the sandbox's namespace, made by the driver; absent: none (host, null). */
  readonly ifname?: string;
  /** What the device was called before, when it had another name. */
  readonly madeAs?: string;
  readonly gateway?: IpAddr;
  readonly gatewayV6?: IpAddr;
  /** A default route by the device alone, of these families. */
  readonly onDevice?: readonly (4 | 6)[];
  /** It leads out although it has no gateway. */
  readonly external?: boolean;
  /** It leads nowhere but to the others of its network: the sandbox wants another way out. */
  readonly needsGateway?: boolean;
}

/** A port that is to be published. */
export interface PortRequest {
  readonly proto: Proto;
  /** The container's. */
  readonly port: number;
  /** Absent: every address of the host, or the network's default binding address. */
  readonly hostIp?: IpAddr;
  /** 0: any. */
  readonly hostPort: number;
  readonly hostPortEnd: number;
}

/** A port that is published. */
export interface PortBinding {
  readonly proto: Proto;
  readonly port: number;
  readonly containerIp: IpAddr;
  readonly hostIp: IpAddr;
  /** 0: it has none of the host; the container itself is open to who has a route to it. */
  readonly hostPort: number;
}

/** For which families an endpoint leads out of its sandbox. */
export interface GatewayFor {
  readonly ipv4: boolean;
  readonly ipv6: boolean;
}

export interface Driver {
  /** `bridge` */
  readonly type: string;
  /** Networks have pools of addresses (all but host and null). */
  readonly pools: boolean;
  /** Which families of a network are to have no gateway address, unless one was asked for. */
  skipGateway(options: NetworkOptions): { readonly v4: boolean; readonly v6: boolean } | Failure;
  createNetwork(id: string, options: NetworkOptions, ipv4: IpamData[], ipv6: IpamData[]): Failure | undefined;
  deleteNetwork(id: string): void;
  createEndpoint(network: string, endpoint: string, iface: EndpointInterface): Failure | undefined;
  deleteEndpoint(network: string, endpoint: string): void;
  /** Makes the device in the sandbox. */
  join(network: string, endpoint: string, options: JoinOptions): JoinInfo | Failure;
  leave(network: string, endpoint: string): void;
  /** Publishes what is not yet, and takes back what is not to be any more. */
  programExternalConnectivity(
    network: string,
    endpoint: string,
    ports: readonly PortRequest[],
    gateway: GatewayFor,
  ): PortBinding[] | Failure;
  revokeExternalConnectivity(network: string, endpoint: string): void;
  /** Prefix of interface names in sandboxes. */
  ifacePrefix(network: string): string;
}
