/** A network of the controller: its driver, its pools, its endpoints. @see moby daemon/libnetwork/network.go */
import { contains, formatIp, type IpAddr, type Prefix } from '../../base/ip.ts';
import { Failure } from '../errdefs.ts';
import type { Driver, EndpointInterface, IpamData } from './driver.ts';
import { Endpoint } from './endpoint.ts';
import { type Ipam, NO_ADDRESS, type Pool } from './ipam/allocator.ts';

/** One subnet as the user asked for it (texts as given; empty where not). */
export interface IpamSpec {
  readonly subnet?: string;
  readonly ipRange?: string;
  readonly gateway?: string;
  readonly aux?: Readonly<Record<string, string>>;
}

export interface NetworkInfo {
  readonly id: string;
  readonly name: string;
  /** Nanoseconds since 1970. */
  readonly created: bigint;
  readonly driver: string;
  readonly scope: string;
  readonly enableIPv4: boolean;
  readonly enableIPv6: boolean;
  readonly internal: boolean;
  readonly attachable: boolean;
  readonly ingress: boolean;
  readonly configOnly: boolean;
  readonly configFrom: string;
  readonly ipamDriver: string;
  readonly ipamOptions: Readonly<Record<string, string>> | null;
  readonly options: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  /** Subnets as asked for; a configuration-only network has nothing else. */
  readonly ipam: readonly IpamSpec[];
}

/** A pool of the network with what was asked for, for inspect. */
export interface NetworkPool {
  readonly pool: Pool;
  readonly gateway: IpAddr | undefined;
  readonly aux?: Readonly<Record<string, IpAddr>>;
  readonly spec: IpamSpec;
}

export class Network {
  readonly endpoints = new Map<string, Endpoint>();
  /** Names that are no endpoints of this machine: services of a swarm, in lower case. */
  readonly serviceNames = new Map<string, readonly IpAddr[]>();

  constructor(
    readonly info: NetworkInfo,
    readonly driver: Driver,
    readonly ipam: Ipam,
    /** IPv4 first. */
    readonly pools: readonly NetworkPool[],
  ) {}

  get id(): string {
    return this.info.id;
  }
  /** Its containers ask the engine for names. */
  get hasResolver(): boolean {
    return this.driver.pools && this.name !== 'bridge';
  }
  get name(): string {
    return this.info.name;
  }

  #of(version: 4 | 6): NetworkPool[] {
    return this.pools.filter((p) => p.pool.subnet.addr.v === version);
  }

  ipamData(version: 4 | 6): IpamData[] {
    return this.#of(version).map((p) => ({
      pool: p.pool.subnet,
      ...(p.gateway ? { gateway: { addr: p.gateway, bits: p.pool.subnet.bits } } : {}),
      ...(p.aux ? { aux: p.aux } : {}),
    }));
  }

  /** Subnets of one family that a user gave: only in these `--ip` is possible. */
  userSubnets(version: 4 | 6): Prefix[] {
    return this.#of(version)
      .filter((p) => p.spec.subnet !== undefined)
      .map((p) => p.pool.subnet);
  }

  /** An address of one family: the one that is asked for, or the first free one of the pools in order. */
  #address(version: 4 | 6, wanted: IpAddr | undefined): { pool: Pool; address: IpAddr } | Failure {
    for (const { pool } of this.#of(version)) {
      if (wanted && !contains(pool.subnet, wanted)) continue;
      const address = this.ipam.requestAddress(pool, wanted);
      if (!(address instanceof Failure)) return { pool, address };
      if (wanted || address !== NO_ADDRESS) return address;
    }
    if (wanted)
      return new Failure(
        'invalid',
        `invalid address ${formatIp(wanted)}: It does not belong to any of this network's subnets`,
      );
    return new Failure(
      'system',
      `no available IPv${version} addresses on this network's address pools: ${this.name} (${this.id})`,
    );
  }

  /**
   * Makes an endpoint with addresses; the driver makes its device when it joins a sandbox.
   * @param want.noIPv6 its sandbox has IPv6 turned off
   */
  createEndpoint(
    id: string,
    name: string,
    want: { mac?: number; address?: IpAddr; addressV6?: IpAddr; noIPv6?: boolean },
  ): Endpoint | Failure {
    if (this.info.configOnly) return new Failure('forbidden', 'cannot create endpoint on configuration-only network');
    const taken: { pool: Pool; address: IpAddr }[] = [];
    const give = (failure: Failure): Failure => {
      for (const t of taken) this.ipam.releaseAddress(t.pool, t.address);
      return failure;
    };
    const prefixes: Prefix[] = [];
    for (const version of [4, 6] as const) {
      if (this.#of(version).length === 0 || (version === 6 && want.noIPv6)) continue;
      const got = this.#address(version, version === 4 ? want.address : want.addressV6);
      if (got instanceof Failure) return give(got);
      taken.push(got);
      prefixes.push({ addr: got.address, bits: got.pool.subnet.bits });
    }
    const ipv4 = prefixes.find((p) => p.addr.v === 4);
    const ipv6 = prefixes.find((p) => p.addr.v === 6);
    const iface: EndpointInterface = {
      mac: want.mac,
      ...(ipv4 ? { ipv4 } : {}),
      ...(ipv6 ? { ipv6 } : {}),
    };
    const failure = this.driver.createEndpoint(this.id, id, iface);
    if (failure) return give(failure);
    const endpoint = new Endpoint(id, name, this, iface);
    this.endpoints.set(id, endpoint);
    return endpoint;
  }

  deleteEndpoint(endpoint: Endpoint): void {
    this.endpoints.delete(endpoint.id);
    this.driver.deleteEndpoint(this.id, endpoint.id);
    for (const p of this.pools)
      for (const a of [endpoint.iface.ipv4, endpoint.iface.ipv6])
        if (a && contains(p.pool.subnet, a.addr) && p.pool.used.has(formatIp(a.addr)))
          this.ipam.releaseAddress(p.pool, a.addr);
  }
}
