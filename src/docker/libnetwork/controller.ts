/**
 * The network controller: networks by id and name, sandboxes, pools, drivers.
 * @see moby daemon/libnetwork/controller.go
 */
import { text } from '../../base/http.ts';
import { type IpAddr, ip4, ip6, type Prefix, parseIp, parsePrefix } from '../../base/ip.ts';
import type { Rng } from '../../base/rng.ts';
import { isErr } from '../../linux/kernel/errno.ts';
import type { DaemonSys, Kernel } from '../../linux/kernel/machine.ts';
import { Failure } from '../errdefs.ts';
import { wrongAnnouncements } from './announce.ts';
import type { Driver } from './driver.ts';
import { BridgeDriver } from './drivers/bridge/bridge.ts';
import { plainDriver } from './drivers/plain.ts';
import { UpperDriver } from './drivers/upper.ts';
import { Ipam, type Pool } from './ipam/allocator.ts';
import { type IpamSpec, Network, type NetworkInfo, type NetworkPool } from './network.ts';
import { PortAllocator } from './portallocator.ts';
import { ResolvConf } from './resolvconf.ts';
import { Sandbox, type SandboxName } from './sandbox.ts';
import { DEFAULT_SETTINGS, type Settings } from './settings.ts';

export type NewNetwork = Omit<NetworkInfo, 'id' | 'created'>;

/** A network of this machine, IPv4 only, as it is when nothing else is said of it. */
export const plainNetwork = (name: string, driver: string, options: Readonly<Record<string, string>>): NewNetwork => ({
  name,
  driver,
  scope: 'local',
  enableIPv4: true,
  enableIPv6: false,
  internal: false,
  attachable: false,
  ingress: false,
  configOnly: false,
  configFrom: '',
  ipamDriver: 'default',
  ipamOptions: null,
  options,
  labels: {},
  ipam: [],
});

/** The network by which sandboxes get out whose own networks lead nowhere. @see default_gateway_linux.go */
export const GATEWAY_NETWORK = 'docker_gwbridge';

export class Controller {
  readonly networks = new Map<string, Network>();
  readonly ipam: Ipam;
  /** Subnets and addresses of networks that the managers of a swarm manage. */
  readonly #swarmIpam = new Ipam();
  readonly ports: PortAllocator;
  readonly #drivers = new Map<string, Driver>();
  readonly bridges: BridgeDriver;

  constructor(
    readonly kernel: Kernel,
    readonly rng: Rng,
    /** The engine's own process; another one after a restart. */
    public daemon: DaemonSys,
    /** Other ones after a restart. */
    public settings: Settings = DEFAULT_SETTINGS,
  ) {
    this.ipam = new Ipam(settings.pools);
    const range = kernel.sysctl(kernel.hostNetns, 'net.ipv4.ip_local_port_range');
    const [begin, end] = typeof range === 'string' ? range.split(/\s+/).map(Number) : [];
    this.ports = new PortAllocator(begin, end);
    const self = this;
    const env = {
      kernel,
      allocator: this.ports,
      get daemon() {
        return self.daemon;
      },
      get settings() {
        return self.settings;
      },
    };
    this.bridges = new BridgeDriver(env, rng);
    for (const d of [
      this.bridges,
      new UpperDriver('macvlan', kernel, rng),
      new UpperDriver('ipvlan', kernel, rng),
      plainDriver('host'),
      plainDriver('null'),
    ])
      this.addDriver(d);
  }

  /** Another kind of network from now on. */
  addDriver(driver: Driver): void {
    this.#drivers.set(driver.type, driver);
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

  /** @param id of one that the managers of a swarm have made; else it gets one */
  newNetwork(options: NewNetwork, id = this.rng.hex(64)): Network | Failure {
    const info = { ...options, id, created: this.kernel.world.clock.epochAt() };
    const ipam = options.scope === 'swarm' ? this.#swarmIpam : this.ipam;
    if (options.configOnly) return this.#add(new Network(info, this.#driver('null') as Driver, ipam, []));
    const driver = this.#driver(options.driver);
    if (driver instanceof Failure) return driver;
    const unannounced = wrongAnnouncements(options.options);
    if (unannounced) return unannounced;
    const settings = {
      name: options.name,
      generic: options.options,
      internal: options.internal,
      enableIPv4: options.enableIPv4,
      enableIPv6: options.enableIPv6,
    };
    const skip = driver.skipGateway(settings);
    if (skip instanceof Failure) return skip;
    const pools = driver.pools ? this.#pools(options, skip, ipam) : [];
    if (pools instanceof Failure) return pools;
    const network = new Network(info, driver, ipam, pools);
    const failure = driver.createNetwork(id, settings, network.ipamData(4), network.ipamData(6));
    if (!failure) return this.#add(network);
    for (const p of pools) ipam.releasePool(p.pool);
    return failure;
  }

  #driver(type: string): Driver | Failure {
    return this.#drivers.get(type) ?? new Failure('notFound', `plugin "${type}" not found`);
  }

  #add(network: Network): Network {
    this.networks.set(network.id, network);
    return network;
  }

  deleteNetwork(network: Network): Failure | undefined {
    if (network.info.configOnly && [...this.networks.values()].some((n) => n.info.configFrom === network.name))
      return new Failure(
        'forbidden',
        `error while removing network: configuration network ${JSON.stringify(network.name)} is in use`,
      );
    if (network.endpoints.size > 0) {
      const active = [...network.endpoints.values()].map((e) => `name:"${e.name}" id:"${e.id.slice(0, 12)}"`);
      return new Failure(
        'forbidden',
        `error while removing network: network ${network.name} has active endpoints (${active.join(', ')})`,
      );
    }
    this.networks.delete(network.id);
    if (!network.info.configOnly) network.driver.deleteNetwork(network.id);
    for (const p of network.pools) network.ipam.releasePool(p.pool);
    return undefined;
  }

  /** @param host it is the machine's own namespace @param name an id of its own when it has none */
  newSandbox(host: boolean, name: Omit<SandboxName, 'id'> & { readonly id?: string }): Sandbox {
    const { kernel, rng } = this;
    const self = this;
    const netns = host ? kernel.hostNetns : kernel.netnsAdd();
    const env = {
      kernel,
      get daemon() {
        return self.daemon;
      },
      rng,
      gatewayNetwork: () => this.byName(GATEWAY_NETWORK),
    };
    return new Sandbox(env, { ...name, id: name.id ?? rng.hex(64) }, netns, host);
  }

  /** @param skip families that are to have no gateway */
  #pools(
    options: NewNetwork,
    skip: { readonly v4: boolean; readonly v6: boolean },
    ipam: Ipam,
  ): NetworkPool[] | Failure {
    if (options.ipamDriver !== 'default' && options.ipamDriver !== 'null')
      return new Failure('notFound', `plugin "${options.ipamDriver}" not found`);
    const out: NetworkPool[] = [];
    for (const version of [4, 6] as const) {
      if (!(version === 4 ? options.enableIPv4 : options.enableIPv6)) continue;
      const given = options.ipam.filter((s) => familyOf(s) === version);
      for (const spec of given.length > 0 ? given : [{}]) {
        const made = this.#pool(ipam, version, spec, options.ipamDriver, version === 4 ? skip.v4 : skip.v6);
        if (made instanceof Failure) {
          for (const p of out) ipam.releasePool(p.pool);
          return made;
        }
        out.push(made);
      }
    }
    return out;
  }

  #pool(ipam: Ipam, version: 4 | 6, spec: IpamSpec, driver: string, skipGateway: boolean): NetworkPool | Failure {
    const subnet = spec.subnet === undefined ? undefined : parsePrefix(spec.subnet);
    const range = spec.ipRange === undefined ? undefined : parsePrefix(spec.ipRange);
    if (driver === 'null') return { pool: everything(version), gateway: undefined, spec };
    const pool = subnet
      ? ipam.requestPool(subnet, range)
      : ipam.choosePool(
          version,
          this.#reserved().filter((p) => p.addr.v === version),
        );
    if (pool instanceof Failure) return pool;
    const undo = (f: Failure): Failure => {
      ipam.releasePool(pool);
      return f;
    };
    const asked = spec.gateway === undefined ? undefined : parseIp(spec.gateway);
    const gateway = asked || !skipGateway ? ipam.requestAddress(pool, asked) : undefined;
    if (gateway instanceof Failure)
      return undo(new Failure('system', `failed to allocate gateway (${spec.gateway ?? ''}): ${gateway.message}`));
    const aux: Record<string, IpAddr> = {};
    for (const [name, text] of Object.entries(spec.aux ?? {})) {
      const ip = parseIp(text);
      if (!ip) continue;
      const got = ipam.requestAddress(pool, ip);
      if (got instanceof Failure)
        return undo(new Failure('system', `failed to allocate secondary ip address (${name}:${text}): ${got.message}`));
      aux[name] = ip;
    }
    return { pool, gateway, spec, ...(spec.aux ? { aux } : {}) };
  }

  /**
   * What a pool that we choose must not overlap: what the host reaches without a router, and its name servers.
   * @see moby daemon/libnetwork/netutils/utils_linux.go: InferReservedNetworks
   */
  #reserved(): Prefix[] {
    const net = this.kernel.net(this.kernel.hostNetns);
    const onLink = net.routes(4).flatMap((r) => (r.dst && !r.via && r.type === 'unicast' ? [r.dst] : []));
    const file = this.kernel.root.fs.readFile('/etc/resolv.conf');
    const servers = isErr(file) ? [] : new ResolvConf(text(file)).nameservers;
    return [...onLink, ...servers.map((addr): Prefix => ({ addr, bits: addr.v === 4 ? 32 : 128 }))];
  }
}

const familyOf = (spec: IpamSpec): 4 | 6 => (spec.subnet?.includes(':') ? 6 : 4);

/** What the IPAM driver `null` gives. */
const everything = (version: 4 | 6): Pool => {
  const all: Prefix = { addr: version === 4 ? ip4(0) : ip6(0n), bits: 0 };
  return { subnet: all, range: all, used: new Set(), from: 0 };
};
