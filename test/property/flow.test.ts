/** Whether the core remembers flows cannot be seen: every counter, clock, entry, event and byte is what it is without. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { op, play } from './flows.ts';
import { build, flowGround, shape } from './flowworld.ts';

test.each([1, 2, 3, 4])(
  'with and without the memory of flows a world is the same, whatever happens in it (%i)',
  async (seed) => {
    const [on, off] = [await flowGround(true), await flowGround(false)];
    const met = { worlds: 0, replayed: 0, recorded: 0, withHits: 0 };
    fc.assert(
      fc.property(shape, fc.array(op, { minLength: 5, maxLength: 60, size: 'max' }), (s, ops) => {
        const got = play(build(on, s), ops);
        const want = play(build(off, s), ops);
        const differ = got.findIndex((x, i) => JSON.stringify(x) !== JSON.stringify(want[i]));
        if (differ >= 0) expect(got[differ]).toEqual(want[differ]);
        expect(got.length).toBe(want.length);
        const hits = on.w.flowCount(0);
        met.worlds++;
        met.replayed += hits;
        met.recorded += on.w.flowCount(1);
        met.withHits += Math.min(1, hits);
      }),
      { numRuns: 25, seed, endOnFailure: true },
    );
    expect(off.w.flowCount(0)).toBe(0);
    expect(met.withHits).toBeGreaterThan(met.worlds * 0.7);
    expect(met.replayed).toBeGreaterThan(met.worlds * 20);
  },
);
