/** Builds a topology in the lab's world, through NetAdmin and iptables' own parser, and plays its probes. */
import { Clock } from '../../src/base/clock.ts';
import { type IpAddr, type Prefix, parseIp } from '../../src/base/ip.ts';
import { Rng } from '../../src/base/rng.ts';
import { type Core, type CoreDatagram, SockType } from '../../src/linux/core/core.ts';
import { type CoreModule, compileCore, openCore } from '../../src/linux/core/load.ts';
import { type Errno, isErr } from '../../src/linux/kernel/errno.ts';
import type { NetAdmin, NetnsKey, NfTable } from '../../src/linux/kernel/netadmin.ts';
import { createWorld, type LabWorld } from '../../src/linux/kernel/world.ts';
import { Tables } from '../../src/linux/programs/iptables/iptables.ts';
import { Parser } from '../../src/linux/programs/iptables/parse.ts';
import { splitWords } from '../../src/linux/programs/iptables/save.ts';
import { coreBytes } from '../core.ts';
import { ip } from '../linux/core/build.ts';
import { byChance, packetText } from './packets.ts';
import { counterLines, type Snmp } from './snmp.ts';
import {
  type HostSpec,
  isSix,
  type Outcome,
  type PolicySpec,
  type Probe,
  type RouteSpec,
  SETTINGS,
  type Topology,
  TUNNEL_PORTS,
} from './topology.ts';
import { BY_CHANCE } from './words.ts';

/** 2026: rules may ask for the date. */
const EPOCH = 1_767_225_600_000_000_000n;

interface Host {
  readonly key: NetnsKey;
  readonly core: number;
  readonly net: NetAdmin;
  /** The core's number of a device. */
  dev(name: string): number;
}

function must(result: Errno | number): void {
  if (isErr(result)) throw new Error(result.text);
}

const addr = (text: string): IpAddr => parseIp(text) as IpAddr;

function prefix(text: string): Prefix {
  const [a, bits] = text.split('/') as [string, string];
  return { addr: addr(a), bits: Number(bits) };
}

function route(net: NetAdmin, r: RouteSpec): void {
  const ifindex = r.dev === undefined ? undefined : net.link(r.dev)?.ifindex;
  // As `ip -force -batch`: a route that is there already stays.
  net.addRoute({
    family: isSix(r.dst) || isSix(r.via ?? '') ? 6 : 4,
    type: r.type,
    ...(r.dst !== 'default' && { dst: prefix(r.dst) }),
    ...(r.via !== undefined && { via: addr(r.via) }),
    ...(ifindex !== undefined && { ifindex }),
    ...(r.table !== undefined && { table: r.table }),
    ...(r.metric !== undefined && { metric: r.metric }),
    ...(r.src !== undefined && { src: addr(r.src) }),
    ...(r.mtu !== undefined && { mtu: r.mtu }),
    ...(r.lock && { locks: ['mtu'] }),
    ...(r.advmss !== undefined && { advmss: r.advmss }),
  });
}

function policy(net: NetAdmin, r: PolicySpec): void {
  net.addPolicyRule({
    family: 4,
    priority: r.priority,
    ...(r.not && { not: true }),
    ...(r.from !== undefined && { src: prefix(r.from) }),
    ...(r.to !== undefined && { dst: prefix(r.to) }),
    ...(r.iif !== undefined && { iif: r.iif }),
    ...(r.oif !== undefined && { oif: r.oif }),
    ...(r.mark !== undefined && { mark: r.mark }),
    ...(r.tos !== undefined && { tos: r.tos }),
    ...(r.proto !== undefined && { proto: { icmp: 1, tcp: 6, udp: 17 }[r.proto] }),
    ...(r.sport !== undefined && { sport: { from: r.sport, to: r.sport } }),
    ...(r.dport !== undefined && { dport: { from: r.dport, to: r.dport } }),
    action: r.action,
    ...(r.action === 'lookup' && { table: r.number }),
    ...(r.action === 'goto' && { target: r.number }),
  });
}

function restore(net: NetAdmin, family: 4 | 6, rules: string): void {
  const tables = new Tables(net, family);
  let table: NfTable = 'filter';
  for (const line of rules.split('\n')) {
    if (line.startsWith('*')) table = line.slice(1) as NfTable;
    else if (line.startsWith(':')) {
      const [name, policy] = line.slice(1).split(' ') as [string, string];
      if (policy === '-') must(net.nfNewChain(family, table, name));
      else must(net.nfPolicy(family, table, name, policy as 'ACCEPT' | 'DROP'));
    } else if (line !== '' && line !== 'COMMIT')
      tables.run(new Parser(family, ['-t', table, ...splitWords(line)], () => undefined).parse());
  }
}

function build(world: LabWorld, t: Topology): Host[] {
  const hosts = t.hosts.map((spec): Host => {
    const key = world.net.add(undefined);
    const net = world.net.admin(key);
    const set = (name: string, value: string): void => void world.net.setSysctl(key, name, value);
    for (const [path, value] of [...SETTINGS, ...spec.sysctls]) set(`net/${path}`, value);
    for (const name of spec.bridges) must(net.addBridge(name));
    const ns = world.net.get(key);
    const dev = (name: string): number => ns?.devices.find((d) => d.name === name)?.dev ?? 0;
    return { key, net, core: ns?.core ?? 0, dev };
  });
  for (const { a, b, mtu } of t.links) {
    const at = hosts[a.host] as Host;
    const other = hosts[b.host] as Host;
    must(at.net.addVeth(a.dev, { name: b.dev, netns: other.key }));
    for (const [end, net] of [
      [a, at.net],
      [b, other.net],
    ] as const)
      must(
        net.setLink(end.dev, {
          mtu,
          ...(end.master !== undefined && { master: end.master }),
          ...((end.hairpin || end.isolated) && {
            port: { hairpin: end.hairpin ?? false, isolated: end.isolated ?? false },
          }),
        }),
      );
  }
  for (const { lower, upper } of t.macvlans) {
    const at = hosts[lower.host] as Host;
    must(at.net.addUpper(upper.dev, lower.dev, { kind: 'macvlan', mode: 'bridge' }));
    must(at.net.moveLink(upper.dev, (hosts[upper.host] as Host).key));
  }
  for (const { vni, learning, ends } of t.overlays)
    for (const { host, dev, local, remote } of ends)
      must(
        (hosts[host] as Host).net.addVxlan(dev, {
          vni,
          learning,
          udpcsum: false,
          srcport: TUNNEL_PORTS,
          dstport: 4789,
          local: addr(local),
          remote: addr(remote),
        }),
      );
  for (const [i, spec] of t.hosts.entries()) {
    const host = hosts[i] as Host;
    for (const [path, value] of spec.perDevice) must(world.net.setSysctl(host.key, `net/${path}`, value));
    configure(host.net, spec);
  }
  return hosts;
}

function configure(net: NetAdmin, spec: HostSpec): void {
  for (const l of net.links()) must(net.setLink(l.name, { up: true }));
  for (const a of spec.addrs) must(net.addAddr(a.dev, { addr: addr(a.ip), bits: a.bits }, { nodad: isSix(a.ip) }));
  for (const r of spec.routes) route(net, r);
  for (const r of spec.policy) policy(net, r);
  for (const p of spec.proxies) must(net.addProxy(p.dev, addr(p.ip)));
  restore(net, 4, spec.rules);
  restore(net, 6, spec.rules6);
}

/** Sockets of the lab's hosts, driven by hand. */
class Player {
  readonly calls: string[] = [];
  readonly delivered: string[] = [];
  readonly #raw: { readonly host: number; readonly sock: number; readonly proto: number; readonly six: boolean }[] = [];
  readonly #udp: number[] = [];
  readonly #listeners: number[] = [];
  readonly #accepted: number[] = [];
  readonly #clients: number[] = [];
  readonly #connecting: { readonly id: number; readonly sock: number }[] = [];

  constructor(
    readonly core: Core,
    readonly hosts: readonly Host[],
    readonly t: Topology,
  ) {}

  #open(host: number, type: number, six: boolean, proto = 0): number {
    const s = this.core.sockOpen(this.hosts[host]?.core ?? 0, type, six ? 6 : 4, proto);
    if (s < 0) throw new Error(`socket: ${s}`);
    this.core.sockSet(s, 'reuseaddr', 1);
    if (six) this.core.sockSet(s, 'v6only', 1);
    return s;
  }

  listen(): void {
    for (const [i, spec] of this.t.hosts.entries()) {
      for (const six of [false, true])
        for (const proto of [six ? 58 : 1, 6, 17])
          this.#raw.push({ host: i, sock: this.#open(i, SockType.RAW, six, proto), proto, six });
      for (const l of spec.listeners) {
        const s = this.#open(i, l.proto === 'tcp' ? SockType.TCP : SockType.UDP, isSix(l.ip));
        if (this.core.sockBind(s, ip(l.ip), l.port) < 0) throw new Error('bind');
        if (l.proto === 'tcp') this.core.sockListen(s, 1024);
        (l.proto === 'tcp' ? this.#listeners : this.#udp).push(s);
      }
    }
  }

  send(p: Probe): void {
    const { core } = this;
    const size = new Uint8Array(p.size).fill(120);
    const six = isSix(p.to);
    const [to, dev] = p.to.split('%') as [string, string?];
    const scope = dev === undefined ? 0 : (this.hosts[p.from] as Host).dev(dev);
    if (p.kind === 'ping') {
      const raw = this.#raw.find((r) => r.host === p.from && r.six === six)?.sock as number;
      this.#options(raw, p);
      this.#call(p, core.sockSend(raw, echo(p.id, size, six), ip(to), 0, scope));
      return;
    }
    const s = this.#open(p.from, p.kind === 'tcp' ? SockType.TCP : SockType.UDP, six);
    this.#options(s, p);
    core.sockBind(s, ip(six ? '::' : '0.0.0.0'), p.id);
    this.#clients.push(s);
    if (p.kind === 'udp') this.#call(p, core.sockSend(s, size, ip(to), p.port, scope));
    else {
      core.sockSet(s, 'linger', 0);
      const result = core.sockConnect(s, ip(to), p.port, scope);
      this.#call(p, result === -115 ? 0 : result);
      if (result === -115) this.#connecting.push({ id: p.id, sock: s });
    }
  }

  #options(s: number, p: Probe): void {
    this.core.sockSet(s, 'ttl', p.ttl);
    this.core.sockSet(s, 'tos', p.tos);
    this.core.sockSet(s, 'mtu_discover', p.discover);
  }

  #call(p: Probe, result: number): void {
    this.calls.push(`${p.id} ${p.kind} call ${result < 0 ? -result : 0}`);
  }

  /** Serves what is there. @returns whether anything was */
  serve(): boolean {
    const { core } = this;
    let any = false;
    core.events(() => {});
    for (const { host, sock, proto, six } of this.#raw)
      for (let d = core.sockRecvFrom(sock); typeof d !== 'number'; d = core.sockRecvFrom(sock)) {
        any = true;
        const packet = six ? withHeader(d, proto) : d.data;
        if (!byChance(packet)) this.delivered.push(`${host} ${packetText(packet)}`);
      }
    for (const s of this.#udp)
      for (let d = core.sockRecvFrom(s); typeof d !== 'number'; d = core.sockRecvFrom(s)) {
        any = true;
        if (d.port >= 1024) core.sockSend(s, d.data, d.ip, d.port, linkLocal(d.ip) ? d.dev : 0);
      }
    for (const s of this.#clients) while (typeof core.sockRecvFrom(s) !== 'number') any = true;
    for (const s of this.#listeners)
      for (let c = core.sockAccept(s); c >= 0; c = core.sockAccept(s)) {
        any = true;
        core.sockSet(c, 'linger', 0);
        this.#accepted.push(c);
      }
    for (const [i, c] of [...this.#connecting.entries()].reverse()) {
      const ready = core.sockReady(c.sock);
      if ((ready & 28) === 0) continue;
      this.calls.push(`${c.id} tcp end ${core.sockGet(c.sock, 'error')}`);
      this.#connecting.splice(i, 1);
    }
    return any;
  }

  settle(ms: number): void {
    while (this.serve()) {}
    for (let k = 0; k < ms; k++) {
      this.core.run(this.core.now() + 1e6);
      while (this.serve()) {}
    }
  }

  close(): void {
    this.#connecting.length = 0;
    for (const list of [this.#clients, this.#listeners, this.#accepted, this.#udp]) {
      for (const s of list.splice(0)) this.core.sockClose(s);
      this.settle(5);
    }
  }
}

const linkLocal = (ip: Uint8Array): boolean => ip[0] === 0xfe && (ip[1] as number) >> 6 === 2;

/** What a raw socket of IPv6 was given, with a header made up from what it tells. */
function withHeader(d: CoreDatagram, proto: number): Uint8Array {
  const b = new Uint8Array(40 + d.data.length);
  b.set([0x60, 0, 0, 0, d.data.length >> 8, d.data.length & 255, proto, d.ttl]);
  b.set(d.ip, 8);
  b.set(d.local, 24);
  b.set(d.data, 40);
  return b;
}

/** An ICMP echo request with its checksum. */
function echo(id: number, payload: Uint8Array, six: boolean): Uint8Array {
  const b = new Uint8Array(8 + payload.length);
  b.set([six ? 128 : 8, 0, 0, 0, id >> 8, id & 255, 0, 1]);
  b.set(payload, 8);
  let sum = 0;
  for (let i = 0; i < b.length; i++) sum += i & 1 ? (b[i] as number) : (b[i] as number) << 8;
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  b[2] = (~sum >> 8) & 255;
  b[3] = ~sum & 255;
  return b;
}

function counters(hosts: readonly Host[]): string[] {
  const out: string[] = [];
  for (const [i, h] of hosts.entries())
    for (const family of [4, 6] as const)
      for (const table of h.net.nfTables(family))
        for (const chain of h.net.nfChains(family, table))
          for (const [k, r] of chain.rules.entries())
            if (!BY_CHANCE.includes(r.rule.icmp?.value.type ?? 0))
              out.push(
                `${i}${family === 6 ? ' six' : ''} ${table} ${chain.name} ${k + 1}: ${r.packets} packets ${r.bytes} bytes`,
              );
  return out;
}

/** What each host has counted so far. */
function counted(hosts: readonly Host[]): Snmp[] {
  return hosts.map(
    (h) =>
      new Map(
        Object.entries(h.net.counters()).flatMap(([group, row]) =>
          Object.entries(row).map(([name, n]) => [group + name, n] as const),
        ),
      ),
  );
}

let compiled: Promise<CoreModule> | undefined;

/** Plays a topology in the lab. */
export async function playInLab(t: Topology): Promise<Outcome> {
  compiled ??= compileCore(coreBytes);
  const { core } = openCore(await compiled, { seed: t.seed });
  const world = createWorld({ core, clock: new Clock(EPOCH), rng: new Rng(t.seed), hold: (work) => work });
  const hosts = build(world, t);
  const player = new Player(core, hosts, t);
  player.listen();
  const before = counted(hosts);
  for (const p of t.probes) {
    player.send(p);
    player.settle(0);
  }
  player.settle(100);
  player.close();
  const after = counted(hosts);
  const snmp = after.flatMap((now, i) => counterLines(t, i, before[i] as Snmp, now));
  return {
    calls: player.calls.sort(),
    delivered: player.delivered.sort(),
    counters: [...counters(hosts), ...snmp].sort(),
  };
}
