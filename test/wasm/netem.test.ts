import { expect, test } from 'vitest';
import { type Core, type CoreQdisc, SockType } from '../../src/linux/core/core.ts';
import * as abi from '../../wasm/abi.ts';
import { SLAB_IDS } from './slabs.ts';
import { a4, address, machine, newCore, newCoreWithExports } from './world.ts';

const MS = 1e6;
/** A probability as the core has it. */
const part = (p: number): number => Math.round(p * 0xffffffff);

/** Two machines on one cable; a sends numbered datagrams to b. */
function cable(core: Core) {
  const a = machine(core);
  const b = machine(core);
  const [da, db] = core.vethAdd(a, 'eth0', 0x020000000001, b, 'eth0', 0x020000000002);
  core.devSet(da, 'up', 1);
  core.devSet(db, 'up', 1);
  address(core, a, da, '192.0.2.1', 24);
  address(core, b, db, '192.0.2.2', 24);
  core.neighSet(da, a4('192.0.2.2'), 0x020000000002, true);
  core.neighSet(db, a4('192.0.2.1'), 0x020000000001, true);
  const to = core.sockOpen(b, SockType.UDP, 4, 17);
  core.sockBind(to, a4('0.0.0.0'), 7000);
  const from = core.sockOpen(a, SockType.UDP, 4, 17);
  const send = (n: number, size = 100): void => {
    const m = new Uint8Array(size);
    new DataView(m.buffer).setUint32(0, n);
    core.sockSend(from, m, a4('192.0.2.2'), 7000);
  };
  /** Numbers that have arrived since, and when. */
  const got = (): { n: number; at: number }[] => {
    const out: { n: number; at: number }[] = [];
    for (let d = core.sockRecvFrom(to); typeof d !== 'number'; d = core.sockRecvFrom(to))
      out.push({ n: new DataView(d.data.buffer, d.data.byteOffset).getUint32(0), at: d.time });
    return out;
  };
  return { a, b, da, db, send, got };
}

const netem = (over: Partial<CoreQdisc>): CoreQdisc => ({
  kind: abi.QDISC_NETEM,
  handle: 0x10000,
  parent: abi.QDISC_ROOT,
  limit: 1000,
  ...over,
});
const tbf = (over: Partial<CoreQdisc>): CoreQdisc => ({
  kind: abi.QDISC_TBF,
  handle: 0x10000,
  parent: abi.QDISC_ROOT,
  limit: 1e6,
  burst: 2000,
  rate: 125_000,
  ...over,
});

/** Sends `count` datagrams `gap` ns apart through a discipline and lets all arrive. */
async function play(settings: CoreQdisc, count: number, gap: number, seed = 1) {
  const core = await newCore(seed);
  const w = cable(core);
  expect(core.qdiscSet(w.da, settings, true)).toBe(0);
  const sent: number[] = [];
  const arrived: ReturnType<typeof w.got> = [];
  const start = core.now();
  for (let i = 0; i < count; i++) {
    core.run(start + i * gap);
    sent.push(core.now());
    w.send(i);
    arrived.push(...w.got());
  }
  core.run(core.now() + 100e9);
  arrived.push(...w.got());
  return { core, w, sent, arrived, delays: arrived.map((g) => g.at - (sent[g.n] as number)), q: core.qdiscs(w.da)[0] };
}

test('delay: every packet that much later, and seen by the sender when it leaves', async () => {
  const { delays, arrived, q } = await play(netem({ delayNs: 100 * MS }), 20, 10 * MS);
  expect(arrived.map((g) => g.n)).toEqual(Array.from({ length: 20 }, (_, i) => i));
  for (const d of delays) expect(d).toBeGreaterThanOrEqual(100 * MS);
  for (const d of delays) expect(d).toBeLessThan(100.2 * MS);
  expect(q).toMatchObject({ packets: 20, bytes: 20 * 142, drops: 0, backlog: 0, qlen: 0 });
  const core = await newCore();
  const w = cable(core);
  core.qdiscSet(w.da, netem({ delayNs: 100 * MS }), true);
  const cap = core.captureAdd(w.a, w.da, 0);
  w.send(1);
  expect(core.qdiscs(w.da)[0]).toMatchObject({ backlog: 142, qlen: 1, packets: 0 });
  expect(core.captureRead(cap)).toBeUndefined();
  core.run(core.now() + 200 * MS);
  expect(core.captureRead(cap)?.pkttype).toBe(4);
});

test('jitter reorders without a rate, and not with one', async () => {
  const order = (r: { arrived: { n: number }[] }): boolean => r.arrived.every((g, i) => g.n === i);
  const loose = await play(netem({ delayNs: 50 * MS, jitterNs: 20 * MS }), 200, 1 * MS);
  expect(loose.arrived).toHaveLength(200);
  expect(order(loose)).toBe(false);
  for (const d of loose.delays) expect(d).toBeGreaterThanOrEqual(30 * MS);
  for (const d of loose.delays) expect(d).toBeLessThan(70.2 * MS);
  expect(Math.max(...loose.delays) - Math.min(...loose.delays)).toBeGreaterThan(30 * MS);
  expect(order(await play(netem({ delayNs: 50 * MS, jitterNs: 20 * MS, rate: 1e6 }), 200, 1 * MS))).toBe(true);
});

test('a distribution shapes the jitter', async () => {
  const core = await newCore();
  const w = cable(core);
  // all at two sigma
  core.netemDist(1, new Int16Array(4096).fill(16384));
  core.qdiscSet(w.da, netem({ delayNs: 50 * MS, jitterNs: 5 * MS, dist: 1 }), true);
  const at = core.now();
  w.send(1);
  core.run(at + 1e9);
  expect(w.got()[0]?.at).toBeGreaterThan(at + 60 * MS);
});

test('loss of everything loses everything, and counts it', async () => {
  const { core, arrived, q } = await play(netem({ loss: [0xffffffff, 0] }), 50, MS);
  expect(arrived).toEqual([]);
  expect(q).toMatchObject({ drops: 50, packets: 0 });
  expect(core.drops()[abi.DROP_QDISC_LOSS]).toBe(50);
});

test('loss, duplication and corruption come as often as asked', async () => {
  const N = 2000;
  const lossy = await play(netem({ loss: [part(0.1), 0] }), N, MS);
  expect(lossy.q?.drops).toBeGreaterThan(N * 0.07);
  expect(lossy.q?.drops).toBeLessThan(N * 0.13);
  expect(lossy.arrived).toHaveLength(N - (lossy.q?.drops ?? 0));
  const double = await play(netem({ duplicate: [part(0.2), 0] }), N, MS);
  expect(double.arrived.length).toBeGreaterThan(N * 1.16);
  expect(double.arrived.length).toBeLessThan(N * 1.24);
  // one flipped bit is found by a checksum, or was in the addresses
  const torn = await play(netem({ corrupt: [part(0.25), 0] }), N, MS);
  expect(torn.q?.packets).toBe(N);
  expect(torn.arrived.length).toBeGreaterThan(N * 0.7);
  expect(torn.arrived.length).toBeLessThan(N * 0.8);
});

test('correlated loss comes in runs', async () => {
  const runs = (r: { arrived: { n: number }[] }): number => {
    let count = 0;
    for (let i = 1; i < r.arrived.length; i++) if (r.arrived[i]!.n !== r.arrived[i - 1]!.n + 1) count++;
    return count;
  };
  const gilbert = await play(netem({ model: abi.LOSS_GEMODEL, chain: [part(0.02), part(0.2), 0, 0, 0] }), 3000, MS);
  const lost = gilbert.q?.drops ?? 0;
  expect(lost).toBeGreaterThan(100);
  expect(lost / runs(gilbert)).toBeGreaterThan(3);
  const plain = await play(netem({ loss: [part(lost / 3000), 0] }), 3000, MS);
  expect((plain.q?.drops ?? 0) / runs(plain)).toBeLessThan(1.5);
  const states = await play(netem({ model: abi.LOSS_STATES, chain: [part(0.05), part(0.5), 0, 0, 0] }), 2000, MS);
  expect(states.q?.drops).toBeGreaterThan(60);
});

test('reordering: one packet in every gap goes at once', async () => {
  const { arrived, q } = await play(netem({ delayNs: 10 * MS, reorder: [0xffffffff, 0], gap: 5 }), 20, MS);
  expect(q?.requeues).toBe(4);
  // the fifth overtakes the four before it
  expect(arrived.slice(0, 5).map((g) => g.n)).toEqual([4, 9, 0, 1, 2]);
});

test('the limit counts packets', async () => {
  const core = await newCore();
  const w = cable(core);
  core.qdiscSet(w.da, netem({ delayNs: 1000 * MS, limit: 10 }), true);
  for (let i = 0; i < 25; i++) w.send(i);
  expect(core.qdiscs(w.da)[0]).toMatchObject({ qlen: 10, drops: 15 });
  core.run(core.now() + 2e9);
  expect(w.got().map((g) => g.n)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(core.drops()[abi.DROP_QDISC_FULL]).toBe(15);
});

test("netem's rate lets bytes through at that rate", async () => {
  const { arrived, sent } = await play(netem({ rate: 14_200 }), 100, 0);
  const took = (arrived.at(-1)?.at ?? 0) - (sent[0] ?? 0);
  // 142 bytes at 14200 bytes/s: 10 ms each
  expect(took / MS).toBeGreaterThan(999);
  expect(took / MS).toBeLessThan(1003);
});

test('tbf: a burst at once, the rest at the rate, the queue by bytes', async () => {
  const { arrived, sent, q, core } = await play(tbf({ rate: 14_200, burst: 1420, limit: 5000 }), 100, 0);
  const start = sent[0] as number;
  const early = arrived.filter((g) => g.at < start + 2 * MS);
  expect(early.length).toBeGreaterThanOrEqual(10);
  expect(early.length).toBeLessThanOrEqual(12);
  // 5000 bytes wait: 35 packets
  expect(arrived).toHaveLength(early.length + 35);
  expect(((arrived.at(-1)?.at ?? 0) - start) / MS).toBeGreaterThan(345);
  expect(q).toMatchObject({ drops: 100 - arrived.length, qlen: 0, backlog: 0 });
  expect(q?.overlimits).toBeGreaterThan(30);
  expect(core.drops()[abi.DROP_QDISC_FULL]).toBe(q?.drops);
});

test('tbf: a packet larger than the bucket never fits; a peak rate spreads the burst', async () => {
  const small = await play(tbf({ burst: 100 }), 5, MS);
  expect(small.arrived).toEqual([]);
  expect(small.core.drops()[abi.DROP_QDISC_SIZE]).toBe(5);
  const { arrived, sent } = await play(tbf({ rate: 14_200, burst: 14_200, peak: 28_400, mtu: 200 }), 20, 0);
  expect(((arrived.at(-1)?.at ?? 0) - (sent[0] ?? 0)) / MS).toBeGreaterThan(85);
});

test('one inside the other: tbf under netem delays and limits, netem under tbf too', async () => {
  for (const [outer, inner] of [
    [netem({ delayNs: 50 * MS }), tbf({ rate: 14_200, burst: 200, parent: 0x10001, handle: 0x20000 })],
    [tbf({ rate: 14_200, burst: 200 }), netem({ delayNs: 50 * MS, parent: 0x10001, handle: 0x20000 })],
  ] as const) {
    const core = await newCore();
    const w = cable(core);
    expect(core.qdiscSet(w.da, outer, true)).toBe(0);
    expect(core.qdiscSet(w.da, inner, true)).toBe(0);
    const start = core.now();
    for (let i = 0; i < 20; i++) w.send(i);
    core.run(start + 10e9);
    const got = w.got();
    expect(got.map((g) => g.n)).toEqual(Array.from({ length: 20 }, (_, i) => i));
    expect(got[0]!.at - start).toBeGreaterThan(50 * MS);
    expect(got[19]!.at - start).toBeGreaterThan((50 + 180) * MS);
    expect(core.qdiscs(w.da).map((q) => [q.packets, q.qlen, q.backlog])).toEqual([
      [20, 0, 0],
      [20, 0, 0],
    ]);
  }
});

test('same seed, same sequence; another seed, another', async () => {
  const settings = netem({ delayNs: 20 * MS, jitterNs: 10 * MS, loss: [part(0.2), 0], duplicate: [part(0.1), 0] });
  const one = await play(settings, 100, MS, 5);
  expect((await play(settings, 100, MS, 5)).arrived).toEqual(one.arrived);
  expect((await play(settings, 100, MS, 6)).arrived).not.toEqual(one.arrived);
  // a seed of its own is the same chance whatever the lab's
  const own = { ...settings, seed: 77n };
  const numbers = (r: { arrived: { n: number }[] }): number[] => r.arrived.map((g) => g.n).sort((x, y) => x - y);
  expect(numbers(await play(own, 100, MS, 5))).toEqual(numbers(await play(own, 100, MS, 6)));
});

test('a queue that goes, or whose device goes, gives its packets back', async () => {
  const { core, exports } = await newCoreWithExports();
  const used = (): number[] =>
    [SLAB_IDS.packet, SLAB_IDS.buffer, SLAB_IDS.timer].map((id) =>
      (exports as { slabUsed(i: number): number }).slabUsed(id),
    );
  const w = cable(core);
  const before = used();
  const ends: (() => void)[] = [
    () => core.qdiscDel(w.da, abi.QDISC_ROOT, 0),
    () => core.qdiscSet(w.da, netem({}), true),
    () => core.devSet(w.da, 'up', 0),
  ];
  for (const end of ends) {
    core.qdiscSet(w.da, netem({ delayNs: 1e9, duplicate: [part(0.5), 0] }), true);
    for (let i = 0; i < 10; i++) w.send(i);
    expect(used()).not.toEqual(before);
    end();
    expect(used()).toEqual(before);
  }
  expect(core.drops()[abi.DROP_QDISC_GONE]).toBeGreaterThanOrEqual(30);
  core.devSet(w.da, 'up', 1);
  for (let i = 0; i < 10; i++) w.send(i);
  core.devDel(w.da);
  core.run(core.now() + 5e9);
  expect(used()[0]).toBe(before[0]);
});
