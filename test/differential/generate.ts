/** Small random networks: a tree of routers and hosts, over veth pairs and bridges, sometimes with a second way. */
import { Rng } from '../../src/base/rng.ts';
import { marked, metrics, policy, settings } from './routing.ts';
import { rulesFor } from './rules.ts';
import { joined, probes6, sixes } from './six.ts';
import type {
  Address,
  HostSpec,
  LinkSpec,
  Listener,
  MacvlanSpec,
  OverlaySpec,
  PolicySpec,
  Probe,
  RouteSpec,
  Topology,
} from './topology.ts';
import { FOUR, PORTS, SIX } from './words.ts';

/** Documentation networks of RFC 5737, cut into pieces of 32 addresses. */
const NETS = ['192.0.2.', '198.51.100.', '203.0.113.'];
/** The share of topologies with IPv6. */
const DUAL_STACK = 0.5;

/** The share of topologies some of whose routes have metrics. */
const METRICS = 0.25;

/** Choices with a seed. */
export class Dice {
  readonly #rng: Rng;
  constructor(seed: number) {
    this.#rng = new Rng(seed);
  }
  /** 0 … n-1 */
  below(n: number): number {
    return this.#rng.below(n);
  }
  chance(p: number): boolean {
    return this.below(1000) < p * 1000;
  }
  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T;
  }
}

/** A host while it is made. */
export interface Draft {
  readonly sysctls: [string, string][];
  readonly perDevice: [string, string][];
  readonly policy: PolicySpec[];
  readonly proxies: { readonly dev: string; readonly ip: string }[];
  parent: number;
  /** Towards the parent. */
  uplink: string;
  gateway: string;
  readonly devices: string[];
  readonly bridges: string[];
  readonly addrs: Address[];
  readonly routes: RouteSpec[];
  readonly listeners: Listener[];
  /** Subnets of its own and of those behind it. */
  readonly subnets: string[];
}

interface Subnet {
  readonly base: string;
  readonly from: number;
  readonly bits: number;
  next: number;
}

const inside = (n: Subnet, ip: string): boolean => {
  const last = Number(ip.slice(n.base.length));
  return last > n.from && last < n.from + 2 ** (32 - n.bits) - 1;
};

class Builder {
  readonly hosts: Draft[] = [];
  readonly links: LinkSpec[] = [];
  readonly macvlans: MacvlanSpec[] = [];
  readonly overlays: OverlaySpec[] = [];
  readonly onBridge = new Map<string, Subnet>();
  #piece: number;
  #pieces = 0;
  readonly #subnets: Subnet[] = [];

  constructor(readonly dice: Dice) {
    this.#piece = dice.below(24);
  }

  #subnet(bits: number): Subnet {
    const n = (this.#piece + this.#pieces++ * 7) % 24;
    const from = (n % 8) * 32;
    const net = { base: NETS[Math.floor(n / 8)] as string, from, bits, next: from + 1 };
    this.#subnets.push(net);
    return net;
  }

  #take(host: number, dev: string, net: Subnet): string {
    const ip = `${net.base}${net.next++}`;
    this.hosts[host]?.addrs.push({ dev, ip, bits: net.bits });
    return ip;
  }

  #device(host: number): string {
    const h = this.hosts[host] as Draft;
    const name = `eth${h.devices.filter((d) => d.startsWith('eth')).length}`;
    h.devices.push(name);
    return name;
  }

  host(): number {
    return (
      this.hosts.push({
        sysctls: [],
        perDevice: [],
        policy: [],
        proxies: [],
        parent: -1,
        uplink: '',
        gateway: '',
        devices: [],
        bridges: [],
        addrs: [],
        routes: [],
        listeners: [],
        subnets: [],
      }) - 1
    );
  }

  #note(host: number, net: Subnet): void {
    for (let h = host; h >= 0; h = (this.hosts[h] as Draft).parent)
      (this.hosts[h] as Draft).subnets.push(`${net.base}${net.from}/${net.bits}`);
  }

  /** A new host behind a router: on one of its bridges, or by a veth pair of its own. */
  attach(parent: number): void {
    const { dice } = this;
    const up = this.hosts[parent] as Draft;
    const child = this.host();
    const down = this.hosts[child] as Draft;
    const mtu = dice.chance(0.3) ? dice.pick([1400, 1280, 900, 600, 1492]) : 1500;
    const dev = this.#device(child);
    let bridge: string | undefined;
    if (up.bridges.length > 0 && dice.chance(0.6)) bridge = dice.pick(up.bridges);
    else if (this.onBridge.size < 2 && dice.chance(0.55)) bridge = this.#bridge(parent);
    let net: Subnet;
    if (bridge) {
      net = this.onBridge.get(`${parent} ${bridge}`) as Subnet;
      const port = `port${this.links.length}`;
      const a = { host: parent, dev: port, master: bridge, hairpin: dice.chance(0.15), isolated: dice.chance(0.15) };
      this.links.push({ a, b: { host: child, dev }, mtu: dice.chance(0.1) ? 1300 : 1500 });
      down.gateway = (up.addrs.find((a) => a.dev === bridge) as Address).ip;
    } else {
      net = this.#subnet(dice.pick([27, 28, 29, 30]));
      const end = this.#device(parent);
      this.links.push({ a: { host: parent, dev: end }, b: { host: child, dev }, mtu });
      down.gateway = this.#take(parent, end, net);
      this.#note(parent, net);
    }
    this.#take(child, dev, net);
    down.parent = parent;
    down.uplink = dev;
    if (net.bits < 30 && dice.chance(0.15)) this.#take(child, dev, net);
  }

  #bridge(host: number): string {
    const h = this.hosts[host] as Draft;
    const name = `br${h.bridges.length}`;
    h.bridges.push(name);
    h.devices.push(name);
    const net = this.#subnet(27);
    this.#take(host, name, net);
    this.onBridge.set(`${host} ${name}`, net);
    this.#note(host, net);
    return name;
  }

  /** A second way between two hosts, used by a few routes only. */
  shortcut(a: number, b: number): void {
    const net = this.#subnet(30);
    const devA = this.#device(a);
    const devB = this.#device(b);
    this.links.push({ a: { host: a, dev: devA }, b: { host: b, dev: devB }, mtu: 1500 });
    this.#take(a, devA, net);
    const via = this.#take(b, devB, net);
    const target = this.dice.pick((this.hosts[b] as Draft).addrs);
    if (target.ip !== via && !(this.hosts[a] as Draft).addrs.some((x) => x.ip === target.ip))
      (this.hosts[a] as Draft).routes.push({ type: 'unicast', dst: `${target.ip}/32`, via, dev: devA });
  }

  /** A new host whose device is a macvlan on another host's: a neighbour on that one's link. */
  sibling(of: number): void {
    const child = this.hosts[of] as Draft;
    const own = child.addrs.find((a) => a.dev === child.uplink);
    const net =
      own && [...this.#subnets].find((n) => own.ip.startsWith(n.base) && own.bits === n.bits && inside(n, own.ip));
    if (!net || net.bits === 30 || this.onBridge.has(`${child.parent} ${child.gateway}`)) return;
    const host = this.host();
    const h = this.hosts[host] as Draft;
    h.devices.push('mv0');
    this.macvlans.push({ lower: { host: of, dev: child.uplink }, upper: { host, dev: 'mv0' } });
    this.#take(host, 'mv0', net);
    h.parent = child.parent;
    h.uplink = 'mv0';
    h.gateway = child.gateway;
  }

  /** A VXLAN between two hosts, over whatever way leads from one to the other. */
  overlay(dice: Dice, a: number, b: number): void {
    const net = this.#subnet(30);
    const outer = [a, b].map((i) => (this.hosts[i] as Draft).addrs[0]?.ip ?? '');
    if (outer.includes('')) return;
    const ends = [a, b].map((host, i) => ({
      host,
      dev: 'vx0',
      local: outer[i] as string,
      remote: outer[1 - i] as string,
    }));
    for (const { host, dev } of ends) {
      (this.hosts[host] as Draft).devices.push(dev);
      this.#take(host, dev, net);
    }
    this.overlays.push({ vni: 1 + dice.below(0xffffff), learning: dice.chance(0.7), ends });
  }

  /** Default routes to the parent, and routes down to the subnets behind children. */
  routes(): void {
    for (const [i, h] of this.hosts.entries()) {
      if (h.parent >= 0 && this.dice.chance(0.95))
        h.routes.push({ type: 'unicast', dst: 'default', via: h.gateway, dev: h.uplink });
      for (const c of this.hosts) {
        if (c.parent !== i) continue;
        const via = (c.addrs.find((a) => a.dev === c.uplink) as Address).ip;
        const dev = this.#towards(i, c);
        for (const dst of c.subnets)
          if (this.dice.chance(0.92)) h.routes.push({ type: 'unicast', dst, via, dev });
          else if (this.dice.chance(0.7))
            h.routes.push({ type: this.dice.pick(['unreachable', 'blackhole', 'prohibit'] as const), dst });
      }
    }
  }

  #towards(parent: number, child: Draft): string {
    return ((this.hosts[parent] as Draft).addrs.find((a) => a.ip === child.gateway) as Address).dev;
  }
}

function listen(dice: Dice, hosts: readonly Draft[]): void {
  for (const h of hosts)
    for (const proto of ['tcp', 'udp'] as const)
      for (const port of PORTS) {
        if (!dice.chance(0.4)) continue;
        const ip = dice.chance(0.6)
          ? '0.0.0.0'
          : dice.chance(0.2)
            ? '127.0.0.1'
            : (dice.pick(h.addrs)?.ip ?? '0.0.0.0');
        h.listeners.push({ proto, ip, port });
      }
}

const TTLS = [64, 64, 64, 64, 64, 255, 1, 2, 3];

function probes(dice: Dice, hosts: readonly Draft[]): Probe[] {
  const out: Probe[] = [];
  const known = hosts.flatMap((h) => h.addrs.map((a) => a.ip));
  // An address nobody has on the first subnet, one far away, loopback, and a broadcast now and then.
  const first = hosts[0]?.addrs[0];
  const more = ['198.18.0.1', '127.0.0.1', '127.1.2.3'];
  if (first) more.push(first.ip.replace(/\d+$/, (n) => String((Number(n) & 0xfc) + 3)));
  for (const from of hosts.keys())
    for (const to of [...known, ...more]) {
      const add = (kind: Probe['kind'], size: number): void => {
        out.push({
          id: 20000 + out.length,
          from,
          kind,
          to,
          port: dice.pick([...PORTS, 9]),
          ttl: dice.pick(TTLS),
          size,
          tos: dice.chance(0.2) ? dice.pick([0x10, 0x08, 0xb8, 2]) : 0,
          discover: dice.chance(0.7) ? 1 : dice.pick([0, 2] as const),
        });
      };
      add('ping', dice.pick([0, 8, 56, 600, 1000, 1300, 1472, 1473, 3000]));
      for (let k = 0; k < 2; k++) add('udp', dice.pick([0, 1, 17, 512, 900, 1200, 1472, 2000, 4000]));
      for (let k = 0; k < 2; k++) add('tcp', 0);
    }
  return out;
}

/** Gives a part of the topologies IPv6 as well. */
function dualStack(b: Builder, t: Topology): Topology {
  const dice = new Dice(t.seed + 600_000);
  if (!dice.chance(DUAL_STACK)) return t;
  const deep = new Dice(t.seed + 1_100_000);
  const halves = sixes(dice, b.hosts, t);
  const drafts = halves.map((h) => h.draft);
  const hosts = t.hosts.map((h, i) => {
    const half = halves[i] as (typeof halves)[number];
    const ruled = half.draft.addrs.length > 0 && dice.chance(i === 0 ? 0.9 : 0.4);
    return joined(
      h,
      half,
      ruled
        ? rulesFor(
            dice,
            half.draft,
            drafts.filter((d) => d.addrs.length > 0),
            SIX,
            deep.chance(DEEP) ? { deep } : {},
          )
        : '',
    );
  });
  return { ...t, hosts, probes: [...t.probes, ...probes6(dice, halves, 20000 + t.probes.length)] };
}

/** How many of the hosts with rules have such that remember packets or look into them, and zones of conntrack. */
const REMEMBER = Number(process.env.DRYDOCK_REMEMBER ?? 0.4);

/** How many have such that look deeper, and hand packets on. */
const DEEP = Number(process.env.DRYDOCK_DEEP ?? 0.4);

/** The topology of a seed. */
export function generate(seed: number): Topology {
  const dice = new Dice(seed);
  const b = new Builder(dice);
  b.host();
  const size = 2 + dice.below(5);
  while (b.hosts.length < size) {
    const last = b.hosts.length - 1;
    const parent = dice.chance(0.7) ? 0 : dice.below(last + 1);
    b.attach(parent);
  }
  if (size > 2 && dice.chance(0.3)) b.shortcut(1, size - 1);
  // choices of their own, so that the rest of a seed's network stays what it was
  const more = new Dice(seed + 500_000);
  if (more.chance(0.3)) b.sibling(1 + more.below(size - 1));
  b.routes();
  for (const [i, h] of b.hosts.entries()) {
    const router = i === 0 || b.hosts.some((c) => c.parent === i);
    settings(dice, h, router);
    if (dice.chance(0.25)) policy(dice, h, b.hosts);
  }
  if (more.chance(0.4)) b.overlay(more, 0, 1 + more.below(b.hosts.length - 1));
  listen(dice, b.hosts);
  const marking = new Dice(seed + 700_000);
  const marks = b.hosts.map(() => marking.chance(0.2));
  for (const [i, h] of b.hosts.entries()) if (marks[i]) marked(marking, h, b.hosts);
  const memory = new Dice(seed + 800_000);
  const deep = new Dice(seed + 1_000_000);
  const measure = new Dice(seed + 900_000);
  if (measure.chance(METRICS)) for (const h of b.hosts) metrics(measure, h);
  const hosts = b.hosts.map((h, i): HostSpec => {
    const ruled = dice.chance(i === 0 ? 0.9 : 0.4);
    return {
      sysctls: h.sysctls,
      perDevice: h.perDevice,
      policy: h.policy,
      proxies: h.proxies,
      bridges: h.bridges,
      addrs: h.addrs,
      routes: h.routes,
      rules:
        ruled || marks[i]
          ? rulesFor(ruled ? dice : marking, h, b.hosts, FOUR, {
              ...(marks[i] && { marking }),
              ...(memory.chance(REMEMBER) && { memory }),
              ...(deep.chance(DEEP) && { deep }),
            })
          : '',
      rules6: '',
      listeners: h.listeners,
    };
  });
  const { links, macvlans, overlays } = b;
  return dualStack(b, { seed, hosts, links, macvlans, overlays, probes: probes(dice, b.hosts) });
}
