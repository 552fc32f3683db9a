/** Logs as few bytes. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Act, Entry } from '../../../src/lab/log/entry.ts';
import { pack, unpack } from '../../../src/lab/log/pack.ts';

const terminal = fc.integer({ min: 0, max: 40 });
const size = fc.integer({ min: 1, max: 500 });
const act = fc.oneof(
  fc.record<Act>({
    kind: fc.constant('open'),
    terminal,
    machine: fc.string(),
    title: fc.string(),
    cols: size,
    rows: size,
  } as never),
  fc.record<Act>({ kind: fc.constant('close'), terminal } as never),
  fc.record<Act>({ kind: fc.constant('input'), terminal, bytes: fc.uint8Array() } as never),
  fc.record<Act>({ kind: fc.constant('resize'), terminal, cols: size, rows: size } as never),
  fc.record<Act>({
    kind: fc.constant('exec'),
    machine: fc.string(),
    command: fc.string({ unit: 'grapheme' }),
  } as never),
  fc.record<Act>({ kind: fc.constant('note'), text: fc.string() } as never),
);
const log = fc.array(fc.tuple(act, fc.integer({ min: 0, max: 4e9 })), { maxLength: 60 }).map((list) => {
  let at = 0;
  const entries = list.map(([a, dt]): Entry => {
    at += dt * 1000;
    return { ...a, at } as Entry;
  });
  return { entries, end: at + 5000 };
});
const packed = fc.record({
  lesson: fc.string(),
  version: fc.nat(),
  seed: fc.nat(),
  print: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  log,
});

it('come back as they went in', () => {
  fc.assert(
    fc.property(packed, (p) => {
      expect(unpack(pack(p))).toEqual(p);
    }),
  );
});

it('are refused when they are cut off or of another kind, never half read', () => {
  fc.assert(
    fc.property(packed, fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (p, where) => {
      const bytes = pack(p);
      expect(() => unpack(bytes.slice(0, Math.floor(bytes.length * where)))).toThrow(RangeError);
    }),
  );
  expect(() => unpack(Uint8Array.of(9, 0, 0, 0, 0, 0, 0))).toThrow('another format');
});

it('take about four bytes a key', () => {
  const bytes = new TextEncoder().encode('x');
  const entries = Array.from({ length: 1000 }, (_, i): Entry => ({ kind: 'input', terminal: 0, bytes, at: i * 120e6 }));
  const p = pack({ lesson: 'l', version: 1, seed: 1, print: 0, log: { entries, end: 130e9 } });
  expect(p.length).toBeLessThan(7000);
});
