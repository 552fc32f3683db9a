/** The ring of kept frames against a plain list. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { FrameRing } from '../../src/lab/framering.ts';
import type { Device } from '../../src/linux/kernel/net/netns.ts';

const COUNT = 16;
const MOST = 1 << 20;

it('keeps the newest frames with their bytes: no more than are to be kept, nor more bytes', () => {
  const device = { dev: 7, name: 'eth0' } as Device;
  const head = { time: 0, dev: 7, pkttype: 4, length: 0, packet: 0 };
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 200_000 }), { maxLength: 60 }), (sizes) => {
      const ring = new FrameRing(COUNT, MOST);
      const all = sizes.map((size, i) => new Uint8Array(size).fill(i));
      all.forEach((bytes, i) => {
        ring.push({ ...head, time: i, length: bytes.length, packet: 2 * i }, bytes, device, { machine: `m${i}` });
        expect(ring.next).toBe(i + 1);
        expect(ring.next - ring.first).toBeLessThanOrEqual(COUNT);
        // Fewer only when their bytes are too many; a frame may leave a gap behind it as large as the largest.
        const forgotten = ring.first > 0 ? ring.first - 1 : undefined;
        const bytesOf = (from: number): number => all.slice(from, i + 1).reduce((n, b) => n + b.length, 0);
        if (forgotten !== undefined && ring.next - forgotten <= COUNT)
          expect(bytesOf(forgotten) + 200_000).toBeGreaterThan(MOST);
        for (let seq = ring.first; seq < ring.next; seq++) {
          const { core, ifname, place } = ring.get(seq);
          expect([core.time, core.packet, core.length, ifname, place.machine]).toEqual([
            seq,
            2 * seq,
            all[seq]?.length,
            'eth0',
            `m${seq}`,
          ]);
          expect(core.bytes.length).toBe(all[seq]?.length);
          expect(core.bytes.every((b) => b === seq)).toBe(true);
        }
      });
    }),
    { seed: 1, numRuns: 30 },
  );
});

it('gives the same object for a frame as long as it is kept', () => {
  const ring = new FrameRing(2, MOST);
  const push = () =>
    ring.push({ time: 0, dev: 1, pkttype: 0, length: 1, packet: 1 }, new Uint8Array(1), { name: 'x' } as Device, {
      machine: 'm',
    });
  push();
  push();
  const second = ring.get(1);
  expect(ring.get(1)).toBe(second);
  push();
  expect(ring.get(1)).toBe(second);
  push();
  expect([ring.first, ring.get(3).seq]).toEqual([2, 3]);
});
