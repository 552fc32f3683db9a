/** Thins out what the map gets: snapshots ten times a second, frames thirty times, never more than it can draw. */
import type { FrameTap } from '../../lab/frames.ts';
import type { Place } from '../../lab/places.ts';
import type { LabView, ViewFrame } from './api.ts';

const VIEW_EVERY = 100;
const FRAMES_EVERY = 33;
/** Frames in one batch; of more, the newest are sent and the others counted. */
export const MOST_FRAMES = 60;

/** The LAN is a bridge of the router; its ports repeat what the machines' own interfaces have shown. */
const isShown = ({ machine }: Place, ifname: string): boolean => machine !== 'router' || ifname === 'lan';

export class Feed {
  #viewAt = Number.NEGATIVE_INFINITY;
  #framesAt = Number.NEGATIVE_INFINITY;
  #last = '';
  #next = 0;

  /** The snapshot, when it is time for one and something in it other than the clock has changed. */
  view(wall: number, read: () => LabView): LabView | undefined {
    if (wall - this.#viewAt < VIEW_EVERY) return undefined;
    this.#viewAt = wall;
    const view = read();
    const text = JSON.stringify(view.machines);
    if (text === this.#last) return undefined;
    this.#last = text;
    return view;
  }

  /** The frames since the last ones, when it is time for some. */
  frames(wall: number, tap: Pick<FrameTap, 'newest'>): { frames: readonly ViewFrame[]; lost: number } {
    if (wall - this.#framesAt < FRAMES_EVERY) return { frames: [], lost: 0 };
    this.#framesAt = wall;
    const { frames, lost, next } = tap.newest(this.#next, MOST_FRAMES, isShown);
    this.#next = next;
    return { frames, lost };
  }
}
