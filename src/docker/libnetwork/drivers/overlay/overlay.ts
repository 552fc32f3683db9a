/**
 * The overlay driver: for each network a namespace with a bridge and a VXLAN, and a veth pair for each endpoint. Where
 * endpoints of other machines are, the driver is told; the VXLAN answers for them and never floods.
 *
 * Limits: one subnet, IPv4; what is marked as encrypted is sent in the clear.
 * @see moby daemon/libnetwork/drivers/overlay/{ov_network.go,joinleave.go,peerdb.go,ov_utils.go}
 */
import { type IpAddr, last4, type Prefix } from '../../../../base/ip.ts';
import type { Rng } from '../../../../base/rng.ts';
import { isErr } from '../../../../linux/kernel/errno.ts';
import type { Kernel } from '../../../../linux/kernel/machine.ts';
import type { FdbChange, NetAdmin, NetnsKey } from '../../../../linux/kernel/netadmin.ts';
import { Failure } from '../../../errdefs.ts';
import type { Driver, EndpointInterface, IpamData, JoinInfo, JoinOptions, NetworkOptions } from '../../driver.ts';
import { goText, randomName, settle } from '../device.ts';

/** Bytes that VXLAN over IPv4 adds to a frame. */
const OVERHEAD = 50;
const ETHERNET_MTU = 1500;
const BRIDGE = 'br0';
const VXLAN = 'vxlan0';
/** Option of a network: the VXLAN id that a manager gave it. */
export const VXLAN_IDS = 'com.docker.network.driver.overlay.vxlanid_list';
const MTU = 'com.docker.network.driver.mtu';

/** An endpoint of another machine. */
export interface Peer {
  readonly ip: IpAddr;
  readonly mac: number;
  /** The machine's address for VXLAN. */
  readonly vtep: IpAddr;
}

interface OverlayEndpoint {
  readonly mac: number;
  /** In the network's namespace, while it has joined a sandbox. */
  port: string | undefined;
}

interface OverlayNetwork {
  readonly id: string;
  readonly vni: number;
  readonly mtu: number;
  readonly internal: boolean;
  /** The bridge's own address. */
  readonly gateway: Prefix;
  readonly endpoints: Map<string, OverlayEndpoint>;
  readonly peers: Map<string, Peer>;
  /** The network's namespace, as long as an endpoint is in a sandbox. */
  netns: NetnsKey | undefined;
}

export class OverlayDriver implements Driver {
  readonly type = 'overlay';
  readonly pools = true;
  readonly #networks = new Map<string, OverlayNetwork>();

  constructor(
    readonly kernel: Kernel,
    readonly rng: Rng,
    /** UDP port of VXLAN, the same for the whole swarm. */
    readonly dataPathPort: number,
  ) {}

  skipGateway(): { v4: boolean; v6: boolean } {
    return { v4: false, v6: false };
  }

  createNetwork(id: string, options: NetworkOptions, ipv4: IpamData[]): Failure | undefined {
    const gateway = ipv4[0]?.gateway;
    const vni = Number(options.generic[VXLAN_IDS]);
    if (!gateway || !vni) return new Failure('invalid', 'invalid vxlan id: network has none of a manager');
    const mtu = Number(options.generic[MTU]) || ETHERNET_MTU;
    const { internal } = options;
    const maps = { endpoints: new Map(), peers: new Map() };
    this.#networks.set(id, { id, vni, mtu: mtu - OVERHEAD, internal, gateway, ...maps, netns: undefined });
    return undefined;
  }

  deleteNetwork(id: string): void {
    const network = this.#networks.get(id);
    if (network) this.#destroy(network);
    this.#networks.delete(id);
  }

  createEndpoint(nid: string, eid: string, iface: EndpointInterface): Failure | undefined {
    iface.mac ??= macOf(iface.ipv4);
    this.#network(nid).endpoints.set(eid, { mac: iface.mac, port: undefined });
    return undefined;
  }

  deleteEndpoint(nid: string, eid: string): void {
    this.leave(nid, eid);
    this.#networks.get(nid)?.endpoints.delete(eid);
  }

  join(nid: string, eid: string, { sandbox, ifname }: JoinOptions): JoinInfo | Failure {
    const network = this.#network(nid);
    const endpoint = network.endpoints.get(eid) as OverlayEndpoint;
    const netns = network.netns ?? this.#build(network);
    if (netns instanceof Failure) return netns;
    const host = this.kernel.net(this.kernel.hostNetns);
    const [port, made] = [randomName(this.rng), randomName(this.rng)];
    const paired = host.addVeth(port, { name: made }, { mtu: network.mtu });
    if (isErr(paired)) return new Failure('system', `error creating veth pair: ${goText(paired)}`);
    host.setLink(made, { mtu: network.mtu, txqlen: 0 });
    const net = this.kernel.net(netns);
    host.moveLink(port, netns);
    this.kernel.setSysctl(netns, `net.ipv6.conf.${port}.disable_ipv6`, '1');
    endpoint.port = freeName(net, 'veth');
    net.setLink(port, { name: endpoint.port, master: BRIDGE, txqlen: 0 });
    net.setLink(endpoint.port, { up: true });
    host.moveLink(made, sandbox);
    const settled = settle(this.kernel.net(sandbox), made, ifname, endpoint.mac);
    if (settled) return settled;
    return { ifname, ...(network.internal ? {} : { needsGateway: true }) };
  }

  leave(nid: string, eid: string): void {
    const network = this.#networks.get(nid);
    const endpoint = network?.endpoints.get(eid);
    if (!network || endpoint?.port === undefined) return;
    if (network.netns !== undefined) this.kernel.net(network.netns).delLink(endpoint.port);
    endpoint.port = undefined;
    if ([...network.endpoints.values()].every((e) => e.port === undefined)) this.#destroy(network);
  }

  programExternalConnectivity(): [] {
    return [];
  }

  revokeExternalConnectivity(): void {}

  ifacePrefix(): string {
    return 'eth';
  }

  /** Endpoints of other machines that it knows of. */
  peers(nid: string): Peer[] {
    return [...(this.#networks.get(nid)?.peers.values() ?? [])];
  }

  /** An endpoint has come to the network on another machine. */
  addPeer(nid: string, peer: Peer): void {
    const network = this.#networks.get(nid);
    network?.peers.set(String(peer.ip.value), peer);
    if (network?.netns !== undefined) enter(this.kernel.net(network.netns), peer);
  }

  removePeer(nid: string, ip: IpAddr): void {
    const network = this.#networks.get(nid);
    const peer = network?.peers.get(String(ip.value));
    if (!network || !peer) return;
    network.peers.delete(String(ip.value));
    if (network.netns === undefined) return;
    const net = this.kernel.net(network.netns);
    net.delNeigh(VXLAN, peer.ip);
    net.delFdb(entry(peer));
  }

  /** The namespace with the bridge and the VXLAN. */
  #build(network: OverlayNetwork): NetnsKey | Failure {
    const { kernel } = this;
    const host = kernel.net(kernel.hostNetns);
    const netns = kernel.netnsAdd();
    kernel.netnsName(netns, path(network));
    const net = kernel.net(netns);
    net.setLink('lo', { up: true });
    net.addBridge(BRIDGE, { mtu: network.mtu });
    net.setLink(BRIDGE, { txqlen: 0 });
    kernel.setSysctl(netns, `net.ipv6.conf.${BRIDGE}.disable_ipv6`, '1');
    net.addAddr(BRIDGE, network.gateway, { broadcast: { v: 4, value: last4(network.gateway) } });
    net.setLink(BRIDGE, { up: true });
    const name = `vx-${network.vni.toString(16).padStart(6, '0')}-${network.id.slice(0, 5)}`;
    const made = host.addVxlan(
      name,
      { vni: network.vni, dstport: this.dataPathPort, proxy: true, l2miss: true, l3miss: true },
      { mtu: network.mtu },
    );
    if (isErr(made)) {
      kernel.netnsUnname(path(network));
      kernel.netnsDel(netns);
      return new Failure('system', `error creating vxlan interface: ${goText(made)}`);
    }
    host.moveLink(name, netns);
    kernel.setSysctl(netns, `net.ipv6.conf.${name}.disable_ipv6`, '1');
    net.setLink(name, { name: VXLAN, master: BRIDGE, txqlen: 0 });
    net.setLink(VXLAN, { up: true });
    network.netns = netns;
    for (const peer of network.peers.values()) enter(net, peer);
    return netns;
  }

  #destroy(network: OverlayNetwork): void {
    if (network.netns === undefined) return;
    this.kernel.net(network.netns).delLink(VXLAN);
    this.kernel.netnsUnname(path(network));
    this.kernel.netnsDel(network.netns);
    network.netns = undefined;
  }

  #network(id: string): OverlayNetwork {
    return this.#networks.get(id) as OverlayNetwork;
  }
}

const path = ({ id }: OverlayNetwork): string => `/run/docker/netns/1-${id.slice(0, 10)}`;

/** 02:42 and the address's four bytes. @see moby daemon/libnetwork/netutils: GenerateMACFromIP */
const macOf = (ip: Prefix | undefined): number => 0x0242 * 2 ** 32 + (ip?.addr.v === 4 ? ip.addr.value : 0);

function freeName(net: NetAdmin, prefix: string): string {
  let i = 0;
  while (net.link(`${prefix}${i}`)) i++;
  return `${prefix}${i}`;
}

/** The VXLAN answers ARP for it and knows where its frames go. */
function enter(net: NetAdmin, peer: Peer): void {
  net.setNeigh(VXLAN, peer.ip, peer.mac, true);
  net.setFdb(entry(peer), 'replace');
}

const entry = ({ mac, vtep }: Peer): FdbChange => ({
  mac,
  dev: VXLAN,
  self: true,
  master: false,
  state: 'permanent',
  dst: vtep,
});
