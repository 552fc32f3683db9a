import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Core } from '../../src/linux/core/core.ts';
import type { Wasm } from '../../src/linux/core/wasm.ts';
import { SLAB_IDS } from './slabs.ts';
import { a4, docker, newCoreWithExports, ping, publish } from './world.ts';

type Raw = Wasm & { frameSend(dev: number, at: number, len: number): number; slabUsed(id: number): number };

/** Records in use of the slabs that must come back to where they were when nothing is in flight. */
const inFlight = (w: Raw): number[] => [SLAB_IDS.packet, SLAB_IDS.buffer, SLAB_IDS.jumbo].map((id) => w.slabUsed(id));

function send(w: Raw, dev: number, frame: Uint8Array): void {
  const at = w.scratch() + 4096;
  new Uint8Array(w.memory.buffer).set(frame, at);
  w.frameSend(dev, at, frame.length);
}

/** Frames that are mostly plausible: right MACs, types, versions, so that they get deep before they fail. */
const frame = fc
  .record({
    dst: fc.constantFrom(0x22a49f7e0a1e, 0xffffffffffff, 0x9ae3d0a70464, 0x01005e000001, 0x123456789abc),
    type: fc.constantFrom(0x0800, 0x0800, 0x0800, 0x0806, 0x86dd, 0x1234),
    first: fc.constantFrom(0x45, 0x45, 0x45, 0x4f, 0x46, 0x60, 0x00),
    proto: fc.constantFrom(1, 6, 17, 47, 58),
    to: fc.constantFrom('172.17.0.1', '172.17.0.2', '192.168.56.11', '192.168.56.13', '127.0.0.1', '255.255.255.255'),
    fix: fc.boolean(),
    body: fc.uint8Array({ minLength: 0, maxLength: 200, size: 'max' }),
  })
  .map(({ dst, type, first, proto, to, fix, body }) => {
    const f = new Uint8Array(14 + body.length);
    for (let i = 0; i < 6; i++) f[i] = Math.floor(dst / 2 ** (8 * (5 - i))) & 255;
    f.set([0xea, 0x8f, 0x60, 0xa7, 0xbc, 0x85, type >> 8, type & 255], 6);
    f.set(body, 14);
    if (type === 0x0800 && body.length >= 20) {
      f[14] = first;
      f[16] = body.length >> 8;
      f[17] = body.length & 255;
      f[20] = fix ? 0 : f[20]!;
      f[21] = fix ? 0 : f[21]!;
      f[23] = proto;
      f.set([172, 17, 0, 3], 26);
      f.set(a4(to).subarray(12), 30);
      f[24] = f[25] = 0;
      let s = 0;
      for (let i = 14; i < Math.min(14 + (first & 15) * 4, f.length); i += 2) s += (f[i]! << 8) | (f[i + 1] ?? 0);
      while (s > 0xffff) s = (s & 0xffff) + (s >>> 16);
      f[24] = (~s >> 8) & 255;
      f[25] = ~s & 255;
    }
    return f;
  });

async function world(): Promise<{ core: Core; w: Raw; lab: ReturnType<typeof docker> }> {
  const { core, exports } = await newCoreWithExports();
  const lab = docker(core);
  publish(core, lab.host);
  return { core, w: exports as Raw, lab };
}

test('random frames never trap, and every packet comes back to the pool', async () => {
  const { core, w, lab } = await world();
  const before = inFlight(w);
  let tracked = 0;
  fc.assert(
    fc.property(fc.array(frame, { minLength: 1, maxLength: 20 }), (frames) => {
      for (const f of frames) send(w, lab.cli.eth, f);
      tracked = Math.max(tracked, core.conns(lab.host).length);
      // A fragment waits 30 s for the rest of its datagram.
      core.run(core.now() + 40e9);
      expect(inFlight(w)).toEqual(before);
    }),
    { numRuns: 300, seed: 1 },
  );
  // Something got through: the test has looked at more than the first check.
  expect(core.drops().filter((n) => n > 0).length).toBeGreaterThan(5);
  expect(tracked).toBeGreaterThan(5);
});

test('connections are forgotten when their time is over', async () => {
  const { core, w, lab } = await world();
  ping(core, lab.cli.ns, '192.168.56.13');
  expect(core.conns(lab.host)).toHaveLength(1);
  core.run(core.now() + 60e9);
  expect(core.conns(lab.host)).toHaveLength(0);
  expect(w.slabUsed(SLAB_IDS.connection)).toBe(0);
});

test('a namespace that goes leaves nothing behind', async () => {
  const { core, w, lab } = await world();
  ping(core, lab.cli.ns, '192.168.56.13');
  for (const ns of [lab.host, lab.lan, lab.web.ns, lab.cli.ns]) core.nsDel(ns);
  core.run(core.now() + 200e9);
  for (const [name, id] of Object.entries(SLAB_IDS)) expect([name, w.slabUsed(id)]).toEqual([name, 0]);
});

test('same seed and calls, same memory; a snapshot goes on where it was taken', async () => {
  const run = async () => {
    const { core, lab } = await world();
    ping(core, lab.cli.ns, '192.168.56.13');
    const half = core.snapshot();
    ping(core, lab.web.ns, '172.17.0.77');
    core.run(core.now() + 5e9);
    return { core, lab, half, end: core.snapshot() };
  };
  const a = await run();
  const b = await run();
  expect(Buffer.compare(a.end, b.end)).toBe(0);
  a.core.restore(a.half);
  ping(a.core, a.lab.web.ns, '172.17.0.77');
  a.core.run(a.core.now() + 5e9);
  expect(Buffer.compare(a.core.snapshot(), b.end)).toBe(0);
});
