/**
 * The bridge driver: a Linux bridge for each network, a veth pair for each endpoint, iptables for both.
 *
 * Limits: an existing device is taken over only by the default bridge.
 * @see moby daemon/libnetwork/drivers/bridge/bridge_linux.go
 */
import { formatIp, type IpAddr, last4, type Prefix, sameIp } from '../../../../base/ip.ts';
import type { Rng } from '../../../../base/rng.ts';
import { isErr } from '../../../../linux/kernel/errno.ts';
import type { NetAdmin, NetnsKey } from '../../../../linux/kernel/netadmin.ts';
import { Failure } from '../../../errdefs.ts';
import type {
  Driver,
  EndpointInterface,
  IpamData,
  JoinInfo,
  NetworkOptions,
  PortBinding,
  PortRequest,
} from '../../driver.ts';
import { type BridgeConfig, bridgeConfig } from './config.ts';
import { addPortMappings, goText, type Mapping, type PortEnv, releaseMappings } from './portmapping.ts';
import { directAccessRules, networkRules, program, remove, setupBase } from './rules.ts';

const IFNAMSIZ = 16;

interface BridgeEndpoint {
  readonly mac: number;
  readonly addresses: readonly Prefix[];
  hostVeth: string | undefined;
  mappings: Mapping[];
}

interface BridgeNetwork {
  readonly id: string;
  readonly name: string;
  readonly config: BridgeConfig;
  /** Of each family it has. */
  readonly subnets: readonly Prefix[];
  readonly gateway: Prefix | undefined;
  readonly gatewayV6: Prefix | undefined;
  readonly endpoints: Map<string, BridgeEndpoint>;
}

/** A MAC address that is locally administered and unicast. @see libnetwork/netutils: GenerateRandomMAC */
export function randomMac(rng: Rng): number {
  const b = rng.bytes(6);
  b[0] = ((b[0] as number) & 0xfe) | 0x02;
  return b.reduce((n, x) => n * 256 + x, 0);
}

export class BridgeDriver implements Driver {
  readonly type = 'bridge';
  readonly #networks = new Map<string, BridgeNetwork>();

  constructor(
    readonly env: PortEnv,
    readonly rng: Rng,
  ) {
    const { kernel } = env;
    setupBase(this.#net);
    kernel.setSysctl(kernel.hostNetns, 'net.ipv4.ip_forward', '1');
    kernel.setSysctl(kernel.hostNetns, 'net.bridge.bridge-nf-call-iptables', '1');
  }

  get #net(): NetAdmin {
    return this.env.kernel.net(this.env.kernel.hostNetns);
  }

  createNetwork(id: string, options: NetworkOptions, ipv4: IpamData[], ipv6: IpamData[]): Failure | undefined {
    const config = bridgeConfig(id, options);
    if (config instanceof Failure) return config;
    if (ipv4.length > 1 || ipv6.length > 1)
      return new Failure('invalid', "bridge driver doesn't support multiple subnets");
    for (const other of this.#networks.values())
      if (other.config.bridgeName === config.bridgeName)
        return new Failure(
          'forbidden',
          `cannot create network ${id} (${config.bridgeName}): conflicts with network ${other.id} ` +
            `(${other.config.bridgeName}): networks have same bridge name`,
        );
    if (config.bridgeName.length >= IFNAMSIZ) return new Failure('system', 'numerical result out of range');
    const subnets = [ipv4[0]?.pool, ipv6[0]?.pool].filter((s) => s !== undefined);
    const gateway = ipv4[0]?.gateway;
    const network: BridgeNetwork = {
      id,
      name: options.name,
      config,
      subnets,
      gateway,
      gatewayV6: ipv6[0]?.gateway,
      endpoints: new Map(),
    };
    const failure = this.#setupDevice(network);
    if (failure) return failure;
    if (ipv6.length > 0) this.#forward6();
    for (const subnet of subnets) program(this.#net, networkRules(config, subnet));
    this.#networks.set(id, network);
    return undefined;
  }

  /** The first network with IPv6 makes a router of the host. @see moby setup_ip_forwarding.go: setupIPv6Forwarding */
  #forward6(): void {
    const { kernel } = this.env;
    if (kernel.sysctl(kernel.hostNetns, 'net.ipv6.conf.all.forwarding') === '1') return;
    for (const where of ['default', 'all'])
      kernel.setSysctl(kernel.hostNetns, `net.ipv6.conf.${where}.forwarding`, '1');
    this.#net.nfPolicy(6, 'filter', 'FORWARD', 'DROP');
  }

  #setupDevice(network: BridgeNetwork): Failure | undefined {
    const { config } = network;
    const net = this.#net;
    const mtu = config.mtu > 0 ? { mtu: config.mtu } : {};
    if (!net.link(config.bridgeName)) {
      const added = net.addBridge(config.bridgeName, { mac: randomMac(this.rng), ...mtu });
      if (isErr(added)) return new Failure('system', goText(added));
    }
    net.setLink(config.bridgeName, { txqlen: 0 });
    for (const address of [network.gateway, network.gatewayV6]) {
      if (!address) continue;
      const options =
        address.addr.v === 6
          ? { nodad: true }
          : address.bits < 31
            ? { broadcast: { v: 4 as const, value: last4(address) } }
            : {};
      const has = net.addrs().some((a) => a.label === config.bridgeName && sameIp(a.prefix.addr, address.addr));
      if (!has) net.addAddr(config.bridgeName, address, options);
    }
    net.setLink(config.bridgeName, { up: true });
    return undefined;
  }

  deleteNetwork(id: string): void {
    const network = this.#networks.get(id);
    if (!network) return;
    this.#networks.delete(id);
    for (const subnet of network.subnets) remove(this.#net, networkRules(network.config, subnet));
    this.#net.delLink(network.config.bridgeName);
  }

  createEndpoint(nid: string, eid: string, iface: EndpointInterface): Failure | undefined {
    const network = this.#network(nid);
    iface.mac ??= randomMac(this.rng);
    const addresses = [iface.ipv4, iface.ipv6].filter((a) => a !== undefined);
    network.endpoints.set(eid, { mac: iface.mac, addresses, hostVeth: undefined, mappings: [] });
    for (const a of addresses) program(this.#net, directAccessRules(network.config, a.addr));
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
      remove(net, directAccessRules(network.config, addr));
      forget(net, addr);
    }
  }

  join(nid: string, eid: string, sandbox: NetnsKey, ifname: string): JoinInfo | Failure {
    const network = this.#network(nid);
    const endpoint = network.endpoints.get(eid) as BridgeEndpoint;
    const net = this.#net;
    const hostVeth = `veth${this.rng.hex(7)}`;
    const mtu = network.config.mtu > 0 ? { mtu: network.config.mtu } : {};
    const made = net.addVeth(
      hostVeth,
      { name: ifname, netns: sandbox, mac: endpoint.mac },
      { mac: randomMac(this.rng), ...mtu },
    );
    if (isErr(made))
      return new Failure('system', `failed to add the host (${hostVeth}) <=> sandbox pair interfaces: ${goText(made)}`);
    endpoint.hostVeth = hostVeth;
    const inside = this.env.kernel.net(sandbox);
    inside.setLink(ifname, { txqlen: 0, ...mtu });
    net.setLink(hostVeth, { master: network.config.bridgeName, txqlen: 0 });
    net.setLink(hostVeth, { up: true });
    return {
      ifname,
      ...(network.gateway && !network.config.internal ? { gateway: network.gateway.addr } : {}),
      ...(network.gatewayV6 && !network.config.internal ? { gatewayV6: network.gatewayV6.addr } : {}),
    };
  }

  leave(nid: string, eid: string): void {
    const endpoint = this.#network(nid).endpoints.get(eid);
    if (endpoint?.hostVeth === undefined) return;
    this.#net.delLink(endpoint.hostVeth);
    endpoint.hostVeth = undefined;
  }

  programExternalConnectivity(nid: string, eid: string, ports: readonly PortRequest[]): PortBinding[] | Failure {
    const network = this.#network(nid);
    const endpoint = network.endpoints.get(eid) as BridgeEndpoint;
    if (endpoint.addresses.length === 0) return [];
    const ips = endpoint.addresses.map((a) => a.addr);
    const mappings = addPortMappings(this.env, network.config, ips, ports);
    if (mappings instanceof Failure) return mappings;
    endpoint.mappings = mappings;
    return mappings.map((m) => m.binding);
  }

  revokeExternalConnectivity(nid: string, eid: string): void {
    const network = this.#network(nid);
    const endpoint = network.endpoints.get(eid);
    if (!endpoint) return;
    releaseMappings(this.env, network.config, endpoint.mappings);
    endpoint.mappings = [];
    for (const { addr } of endpoint.addresses) forget(this.#net, addr);
  }

  ifacePrefix(nid: string): string {
    return this.#network(nid).config.ifacePrefix;
  }

  #network(id: string): BridgeNetwork {
    return this.#networks.get(id) as BridgeNetwork;
  }
}

/** Conntrack entries that lead to an address that is going away. */
function forget(net: NetAdmin, ip: IpAddr): void {
  const text = formatIp(ip);
  net.conntrackDelete((e) => formatIp(e.reply.src) === text || formatIp(e.original.src) === text);
}
