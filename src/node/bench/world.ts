/**
 * Docker's topology in a core: a machine with docker0 and eth0, Docker's rules, containers on the bridge, and a host
 * beyond the machine's eth0. And the paths through it that are measured.
 */
import { type Core, SockType } from '../../linux/core/core.ts';
import { address, type End } from './frame.ts';
import { installRules, PUBLISHED } from './rules.ts';

const ANY = address('0.0.0.0');
const LINK_SCOPE = 253;
const SERVICE = 5000;

/** Way of a frame: the device it is sent on, its ends, and where datagrams of the first destination port arrive. */
export interface Path {
  readonly name: string;
  readonly dev: number;
  readonly from: End;
  readonly to: End;
  readonly dport: number;
  /** Namespace and device of the receiver. */
  readonly ns: number;
  readonly rxDev: number;
  /** Namespaces that track its connections; absent: the world's machine. */
  readonly machines?: readonly number[];
}

/** A container: its namespace, its eth0 and the address. */
export interface Box extends End {
  readonly ns: number;
  readonly dev: number;
}

export class World {
  readonly core: Core;
  readonly host: number;
  readonly outside: Box;
  readonly boxes: Box[] = [];
  readonly #bridge: number;
  readonly #eth0: Box;
  readonly #bridgeMac = 0x0242ac110001;

  /** @param containers how many @param rules whether Docker's rules are there */
  constructor(core: Core, containers: number, rules = true) {
    this.core = core;
    this.host = core.nsAdd();
    core.nsSet(this.host, 'ip_forward', 1);
    core.nsSet(this.host, 'bridge_nf_call_iptables', 0);
    const ns = core.nsAdd();
    const [near, far] = core.vethAdd(this.host, 'eth0', 0x525400380011, ns, 'eth0', 0x525400380001);
    this.#eth0 = { ns: this.host, dev: near, mac: 0x525400380011, ip: '192.0.2.1' };
    this.outside = { ns, dev: far, mac: 0x525400380001, ip: '192.0.2.2' };
    for (const end of [this.#eth0, this.outside]) this.#attach(end.ns, end.dev, end.ip, 24, '192.0.2.0');
    this.#bridge = core.bridgeAdd(this.host, 'docker0', this.#bridgeMac);
    this.#attach(this.host, this.#bridge, '172.17.0.1', 16, '172.17.0.0');
    if (rules) installRules(core, this.host);
    for (let i = 0; i < containers; i++) this.add();
    core.events(() => {});
  }

  #attach(ns: number, dev: number, ip: string, bits: number, net: string): void {
    this.core.devSet(dev, 'up', 1);
    this.core.addrAdd(dev, address(ip), bits);
    this.core.routeAdd(ns, { table: 254, dst: address(net), bits, dev, scope: LINK_SCOPE, metric: 0, type: 1 });
  }

  /** Adds a container to the bridge. */
  add(): Box {
    const { core } = this;
    const n = this.boxes.length + 2;
    const ip = `172.17.${n >> 8}.${n & 255}`;
    const ns = core.nsAdd();
    const lo = core.loopbackAdd(ns, 'lo');
    core.devSet(lo, 'up', 1);
    core.addrAdd(lo, address('127.0.0.1'), 8);
    const mac = 0x0242ac110000 + n;
    const [port, dev] = core.vethAdd(this.host, `veth${n}`, 0x020000010000 + n, ns, 'eth0', mac);
    core.devSet(port, 'master', this.#bridge);
    core.devSet(port, 'up', 1);
    this.#attach(ns, dev, ip, 16, '172.17.0.0');
    const gw = address('172.17.0.1');
    core.routeAdd(ns, { table: 254, dst: ANY, bits: 0, dev, gw, scope: 0, metric: 0, type: 1 });
    const box = { ns, dev, mac, ip };
    this.boxes.push(box);
    return box;
  }

  /** The paths that Docker's packets take. */
  paths(): Path[] {
    const [a, b] = this.boxes as [Box, Box];
    const bridge = { mac: this.#bridgeMac, ip: this.outside.ip };
    const out = { name: 'masquerade out', dev: a.dev, from: a, to: bridge };
    const into = { name: 'DNAT in', dev: this.outside.dev, from: this.outside, to: this.#eth0 };
    return [
      { ...out, dport: SERVICE, ns: this.outside.ns, rxDev: this.outside.dev },
      { ...into, dport: PUBLISHED[0], ns: a.ns, rxDev: a.dev },
      this.between(a, b),
    ];
  }

  /** From one container to another. */
  between(a: Box, b: Box): Path {
    // They have spoken once: the bridge knows their ports.
    for (const box of [a, b]) this.core.announce(box.dev, address(box.ip));
    return { name: 'one bridge', dev: a.dev, from: a, to: b, dport: SERVICE, ns: b.ns, rxDev: b.dev };
  }

  /** Opens the sockets that take what is sent to `count` ports from a path's on. */
  receivers(path: Path, count: number): number[] {
    return Array.from({ length: count }, (_, k) => {
      const s = this.core.sockOpen(path.ns, SockType.UDP, 4, 17);
      if (this.core.sockBind(s, ANY, path.dport + k) !== 0) throw new Error('bind');
      return s;
    });
  }
}
