/**
 * The network controller: networks by id and name, sandboxes, pools, drivers.
 * @see moby daemon/libnetwork/controller.go
 */
import { formatPrefix, type IpAddr, ip6, type Prefix, parseIp, parsePrefix } from '../../base/ip.ts';
import type { Rng } from '../../base/rng.ts';
import type { DaemonSys, Kernel } from '../../linux/kernel/machine.ts';
import { Failure } from '../errdefs.ts';
import type { Driver } from './driver.ts';
import { BridgeDriver } from './drivers/bridge/bridge.ts';
import { plainDriver } from './drivers/plain.ts';
import { Ipam } from './ipam/allocator.ts';
import { addTo } from './ipam/pools.ts';
import { type IpamSpec, Network, type NetworkInfo, type NetworkPool } from './network.ts';
import { PortAllocator } from './portallocator.ts';
import { Sandbox } from './sandbox.ts';

export type NewNetwork = Omit<NetworkInfo, 'id' | 'created'>;

export class Controller {
  readonly networks = new Map<string, Network>();
  /** The upper 48 bits of its unique local addresses, drawn when first needed. */
  #ula: bigint | undefined;
  readonly ipam = new Ipam();
  readonly ports: PortAllocator;
  readonly #drivers = new Map<string, Driver>();

  /** @param daemon dockerd's own process */
  constructor(
    readonly kernel: Kernel,
    readonly rng: Rng,
    readonly daemon: DaemonSys,
  ) {
    const range = kernel.sysctl(kernel.hostNetns, 'net.ipv4.ip_local_port_range');
    const [begin, end] = typeof range === 'string' ? range.split(/\s+/).map(Number) : [];
    this.ports = new PortAllocator(begin, end);
    for (const d of [
      new BridgeDriver({ kernel, allocator: this.ports, pid: daemon.pid }, rng),
      plainDriver('host'),
      plainDriver('null'),
    ])
      this.#drivers.set(d.type, d);
  }

  /** By name: the exact one. */
  byName(name: string): Network | undefined {
    for (const n of this.networks.values()) if (n.name === name) return n;
    return undefined;
  }

  /** Full id, then name, then id prefix. */
  find(term: string): Network | Failure {
    const exact = this.networks.get(term) ?? this.byName(term);
    if (exact) return exact;
    const hits = term === '' ? [] : [...this.networks.values()].filter((n) => n.id.startsWith(term));
    if (hits.length === 1) return hits[0] as Network;
    if (hits.length > 1)
      return new Failure('invalid', `network ${term} is ambiguous (${hits.length} matches found on ID prefix)`);
    return new Failure('notFound', `network ${term} not found`);
  }

  newNetwork(options: NewNetwork): Network | Failure {
    const driver = this.#drivers.get(options.driver);
    if (!driver)
      return new Failure(
        'notFound',
        `could not find plugin ${options.driver} in v2 plugin registry: plugin "${options.driver}" not found`,
      );
    const id = this.rng.hex(64);
    const pools = options.configOnly ? [] : this.#pools(options);
    if (pools instanceof Failure) return pools;
    const network = new Network(
      { ...options, id, created: this.kernel.world.clock.epochAt() },
      driver,
      this.ipam,
      pools,
    );
    if (!options.configOnly) {
      const failure = driver.createNetwork(
        id,
        {
          name: options.name,
          generic: options.options,
          internal: options.internal,
          enableIPv4: options.enableIPv4,
          enableIPv6: options.enableIPv6,
        },
        network.ipamData(4),
        network.ipamData(6),
      );
      if (failure) {
        for (const p of pools) this.ipam.releasePool(p.pool);
        return failure;
      }
    }
    this.networks.set(id, network);
    return network;
  }

  deleteNetwork(network: Network): Failure | undefined {
    if (network.endpoints.size > 0) {
      const active = [...network.endpoints.values()].map((e) => `name:"${e.name}" id:"${e.id.slice(0, 12)}"`);
      return new Failure(
        'forbidden',
        `error while removing network: network ${network.name} has active endpoints (${active.join(', ')})`,
      );
    }
    this.networks.delete(network.id);
    if (!network.info.configOnly) network.driver.deleteNetwork(network.id);
    for (const p of network.pools) this.ipam.releasePool(p.pool);
    return undefined;
  }

  newSandbox(host: boolean): Sandbox {
    const netns = host ? this.kernel.hostNetns : this.kernel.netnsAdd();
    return new Sandbox({ kernel: this.kernel, daemon: this.daemon, rng: this.rng }, this.rng.hex(64), netns, host);
  }

  #pools(options: NewNetwork): NetworkPool[] | Failure {
    if (options.driver === 'host' || options.driver === 'null') return [];
    const out: NetworkPool[] = [];
    const specs: IpamSpec[] = [...options.ipam];
    const v6 = (s: IpamSpec): boolean => s.subnet?.includes(':') ?? false;
    if (options.enableIPv4 && !specs.some((s) => !v6(s))) specs.unshift({});
    if (options.enableIPv6 && !specs.some(v6)) specs.push({ subnet: this.#uniqueLocal(), auto: true });
    for (const spec of [...specs.filter((s) => !v6(s)), ...specs.filter(v6)]) {
      const made = this.#pool(spec);
      if (made instanceof Failure) {
        for (const p of out) this.ipam.releasePool(p.pool);
        return made;
      }
      out.push(made);
    }
    return out;
  }

  /** The next free /64 of the daemon's unique local /48. @see RFC 4193, moby daemon/libnetwork/ipamutils */
  #uniqueLocal(): string {
    this.#ula ??= BigInt(`0xfd${this.rng.hex(10)}`);
    const taken = [...this.networks.values()].flatMap((n) => n.pools.map((p) => formatPrefix(p.pool.subnet)));
    for (let n = 0n; ; n++) {
      const text = formatPrefix({ addr: ip6((this.#ula << 80n) | (n << 64n)), bits: 64 });
      if (!taken.includes(text)) return text;
    }
  }

  #pool(spec: IpamSpec): NetworkPool | Failure {
    const subnet = spec.subnet === undefined ? undefined : parsePrefix(spec.subnet);
    const range = spec.ipRange === undefined ? undefined : parsePrefix(spec.ipRange);
    const pool = this.ipam.requestPool(subnet, range, this.#hostPrefixes());
    if (pool instanceof Failure) return pool;
    const undo = (f: Failure): Failure => {
      this.ipam.releasePool(pool);
      return f;
    };
    const asked = spec.gateway === undefined ? undefined : parseIp(spec.gateway);
    const wanted: IpAddr | undefined = asked ?? (range ? undefined : firstHost(pool.subnet));
    const gateway = this.ipam.requestAddress(pool, wanted);
    if (gateway instanceof Failure)
      return undo(asked ? gateway.wrap(`failed to allocate gateway (${spec.gateway})`) : gateway);
    for (const aux of Object.values(spec.aux ?? {})) {
      const ip = parseIp(aux);
      const got = ip ? this.ipam.requestAddress(pool, ip) : undefined;
      if (got instanceof Failure) return undo(got.wrap(`failed to allocate secondary ip address (${aux})`));
    }
    return { pool, gateway, spec };
  }

  /** What a pool that we choose must not overlap: prefixes the host has routes to. */
  #hostPrefixes(): Prefix[] {
    const net = this.kernel.net(this.kernel.hostNetns);
    return net.routes(4).flatMap((r) => (r.dst && r.type === 'unicast' ? [r.dst] : []));
  }
}

const firstHost = (p: Prefix): IpAddr => (p.addr.v === 4 && p.bits >= 31 ? p.addr : addTo(p.addr, 1));
