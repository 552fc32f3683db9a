/** Copies of a flooded request of ARP that wait together cannot be told from those that do not, as they do while all is traced. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Core } from '../../src/linux/core/core.ts';
import * as abi from '../../wasm/abi.ts';
import { a4, address, container, machine } from '../wasm/world.ts';
import { type Ground, ground } from './world.ts';

const BOXES = 6;
const MAC = 0x020000000010;

/** A bridge with containers; one has its device in a bridge of its own, one a macvlan on it, one a second address. */
function build({ core, empty }: Ground, traced: boolean) {
  core.restore(empty);
  core.trace(traced);
  const host = machine(core);
  const bridge = core.bridgeAdd(host, 'br0', 0x020000000001);
  core.devSet(bridge, 'up', 1);
  address(core, host, bridge, '172.17.0.1', 16);
  const boxes = Array.from({ length: BOXES }, (_, i) =>
    container(core, host, bridge, `c${i}`, MAC + i, `172.17.0.${i + 2}`, '172.17.0.1'),
  );
  const [inner, under, twice] = boxes as [Box, Box, Box];
  const own = core.bridgeAdd(inner.ns, 'br0', 0x020000000002);
  core.devSet(own, 'up', 1);
  core.devSet(inner.eth, 'master', own);
  const nested = container(core, inner.ns, own, 'n', 0x020000000003, '172.17.0.20', '172.17.0.2');
  const child = machine(core);
  const mac = core.upperAdd(child, abi.DEV_MACVLAN, 'eth0', 0x020000000004, under.eth, abi.MACVLAN_BRIDGE);
  core.devSet(mac, 'up', 1);
  address(core, child, mac, '172.17.0.30', 16);
  core.addrAdd(twice.eth, a4('172.17.0.40'), 16);
  const capture = core.captureAdd(0, 0, 0);
  const ns = [host, ...boxes.map((b) => b.ns), nested.ns, child];
  const ends = [...boxes.map((b) => b.eth), nested.eth, mac, bridge];
  return { core, ns, boxes, ends, devs: [...ends, ...boxes.map((b) => b.port), own], capture };
}

type Box = ReturnType<typeof container>;
type World = ReturnType<typeof build>;

const pick = <T>(list: readonly T[], i: number): T => list[i % list.length] as T;

/** Addresses of machines, of nobody, of a loopback, of a group. */
const IP = [
  ...Array.from({ length: 8 }, (_, i) => `172.17.0.${i}`),
  '172.17.0.20',
  '172.17.0.30',
  '172.17.0.40',
].concat(['10.9.0.7', '172.17.255.255', '127.0.0.1', '224.0.0.1', '0.0.0.0']);

interface Message {
  readonly by: number;
  readonly spa: number;
  readonly tpa: number;
  readonly op: number;
  readonly to: number;
  readonly length: number;
}

/** A message of ARP by hand. */
function message(core: Core, dev: number, m: Message): Uint8Array {
  const f = new Uint8Array(m.length);
  const v = new DataView(f.buffer);
  const mac = (at: number, x: number): void => {
    v.setUint16(at, Math.floor(x / 2 ** 32));
    v.setUint32(at + 2, x >>> 0);
  };
  mac(0, m.to);
  mac(6, core.devMac(dev));
  v.setUint16(12, 0x0806);
  if (m.length < 42) return f;
  v.setUint32(14, 0x00010800);
  v.setUint32(18, 0x06040000 | m.op);
  mac(22, core.devMac(dev));
  f.set(a4(pick(IP, m.spa)).subarray(12), 28);
  f.set(a4(pick(IP, m.tpa)).subarray(12), 38);
  return f;
}

/** What may be set between messages; a number chooses of whom, another what. */
const SETTINGS: readonly ((w: World, k: number, on: number) => unknown)[] = [
  (w, k, on) => w.core.devSet(pick(w.boxes, k).port, 'isolated', on),
  (w, k, on) => w.core.devSet(pick(w.boxes, k).port, 'hairpin', on),
  (w, k, on) => w.core.devSet(pick(w.boxes, k).port, 'bcast_flood', on),
  (w, k, on) => w.core.devSet(pick(w.boxes, k).port, 'flood', on),
  (w, k, on) => w.core.devSet(pick(w.boxes, k).port, 'learning', on),
  (w, k, on) => w.core.devSet(pick(w.devs, k), 'up', on),
  (w, k) => w.core.devSet(pick(w.devs, k), 'up', 1),
  (w, k, on) => w.core.devSet(pick(w.boxes, k).port, 'latencyNs', on * 3e5),
  (w, k, on) => w.core.confSet(pick(w.ns, k), abi.CONF_ALL, abi.CONF_ARP_ACCEPT, on),
  (w, k, on) => w.core.confSet(pick(w.ns, k), abi.CONF_ALL, abi.CONF_DROP_GRATUITOUS_ARP, on),
  (w, k, on) => w.core.confSet(pick(w.ns, k), abi.CONF_ALL, abi.CONF_ARP_IGNORE, on),
  (w, k, on) => w.core.confSet(pick(w.ns, k), pick(w.ends, k), abi.CONF_PROXY_ARP, on),
  (w, k, on) => (on ? w.core.proxyAdd : w.core.proxyDel)(pick(w.ends, k), a4('10.9.0.7')),
  (w, k, on) =>
    on ? w.core.addrAdd(pick(w.ends, k), a4('10.9.0.7'), 24) : w.core.addrDel(pick(w.ends, k), a4('10.9.0.7')),
  (w, k, on) => w.core.neighSet(pick(w.ends, k), a4(pick(IP, k >> 3)), MAC + 0x99, on === 1),
  (w, k) => w.core.neighDel(pick(w.ends, k), a4(pick(IP, k >> 3))),
  (w, k, on) =>
    on
      ? w.core.qdiscSet(
          pick(w.boxes, k).port,
          { kind: abi.QDISC_NETEM, handle: 0x10000, parent: abi.QDISC_ROOT, limit: 9, seed: 5n, delayNs: 1e5 },
          true,
        )
      : w.core.qdiscDel(pick(w.boxes, k).port, abi.QDISC_ROOT, 0),
];

type Op = Message | { readonly what: number; readonly which: number; readonly on: number } | { readonly ms: number };

const n = fc.nat(1000);
const op: fc.Arbitrary<Op> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record<Message>({
      by: n,
      spa: n,
      tpa: n,
      op: fc.constantFrom(1, 1, 1, 1, 2, 9),
      to: fc.constantFrom(0xffffffffffff, 0xffffffffffff, 0xffffffffffff, MAC, MAC + 1, 0x020000000077, 0x01005e000001),
      length: fc.constantFrom(42, 42, 42, 60, 30),
    }),
  },
  { weight: 2, arbitrary: fc.record({ what: n, which: n, on: fc.nat(1) }) },
  { weight: 1, arbitrary: fc.record({ ms: fc.constantFrom(0, 1, 3000, 70_000) }) },
);

/** Plays ops. @returns all that can be seen, and how many frames */
function play(w: World, ops: readonly Op[]): { seen: unknown[]; frames: number } {
  const { core } = w;
  const seen: unknown[] = [];
  let frames = 0;
  for (const o of ops) {
    if ('ms' in o) core.run(core.now() + o.ms * 1e6);
    else if ('what' in o) pick(SETTINGS, o.what)(w, o.which, o.on);
    else if (o.by % 4 === 0) core.announce(pick(w.ends, o.by), a4(pick(IP, o.spa)));
    else core.frameSend(pick(w.ends, o.by), message(core, pick(w.ends, o.by), o));
    for (let f = core.captureRead(w.capture); f; f = core.captureRead(w.capture), frames++)
      seen.push([f.time, f.dev, f.pkttype, f.packet, Buffer.from(f.bytes).toString('hex')]);
    core.events((...e) => seen.push(e));
    core.traceRead(() => {});
    seen.push([
      core.now(),
      core.next(),
      core.drops(),
      w.devs.map((d) => core.devStats(d)),
      w.ns.map((x) => core.neighs(x)),
    ]);
  }
  return { seen, frames };
}

test('counters, clock, captures, neighbours and answers are the same', async () => {
  const g = await ground(1);
  let frames = 0;
  fc.assert(
    fc.property(fc.array(op, { minLength: 5, maxLength: 60, size: 'max' }), (ops) => {
      const got = play(build(g, false), ops);
      const want = play(build(g, true), ops);
      const differ = want.seen.findIndex((x, i) => JSON.stringify(x) !== JSON.stringify(got.seen[i]));
      if (differ >= 0) expect(got.seen[differ]).toEqual(want.seen[differ]);
      expect(got.seen.length).toBe(want.seen.length);
      frames += got.frames;
    }),
    { numRuns: 60, seed: 1, endOnFailure: true },
  );
  // Not a world in which nothing is flooded.
  expect(frames).toBeGreaterThan(60 * 100);
});
