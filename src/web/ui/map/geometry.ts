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

/** The point at a share 0…1 of a path's length. */
export function along(path: readonly Point[], share: number): Point {
  const lengths = path.slice(1).map(([x, y], i) => Math.hypot(x - (path[i] as Point)[0], y - (path[i] as Point)[1]));
  let rest = Math.min(1, Math.max(0, share)) * lengths.reduce((a, b) => a + b, 0);
  for (let i = 0; i < lengths.length; i++) {
    const [ax, ay] = path[i] as Point;
    const [bx, by] = path[i + 1] as Point;
    const length = lengths[i] as number;
    if (rest <= length || i === lengths.length - 1) {
      const at = length === 0 ? 0 : rest / length;
      return [ax + (bx - ax) * at, ay + (by - ay) * at];
    }
    rest -= length;
  }
  return path[0] ?? [0, 0];
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
