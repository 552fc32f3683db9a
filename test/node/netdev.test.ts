/** QEMU's stream framing: whatever way a stream is cut, the same frames come out. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Deframer, framed, MOST } from '../../src/node/netdev.ts';

const frames = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 8 });

describe('stream framing', () => {
  it('gives back what was put in, however it is cut', () => {
    fc.assert(
      fc.property(frames, fc.array(fc.nat(60)), (sent, cuts) => {
        const stream = Buffer.concat(sent.map(framed));
        const got: number[][] = [];
        const deframer = new Deframer();
        let at = 0;
        for (const cut of [...cuts, stream.length]) {
          const part = stream.subarray(at, Math.min(stream.length, at + cut));
          expect(deframer.push(part, (f) => got.push([...f]))).toBe(true);
          at += part.length;
        }
        expect(got).toEqual(sent.map((f) => [...f]));
      }),
    );
  });

  it('refuses a length that no frame has', () => {
    const head = new Uint8Array(4);
    new DataView(head.buffer).setUint32(0, MOST + 1);
    expect(new Deframer().push(head, () => undefined)).toBe(false);
  });
});
