/** Thins out what the map gets: snapshots ten times a second, frames thirty times, never more than it can draw. */
import type { LabView, ViewFrame } from './api.ts';

const VIEW_EVERY = 100;
const FRAMES_EVERY = 33;
/** Frames in one batch; of more, the newest are sent and the others counted. */
export const MOST_FRAMES = 60;
/** Frames that are decoded for a batch. */
const MOST_READ = 4 * MOST_FRAMES;

/** The LAN is a bridge of the router; its ports repeat what the machines' own interfaces have shown. */
const isShown = (f: ViewFrame): boolean => f.machine !== 'router' || f.ifname === 'lan';

export class Feed {
  #viewAt = Number.NEGATIVE_INFINITY;
  #framesAt = Number.NEGATIVE_INFINITY;
  #last = '';
  #seq = -1;

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
  frames(
    wall: number,
    read: (since: number, most: number) => { readonly frames: readonly ViewFrame[] },
  ): { frames: readonly ViewFrame[]; lost: number } {
    if (wall - this.#framesAt < FRAMES_EVERY) return { frames: [], lost: 0 };
    this.#framesAt = wall;
    const got = read(this.#seq + 1, MOST_READ).frames;
    const first = got[0]?.seq ?? this.#seq + 1;
    const skipped = first - this.#seq - 1;
    this.#seq = got.at(-1)?.seq ?? this.#seq;
    const shown = got.filter(isShown);
    const frames = shown.slice(-MOST_FRAMES);
    return { frames, lost: skipped + shown.length - frames.length };
  }
}
