/**
 * Where things stand on the map: a pure function of a snapshot and of what stood where before. Machines lie around the
 * LAN, each in a corner of its own, and grow away from it; networks stand beside one another in lanes and grow away from
 * their bridge. So nothing ever has to make room: who is there stays where it is.
 *
 * Limits: four machines in full, further ones stay small.
 */
import type { LabView, ViewContainer, ViewLink, ViewMachine, ViewNetwork } from '../../worker/api.ts';
import { around, type Box, Corner, type Point } from './geometry.ts';
import { specOf } from './lanes.ts';
import { drawMachine, GAP, STATION } from './machine.ts';
import { Memory } from './slots.ts';

export { Memory } from './slots.ts';

/** A line that frames travel, from `path[0]` to its end in the direction Out of the interface `link`. */
export interface Wire {
  readonly path: readonly Point[];
  readonly up: boolean;
  /** Name of the interface. */
  readonly name: string;
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
  /** Containers that are not drawn: a tile stands for them. */
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
  readonly full: boolean;
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
  /** What `fit` shows. */
  readonly bounds: Box;
}

const ROUTER_X = 160;

/** The corners in which machines grow, by their number: below right, above right, above left, below left. */
const CORNERS = [
  new Corner(0, 0, 1, 1),
  new Corner(320, 0, 1, -1),
  new Corner(STATION.w, 0, -1, -1),
  new Corner(-20, 0, -1, 1),
] as const;

/** Where the machines stand that have no corner: in a column far below left, one below the other. */
function cornerOf(number: number): Corner {
  return CORNERS[number] ?? new Corner(-20 - (number - 3) * (STATION.w + 12), 0, -1, 1);
}

/** @param opened keys of lanes that show all their containers */
export function layout(view: LabView, memory: Memory, opened: ReadonlySet<string> = new Set()): Layout {
  const wires = new Map<number, Wire>();
  const crowded = view.machines.length > CORNERS.length;
  const machines = view.machines.map((machine, number) => {
    const corner = cornerOf(number);
    const room = number < 3 || (number === 3 && !crowded);
    const used =
      machine.containers.length > 0 ||
      machine.networks.some((n) => n.driver !== 'host' && n.driver !== 'null' && n.name !== 'bridge');
    if (room && (number === 0 || used)) memory.full.add(machine.name);
    const full = memory.full.has(machine.name);
    return drawMachine(specOf(machine), corner, full, memory, opened, wires);
  });
  const router = { x: ROUTER_X, y: -GAP - STATION.h, ...STATION };
  const x = ROUTER_X + 40;
  const bounds = around([...machines.flatMap((m) => [m.box, m.nic, ...m.pills]), router]);
  return {
    machines,
    router,
    lan: [
      [Math.min(0, ...machines.map((m) => m.nic.x)), 0],
      [Math.max(router.x + router.w, ...machines.map((m) => m.nic.x + m.nic.w)), 0],
    ],
    wires,
    uplink: [
      [x, -GAP],
      [x, 0],
    ],
    bounds,
  };
}

/** A fresh memory's layout: for those who draw once. */
export const layoutOnce = (view: LabView): Layout => layout(view, new Memory());
