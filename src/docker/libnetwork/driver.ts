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
  /** The bridge's own address, with the pool's length. */
  readonly gateway?: Prefix;
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

/** How the endpoint appears in its sandbox. */
export interface JoinInfo {
  /** Name of the device in the sandbox's namespace, made by the driver; absent: none (host, null). */
  readonly ifname?: string;
  readonly gateway?: IpAddr;
  readonly gatewayV6?: IpAddr;
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
  readonly hostPort: number;
}

export interface Driver {
  /** `bridge` */
  readonly type: string;
  createNetwork(id: string, options: NetworkOptions, ipv4: IpamData[], ipv6: IpamData[]): Failure | undefined;
  deleteNetwork(id: string): void;
  createEndpoint(network: string, endpoint: string, iface: EndpointInterface): Failure | undefined;
  deleteEndpoint(network: string, endpoint: string): void;
  /** Makes the device in the sandbox. @param ifname the name it is to have, `eth0` */
  join(network: string, endpoint: string, sandbox: NetnsKey, ifname: string): JoinInfo | Failure;
  leave(network: string, endpoint: string): void;
  programExternalConnectivity(
    network: string,
    endpoint: string,
    ports: readonly PortRequest[],
  ): PortBinding[] | Failure;
  revokeExternalConnectivity(network: string, endpoint: string): void;
  /** Prefix of interface names in sandboxes. */
  ifacePrefix(network: string): string;
}
