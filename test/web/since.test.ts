/** Times of a journey's steps. */
import { expect, it } from 'vitest';
import { since } from '../../src/web/ui/packets/since.ts';

it('tells microseconds apart, and writes long waits in ms', () => {
  expect([0, 130, 25_340, 999_900, 1_000_000, 2_003_000_000].map(since)).toEqual([
    '+0.0 µs',
    '+0.1 µs',
    '+25.3 µs',
    '+999.9 µs',
    '+1.000 ms',
    '+2003.000 ms',
  ]);
});
