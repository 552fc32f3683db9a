/** Boxes, lines, and the corner of the map in which a machine grows. Lengths are px of the drawing at its own size. */

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}
export type Point = readonly [number, number];

/**
 * Where a machine's drawing begins, and into which directions it grows: away from the others, so that it never has to
 * move them.
 */
export class Corner {
  constructor(
    readonly x: number,
    readonly y: number,
    readonly right: 1 | -1,
    readonly down: 1 | -1,
  ) {}

  box(u: number, v: number, w: number, h: number): Box {
    return {
      x: this.right > 0 ? this.x + u : this.x - u - w,
      y: this.down > 0 ? this.y + v : this.y - v - h,
      w,
      h,
    };
  }

  path(...points: Point[]): Point[] {
    return points.map(([u, v]) => [this.x + this.right * u, this.y + this.down * v]);
  }
}

/** The share of a path's length that is done at each of its corners: from 0 to 1. */
export function shares(path: readonly Point[]): number[] {
  let done = 0;
  const lengths = path.map(([x, y], i) => {
    const [px, py] = path[i - 1] ?? [x, y];
    done += Math.hypot(x - px, y - py);
    return done;
  });
  return lengths.map((l, i) => (i === 0 ? 0 : i === path.length - 1 ? 1 : l / (done || 1)));
}

/** SVG path data. */
export const d = (path: readonly Point[]): string =>
  path.map(([x, y], i) => `${i === 0 ? 'M' : 'L'}${x} ${y}`).join('');

/** The smallest box around some. */
export function around(boxes: readonly Box[]): Box {
  const x = Math.min(...boxes.map((b) => b.x));
  const y = Math.min(...boxes.map((b) => b.y));
  const right = Math.max(...boxes.map((b) => b.x + b.w));
  const bottom = Math.max(...boxes.map((b) => b.y + b.h));
  return { x, y, w: right - x, h: bottom - y };
}
