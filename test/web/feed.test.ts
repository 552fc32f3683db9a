import { describe, expect, it } from 'vitest';
import type { KeptFrame } from '../../src/lab/frames.ts';
import type { Place } from '../../src/lab/places.ts';
import type { LabView, ViewFrame } from '../../src/lab/view.ts';
import { Feed, MOST_FRAMES } from '../../src/web/worker/feed.ts';

const view = (time: number, name = 'node1'): LabView => ({
  time,
  machines: [{ name, links: [], containers: [], networks: [], listening: [] }],
});
const kept = (seq: number, ifname = 'eth0', machine = 'node1'): KeptFrame =>
  ({ seq, ifname, place: { machine } }) as KeptFrame;
/** A tap that keeps these frames. */
const tap = (...all: readonly KeptFrame[]) => ({
  newest(seq: number, most: number, wanted: (place: Place, ifname: string) => boolean) {
    const some = all.filter((f) => f.seq >= seq && wanted(f.place, f.ifname));
    const frames = some.slice(-most).map((f) => ({ seq: f.seq }) as ViewFrame);
    return { frames, lost: some.length - frames.length, next: (all.at(-1)?.seq ?? -1) + 1 };
  },
});

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
    expect(feed.frames(0, tap(kept(0), kept(1))).frames.map((f) => f.seq)).toEqual([0, 1]);
    expect(feed.frames(100, tap(kept(0), kept(1), kept(2))).frames.map((f) => f.seq)).toEqual([2]);
  });

  it('sends no more than the map can draw, and not what the ports of the LAN repeat', () => {
    const feed = new Feed();
    const all = Array.from({ length: MOST_FRAMES + 25 }, (_, i) => kept(i));
    const first = feed.frames(0, tap(...all, kept(MOST_FRAMES + 25, 'lan', 'router')));
    expect(first.frames).toHaveLength(MOST_FRAMES);
    expect(first.lost).toBe(26);
    const last = MOST_FRAMES + 25;
    expect(first.frames.at(-1)?.seq).toBe(last);
    const second = feed.frames(100, tap(kept(last + 1, 'port1', 'router'), kept(last + 2)));
    expect(second.frames.map((f) => f.seq)).toEqual([last + 2]);
  });
});
