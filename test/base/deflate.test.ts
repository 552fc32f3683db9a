import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { crc32, gzip } from '../../src/base/deflate.ts';
import { gunzip } from '../../src/base/inflate.ts';

/** Bytes with something to find twice. */
const bytes = fc
  .array(fc.tuple(fc.uint8Array({ maxLength: 40 }), fc.nat(300)), { maxLength: 12 })
  .map((parts) =>
    Uint8Array.from(parts.flatMap(([b, n]) => Array.from({ length: n }, (_, i) => b[i % b.length] ?? i & 255))),
  );

it('what it packs, zlib and the reader here unpack', () => {
  fc.assert(
    fc.property(bytes, (b) => {
      const packed = gzip(b, { name: 'f', mtime: 5 });
      expect(new Uint8Array(gunzipSync(packed))).toEqual(b);
      expect(gunzip(packed)).toEqual(b);
    }),
    { numRuns: 25 },
  );
  const long = new TextEncoder().encode('the same line over and over\n'.repeat(6000));
  expect(new Uint8Array(gunzipSync(gzip(long)))).toEqual(long);
  expect(gzip(long).length).toBeLessThan(long.length / 100);
  expect(crc32(new TextEncoder().encode('123456789'))).toBe(0xcbf43926);
});
