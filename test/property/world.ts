/** Small worlds for properties: machines, bridges, rules, sockets, and things that may happen to them, replayably. */
import fc from 'fast-check';
import { type Core, Hook, SockType, Table, Target } from '../../src/linux/core/core.ts';
import type { Wasm } from '../../src/linux/core/wasm.ts';
import { SLAB_IDS } from '../wasm/slabs.ts';
import { a4, docker, gateway, newCoreWithExports, ping, publish } from '../wasm/world.ts';
import { frame } from './frames.ts';

export type Raw = Wasm & { frameSend(dev: number, at: number, len: number): number; slabUsed(id: number): number };

/** How a world is made. */
export interface Shape {
  /** Latencies, ms, of the LAN's wire and of the containers'. */
  readonly latency: readonly [number, number, number];
  readonly published: boolean;
  readonly dropsIcmp: boolean;
  readonly hairpin: boolean;
  readonly mtu: number;
}

export const shape: fc.Arbitrary<Shape> = fc.record({
  latency: fc.tuple(fc.constantFrom(0, 5, 40), fc.constantFrom(0, 3), fc.constantFrom(0, 7)),
  published: fc.boolean(),
  dropsIcmp: fc.boolean(),
  hairpin: fc.boolean(),
  mtu: fc.constantFrom(1500, 1500, 576),
});

export interface World {
  readonly core: Core;
  readonly w: Raw;
  /** Namespaces and devices by role: cli, web, lan, host. */
  readonly ns: readonly number[];
  readonly devs: readonly number[];
  readonly addresses: readonly string[];
  readonly capture: number;
  /** Sockets that were opened; -1 those that are closed. */
  readonly socks: number[];
  readonly listener: number;
}

/** A core that worlds are built in, one after the other: compiling one for each would take longer than the tests. */
export interface Ground {
  readonly core: Core;
  readonly w: Raw;
  /** What it was when nothing was in it. */
  readonly empty: Uint8Array;
}

export async function ground(seed: number): Promise<Ground> {
  const { core, exports } = await newCoreWithExports(seed);
  return { core, w: exports as Raw, empty: core.snapshot() };
}

/** Makes the machines of a shape. What was in the core is gone. */
export function build({ core, w, empty }: Ground, s: Shape): World {
  core.restore(empty);
  const d = docker(core);
  if (s.published) publish(core, d.host);
  if (s.dropsIcmp)
    core.nfRuleAdd(core.nfBuiltin(d.host, 4, Table.FILTER, Hook.FORWARD), -1, { proto: 1, target: Target.DROP });
  gateway(core, d.lan, d.peer, '192.168.56.11');
  core.devSet(d.web.port, 'hairpin', s.hairpin ? 1 : 0);
  core.devSet(d.peer, 'mtu', s.mtu);
  core.devSet(d.eth0, 'mtu', s.mtu);
  for (const dev of [d.eth0, d.peer]) core.devSet(dev, 'latencyNs', s.latency[0] * 1e6);
  for (const dev of [d.web.eth, d.web.port]) core.devSet(dev, 'latencyNs', s.latency[1] * 1e6);
  for (const dev of [d.cli.eth, d.cli.port]) core.devSet(dev, 'latencyNs', s.latency[2] * 1e6);
  const listener = core.sockOpen(d.web.ns, SockType.TCP, 4, 6);
  core.sockBind(listener, a4('0.0.0.0'), 5000);
  core.sockListen(listener, 8);
  const udp = core.sockOpen(d.web.ns, SockType.UDP, 4, 17);
  core.sockBind(udp, a4('0.0.0.0'), 53);
  return {
    core,
    w,
    ns: [d.cli.ns, d.web.ns, d.lan, d.host],
    devs: [d.cli.eth, d.web.eth, d.peer, d.bridge, d.web.port],
    addresses: ['172.17.0.2', '172.17.0.3', '192.168.56.11', '192.168.56.13', '172.17.0.1', '172.17.0.99', '10.9.8.7'],
    capture: core.captureAdd(0, 0, 0),
    socks: [listener, udp],
    listener,
  };
}

/** Something that happens; numbers choose among what there is. */
export type Op =
  | { readonly op: 'ping'; readonly from: number; readonly to: number; readonly size: number }
  | {
      readonly op: 'datagram';
      readonly from: number;
      readonly to: number;
      readonly port: number;
      readonly size: number;
    }
  | { readonly op: 'connect'; readonly from: number; readonly to: number; readonly port: number }
  | { readonly op: 'accept' | 'read' | 'close' | 'shut'; readonly sock: number }
  | { readonly op: 'write'; readonly sock: number; readonly size: number }
  | { readonly op: 'run'; readonly ms: number }
  | { readonly op: 'frame'; readonly dev: number; readonly bytes: Uint8Array }
  | { readonly op: 'carrier'; readonly dev: number; readonly up: boolean };

const n = fc.nat(1000);
export const op: fc.Arbitrary<Op> = fc.oneof(
  fc.record({ op: fc.constant('ping' as const), from: n, to: n, size: fc.constantFrom(0, 56, 1472, 3000) }),
  fc.record({
    op: fc.constant('datagram' as const),
    from: n,
    to: n,
    port: fc.constantFrom(53, 8080, 9),
    size: fc.constantFrom(0, 100, 4000),
  }),
  fc.record({ op: fc.constant('connect' as const), from: n, to: n, port: fc.constantFrom(5000, 8080, 22) }),
  fc.record({ op: fc.constantFrom('accept' as const, 'read' as const, 'close' as const, 'shut' as const), sock: n }),
  fc.record({ op: fc.constant('write' as const), sock: n, size: fc.constantFrom(1, 500, 20_000) }),
  { weight: 3, arbitrary: fc.record({ op: fc.constant('run' as const), ms: fc.constantFrom(0, 1, 4, 20, 300, 2000) }) },
  fc.record({ op: fc.constant('frame' as const), dev: n, bytes: frame }),
  { weight: 1, arbitrary: fc.record({ op: fc.constant('carrier' as const), dev: n, up: fc.boolean() }) },
);

const pick = <T>(list: readonly T[], i: number): T => list[i % list.length] as T;

/** Puts a frame on a device, as a packet socket does. */
export function send(w: Raw, dev: number, bytes: Uint8Array): number {
  const at = w.scratch() + 4096;
  new Uint8Array(w.memory.buffer).set(bytes, at);
  return w.frameSend(dev, at, bytes.length);
}

function write(core: Core, sock: number, size: number): number {
  return core.sockSend(sock, new Uint8Array(size).fill(size));
}

/** Does one thing. @returns what it answered */
export function apply(world: World, o: Op): unknown {
  const { core, ns, addresses, socks } = world;
  switch (o.op) {
    case 'ping':
      socks.push(ping(core, pick(ns, o.from), pick(addresses, o.to), o.from, o.to, o.size));
      return socks.at(-1);
    case 'datagram': {
      const s = core.sockOpen(pick(ns, o.from), SockType.UDP, 4, 17);
      socks.push(s);
      return core.sockSend(s, new Uint8Array(o.size).fill(7), a4(pick(addresses, o.to)), o.port);
    }
    case 'connect': {
      const s = core.sockOpen(pick(ns, o.from), SockType.TCP, 4, 6);
      socks.push(s);
      return core.sockConnect(s, a4(pick(addresses, o.to)), o.port);
    }
    case 'run':
      core.run(core.now() + o.ms * 1e6);
      return core.now();
    case 'frame':
      return send(world.w, pick(world.devs, o.dev), o.bytes);
    case 'carrier':
      return core.devSet(pick(world.devs, o.dev), 'up', o.up ? 1 : 0);
    case 'accept': {
      const s = core.sockAccept(world.listener);
      if (s > 0) socks.push(s);
      return s;
    }
  }
  const i = 2 + (o.sock % Math.max(1, socks.length - 2));
  const sock = socks[i];
  if (sock === undefined || sock <= 0) return undefined;
  if (o.op === 'write') return write(core, sock, o.size);
  if (o.op === 'read') {
    const got = core.sockRecv(sock, 4096);
    return typeof got === 'number' ? got : Buffer.from(got).toString('hex');
  }
  if (o.op === 'shut') return core.sockShutdown(sock, 2);
  core.sockClose(sock);
  socks[i] = -1;
  return undefined;
}

/** All that can be seen from outside of what has happened: answers, events, frames, counters. */
export function play(world: World, ops: readonly Op[]): unknown[] {
  const { core } = world;
  const seen: unknown[] = [];
  for (const o of ops) {
    seen.push(apply(world, o));
    core.events((...e) => seen.push(e));
    for (let f = core.captureRead(world.capture); f; f = core.captureRead(world.capture))
      seen.push([f.time, f.dev, f.pkttype, f.packet, Buffer.from(f.bytes).toString('hex')]);
  }
  seen.push(
    core.drops(),
    core.now(),
    core.next(),
    world.devs.map((d) => core.devStats(d)),
  );
  for (const ns of world.ns) seen.push(core.conns(ns), core.socks(ns), core.neighs(ns));
  return seen;
}

/** Records in use of what must come back when nothing is under way: packets, buffers, datagrams in pieces. */
export const inFlight = (w: Raw): number[] =>
  [SLAB_IDS.packet, SLAB_IDS.buffer, SLAB_IDS.jumbo, SLAB_IDS.datagram].map((id) => w.slabUsed(id));
