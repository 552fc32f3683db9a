import { describe, expect, it } from 'vitest';
import { CHUNK, Outlet, WINDOW } from '../../src/web/worker/outlet.ts';

/** A program that never stops writing. */
const endless = {
  taken: 0,
  take(max: number) {
    this.taken += max;
    return new Uint8Array(max);
  },
};

describe('Outlet', () => {
  it('stops taking when the page does not draw', () => {
    const outlet = new Outlet({ ...endless });
    let sent = 0;
    for (let i = 0; i < 100; i++) sent += outlet.next().length;
    expect(sent).toBe(WINDOW);
    expect(outlet.next()).toHaveLength(0);
  });

  it('goes on by what has been drawn', () => {
    const outlet = new Outlet({ ...endless });
    while (outlet.next().length > 0);
    outlet.drawn(1000);
    expect(outlet.next()).toHaveLength(1000);
    expect(outlet.flying).toBe(WINDOW);
  });

  it('sends no more than a chunk at a time', () => {
    expect(new Outlet({ ...endless }).next()).toHaveLength(CHUNK);
  });
});
