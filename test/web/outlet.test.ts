import { describe, expect, it } from 'vitest';
import { CHUNK, Outlet, WINDOW } from '../../src/web/worker/outlet.ts';

/** An outlet for which much waits. */
const full = (): Outlet => {
  const outlet = new Outlet();
  for (let i = 0; i < 300; i++) outlet.put(new Uint8Array(1000).fill(i));
  return outlet;
};

describe('Outlet', () => {
  it('stops sending when the page does not draw', () => {
    const outlet = full();
    let sent = 0;
    for (let i = 0; i < 100; i++) sent += outlet.next().length;
    expect(sent).toBe(WINDOW);
    expect(outlet.next()).toHaveLength(0);
    expect(outlet.waiting).toBe(300_000 - WINDOW);
  });

  it('goes on by what has been drawn', () => {
    const outlet = full();
    while (outlet.next().length > 0);
    outlet.drawn(1000);
    expect(outlet.next()).toHaveLength(1000);
    expect(outlet.flying).toBe(WINDOW);
  });

  it('sends no more than a chunk at a time, and all of it in order', () => {
    const outlet = full();
    const first = outlet.next();
    expect(first).toHaveLength(CHUNK);
    const all = [...first];
    for (;;) {
      const bytes = outlet.next();
      if (bytes.length === 0) break;
      all.push(...bytes);
      outlet.drawn(bytes.length);
    }
    expect(all.length).toBeGreaterThan(200_000);
    expect(all.every((b, i) => b === Math.floor(i / 1000) % 256)).toBe(true);
  });
});
