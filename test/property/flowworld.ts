/** A world with every way that flows take. */
import fc from 'fast-check';
import { type Core, Hook, SockType, Table, Target } from '../../src/linux/core/core.ts';
import type { Wasm } from '../../src/linux/core/wasm.ts';
import * as abi from '../../wasm/abi.ts';
import { a4, address, container, docker, gateway, machine, newCoreWithExports, publish } from '../wasm/world.ts';

/** A core that worlds are built in, one after the other. */
export interface Ground {
  readonly core: Core;
  readonly w: Wasm;
  readonly empty: Uint8Array;
}

/** @param on whether flows are remembered */
export async function flowGround(on: boolean): Promise<Ground> {
  const { core, exports } = await newCoreWithExports(1);
  const w = exports as Wasm;
  w.flowSet(on ? 1 : 0);
  return { core, w, empty: core.snapshot() };
}

export interface World {
  readonly core: Core;
  readonly d: ReturnType<typeof docker>;
  readonly ns: readonly number[];
  readonly devs: readonly number[];
  readonly bridges: readonly number[];
  readonly chains: readonly number[];
  /** Rules that may be looked at, and those that were put in by an op, by its number. */
  readonly rules: number[];
  readonly toggled: Map<number, number>;
  readonly senders: readonly number[];
  readonly receivers: readonly number[];
  readonly listeners: readonly number[];
  readonly streams: number[];
  capture: number;
  traced: boolean;
}

export const IP = ['172.17.0.2', '172.17.0.3', '192.168.56.11', '192.168.56.13', '172.17.0.1', '10.0.9.2', '10.0.9.1'];
export const PORT = [53, 8080, 5000, 4000];
export const ANY = a4('0.0.0.0');

/** Two ends of an overlay: a bridge with a VXLAN and a container on each machine. */
function overlay(core: Core, d: ReturnType<typeof docker>, csum: boolean) {
  const ends = [
    { ns: d.host, local: 0xc0a8380b, remote: 0xc0a8380d, ip: '10.0.9.1', mac: 0x020a00000001, other: 0x020a00000002 },
    { ns: d.lan, local: 0xc0a8380d, remote: 0xc0a8380b, ip: '10.0.9.2', mac: 0x020a00000002, other: 0x020a00000001 },
  ].map((e, i) => {
    const bridge = core.bridgeAdd(e.ns, 'ov0', 0x024210000001 + i);
    const settings = { vni: 77, remote: 0, local: e.local, lower: 0, port: 4789, sport: [0, 0] as const };
    const rest = { ttl: 0, tos: 0, df: 0, flags: csum ? 0 : abi.VXLAN_NO_CSUM, max: 0, ageingNs: 300e9 };
    const vx = core.vxlanAdd(e.ns, 'vx0', 0x024220000001 + i, { ...settings, ...rest });
    core.devSet(bridge, 'up', 1);
    core.devSet(vx, 'master', bridge);
    core.devSet(vx, 'up', 1);
    core.vfdbSet(vx, { mac: 0, dst: e.remote, state: abi.NUD_PERMANENT }, abi.FDB_CREATE | abi.FDB_APPEND);
    core.vfdbSet(vx, { mac: e.other, dst: e.remote, state: abi.NUD_PERMANENT }, abi.FDB_CREATE);
    const box = machine(core);
    const [port, eth] = core.vethAdd(e.ns, `vo${i}`, 0x024230000001 + i, box, 'eth0', e.mac);
    core.devSet(port, 'master', bridge);
    for (const dev of [port, eth]) core.devSet(dev, 'up', 1);
    core.devSet(eth, 'mtu', 1450);
    address(core, box, eth, e.ip, 24);
    return { ns: box, eth, port, bridge, vx };
  });
  return ends as [(typeof ends)[0], (typeof ends)[0]];
}

/** How a world is made. */
export interface Shape {
  readonly bridgeNf: boolean;
  readonly csum: boolean;
  readonly rules: boolean;
}

export const shape: fc.Arbitrary<Shape> = fc.record({
  bridgeNf: fc.boolean(),
  csum: fc.boolean(),
  rules: fc.boolean(),
});

/** Docker's filter rules, in short: jumps, an answer accepted, what is published. */
function filter(core: Core, host: number): number[] {
  const forward = core.nfBuiltin(host, 4, Table.FILTER, Hook.FORWARD);
  const user = core.nfChainAdd(host, 4, Table.FILTER);
  const chain = core.nfChainAdd(host, 4, Table.FILTER);
  core.nfPolicy(forward, true);
  return [
    core.nfRuleAdd(forward, -1, { target: Target.JUMP, chain: user }),
    core.nfRuleAdd(forward, -1, { target: Target.JUMP, chain }),
    core.nfRuleAdd(chain, -1, { out: 'docker0', ctstate: 4 | 8, target: Target.ACCEPT }),
    core.nfRuleAdd(chain, -1, { in: 'docker0', target: Target.ACCEPT }),
    core.nfRuleAdd(chain, -1, { out: 'docker0', dst: a4('172.17.0.2'), target: Target.ACCEPT }),
    core.nfRuleAdd(chain, -1, { in: 'ov0', target: Target.ACCEPT }),
  ];
}

/** Makes the machines of a shape. What was in the core is gone. */
export function build({ core, empty }: Ground, s: Shape): World {
  core.restore(empty);
  const d = docker(core);
  core.nsSet(d.host, 'bridge_nf_call_iptables', s.bridgeNf ? 1 : 0);
  publish(core, d.host);
  const rules = s.rules ? filter(core, d.host) : [];
  gateway(core, d.lan, d.peer, '192.168.56.11');
  const third = container(core, d.host, d.bridge, 'third', 0x9ae3d0a70777, '172.17.0.4', '172.17.0.1');
  const [near, far] = overlay(core, d, s.csum);
  const boxes = [d.cli, d.web, third, near, far].map((b) => b.ns);
  const udp = (ns: number, port: number): number => {
    const sock = core.sockOpen(ns, SockType.UDP, 4, 17);
    core.sockBind(sock, ANY, port);
    return sock;
  };
  const senders = [d.cli.ns, third.ns, d.lan, near.ns, far.ns].flatMap((ns) => [udp(ns, 4000), udp(ns, 4001)]);
  const receivers = [
    udp(d.web.ns, 53),
    udp(d.web.ns, 5000),
    udp(d.lan, 53),
    udp(far.ns, 53),
    udp(d.host, 53),
    udp(near.ns, 53),
  ];
  const listeners = [d.web.ns, d.lan, far.ns].map((ns) => {
    const sock = core.sockOpen(ns, SockType.TCP, 4, 6);
    core.sockBind(sock, ANY, 5000);
    core.sockListen(sock, 16);
    return sock;
  });
  core.run(core.now() + 3e9);
  core.events(() => {});
  return {
    core,
    d,
    ns: [...boxes, d.lan, d.host],
    devs: [
      d.eth0,
      d.peer,
      d.bridge,
      d.web.port,
      d.web.eth,
      d.cli.port,
      d.cli.eth,
      third.port,
      near.vx,
      near.port,
      far.vx,
      far.eth,
      near.bridge,
    ],
    bridges: [d.bridge, near.bridge, far.bridge],
    chains: [Hook.FORWARD, Hook.INPUT].map((h) => core.nfBuiltin(d.host, 4, Table.FILTER, h)),
    rules,
    toggled: new Map(),
    senders,
    receivers,
    listeners,
    streams: [],
    capture: 0,
    traced: false,
  };
}
