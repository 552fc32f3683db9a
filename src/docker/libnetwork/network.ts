/** A network of the controller: its driver, its pools, its endpoints. @see moby daemon/libnetwork/network.go */
import { formatIp, type IpAddr, type Prefix } from '../../base/ip.ts';
import { Failure } from '../errdefs.ts';
import type { Driver, EndpointInterface, IpamData } from './driver.ts';
import { Endpoint } from './endpoint.ts';
import type { Ipam, Pool } from './ipam/allocator.ts';

/** One subnet as the user asked for it (texts as given; empty where not). */
export interface IpamSpec {
  readonly subnet?: string;
  /** The daemon chose the subnet: it tells the gateway too. */
  readonly auto?: boolean;
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
  readonly spec: IpamSpec;
}

export class Network {
  readonly endpoints = new Map<string, Endpoint>();

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
    return this.driver.type === 'bridge' && this.name !== 'bridge';
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
    }));
  }

  /** The user gave a subnet: `--ip` is possible. */
  get hasUserSubnet(): boolean {
    return this.pools.some((p) => p.spec.subnet !== undefined);
  }

  /** Makes an endpoint with addresses; the driver makes its device when it joins a sandbox. */
  createEndpoint(
    id: string,
    name: string,
    want: { mac?: number; address?: IpAddr; addressV6?: IpAddr },
  ): Endpoint | Failure {
    if (this.info.configOnly) return new Failure('forbidden', 'cannot create endpoint on configuration-only network');
    const taken: { pool: Pool; address: IpAddr }[] = [];
    const give = (failure: Failure): Failure => {
      for (const t of taken) this.ipam.releaseAddress(t.pool, t.address);
      return failure;
    };
    const prefixes: Prefix[] = [];
    for (const version of [4, 6] as const) {
      const p = this.#of(version)[0];
      if (!p) continue;
      const got = this.ipam.requestAddress(p.pool, version === 4 ? want.address : want.addressV6);
      if (got instanceof Failure)
        return give(
          got.message.startsWith('no available')
            ? new Failure(got.kind, `${got.message}: ${this.name} (${this.id})`)
            : got,
        );
      taken.push({ pool: p.pool, address: got });
      prefixes.push({ addr: got, bits: p.pool.subnet.bits });
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
        if (a && a.addr.v === p.pool.subnet.addr.v && p.pool.used.has(formatIp(a.addr)))
          this.ipam.releaseAddress(p.pool, a.addr);
  }
}
