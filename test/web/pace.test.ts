import { describe, expect, it } from 'vitest';
import { Pace } from '../../src/web/worker/pace.ts';

const MS = 1e6;

describe('Pace', () => {
  it('lets virtual time go as the wall clock does', () => {
    const pace = new Pace(0, 1000);
    expect(pace.tick(1016, 0)).toBe(16 * MS);
    expect(pace.tick(1032, 16 * MS)).toBe(32 * MS);
  });

  it('goes slower, and stops', () => {
    const pace = new Pace(0, 0);
    pace.speed = 0.1;
    expect(pace.tick(50, 0)).toBe(5 * MS);
    pace.speed = 0;
    expect(pace.tick(100, 5 * MS)).toBe(5 * MS);
  });

  it('does not race after a long sleep', () => {
    const pace = new Pace(0, 0);
    expect(pace.tick(60_000, 0)).toBe(100 * MS);
  });

  it('waits for a lab that cannot keep up', () => {
    const pace = new Pace(0, 0);
    let goal = 0;
    for (let wall = 50; wall <= 1000; wall += 50) goal = pace.tick(wall, 3 * MS);
    expect(goal).toBe(103 * MS);
  });

  it('never goes behind what has been done', () => {
    const pace = new Pace(0, 0);
    expect(pace.tick(10, 500 * MS)).toBe(500 * MS);
  });
});
