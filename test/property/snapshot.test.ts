/** A snapshot at any moment goes on as the world did: into the same core, into a fresh one, whole or as a difference; so does a double. */
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import type { Core } from '../../src/linux/core/core.ts';
import { SLAB_IDS } from '../wasm/slabs.ts';
import { newCore } from '../wasm/world.ts';
import { build, ground, op, play, shape } from './world.ts';

const SYN_SENT = 2;
const SYN_RECV = 3;

/** What a core holds. How much memory lies unused behind it (the image's fifth word) is no state: memory never shrinks. */
function state(core: Core): string {
  const image = core.snapshot();
  image.fill(0, 16, 20);
  return createHash('sha256').update(image).digest('hex');
}

test('what follows a snapshot is the same to the byte, whichever core it is put into', async () => {
  /** At how many snapshots there was something to lose. */
  const met = { packets: 0, timers: 0, halfOpen: 0, conns: 0 };
  const [one, two, three] = [await ground(1), await ground(2), await ground(3)];
  fc.assert(
    fc.property(
      shape,
      fc.array(op, { maxLength: 25 }),
      fc.array(op, { minLength: 1, maxLength: 15 }),
      (s, before, after) => {
        const world = build(one, s);
        const base = world.core.snapshot();
        play(world, before);
        const image = world.core.snapshot();
        const imageHash = state(world.core);
        const change = world.core.snapshot(base);
        const socks = [...world.socks];
        met.packets += Math.min(1, world.w.slabUsed(SLAB_IDS.packet));
        met.timers += Math.min(1, world.w.slabUsed(SLAB_IDS.timer));
        met.halfOpen += world.ns.some((ns) =>
          world.core.socks(ns).some((x) => x.type === 1 && (x.state === SYN_SENT || x.state === SYN_RECV)),
        )
          ? 1
          : 0;
        met.conns += world.ns.some((ns) => world.core.conns(ns).length > 0) ? 1 : 0;
        const first = play(world, after);
        const endHash = state(world.core);
        // Into the core that has gone on since.
        world.core.restore(image);
        expect(state(world.core)).toEqual(imageHash);
        expect(play({ ...world, socks: [...socks] }, after)).toEqual(first);
        expect(state(world.core)).toEqual(endHash);
        // Into others, in which something else has been.
        const fresh = { ...world, core: two.core, w: two.w };
        fresh.core.restore(image);
        expect(state(fresh.core)).toEqual(imageHash);
        expect(play({ ...fresh, socks: [...socks] }, after)).toEqual(first);
        expect(state(fresh.core)).toEqual(endHash);
        const other = { ...world, core: three.core, w: three.w };
        other.core.restore(change, base);
        expect(state(other.core)).toEqual(imageHash);
        expect(play({ ...other, socks: [...socks] }, after)).toEqual(first);
        expect(state(other.core)).toEqual(endHash);
      },
    ),
    { numRuns: 60, seed: 3, endOnFailure: true },
  );
  for (const [what, times] of Object.entries(met)) expect([what, times > 5]).toEqual([what, true]);
});

test('a double goes on as the core does, whatever was in it before', async () => {
  const [one, two] = [await ground(1), await ground(2)];
  fc.assert(
    fc.property(
      shape,
      fc.array(op, { maxLength: 25 }),
      fc.array(op, { minLength: 1, maxLength: 15 }),
      (s, before, after) => {
        const world = build(one, s);
        play(world, before);
        const double = { ...world, core: two.core, w: two.w, socks: [...world.socks] };
        double.core.double(world.core.state());
        expect(play(double, after)).toEqual(play(world, after));
      },
    ),
    { numRuns: 60, seed: 5, endOnFailure: true },
  );
});

describe('images', () => {
  it('are small, and hold nothing but what is used', async () => {
    const world = build(await ground(1), {
      latency: [0, 0, 0],
      published: true,
      dropsIcmp: false,
      hairpin: false,
      mtu: 1500,
    });
    const image = world.core.snapshot();
    expect(image.length).toBeLessThan(400_000);
    world.core.run(world.core.now() + 1e6);
    expect(world.core.snapshot(image).length).toBeLessThan(20_000);
  });

  it('that are damaged, of another build, or without their base are refused, and nothing changes', async () => {
    const core = await newCore(1);
    core.nsAdd();
    const base = core.snapshot();
    core.nsAdd();
    const image = core.snapshot();
    const change = core.snapshot(base);
    const now = core.snapshot();
    const bent = (at: number): Uint8Array => {
      const b = image.slice();
      b[at]! ^= 1;
      return b;
    };
    for (const [bad, why] of [
      [new Uint8Array(64), 'not an image of the core'],
      [image.subarray(0, 10), 'not an image of the core'],
      [bent(4), 'an image of version 0, not 1'],
      [bent(9), 'the image is of another build of the core'],
      [bent(image.length - 100), 'the image is damaged'],
      [image.subarray(0, image.length - 4096), 'the image is damaged'],
      [change, 'the image is told against another one'],
    ] as const)
      expect(() => core.restore(bad)).toThrow(new RangeError(why));
    expect(() => core.restore(change, image)).toThrow('the image is told against another one');
    expect(() => core.snapshot(change)).toThrow('the base of an image must be a whole one');
    expect(Buffer.compare(core.snapshot(), now)).toBe(0);
  });

  it('lie anywhere in a buffer', async () => {
    const core = await newCore(1);
    core.nsAdd();
    const image = core.snapshot();
    const moved = new Uint8Array(image.length + 3).subarray(3);
    moved.set(image);
    const other = await newCore(2);
    other.restore(moved);
    expect(Buffer.compare(other.snapshot(), image)).toBe(0);
  });
});
