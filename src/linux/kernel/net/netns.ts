/** One network namespace: its devices, addresses, routes and tables as Linux numbers and names them. */
import type { Core } from '../../core/core.ts';
import type { Errno } from '../errno.ts';
import { ENODEV } from '../errno.ts';
import type {
  Addr,
  BridgeSettings,
  LinkKind,
  MacvlanMode,
  NetnsKey,
  PolicyRule,
  PortFlags,
  Route,
} from '../netadmin.ts';
import { DeviceList } from './devicelist.ts';
import type { Ruleset } from './netfilter.ts';

/** What a port does until it is told otherwise. */
export const PORT_FLAGS: PortFlags = {
  hairpin: false,
  isolated: false,
  learning: true,
  flood: true,
  mcastFlood: true,
  bcastFlood: true,
};

/** A device of the core with what the core does not know: its number and place. */
export class Device {
  mtu: number;
  /** A bridge whose MTU was set by hand: it follows its ports no more. */
  mtuFixed = false;
  txqlen = 0;
  /** Words of the administrator's, IFLA_IFALIAS. */
  alias: string | undefined;
  /** IFLA_GROUP */
  group = 0;
  up = false;
  /** It has been up in this namespace: its queueing discipline stays when it goes down. */
  activated = false;
  promisc = false;
  /** Packet sockets that want it promiscuous. */
  promiscuity = 0;
  master: Device | undefined;
  /** The other end of a veth. */
  peer: Device | undefined;
  /** macvlan, ipvlan, vlan: what it stands on. */
  lower: Device | undefined;
  /** macvlan: its mode; vlan: its id. */
  arg: MacvlanMode | number | undefined;
  /** VXLAN: the namespace it sends in. */
  linkNs: Netns | undefined;
  port = PORT_FLAGS;
  bridge: BridgeSettings | undefined;
  /** Bridge: it has an id of its own: its MAC was set, or it had a port. */
  named = true;
  /** Unicast MACs of its own filter. */
  unicast: number[] = [];

  constructor(
    readonly core: Core,
    /** Index in the core, unique in the lab. */
    readonly dev: number,
    readonly kind: LinkKind,
    public ns: Netns,
    public ifindex: number,
    public name: string,
  ) {
    this.mtu = core.devMtu(dev);
    if (kind === 'bridge') this.bridge = { ageingTime: 30000, groupFwdMask: 0 };
  }

  /** Kept by the core. */
  get mac(): number {
    return this.core.devMac(this.dev);
  }
  set mac(mac: number) {
    this.core.devSet(this.dev, 'mac', mac);
  }
}

/** The rules that every namespace begins with. */
const FIRST_RULES: readonly PolicyRule[] = [
  { family: 4, priority: 0, action: 'lookup', table: 255 },
  { family: 4, priority: 32766, action: 'lookup', table: 254 },
  { family: 4, priority: 32767, action: 'lookup', table: 253 },
  { family: 6, priority: 0, action: 'lookup', table: 255 },
  { family: 6, priority: 32766, action: 'lookup', table: 254 },
];

export class Netns {
  /** By ifindex, ascending: the order of `ip link`. */
  readonly devices: Device[] = [];
  readonly addrs = new DeviceList<Addr>();
  readonly routes = new DeviceList<Route>();
  /** Policy rules, lowest priority first. */
  readonly policy: PolicyRule[] = [...FIRST_RULES];
  readonly sysctls = new Map<string, string>();
  rules: Ruleset | undefined;
  /** Processes and names that hold it. */
  refs = 0;
  /** The last handle of a queueing discipline that was chosen. */
  lastHandle = 0;
  #lastIfindex = 0;
  readonly #byIndex = new Map<number, Device>();
  readonly #byName = new Map<string, Device>();
  /** link-netnsid of other namespaces as this one numbers them, and the other way round. */
  readonly #netnsids = new Map<Netns, number>();
  readonly #numbered: (Netns | undefined)[] = [];
  /** Namespaces that have a number for this one. */
  readonly #knownBy = new Set<Netns>();

  constructor(
    readonly key: NetnsKey,
    /** Index in the core. */
    readonly core: number,
    /** The machine that made it. */
    readonly owner: unknown,
  ) {}

  /** The next number: they are never used again. @param wanted a number that is free */
  takeIfindex(wanted?: number): number {
    if (wanted !== undefined && !this.#byIndex.has(wanted)) {
      this.#lastIfindex = Math.max(this.#lastIfindex, wanted);
      return wanted;
    }
    return ++this.#lastIfindex;
  }

  add(d: Device): void {
    this.devices.splice(this.devices.findLastIndex((x) => x.ifindex < d.ifindex) + 1, 0, d);
    this.#byIndex.set(d.ifindex, d);
    this.#byName.set(d.name, d);
  }

  remove(d: Device): void {
    this.devices.splice(this.devices.indexOf(d), 1);
    this.#byIndex.delete(d.ifindex);
    this.#byName.delete(d.name);
  }

  /** Pre: the name is free. */
  rename(d: Device, name: string): void {
    this.#byName.delete(d.name);
    d.name = name;
    this.#byName.set(name, d);
  }

  find(nameOrIndex: string | number): Device | undefined {
    return typeof nameOrIndex === 'string' ? this.#byName.get(nameOrIndex) : this.#byIndex.get(nameOrIndex);
  }

  named(name: string): Device | Errno {
    return this.find(name) ?? ENODEV;
  }

  /** How this namespace numbers another one (it gets a number when it is first asked). */
  netnsidOf(other: Netns): number {
    const known = this.#netnsids.get(other);
    if (known !== undefined) return known;
    const gap = this.#netnsids.size < this.#numbered.length ? this.#numbered.indexOf(undefined) : this.#numbered.length;
    this.#numbered[gap] = other;
    this.#netnsids.set(other, gap);
    other.#knownBy.add(this);
    return gap;
  }

  /** It is gone: the numbers that others had for it are free. */
  gone(): void {
    for (const other of this.#netnsids.keys()) other.#knownBy.delete(this);
    for (const other of this.#knownBy) {
      other.#numbered[other.#netnsids.get(this) as number] = undefined;
      other.#netnsids.delete(this);
    }
  }
}
