/** Sides that differ by little are told apart under a load that would drown the difference in plain means. */
import { expect, it } from 'vitest';
import { medianOf, ratios } from '../../src/node/bench/pair.ts';

/** A generator of [0, 1) that is the same each time. */
function noise(seed: number): () => number {
  let x = seed;
  return () => {
    x = (x * 1664525 + 1013904223) % 2 ** 32;
    return x / 2 ** 32;
  };
}

/** Slices of two sides that share a machine: its load drifts, and now and then one slice takes three times as long. */
function machine(a: number, b: number): number[] {
  const random = noise(7);
  let load = 1;
  const slice = (cost: number) => (): number => {
    load *= 1 + (random() - 0.5) / 10;
    return cost * load * (1 + random() / 10) * (random() < 0.1 ? 3 : 1);
  };
  return ratios(slice(a), slice(b), 400);
}

it('finds two percent, and bounds that leave out none at all', () => {
  const { percent, low, high, pairs } = medianOf(machine(102, 100));
  expect(pairs).toBe(400);
  expect(percent).toBeGreaterThan(1);
  expect(percent).toBeLessThan(3);
  expect(low).toBeGreaterThan(0);
  expect(high).toBeGreaterThan(percent);
});

it('finds no difference where there is none', () => {
  const { low, high } = medianOf(machine(100, 100));
  expect(low).toBeLessThan(0.5);
  expect(high).toBeGreaterThan(-0.5);
  expect(high - low).toBeLessThan(3);
});

it('takes the middle of an even and of an odd number of ratios', () => {
  expect(medianOf([1.5, 1, 1.1]).percent).toBe(10);
  expect(medianOf([1.2, 1, 1.1, 9]).percent).toBe(15);
});
