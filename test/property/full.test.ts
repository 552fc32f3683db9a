/** Full tables drop with a counted reason, and all is as before when their time is over. Beside test/wasm/capacity.test.ts. */
import { expect, test } from 'vitest';
import { SockType } from '../../src/linux/core/core.ts';
import * as abi from '../../wasm/abi.ts';
import { SLAB_IDS } from '../wasm/slabs.ts';
import { a4, answers, ping } from '../wasm/world.ts';
import { build, ground, inFlight, type Shape, send, type World } from './world.ts';

const SHAPE: Shape = { latency: [0, 0, 0], published: true, dropsIcmp: false, hairpin: false, mtu: 1500 };

const make = async (shape: Partial<Shape> = {}): Promise<World> => build(await ground(1), { ...SHAPE, ...shape });

const drops = (world: World, reason: number): number => world.core.drops()[reason] ?? 0;

/** A ping between two machines is answered. */
function answered({ core, ns }: World): boolean {
  const s = ping(core, ns[0] as number, '192.168.56.13', 9, 1);
  core.run(core.now() + 2e9);
  const got = answers(core, s);
  core.sockClose(s);
  return got.includes('192.168.56.13 0');
}

/** Everything that a flood left behind is gone after a while, and the world works. */
function recovers(world: World, before: readonly number[]): void {
  world.core.run(world.core.now() + 200e9);
  expect(inFlight(world.w)).toEqual(before);
  expect(answered(world)).toBe(true);
}

/** Sends datagrams from the container until a reason has been counted. @returns how many that took */
function until(world: World, reason: number, one: (i: number) => void, most = 20_000): number {
  const was = drops(world, reason);
  for (let i = 0; i < most; i++) {
    if (drops(world, reason) > was) return i;
    one(i);
  }
  throw new Error(`reason ${reason} was not met in ${most} rounds`);
}

const address = (i: number): string => `172.17.${(i >> 8) & 255}.${i & 255}`;

test('too many packets for one silent neighbour: the oldest give way', async () => {
  const world = await make();
  const before = inFlight(world.w);
  const s = world.core.sockOpen(world.ns[0] as number, SockType.UDP, 4, 17);
  const n = until(world, abi.DROP_NEIGH_QUEUE, () => world.core.sockSend(s, new Uint8Array(10), a4('172.17.9.9'), 9));
  expect(n).toBe(102);
  recovers(world, before);
});

test('too many silent neighbours: the table or the buffers are full, and the rest is counted', async () => {
  const world = await make();
  const before = inFlight(world.w);
  const { core } = world;
  const s = core.sockOpen(world.ns[0] as number, SockType.UDP, 4, 17);
  const full = (): number => drops(world, abi.DROP_NEIGH_FULL) + drops(world, abi.DROP_NO_BUFFER);
  let n = 0;
  for (; full() === 0 && n < 60_000; n++) core.sockSend(s, new Uint8Array(10), a4(address(256 + n)), 9);
  expect(n).toBeGreaterThan(1000);
  expect(full()).toBeGreaterThan(0);
  // Each that was sent waits, or is counted.
  recovers(world, before);
});

test('a flood over a slow wire: what there is no room for is counted', async () => {
  const world = await make({ latency: [40, 3, 7] });
  const before = inFlight(world.w);
  const { core } = world;
  expect(answered(world)).toBe(true);
  const s = core.sockOpen(world.ns[0] as number, SockType.UDP, 4, 17);
  const lost = (): number => core.drops().reduce((sum, n) => sum + n, 0);
  const was = lost();
  let n = 0;
  for (; lost() === was && n < 200_000; n++) core.sockSend(s, new Uint8Array(100), a4('192.168.56.13'), 9);
  expect(n).toBeGreaterThan(500);
  expect(lost()).toBeGreaterThan(was);
  recovers(world, before);
});

/** A first fragment, of datagram `id`, from the container to the host. */
function fragment(id: number): Uint8Array {
  const f = new Uint8Array(14 + 28);
  f.set([0x22, 0xa4, 0x9f, 0x7e, 0x0a, 0x1e, 0xea, 0x8f, 0x60, 0xa7, 0xbc, 0x85, 8, 0]);
  f.set([0x45, 0, 0, 28, id >> 8, id & 255, 0x20, 0, 64, 17, 0, 0, 172, 17, 0, 3, 172, 17, 0, 1], 14);
  let sum = 0;
  for (let i = 14; i < 34; i += 2) sum += (f[i]! << 8) | f[i + 1]!;
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  f.set([(~sum >> 8) & 255, ~sum & 255], 24);
  return f;
}

test('too many datagrams in pieces: the rest is dropped until their time is over', async () => {
  const world = await make();
  const before = inFlight(world.w);
  const n = until(world, abi.DROP_FRAG_FULL, (i) => send(world.w, world.devs[0] as number, fragment(i)));
  expect(n).toBeGreaterThan(100);
  expect(drops(world, abi.DROP_FRAG_TIMEOUT)).toBe(0);
  world.core.run(world.core.now() + 31e9);
  expect(drops(world, abi.DROP_FRAG_TIMEOUT)).toBe(n - 1);
  recovers(world, before);
});

test('a program that does not read: its socket drops, and says how many', async () => {
  const world = await make();
  const { core } = world;
  const before = inFlight(world.w);
  const s = core.sockOpen(world.ns[0] as number, SockType.UDP, 4, 17);
  until(world, abi.DROP_SOCK_BUFFER, () => core.sockSend(s, new Uint8Array(1000), a4('172.17.0.2'), 53));
  // What it has room for again, it takes.
  const udp = world.socks[1] as number;
  for (let d = core.sockRecvFrom(udp); typeof d !== 'number'; d = core.sockRecvFrom(udp));
  core.sockSend(s, new Uint8Array(1000), a4('172.17.0.2'), 53);
  expect(core.sockRecvFrom(udp)).toMatchObject({ port: expect.any(Number) });
  recovers(world, before);
});

test('captures, events and traces that nobody reads lose the rest, counted, and hold up nothing', async () => {
  const world = await make();
  const { core } = world;
  const before = inFlight(world.w);
  core.trace(true);
  const s = core.sockOpen(world.ns[0] as number, SockType.UDP, 4, 17);
  for (let i = 0; i < 1500; i++) core.sockSend(s, new Uint8Array(400), a4('172.17.0.2'), 53);
  expect(core.captureDropped(world.capture)).toBeGreaterThan(500);
  expect(core.traceLost()).toBeGreaterThan(500);
  core.trace(false);
  let frames = 0;
  while (core.captureRead(world.capture)) frames++;
  expect(frames).toBeGreaterThan(300);
  recovers(world, before);
});

test('many half-open connections and timers: what is refused leaves nothing', async () => {
  const world = await make();
  const { core } = world;
  const before = inFlight(world.w);
  const opened: number[] = [];
  for (let i = 0; i < 3000; i++) {
    const s = core.sockOpen(world.ns[0] as number, SockType.TCP, 4, 6);
    if (s <= 0) break;
    opened.push(s);
    core.sockConnect(s, a4('172.17.0.2'), 5000);
  }
  expect(opened.length).toBeGreaterThan(1000);
  core.run(core.now() + 5e9);
  for (const s of opened) core.sockClose(s);
  for (let s = core.sockAccept(world.listener); s > 0; s = core.sockAccept(world.listener)) core.sockClose(s);
  core.run(core.now() + 6 * 86_400e9);
  expect(world.w.slabUsed(SLAB_IDS.connection)).toBe(0);
  recovers(world, before);
});
