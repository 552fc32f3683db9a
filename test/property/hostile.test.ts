/** Random and mutated frames of all protocols: nothing traps, and nothing stays beyond its time. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Core, SockType } from '../../src/linux/core/core.ts';
import { SLAB_IDS } from '../wasm/slabs.ts';
import { a4, answers, ping } from '../wasm/world.ts';
import { frame } from './frames.ts';
import { build, ground, inFlight, send, shape, type World } from './world.ts';

/** Longer than anything may stay: an established connection is tracked for five days. */
const AGES = 6 * 86_400e9;

/** Whether an ordinary ping from the container to the LAN is answered, once ARP has found out what was forged. */
function alive({ core, ns }: World): boolean {
  let got: string[] = [];
  for (let seq = 1; seq <= 5 && !got.includes('192.168.56.13 0'); seq++) {
    const s = ping(core, ns[0] as number, '192.168.56.13', 77, seq);
    core.run(core.now() + 10e9);
    got = answers(core, s);
    core.sockClose(s);
  }
  return got.includes('192.168.56.13 0');
}

/** Sockets of the world that the frames made: half-open children. */
const connections = (core: Core, ns: readonly number[]): number =>
  ns.reduce((sum, n) => sum + core.socks(n).filter((s) => s.type === SockType.TCP && s.state !== 10).length, 0);

test('random frames into random worlds: no trap, no leak, and the world works on', async () => {
  const g = await ground(1);
  const reasons = new Set<number>();
  let tracked = 0;
  fc.assert(
    fc.property(
      shape,
      fc.array(fc.record({ dev: fc.nat(4), bytes: frame, ms: fc.constantFrom(0, 0, 1, 50) }), {
        minLength: 20,
        maxLength: 60,
      }),
      (s, frames) => {
        const world = build(g, { ...s, dropsIcmp: false });
        const { core, w } = world;
        // Errors for its datagrams come to a socket that has asked for them.
        const client = core.sockOpen(world.ns[0] as number, SockType.UDP, 4, 17);
        core.sockSet(client, 'recverr', 1);
        core.sockBind(client, a4('0.0.0.0'), 53);
        const before = inFlight(w);
        for (const f of frames) {
          send(w, world.devs[f.dev] as number, f.bytes);
          if (f.ms > 0) core.run(core.now() + f.ms * 1e6);
        }
        tracked += core.conns(world.ns[3] as number).length;
        core.drops().forEach((n, reason) => {
          if (n > 0) reasons.add(reason);
        });
        core.run(core.now() + AGES);
        expect(inFlight(w)).toEqual(before);
        expect(w.slabUsed(SLAB_IDS.connection)).toBe(0);
        expect(w.slabUsed(SLAB_IDS.timer)).toBe(0);
        expect(connections(core, world.ns)).toBe(0);
        expect(alive(world)).toBe(true);
      },
    ),
    { numRuns: 150, seed: 1, endOnFailure: true },
  );
  // They got deep: the test has seen more than the first check, and what it made was remembered for a while.
  expect(reasons.size).toBeGreaterThan(12);
  expect(tracked).toBeGreaterThan(50);
});

test('with a trace and captures on, nothing else happens than without', async () => {
  const [one, two] = [await ground(5), await ground(5)];
  fc.assert(
    fc.property(shape, fc.array(fc.tuple(fc.nat(4), frame), { minLength: 1, maxLength: 25 }), (s, frames) => {
      const worlds = [build(one, s), build(two, s)] as const;
      worlds[1].core.trace(true);
      const seen = worlds.map((world) => {
        for (const [dev, bytes] of frames) send(world.w, world.devs[dev] as number, bytes);
        world.core.run(world.core.now() + 2e9);
        const out: string[] = [];
        for (let f = world.core.captureRead(world.capture); f; f = world.core.captureRead(world.capture))
          out.push(`${f.time} ${f.dev} ${Buffer.from(f.bytes).toString('hex')}`);
        return [out, world.core.drops()];
      });
      expect(seen[1]).toEqual(seen[0]);
      let records = 0;
      worlds[1].core.traceRead(() => records++);
      expect(records).toBeGreaterThan(0);
      worlds[1].core.trace(false);
    }),
    { numRuns: 60, seed: 2, endOnFailure: true },
  );
});
