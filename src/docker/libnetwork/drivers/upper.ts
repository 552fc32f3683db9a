/**
 * The drivers macvlan and ipvlan: a device for each endpoint that stands on one of the host's, so that containers are on
 * the same link as the host. Without `-o parent=` they stand on a device that leads nowhere; `eth0.10` makes a VLAN.
 *
 * Limits: of ipvlan the kernel has mode l2 with flag bridge; the other modes and flags are kept, and act as those.
 * @see moby daemon/libnetwork/drivers/macvlan, drivers/ipvlan
 */
import { contains, type IpAddr } from '../../../base/ip.ts';
import type { Rng } from '../../../base/rng.ts';
import { isErr } from '../../../linux/kernel/errno.ts';
import type { Kernel } from '../../../linux/kernel/machine.ts';
import type { MacvlanMode, NetAdmin } from '../../../linux/kernel/netadmin.ts';
import { Failure } from '../../errdefs.ts';
import type { Driver, EndpointInterface, IpamData, JoinInfo, JoinOptions, NetworkOptions } from '../driver.ts';
import { goText, randomMac, randomName, settle } from './device.ts';

type Kind = 'macvlan' | 'ipvlan';

interface UpperConfig {
  readonly parent: string;
  /** macvlan: bridge, private, vepa, passthru; ipvlan: l2, l3, l3s. */
  readonly mode: string;
  readonly internal: boolean;
}

interface UpperEndpoint {
  readonly iface: EndpointInterface;
  /** Where its device is, while it has joined. */
  joined: JoinOptions | undefined;
}

interface UpperNetwork {
  readonly id: string;
  readonly config: UpperConfig;
  readonly subnets: readonly IpamData[];
  /** The parent was made for it, or for another network that shares it. */
  readonly madeParent: boolean;
  readonly endpoints: Map<string, UpperEndpoint>;
}

const MODES: Readonly<Record<Kind, readonly string[]>> = {
  macvlan: ['bridge', 'private', 'passthru', 'vepa'],
  ipvlan: ['l2', 'l3', 'l3s'],
};
const FLAGS = ['bridge', 'private', 'vepa'];
/** Device names of parents that nobody named. */
const DUMMY: Readonly<Record<Kind, string>> = { macvlan: 'dm-', ipvlan: 'di-' };
const DUMMY_ID = 12;
const MAX_VLAN = 4094;

const fail = (text: string): Failure => new Failure('system', text);

export class UpperDriver implements Driver {
  readonly pools = true;
  readonly #networks = new Map<string, UpperNetwork>();

  constructor(
    readonly type: Kind,
    readonly kernel: Kernel,
    readonly rng: Rng,
  ) {}

  get #net(): NetAdmin {
    return this.kernel.net(this.kernel.hostNetns);
  }

  skipGateway(options: NetworkOptions): { v4: boolean; v6: boolean } | Failure {
    const config = this.#config(options);
    if (config instanceof Failure) return config;
    const none = config.internal || config.mode.startsWith('l3');
    return { v4: none, v6: none };
  }

  #config(options: NetworkOptions): UpperConfig | Failure {
    const { type } = this;
    const mode = options.generic[`${type}_mode`] || (MODES[type][0] as string);
    if (!MODES[type].includes(mode))
      return fail(
        `requested ${type} mode '${mode}' is not valid, '${MODES[type][0]}' mode is the ${type} driver default`,
      );
    const flag = options.generic.ipvlan_flag || 'bridge';
    if (type === 'ipvlan' && !FLAGS.includes(flag))
      return fail(`requested ipvlan flag '${flag}' is not valid, 'bridge' is the ipvlan driver default`);
    const parent = options.generic.parent ?? '';
    if (parent === 'lo') return fail(`loopback interface is not a valid ${type} parent link`);
    return { parent, mode, internal: options.internal || parent === '' };
  }

  createNetwork(id: string, options: NetworkOptions, ipv4: IpamData[], ipv6: IpamData[]): Failure | undefined {
    const empty = (data: readonly IpamData[]): boolean => data.length === 0 || data[0]?.pool.bits === 0;
    if (options.enableIPv4 && empty(ipv4)) return new Failure('invalid', 'ipv4 pool is empty');
    if (options.enableIPv6 && empty(ipv6)) return new Failure('invalid', 'ipv6 pool is empty');
    const given = this.#config(options);
    if (given instanceof Failure) return given;
    const config = { ...given, parent: given.parent || DUMMY[this.type] + id.slice(0, DUMMY_ID) };
    const taken = this.#taken(config);
    if (taken) return taken;
    const sharing = [...this.#networks.values()].filter((n) => n.config.parent === config.parent);
    let madeParent = sharing.some((n) => n.madeParent);
    if (!this.#net.link(config.parent)) {
      const failure = given.parent === '' ? this.#addDummy(config.parent) : this.#addVlan(config.parent);
      if (failure) return failure;
      madeParent = true;
    }
    this.#networks.set(id, { id, config, subnets: [...ipv4, ...ipv6], madeParent, endpoints: new Map() });
    return undefined;
  }

  #taken(config: UpperConfig): Failure | undefined {
    for (const other of this.#networks.values()) {
      if (other.config.parent !== config.parent) continue;
      if (this.type === 'ipvlan')
        return fail(
          `network ${DUMMY.ipvlan}${other.id.slice(0, DUMMY_ID)} is already using parent interface ${config.parent}`,
        );
      if (config.mode === 'passthru')
        return fail(
          `cannot use mode passthru, macvlan network ${other.id} is already using parent interface ${config.parent}`,
        );
      if (other.config.mode === 'passthru')
        return fail(`macvlan network ${other.id} is already using parent interface ${config.parent} in mode passthru`);
    }
    return undefined;
  }

  #addDummy(name: string): Failure | undefined {
    const made = this.#net.addDummy(name);
    if (isErr(made)) return fail(goText(made));
    this.#net.setLink(name, { up: true });
    return undefined;
  }

  /** `eth0.10`: VLAN 10 of eth0. */
  #addVlan(name: string): Failure | undefined {
    if (!name.includes('.')) return fail(`invalid subinterface vlan name ${name}, example formatting is eth0.10`);
    const [below = '', number = '', ...more] = name.split('.');
    if (more.length > 0)
      return fail(`required interface name format is: name.vlan_id, ex. eth0.10 for vlan 10, instead received ${name}`);
    if (!/^[+-]?\d+$/.test(number))
      return fail(`unable to parse a valid vlan id from: ${number} (ex. eth0.10 for vlan 10)`);
    if (!this.#net.link(below)) return fail(`-o parent interface was not found on the host: ${below}`);
    const id = Number(number);
    if (id > MAX_VLAN || id < 1) return fail(`vlan id must be between 1-4094, received: ${id}`);
    const made = this.#net.addUpper(name, below, { kind: 'vlan', id });
    if (isErr(made)) return fail(`failed to create ${name} vlan link: ${goText(made)}`);
    this.#net.setLink(name, { up: true });
    return undefined;
  }

  deleteNetwork(id: string): void {
    const network = this.#networks.get(id);
    if (!network) return;
    this.#networks.delete(id);
    const shared = [...this.#networks.values()].some((n) => n.config.parent === network.config.parent);
    if (network.madeParent && !shared) this.#net.delLink(network.config.parent);
  }

  createEndpoint(nid: string, eid: string, iface: EndpointInterface): Failure | undefined {
    // devices of ipvlan have the address of what they stand on
    if (this.type === 'macvlan') iface.mac ??= randomMac(this.rng);
    this.#network(nid).endpoints.set(eid, { iface, joined: undefined });
    return undefined;
  }

  deleteEndpoint(nid: string, eid: string): void {
    this.#networks.get(nid)?.endpoints.delete(eid);
  }

  join(nid: string, eid: string, options: JoinOptions): JoinInfo | Failure {
    const { sandbox, ifname } = options;
    const network = this.#network(nid);
    const { config } = network;
    const endpoint = network.endpoints.get(eid) as UpperEndpoint;
    const { iface } = endpoint;
    const name = randomName(this.rng);
    if (!this.#net.link(config.parent))
      return fail(`the requested parent interface ${config.parent} was not found on the Docker host`);
    const made = this.#net.addUpper(
      name,
      config.parent,
      this.type === 'ipvlan' ? { kind: 'ipvlan' } : { kind: 'macvlan', mode: config.mode as MacvlanMode },
    );
    if (isErr(made)) return fail(`failed to create the ${this.type} port: ${goText(made)}`);
    this.#net.moveLink(name, sandbox);
    const inside = this.kernel.net(sandbox);
    const failure = settle(inside, name, ifname, this.type === 'macvlan' ? iface.mac : undefined);
    if (failure) {
      inside.delLink(name);
      return failure;
    }
    endpoint.joined = options;
    const device = { ifname, madeAs: name };
    if (config.internal) return device;
    if (config.mode.startsWith('l3'))
      return { ...device, onDevice: [...(iface.ipv4 ? [4 as const] : []), ...(iface.ipv6 ? [6 as const] : [])] };
    const gateway = this.#gateway(network, iface.ipv4?.addr);
    const gatewayV6 = this.#gateway(network, iface.ipv6?.addr);
    return { ...device, external: true, ...(gateway ? { gateway } : {}), ...(gatewayV6 ? { gatewayV6 } : {}) };
  }

  #gateway(network: UpperNetwork, own: IpAddr | undefined): IpAddr | undefined {
    return own && network.subnets.find((s) => contains(s.pool, own))?.gateway?.addr;
  }

  leave(nid: string, eid: string): void {
    const endpoint = this.#networks.get(nid)?.endpoints.get(eid);
    if (!endpoint?.joined) return;
    this.kernel.net(endpoint.joined.sandbox).delLink(endpoint.joined.ifname);
    endpoint.joined = undefined;
  }

  programExternalConnectivity(): [] {
    return [];
  }

  revokeExternalConnectivity(): void {}

  ifacePrefix(): string {
    return 'eth';
  }

  #network(id: string): UpperNetwork {
    return this.#networks.get(id) as UpperNetwork;
  }
}
