/**
 * The bridge driver: a Linux bridge for each network, a veth pair for each endpoint, iptables for both.
 * @see moby daemon/libnetwork/drivers/bridge/bridge_linux.go
 */
import { contains, formatIp, type IpAddr, last4, type Prefix, parsePrefix, sameIp } from '../../../../base/ip.ts';
import type { Rng } from '../../../../base/rng.ts';
import { isErr } from '../../../../linux/kernel/errno.ts';
import type { NetAdmin } from '../../../../linux/kernel/netadmin.ts';
import { Failure } from '../../../errdefs.ts';
import type {
  Driver,
  EndpointInterface,
  GatewayFor,
  IpamData,
  JoinInfo,
  JoinOptions,
  LegacyLinks,
  NetworkOptions,
  PortBinding,
  PortRequest,
} from '../../driver.ts';
import { goText, macRefused, randomMac, randomName, settle } from '../device.ts';
import { type BridgeConfig, bridgeConfig, checkAddresses } from './config.ts';
import { addPortMappings, type Mapping, type PortEnv, releaseMappings } from './portmapping.ts';
import { directAccessRules, linkRules, networkRules, program, remove, restore, SETUP, setupBase } from './rules.ts';

const IFNAMSIZ = 16;
const LINK_LOCAL = parsePrefix('fe80::/64') as Prefix;
/** Names that devices get in a sandbox unless somebody wants another: they are free. */
const PLAIN_NAME = /^eth\d+$/;
const IPPROTO_UDP = 17;
const NO_WAY: GatewayFor = { ipv4: false, ipv6: false };

interface BridgeEndpoint {
  readonly mac: number;
  readonly addresses: readonly Prefix[];
  hostVeth: string | undefined;
  mappings: Mapping[];
  /** For which families it is a way out. */
  had: GatewayFor;
  /** While it has joined. */
  legacy: LegacyLinks | undefined;
}

/** A network as the driver has it. */
export interface BridgeNetwork {
  readonly id: string;
  readonly name: string;
  config: BridgeConfig;
  /** Of each family it has. */
  readonly subnets: readonly Prefix[];
  /** The bridge's own addresses. */
  readonly addresses: readonly Prefix[];
  /** Where containers send what is for others, by IP version. */
  readonly gateway: { readonly 4: IpAddr | undefined; readonly 6: IpAddr | undefined };
  /** The device was made for it. */
  ownDevice: boolean;
  readonly endpoints: Map<string, BridgeEndpoint>;
}

export class BridgeDriver implements Driver {
  readonly type = 'bridge';
  readonly pools = true;
  readonly networks = new Map<string, BridgeNetwork>();

  constructor(
    readonly env: PortEnv,
    readonly rng: Rng,
  ) {
    setupBase(this.#net, env.settings);
    this.#sysctl('net.bridge.bridge-nf-call-iptables');
  }

  #sysctl(name: string): void {
    this.env.kernel.setSysctl(this.env.kernel.hostNetns, name, '1');
  }

  /**
   * The host passes packets on, and without a proxy what it sends to its own loopback is led to the bridge.
   * The first network of a family makes a router of the host.
   * @see moby setup_ip_forwarding.go: setupIPv4Forwarding, setupIPv6Forwarding
   */
  route({ config, subnets }: BridgeNetwork): void {
    const { kernel, settings } = this.env;
    if (config.hairpin) this.#sysctl(`net.ipv4.conf.${config.bridgeName}.route_localnet`);
    for (const { addr } of settings.forward ? subnets : []) {
      const names = addr.v === 4 ? ['ipv4.ip_forward'] : ['ipv6.conf.default.forwarding', 'ipv6.conf.all.forwarding'];
      if (kernel.sysctl(kernel.hostNetns, `net.${names.at(-1)}`) === '1') continue;
      for (const name of names) this.#sysctl(`net.${name}`);
      if (settings.firewall[addr.v] && settings.dropForward) this.#net.nfPolicy(addr.v, 'filter', 'FORWARD', 'DROP');
    }
  }

  get #net(): NetAdmin {
    return this.env.kernel.net(this.env.kernel.hostNetns);
  }

  skipGateway(options: NetworkOptions): { v4: boolean; v6: boolean } | Failure {
    const config = bridgeConfig('', options);
    if (config instanceof Failure) return config;
    const { gatewayMode: mode, inhibitIPv4, internal } = config;
    return { v4: mode[4] === 'isolated' || (inhibitIPv4 && internal), v6: mode[6] === 'isolated' };
  }

  createNetwork(id: string, options: NetworkOptions, ipv4: IpamData[], ipv6: IpamData[]): Failure | undefined {
    const config = bridgeConfig(id, options, !this.env.settings.userlandProxy);
    if (config instanceof Failure) return config;
    const [four, six] = [ipv4[0], ipv6[0]];
    const bad = checkAddresses(config, options, ipv4, ipv6) ?? this.#conflict(id, config, four, six);
    if (bad) return bad;
    if (config.bridgeName.length >= IFNAMSIZ) return new Failure('system', 'numerical result out of range');
    const subnets = [four?.pool, six?.pool].filter((s) => s !== undefined);
    const own4 = config.inhibitIPv4 || config.gatewayMode[4] === 'isolated' ? undefined : four?.gateway;
    const own6 = config.gatewayMode[6] === 'isolated' ? undefined : six?.gateway;
    const network: BridgeNetwork = {
      id,
      name: options.name,
      config,
      subnets,
      addresses: [own4, own6].filter((a) => a !== undefined),
      gateway: {
        4: four?.aux?.DefaultGatewayIPv4 ?? four?.gateway?.addr,
        6: six?.aux?.DefaultGatewayIPv6 ?? six?.gateway?.addr,
      },
      ownDevice: false,
      endpoints: new Map(),
    };
    const failure = this.#setupDevice(network);
    if (failure) return failure;
    if (config.internal && four?.aux?.DefaultGatewayIPv4)
      return new Failure('invalid', 'no gateway can be set on an internal bridge network');
    this.route(network);
    const { firewall } = this.env.settings;
    for (const subnet of subnets) {
      const rules = networkRules(config, subnet);
      // What an engine with (or without) proxies left goes.
      if (config.defaultBridge)
        remove(this.#net, networkRules({ ...config, hairpin: !config.hairpin }, subnet), firewall);
      const refused = (config.defaultBridge ? restore : program)(this.#net, rules, firewall);
      if (!refused) continue;
      if (!refused.message.startsWith(SETUP)) remove(this.#net, rules, firewall);
      return refused;
    }
    this.#net.setLink(config.bridgeName, { up: true });
    this.networks.set(id, network);
    return undefined;
  }

  /** Two networks cannot have one bridge, or addresses of each other's. */
  #conflict(id: string, config: BridgeConfig, four?: IpamData, six?: IpamData): Failure | undefined {
    const clash = (other: BridgeNetwork): string | undefined => {
      if (other.config.bridgeName === config.bridgeName) return 'networks have same bridge name';
      for (const [data, name] of [
        [four, 'IPv4'],
        [six, 'IPv6'],
      ] as const) {
        const theirs = data && other.subnets.find((s) => s.addr.v === data.pool.addr.v);
        if (theirs && (contains(theirs, data.pool.addr) || contains(data.pool, theirs.addr)))
          return `networks have overlapping ${name}`;
      }
      return undefined;
    };
    for (const other of this.networks.values()) {
      const why = clash(other);
      if (why)
        return new Failure(
          'forbidden',
          `cannot create network ${id} (${config.bridgeName}): conflicts with network ${other.id} ` +
            `(${other.config.bridgeName}): ${why}`,
        );
    }
    return undefined;
  }

  #setupDevice(network: BridgeNetwork): Failure | undefined {
    const { config } = network;
    const net = this.#net;
    const there = net.link(config.bridgeName);
    if (there && there.kind !== 'bridge')
      return new Failure('system', `existing interface ${config.bridgeName} is not a bridge`);
    if (!there) {
      const added = net.addBridge(config.bridgeName, { mac: randomMac(this.rng) });
      if (isErr(added)) return new Failure('system', goText(added));
      network.ownDevice = true;
      // Nobody on a bridge of ours is a router to the host. @see moby setup_device.go: setupDefaultSysctl
      this.env.kernel.setSysctl(this.env.kernel.hostNetns, `net.ipv6.conf.${config.bridgeName}.accept_ra`, '0');
    }
    const sized = config.mtu > 0 ? net.setLink(config.bridgeName, { mtu: config.mtu }) : 0;
    if (isErr(sized)) return new Failure('system', goText(sized));
    net.setLink(config.bridgeName, { txqlen: 0 });
    if (there) this.#leaveOthers(network);
    for (const address of network.addresses) {
      const options =
        address.addr.v === 6
          ? { nodad: true }
          : address.bits < 31
            ? { broadcast: { v: 4 as const, value: last4(address) } }
            : {};
      const has = net.addrs().some((a) => a.label === config.bridgeName && sameIp(a.prefix.addr, address.addr));
      if (!has) net.addAddr(config.bridgeName, address, options);
    }
    return undefined;
  }

  /**
   * A bridge that was there loses the addresses that stand in the way of the network's: of IPv4 the one in its subnet, or
   * else its first; of IPv6 all but link-local ones.
   * @see moby setup_ipv4_linux.go: selectIPv4Address; interface_linux.go: programIPv6Addresses
   */
  #leaveOthers({ config, addresses }: BridgeNetwork): void {
    for (const own of addresses) {
      const present = this.#net
        .addrs()
        .filter((a) => a.label === config.bridgeName && a.prefix.addr.v === own.addr.v)
        .map((a) => a.prefix);
      const within = present.find((p) => contains(own, p.addr)) ?? present[0];
      const leaving =
        own.addr.v === 4
          ? [within].filter((p) => p !== undefined)
          : present.filter((p) => !contains(LINK_LOCAL, p.addr));
      for (const p of leaving)
        if (!sameIp(p.addr, own.addr) || (p.addr.v === 4 && p.bits !== own.bits))
          this.#net.delAddr(config.bridgeName, p);
    }
  }

  deleteNetwork(id: string): void {
    const network = this.networks.get(id);
    if (!network) return;
    this.networks.delete(id);
    for (const subnet of network.subnets)
      remove(this.#net, networkRules(network.config, subnet), this.env.settings.firewall);
    if (network.ownDevice && !network.config.defaultBridge) this.#net.delLink(network.config.bridgeName);
  }

  createEndpoint(nid: string, eid: string, iface: EndpointInterface): Failure | undefined {
    const network = this.#network(nid);
    iface.mac ??= randomMac(this.rng);
    const addresses = [iface.ipv4, iface.ipv6].filter((a) => a !== undefined);
    network.endpoints.set(eid, {
      mac: iface.mac,
      addresses,
      hostVeth: undefined,
      mappings: [],
      had: NO_WAY,
      legacy: undefined,
    });
    const { direct, firewall } = this.env.settings;
    for (const a of direct ? [] : addresses) program(this.#net, directAccessRules(network.config, a.addr), firewall);
    return undefined;
  }

  deleteEndpoint(nid: string, eid: string): void {
    const network = this.#network(nid);
    const endpoint = network.endpoints.get(eid);
    if (!endpoint) return;
    network.endpoints.delete(eid);
    const net = this.#net;
    if (endpoint.hostVeth !== undefined) net.delLink(endpoint.hostVeth);
    for (const { addr } of endpoint.addresses) {
      remove(net, directAccessRules(network.config, addr), this.env.settings.firewall);
      forget(net, addr);
    }
  }

  join(nid: string, eid: string, { sandbox, ifname, legacy, moved, renamed: told }: JoinOptions): JoinInfo | Failure {
    const network = this.#network(nid);
    const endpoint = network.endpoints.get(eid) as BridgeEndpoint;
    const net = this.#net;
    const hostVeth = `veth${this.rng.hex(7)}`;
    const mtu = network.config.mtu > 0 ? { mtu: network.config.mtu } : {};
    const renamed = moved || told || !PLAIN_NAME.test(ifname);
    const far = {
      name: renamed ? randomName(this.rng) : ifname,
      ...(moved ? {} : { netns: sandbox }),
      mac: endpoint.mac,
    };
    const made = net.addVeth(hostVeth, far, { mac: randomMac(this.rng), ...mtu });
    if (isErr(made) && made.name === 'EADDRNOTAVAIL') return macRefused(hostVeth, endpoint.mac, made);
    if (isErr(made))
      return new Failure('system', `failed to add the host (${hostVeth}) <=> sandbox pair interfaces: ${goText(made)}`);
    endpoint.hostVeth = hostVeth;
    const inside = this.env.kernel.net(sandbox);
    if (moved) net.moveLink(far.name, sandbox);
    const unnamed = renamed ? settle(inside, far.name, ifname, undefined) : undefined;
    if (unnamed) {
      net.delLink(hostVeth);
      endpoint.hostVeth = undefined;
      return unnamed;
    }
    inside.setLink(ifname, { txqlen: 0, ...mtu });
    net.setLink(hostVeth, { master: network.config.bridgeName, txqlen: 0 });
    if (network.config.hairpin) net.setLink(hostVeth, { port: { hairpin: true } });
    net.setLink(hostVeth, { up: true });
    endpoint.legacy = legacy;
    this.#link(network, endpoint, restore);
    const device = { ifname, ...(renamed ? { madeAs: far.name } : {}) };
    if (network.config.internal) return device;
    const { 4: four, 6: six } = network.gateway;
    const has = (v: 4 | 6): boolean => endpoint.addresses.some((a) => a.addr.v === v);
    return {
      ...device,
      ...(four && has(4) ? { gateway: four } : {}),
      ...(six && has(6) ? { gatewayV6: six } : {}),
    };
  }

  leave(nid: string, eid: string): void {
    const network = this.#network(nid);
    const endpoint = network.endpoints.get(eid);
    if (endpoint?.hostVeth === undefined) return;
    this.#net.delLink(endpoint.hostVeth);
    endpoint.hostVeth = undefined;
    this.#link(network, endpoint, remove);
  }

  /**
   * Rules of legacy links, on a network without ICC. An endpoint that has gone in the meantime, as that of a container that
   * was started again has, ends it: rules with its address stay.
   * @see moby bridge_linux.go: link
   */
  #link({ config, endpoints }: BridgeNetwork, own: BridgeEndpoint, how: typeof restore | typeof remove): void {
    const { parents = [], children = [] } = config.icc ? {} : (own.legacy ?? {});
    for (const id of [...parents, ...children]) {
      const other = endpoints.get(id);
      const [a, b] = [own.addresses[0]?.addr, other?.addresses[0]?.addr];
      if (!a || !b) return;
      const [parent, child, shown] = parents.includes(id) ? [b, a, own] : [a, b, other];
      how(
        this.#net,
        linkRules(config.bridgeName, parent, child, shown?.legacy?.exposed ?? []),
        this.env.settings.firewall,
      );
    }
  }

  programExternalConnectivity(
    nid: string,
    eid: string,
    ports: readonly PortRequest[],
    gateway: GatewayFor,
  ): PortBinding[] | Failure {
    const network = this.#network(nid);
    const endpoint = network.endpoints.get(eid) as BridgeEndpoint;
    if (endpoint.addresses.length === 0) return [];
    const ips = endpoint.addresses.map((a) => a.addr);
    const wanted = (m: Mapping): boolean => (m.binding.hostIp.v === 4 ? gateway.ipv4 : gateway.ipv6);
    const { mappings: old, had } = endpoint;
    const left = old.filter((m) => !wanted(m));
    releaseMappings(this.env, network.config, left);
    endpoint.mappings = old.filter(wanted);
    endpoint.had = { ipv4: had.ipv4 && gateway.ipv4, ipv6: had.ipv6 && gateway.ipv6 };
    const mappings = addPortMappings(this.env, network.config, ips, ports, gateway, endpoint.had);
    if (mappings instanceof Failure) return mappings;
    endpoint.had = gateway;
    endpoint.mappings.push(...mappings);
    if (left.length > 0) for (const ip of ips) forget(this.#net, ip);
    forgetDatagrams(this.#net, mappings);
    return endpoint.mappings.map((m) => m.binding);
  }

  revokeExternalConnectivity(nid: string, eid: string): void {
    const network = this.#network(nid);
    const endpoint = network.endpoints.get(eid);
    if (!endpoint) return;
    releaseMappings(this.env, network.config, endpoint.mappings);
    endpoint.mappings = [];
    endpoint.had = NO_WAY;
    for (const { addr } of endpoint.addresses) forget(this.#net, addr);
  }

  ifacePrefix(nid: string): string {
    return this.#network(nid).config.ifacePrefix;
  }

  #network(id: string): BridgeNetwork {
    return this.networks.get(id) as BridgeNetwork;
  }
}

/** Conntrack entries that lead to an address that is going away. */
function forget(net: NetAdmin, ip: IpAddr): void {
  const text = formatIp(ip);
  net.conntrackDelete((e) => formatIp(e.reply.src) === text || formatIp(e.original.src) === text);
}

/**
 * UDP flows to ports that are led on from now. Noted while no rule was there, they would go on without one, to the host.
 * Any address will do, as in the real engine.
 * @see moby libnetwork/drivers/bridge/bridge_linux.go: clearConntrackEntries
 */
function forgetDatagrams(net: NetAdmin, mappings: readonly Mapping[]): void {
  const ports = new Set(mappings.filter((m) => m.binding.proto === 'udp').map((m) => m.binding.hostPort));
  if (ports.size === 0) return;
  net.conntrackDelete((e) => e.original.proto === IPPROTO_UDP && ports.has(e.original.dport));
}
