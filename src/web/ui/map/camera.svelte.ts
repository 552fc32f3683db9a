/** What part of the map is in sight, and how large. */
import { embedded } from '../embedded.ts';
import { settings } from '../settings.svelte.ts';
import type { Box } from './geometry.ts';

/** How small and how large the drawing may be shown; by itself it is never shown smaller than can be read. */
const LEAST = 0.15;
const MOST = 3;
const READABLE = 0.8;
/** The same in a pane as narrow as a telephone: a whole drawing says more there than large letters. */
const NARROW = { width: 480, readable: 0.6 } as const;
const MARGIN = 10;

export class Camera {
  x = $state(0);
  y = $state(0);
  scale = $state(1);
  /** How it follows the drawing: as far as it can be read, or all of it; undefined once somebody has moved it. */
  follows: 'readable' | 'whole' | undefined = 'readable';

  /** Shows all of a box. @param least the smallest size by which it is shown: of a larger drawing, the beginning */
  fit(bounds: Box, width: number, height: number, least = LEAST): void {
    if (width < 2 || height < 2) return;
    const whole = Math.min((width - 2 * MARGIN) / bounds.w, (height - 2 * MARGIN) / bounds.h);
    this.scale = Math.min(1.15 * settings.scale, Math.max(least, whole));
    const spare = (w: number, size: number) => Math.max(MARGIN, (size - w * this.scale) / 2);
    this.x = spare(bounds.w, width) - bounds.x * this.scale;
    this.y = MARGIN - bounds.y * this.scale;
  }

  /** Whether part of a box is out of sight. */
  cuts({ x, y, w, h }: Box, width: number, height: number): boolean {
    const [left, top] = [this.x + x * this.scale, this.y + y * this.scale];
    return left < 0 || top < 0 || left + w * this.scale > width || top + h * this.scale > height;
  }

  /** Fits by itself, unless somebody has moved it. */
  follow(bounds: Box, width: number, height: number): void {
    if (!this.follows) return;
    const readable = (width < NARROW.width ? NARROW.readable : READABLE) * settings.scale;
    this.fit(bounds, width, height, this.follows === 'whole' ? LEAST : readable);
  }

  pan(dx: number, dy: number): void {
    this.follows = undefined;
    this.x += dx;
    this.y += dy;
  }

  /** Changes the size around a point of the pane. */
  zoom(by: number, at: readonly [number, number]): void {
    const scale = Math.min(MOST, Math.max(LEAST, this.scale * by));
    const ratio = scale / this.scale;
    this.follows = undefined;
    this.x = at[0] - (at[0] - this.x) * ratio;
    this.y = at[1] - (at[1] - this.y) * ratio;
    this.scale = scale;
  }
}

/** Pans and zooms a camera by pointer, pinch, wheel and keys. */
export function steer(node: HTMLElement, camera: Camera, showAll: () => void) {
  const down = new Map<number, readonly [number, number]>();
  const place = (e: PointerEvent | WheelEvent): readonly [number, number] => {
    const { left, top } = node.getBoundingClientRect();
    return [e.clientX - left, e.clientY - top];
  };
  const span = (): number => {
    const [a, b] = [...down.values()];
    return a && b ? Math.hypot(a[0] - b[0], a[1] - b[1]) : 0;
  };
  let moved = 0;
  const on = <K extends keyof HTMLElementEventMap>(type: K, does: (e: HTMLElementEventMap[K]) => void) => {
    node.addEventListener(type, does, { passive: false });
  };
  on('pointerdown', (e) => {
    if ((e.target as Element).closest('.popover')) return;
    down.set(e.pointerId, place(e));
    moved = 0;
  });
  on('pointermove', (e) => {
    const from = down.get(e.pointerId);
    if (!from) return;
    const to = place(e);
    const before = span();
    down.set(e.pointerId, to);
    moved += Math.hypot(to[0] - from[0], to[1] - from[1]);
    if (moved < 4) return;
    if (!node.hasPointerCapture(e.pointerId)) node.setPointerCapture(e.pointerId);
    if (down.size > 1 && before > 0) camera.zoom(span() / before, to);
    else camera.pan(to[0] - from[0], to[1] - from[1]);
  });
  const lift = (e: PointerEvent) => down.delete(e.pointerId);
  on('pointerup', lift);
  on('pointercancel', lift);
  on('wheel', (e) => {
    if ((e.target as Element).closest('.popover') || (embedded && !e.ctrlKey && !e.metaKey)) return;
    e.preventDefault();
    camera.zoom(Math.exp(-e.deltaY / 400), place(e));
  });
  on('keydown', (e) => {
    if (e.target !== node) return;
    const middle = [node.clientWidth / 2, node.clientHeight / 2] as const;
    const pan = { ArrowLeft: [40, 0], ArrowRight: [-40, 0], ArrowUp: [0, 40], ArrowDown: [0, -40] }[e.key];
    if (pan) camera.pan(pan[0] ?? 0, pan[1] ?? 0);
    else if (e.key === '+' || e.key === '=') camera.zoom(1.2, middle);
    else if (e.key === '-') camera.zoom(1 / 1.2, middle);
    else if (e.key === '0') showAll();
    else return;
    e.preventDefault();
  });
}
