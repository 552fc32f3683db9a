import { describe, expect, it } from 'vitest';
import type { LabView, ViewFrame } from '../../src/lab/view.ts';
import { Feed, MOST_FRAMES } from '../../src/web/worker/feed.ts';

const view = (time: number, name = 'node1'): LabView => ({
  time,
  machines: [{ name, links: [], containers: [], networks: [], listening: [] }],
});
const frame = (seq: number) => ({ seq }) as ViewFrame;
const ring = (all: readonly ViewFrame[]) => (since: number) => ({ frames: all.filter((f) => f.seq >= since), lost: 0 });

describe('Feed', () => {
  it('sends a snapshot when something but the clock has changed, ten times a second at most', () => {
    const feed = new Feed();
    expect(feed.view(0, () => view(1))).toBeDefined();
    expect(feed.view(150, () => view(2))).toBeUndefined();
    expect(feed.view(300, () => view(3, 'node2'))).toBeDefined();
    expect(feed.view(350, () => view(4, 'node3'))).toBeUndefined();
    expect(feed.view(400, () => view(4, 'node3'))).toBeDefined();
  });

  it('sends each frame once', () => {
    const feed = new Feed();
    expect(feed.frames(0, ring([frame(0), frame(1)])).frames.map((f) => f.seq)).toEqual([0, 1]);
    expect(feed.frames(100, ring([frame(0), frame(1), frame(2)])).frames.map((f) => f.seq)).toEqual([2]);
  });

  it('counts what it leaves out and what the ring has lost', () => {
    const feed = new Feed();
    const all = Array.from({ length: MOST_FRAMES + 25 }, (_, i) => frame(i));
    const first = feed.frames(0, ring(all));
    expect(first.frames).toHaveLength(MOST_FRAMES);
    expect(first.lost).toBe(25);
    expect(first.frames.at(-1)?.seq).toBe(MOST_FRAMES + 24);
    const next = feed.frames(100, ring([frame(MOST_FRAMES + 35)]));
    expect(next.lost).toBe(10);
  });
});
