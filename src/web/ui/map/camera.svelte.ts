/** What part of the map is in sight, and how large. */
import { embedded } from '../embedded.ts';
import { settings } from '../settings.svelte.ts';
import type { Box } from './geometry.ts';
import { MARGIN } from './plan.ts';

/** How small and how large the drawing may be shown. */
const LEAST = 0.15;
const MOST = 3;
/** px that one key moves it. */
const STEP = 40;

export type Side = 'left' | 'right' | 'up' | 'down';

export class Camera {
  x = $state(0);
  y = $state(0);
  scale = $state(1);
  /** The pane, px. */
  width = $state(0);
  height = $state(0);
  /** All that is drawn. */
  bounds = $state.raw<Box>({ x: 0, y: 0, w: 1, h: 1 });
  /** How it follows the drawing: at the size of its plan, or all of it; undefined once somebody has moved it. */
  follows: 'plan' | 'whole' | undefined = 'plan';
  #planned = 1;

  /** Where part of the drawing is out of sight. */
  readonly cut: readonly Side[] = $derived.by(() => {
    const { left, right, top, bottom } = this.#edges();
    const sides: readonly [Side, boolean][] = [
      ['left', left < -1],
      ['right', right > this.width + 1],
      ['up', top < -1],
      ['down', bottom > this.height + 1],
    ];
    return sides.flatMap(([side, is]) => (is ? [side] : []));
  });

  #edges() {
    const { x, y, w, h } = this.bounds;
    const [left, top] = [this.x + x * this.scale, this.y + y * this.scale];
    return { left, top, right: left + w * this.scale, bottom: top + h * this.scale };
  }

  /** Shows a drawing that has changed, unless somebody has moved it. @param planned size by which it is readable, type apart */
  follow(bounds: Box, planned: number): void {
    this.bounds = bounds;
    this.#planned = planned * settings.scale;
    if (!this.follows || this.width < 2 || this.height < 2) return;
    const whole = Math.min((this.width - 2 * MARGIN) / bounds.w, (this.height - 2 * MARGIN) / bounds.h);
    this.scale = this.follows === 'plan' ? this.#planned : Math.max(LEAST, Math.min(this.#planned, whole));
    this.x = MARGIN - bounds.x * this.scale;
    this.y = MARGIN - bounds.y * this.scale;
  }

  /** Shows all of it. */
  whole(): void {
    this.follows = 'whole';
    this.follow(this.bounds, this.#planned / settings.scale);
  }

  /** Moves it, but never out of sight. */
  pan(dx: number, dy: number): void {
    const { left, top, right, bottom } = this.#edges();
    this.follows = undefined;
    this.x += within(dx, left, right, this.width);
    this.y += within(dy, top, bottom, this.height);
  }

  /** Goes most of a pane's length towards what is out of sight. */
  go(side: Side): void {
    const by = 0.75 * (side === 'left' || side === 'right' ? this.width : this.height);
    if (side === 'left' || side === 'right') this.pan(side === 'left' ? by : -by, 0);
    else this.pan(0, side === 'up' ? by : -by);
  }

  /** Moves as little as it takes to have a box in sight. */
  reveal({ x, y, w, h }: Box): void {
    const [left, top] = [this.x + x * this.scale, this.y + y * this.scale];
    const dx = Math.max(MARGIN - left, 0) || Math.min(this.width - MARGIN - left - w * this.scale, 0);
    const dy = Math.max(MARGIN - top, 0) || Math.min(this.height - MARGIN - top - h * this.scale, 0);
    if (dx !== 0 || dy !== 0) this.pan(dx, dy);
  }

  /** Changes the size around a point of the pane. */
  zoom(by: number, at: readonly [number, number] = [this.width / 2, this.height / 2]): void {
    const scale = Math.min(MOST, Math.max(LEAST, this.scale * by));
    const ratio = scale / this.scale;
    this.follows = undefined;
    this.x = at[0] - (at[0] - this.x) * ratio;
    this.y = at[1] - (at[1] - this.y) * ratio;
    this.scale = scale;
    this.pan(0, 0);
  }
}

/** How far something from `low` to `high` may move in a pane: a small one stays inside, a large one goes on filling it. */
function within(by: number, low: number, high: number, size: number): number {
  const spare = size - (high - low) - MARGIN;
  return Math.min(Math.max(MARGIN, spare), Math.max(Math.min(MARGIN, spare), low + by)) - low;
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
  // As maps do: the wheel goes about, with the control key (or a pinch on a touchpad) it changes the size.
  on('wheel', (e) => {
    const zooms = e.ctrlKey || e.metaKey;
    if ((e.target as Element).closest('.popover') || (!zooms && (embedded || camera.cut.length === 0))) return;
    e.preventDefault();
    const unit = e.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
    if (zooms) camera.zoom(Math.exp((-e.deltaY * unit) / 200), place(e));
    else camera.pan(-(e.shiftKey ? e.deltaY : e.deltaX) * unit, e.shiftKey ? 0 : -e.deltaY * unit);
  });
  on('keydown', (e) => {
    if (e.target !== node) return;
    const pan = { ArrowLeft: [STEP, 0], ArrowRight: [-STEP, 0], ArrowUp: [0, STEP], ArrowDown: [0, -STEP] }[e.key];
    if (pan) camera.pan(pan[0] ?? 0, pan[1] ?? 0);
    else if (e.key === '+' || e.key === '=') camera.zoom(1.2);
    else if (e.key === '-') camera.zoom(1 / 1.2);
    else if (e.key === '0') showAll();
    else return;
    e.preventDefault();
  });
}
