/** How much is said of each thing on the map: the more there is, the less. Lengths are px of the drawing at its own size. */

export interface Density {
  /** A container: its box, the gutter to its left in which its wire runs, and what one takes of a column. */
  readonly card: { readonly w: number; readonly h: number; readonly gutter: number; readonly pitch: number };
  /** Name and address have a line each; else they share one. */
  readonly lines: 1 | 2;
  /** Height of a bridge: room for its name and address, or a line. */
  readonly bar: number;
  /** Height of a network's title above it. */
  readonly title: number;
  /** Width of the machine's own column. */
  readonly host: number;
  /** Height of a machine that is drawn as one small box. */
  readonly station: number;
}

/** From roomy to dense. */
export const DENSITIES: readonly Density[] = [
  { card: { w: 116, h: 40, gutter: 18, pitch: 47 }, lines: 2, title: 20, bar: 22, host: 140, station: 44 },
  { card: { w: 116, h: 21, gutter: 16, pitch: 26 }, lines: 1, title: 20, bar: 22, host: 140, station: 44 },
  { card: { w: 108, h: 19, gutter: 14, pitch: 23 }, lines: 1, title: 19, bar: 8, host: 140, station: 24 },
  { card: { w: 64, h: 16, gutter: 11, pitch: 19 }, lines: 1, title: 19, bar: 6, host: 140, station: 24 },
];

/** Sizes at which a map is shown by itself: the largest at which all of it is in sight. Below the last nobody could read it. */
export const SCALES = [1.1, 1, 0.92, 0.85] as const;

/** Width of a lane with so many columns of containers. */
export const laneWidth = ({ card }: Density, columns: number): number => 18 + columns * (card.w + card.gutter);
