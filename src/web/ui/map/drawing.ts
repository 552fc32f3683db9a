/** What is drawn, and where: lengths are px of the drawing at its own size. */
import type { ViewContainer, ViewLink, ViewMachine, ViewNetwork } from '../../worker/api.ts';
import type { Density } from './density.ts';
import type { Box, Point } from './geometry.ts';

/** A line that frames travel, from `path[0]` to its end in the direction Out of the interface `link`. */
export interface Wire {
  readonly path: readonly Point[];
  readonly up: boolean;
  /** Name of the interface. */
  readonly name: string;
  /** Number of the lane to which it leads from another one. */
  readonly lane?: number;
  /** Frames are seen on it, but the line is drawn for its other end. */
  readonly twin?: boolean;
}

export interface Card extends Box {
  readonly machine: string;
  readonly container: ViewContainer;
  readonly ip: string;
  /** Numbers of the lanes that it is on. */
  readonly lanes: readonly number[];
}

export interface Lane extends Box {
  readonly key: string;
  /** Its number on the machine: colour and shape. */
  readonly number: number;
  readonly network?: ViewNetwork;
  /** Where its network's name stands. */
  readonly title: Box;
  readonly bar: Box & { readonly name: string; readonly detail: string; readonly up: boolean; readonly upper: boolean };
  /** Of a crowd: a tile for those that are not drawn, or one that puts them away again (count 0). */
  readonly more?: Box & { readonly count: number };
}

export interface Pill extends Box {
  readonly key: string;
  readonly label: string;
  readonly title: string;
  readonly local: boolean;
  readonly container: string;
}

/** A wall between two lanes whose networks cannot talk. */
export interface Wall extends Box {
  readonly between: readonly [string, string];
  readonly chain: string;
}

export interface Device extends Box {
  readonly link: ViewLink;
}

export interface MachineDrawing {
  readonly machine: ViewMachine;
  readonly box: Box;
  /** How much it says of each thing; absent: it is one small box. */
  readonly density?: Density;
  readonly nic: Box & { readonly detail: string };
  readonly loop: Box;
  readonly lanes: readonly Lane[];
  readonly cards: readonly Card[];
  readonly pills: readonly Pill[];
  /** Published ports for which the edge has no room. */
  readonly hidden: readonly string[];
  readonly walls: readonly Wall[];
  readonly devices: readonly Device[];
}

export interface Layout {
  readonly machines: readonly MachineDrawing[];
  readonly router: Box;
  readonly lan: readonly [Point, Point];
  /** By the id of the interface whose Out direction they run in. */
  readonly wires: ReadonlyMap<number, Wire>;
  /** From the router to the LAN. */
  readonly uplink: readonly Point[];
  /** All that is drawn. */
  readonly bounds: Box;
  /** Size at which it is shown by itself, type apart. */
  readonly scale: number;
}
