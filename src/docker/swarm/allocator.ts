/**
 * Gives networks of a swarm their subnets and VXLAN ids, and services, tasks and nodes their addresses in them.
 * Limits: IPv4 only.
 * @see swarmkit manager/allocator/network.go, cnmallocator/networkallocator.go, moby daemon/libnetwork/drivers/overlay/ovmanager
 */
import { formatIp, formatPrefix, type IpAddr, type Prefix, parseIp, parsePrefix } from '../../base/ip.ts';
import type { Rng } from '../../base/rng.ts';
import type { ClusterNetwork, NetworkSpec, ServicePort } from '../api/swarm.ts';
import { Failure } from '../errdefs.ts';
import { VXLAN_IDS } from '../libnetwork/drivers/overlay/overlay.ts';
import { Ipam, type Pool } from '../libnetwork/ipam/allocator.ts';
import { newId } from './ids.ts';
import type { Store } from './store.ts';

export interface PoolSettings {
  /** Bases of subnets for networks that ask for none; 10.0.0.0/8 when there is none. */
  readonly pools: readonly string[];
  /** Bits of such a subnet. */
  readonly subnetSize: number;
}

const DEFAULT_POOL = '10.0.0.0/8';
const FIRST_VXLAN_ID = 4096;
/** Ports that are published without a wish. */
const FIRST_PORT = 30_000;
const LAST_PORT = 32_767;
/** The network of published ports, as managers make it. */
export const INGRESS_SPEC: NetworkSpec = {
  Name: 'ingress',
  Labels: {},
  DriverConfiguration: {},
  Ingress: true,
  IPAMOptions: { Driver: {} },
  Scope: 'swarm',
};

export class Allocator {
  readonly #ipam: Ipam;
  readonly #pools = new Map<string, Pool>();
  readonly #vxlanIds = new Set<number>();
  readonly #ports = new Map<string, string>();

  constructor(
    readonly store: Store,
    readonly rng: Rng,
    { pools, subnetSize }: PoolSettings,
  ) {
    const bases = (pools.length > 0 ? pools : [DEFAULT_POOL]).map((text) => parsePrefix(text) as Prefix);
    this.#ipam = new Ipam(
      bases.map((base) => ({ base, size: subnetSize })),
      true,
    );
  }

  /** Enters a network; it gets a subnet unless that fails: then it has no driver until another one goes. */
  addNetwork(spec: NetworkSpec): ClusterNetwork {
    const network = this.store.networks.create(newId(this.rng), { Spec: spec, DriverState: {} });
    this.#allocate(network);
    return network;
  }

  #allocate(network: ClusterNetwork): void {
    const spec = network.Spec;
    const pool = this.#pool(spec);
    if (pool instanceof Failure) return;
    const asked = spec.IPAMOptions.Configs?.[0]?.Gateway;
    const gateway = this.#ipam.requestAddress(pool, asked ? parseIp(asked) : undefined);
    if (gateway instanceof Failure) {
      this.#ipam.releasePool(pool);
      return;
    }
    this.#pools.set(network.ID, pool);
    const range = spec.IPAMOptions.Configs?.[0]?.Range;
    this.store.networks.update(network, {
      DriverState: {
        Name: 'overlay',
        Options: { ...spec.DriverConfiguration.Options, [VXLAN_IDS]: String(this.#vxlanId(spec)) },
      },
      IPAMOptions: {
        Driver: { Name: 'default' },
        Configs: [
          { Subnet: formatPrefix(pool.subnet), ...(range ? { Range: range } : {}), Gateway: formatIp(gateway) },
        ],
      },
    });
  }

  #pool({ IPAMOptions }: NetworkSpec): Pool | Failure {
    const { Subnet, Range } = IPAMOptions.Configs?.[0] ?? {};
    const subnet = Subnet ? parsePrefix(Subnet) : undefined;
    if (!subnet) return this.#ipam.choosePool(4);
    return this.#ipam.requestPool(subnet, Range ? parsePrefix(Range) : undefined);
  }

  #vxlanId({ DriverConfiguration }: NetworkSpec): number {
    const asked = Number(DriverConfiguration.Options?.[VXLAN_IDS]);
    let id = asked > 0 && !this.#vxlanIds.has(asked) ? asked : FIRST_VXLAN_ID;
    while (this.#vxlanIds.has(id)) id++;
    this.#vxlanIds.add(id);
    return id;
  }

  removeNetwork(network: ClusterNetwork): void {
    const pool = this.#pools.get(network.ID);
    if (pool) this.#ipam.releasePool(pool);
    this.#pools.delete(network.ID);
    this.#vxlanIds.delete(Number(network.DriverState.Options?.[VXLAN_IDS]));
    this.store.networks.remove(network);
    for (const waiting of this.store.networks.sorted()) if (!this.#pools.has(waiting.ID)) this.#allocate(waiting);
  }

  /** An address with its prefix length, `10.0.0.2/24`. @param wanted a certain one */
  address(networkId: string, wanted?: IpAddr): string | Failure {
    const pool = this.#pools.get(networkId);
    if (!pool) return new Failure('system', `network ${networkId} has no addresses`);
    const got = this.#ipam.requestAddress(pool, wanted);
    return got instanceof Failure ? got : formatPrefix({ addr: got, bits: pool.subnet.bits });
  }

  release(networkId: string, address: string): void {
    const pool = this.#pools.get(networkId);
    const prefix = parsePrefix(address);
    if (pool && prefix) this.#ipam.releaseAddress(pool, prefix.addr);
  }

  /**
   * Holds the published ports of a service.
   * @returns the ports as they are published; undefined when one is not free
   */
  ports(service: string, asked: readonly ServicePort[]): ServicePort[] | undefined {
    const taken = [...this.#ports].filter(([, owner]) => owner !== service).map(([port]) => port);
    const free = (port: number, protocol: string): boolean => !taken.includes(`${port}/${protocol}`);
    const out: ServicePort[] = [];
    for (const port of asked) {
      let published = port.PublishedPort ?? 0;
      if (port.PublishMode === 'ingress') {
        if (published === 0) {
          published = FIRST_PORT;
          while (published < LAST_PORT && !free(published, port.Protocol)) published++;
        }
        if (!free(published, port.Protocol)) return undefined;
        taken.push(`${published}/${port.Protocol}`);
      }
      out.push(published === 0 ? port : { ...port, PublishedPort: published });
    }
    this.releasePorts(service);
    for (const p of out) if (p.PublishMode === 'ingress') this.#ports.set(`${p.PublishedPort}/${p.Protocol}`, service);
    return out;
  }

  releasePorts(service: string): void {
    for (const [port, owner] of [...this.#ports]) if (owner === service) this.#ports.delete(port);
  }
}
