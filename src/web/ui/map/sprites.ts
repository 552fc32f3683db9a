/**
 * What moves on the map: a small drawing for each flight, carried by an animation of its transform alone. The browser's compositor
 * plays that by itself, so that a frame of the screen costs the page neither script nor layout nor paint.
 */
import { GLYPHS } from '../glyphs.ts';
import { d, type Point, shares } from './geometry.ts';
import { type Flight, LENGTH, labelOf } from './motion.ts';

const SVG = 'http://www.w3.org/2000/svg';
/** A sprite's box around the point that travels: room for glyph and label. */
const BOX = { x: -9, y: -15, w: 100, h: 25 };

function element(name: string, attributes: Readonly<Record<string, string | number>>): SVGElement {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  return made;
}

/** Glyph and label of a flight. */
function draw(flight: Flight): SVGElement {
  const { x, y, w, h } = BOX;
  const svg = element('svg', { viewBox: `${x} ${y} ${w} ${h}`, width: w, height: h, class: `frame-${flight.family}` });
  const label = element('text', { x: 9, y: -6 });
  label.textContent = labelOf(flight);
  svg.append(element('path', { d: GLYPHS[flight.family], class: 'glyph' }), label);
  return svg;
}

/** Where a sprite lies when its point is at the corners of a path. */
function keyframes(path: readonly Point[]): Keyframe[] {
  const offsets = shares(path);
  return path.map(([x, y], i) => ({ transform: `translate(${x + BOX.x}px, ${y + BOX.y}px)`, offset: offsets[i] }));
}

/** The whole of a way, lit. */
function light(flight: Flight, path: readonly Point[]): SVGElement {
  const svg = element('svg', { width: 1, height: 1, class: `frame-${flight.family}` });
  svg.append(element('path', { d: d(path), class: 'lit' }));
  return svg;
}

/**
 * Lets a flight go along a path, and takes its sprite away at the end.
 * @param still it stands in the middle of its way instead, which is lit
 */
export function fly(layer: HTMLElement, flight: Flight, path: readonly Point[], still: boolean): void {
  const made = still ? [light(flight, path), draw(flight)] : [draw(flight)];
  layer.append(...made);
  const way = keyframes(flight.frame.direction === 'Out' ? path : [...path].reverse());
  // One step, with a jump before and after it: all the time half of the way is done.
  const easing = still ? 'steps(1, jump-both)' : 'ease-in-out';
  const animation = made.at(-1)?.animate(way, { duration: LENGTH, fill: 'both', easing });
  animation?.addEventListener('finish', () => {
    for (const one of made) one.remove();
  });
}
