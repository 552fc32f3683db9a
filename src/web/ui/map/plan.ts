/**
 * Where the slots of a map lie: lanes side by side on shelves, as many as the pane has room for, at the largest density and
 * size at which everything is in sight. A plan leaves room for some who may come, and is kept until somebody comes for whom it has none,
 * or the pane changes its size.
 */
import { DENSITIES, type Density, laneWidth, SCALES } from './density.ts';

/** The pane: px, and how much larger than usual its type is. */
export interface Frame {
  readonly width: number;
  readonly height: number;
  readonly type: number;
}

export interface LanePlace {
  readonly shelf: number;
  readonly u: number;
  readonly columns: number;
}

/** A row of lanes. */
export interface Shelf {
  readonly v: number;
  /** Of containers in a column: as many as find room before the next shelf. */
  rows: number;
}

/** What a machine has to find room for. */
export interface Load {
  /** By a lane's number: slots that are taken. */
  readonly lanes: ReadonlyMap<number, number>;
  /** Slots in its own column. */
  readonly hosted: number;
  /** Lines between its networks. */
  readonly guests: number;
}

export interface MachinePlan {
  readonly density: Density;
  readonly w: number;
  readonly h: number;
  /** Its own column stands beside the lanes, not above them. */
  readonly beside: boolean;
  readonly hostRows: number;
  /** Between a bridge and its containers: for the lines to other lanes. */
  readonly tracks: number;
  readonly lanes: Map<number, LanePlace>;
  readonly shelves: Shelf[];
  /** It is all in sight. */
  readonly fits: boolean;
  /** Down to where it is planned. */
  readonly depth: number;
}

export interface Plan {
  readonly frame: Frame;
  readonly opened: ReadonlySet<string>;
  readonly scale: number;
  readonly density: Density;
  /** Width of a machine that is one small box. */
  readonly station: number;
  /** The machines that are drawn in full, by name. */
  readonly machines: ReadonlyMap<string, MachinePlan>;
  /** Height of the row above the LAN. */
  readonly above: number;
  /** All is in sight. */
  readonly fits: boolean;
}

/** Space around the drawing, px of the pane. */
export const MARGIN = 10;
/** From the LAN to a machine's edge. */
export const GAP = 26;
/** The machine's interface on its edge; its wire. */
export const NIC = { u: 14, w: 184, h: 24, wire: 40 };
export const LOOP = { v: 54, h: 72 };
/** The machine's own column, and the trunk from its interface to the shelves. */
export const HOST = { u: 12, trunk: 10, narrow: 24 };
/** Above a shelf runs the line to its bridges. */
export const FEED = 8;
const LANE_GAP = 16;
const SHELF_GAP = 20;
/** Right of the lanes; and where lines run there from shelf to shelf. */
const SIDE = 12;
export const EDGE = 32;
export const FOOT = 8;
/** A machine that shares a row is never planned smaller. */
const LEAST = 330;
export const STATION = { w: 150, gap: 10 };

/** From a shelf's top to its containers. */
export const headOf = (density: Density, tracks: number): number => density.title + density.bar + 10 + tracks * 4;
export const lanesU = (density: Density, beside: boolean): number =>
  beside ? HOST.u + density.host + 2 * HOST.trunk + 4 : HOST.narrow;
/** Where the first shelf begins. */
const topOf = (density: Density, beside: boolean, hostRows: number): number =>
  beside ? LOOP.v : LOOP.v + LOOP.h + 22 + hostRows * density.card.pitch;

/** @param grows it may fill all of its height later */
function planMachine(load: Load, { density, spare, least }: Aim, w: number, h: number, grows: boolean): MachinePlan {
  const tracks = Math.min(6, Math.max(2, load.guests));
  const lanes = [...load.lanes].sort(([a], [b]) => a - b);
  const wanted = lanes.map(([, n]) => (spare ? n + Math.max(1, Math.ceil(n / 4)) : Math.max(1, n)));
  let best: (MachinePlan & { cost: number }) | undefined;
  for (const beside of [true, false]) {
    const room = w - EDGE - lanesU(density, beside) - 18;
    const most = Math.floor(room / (density.card.w + density.card.gutter));
    if (most < 1 && beside) continue;
    const fixed = { density, w, h, beside, hostRows: beside ? 0 : load.hosted, tracks };
    for (let rows = 1; rows <= Math.max(1, ...wanted); rows++) {
      const columns = wanted.map((n) => Math.max(1, Math.min(most, Math.max(least, Math.ceil(n / rows)))));
      const plan = shelve(fixed, lanes, wanted, columns);
      const odd = columns.reduce((sum, c) => sum + Math.abs(c - 2), beside ? 0 : 1);
      const cost = plan.fits ? plan.shelves.length * 1000 + odd : 1e6 + plan.depth + (beside ? 0 : 100);
      if (!best || cost < best.cost) best = { ...plan, cost };
    }
  }
  const { cost: _, ...found } = best as MachinePlan & { cost: number };
  if (!grows) return { ...found, h: found.depth };
  const last = found.shelves.at(-1) as Shelf;
  const free = Math.floor((h - 10 - FOOT - last.v - headOf(density, tracks)) / density.card.pitch);
  last.rows = found.fits ? Math.max(last.rows, free) : Number.POSITIVE_INFINITY;
  return found;
}

type Fixed = Pick<MachinePlan, 'density' | 'w' | 'h' | 'beside' | 'hostRows' | 'tracks'>;

/** Puts lanes side by side, on as many shelves as it takes. */
function shelve(
  fixed: Fixed,
  lanes: readonly (readonly [number, number])[],
  wanted: readonly number[],
  columns: readonly number[],
): MachinePlan {
  const { density, w, h, beside, hostRows } = fixed;
  const places = new Map<number, LanePlace>();
  const from = lanesU(density, beside);
  const shelves: Shelf[] = [{ v: topOf(density, beside, hostRows), rows: 1 }];
  let shelf = shelves[0] as Shelf;
  let u = from;
  const whole = columns.reduce((sum, c) => sum + laneWidth(density, c) + LANE_GAP, from - LANE_GAP);
  const end = w - (whole <= w - SIDE ? SIDE : EDGE);
  lanes.forEach(([number], i) => {
    const width = laneWidth(density, columns[i] as number);
    if (u > from && u + width > end) {
      shelf = { v: under(fixed, shelf), rows: 1 };
      shelves.push(shelf);
      u = from;
    }
    places.set(number, { shelf: shelves.length - 1, u, columns: columns[i] as number });
    shelf.rows = Math.max(shelf.rows, Math.ceil((wanted[i] as number) / (columns[i] as number)));
    u += width + LANE_GAP;
  });
  const depth = under(fixed, shelf) - SHELF_GAP + 10;
  return { ...fixed, lanes: places, shelves, fits: depth <= h, depth };
}

/** Where the shelf below one begins. */
const under = ({ density, tracks }: Fixed, { v, rows }: Shelf): number =>
  v + headOf(density, tracks) + rows * density.card.pitch + FOOT + SHELF_GAP;

/** Whether a plan has room for a load; gives new lanes places where they move nobody. */
function holds(plan: MachinePlan, load: Load): boolean {
  if (!plan.beside && load.hosted > plan.hostRows) return false;
  for (const [number, taken] of load.lanes) {
    const place = plan.lanes.get(number) ?? append(plan, number, load);
    if (!place) return false;
    if (Math.ceil(taken / place.columns) > (plan.shelves[place.shelf]?.rows ?? 0)) return false;
  }
  return true;
}

/** A place at the end of the last shelf, or on a new one. */
function append(plan: MachinePlan, number: number, load: Load): LanePlace | undefined {
  const { density, shelves, lanes, w } = plan;
  const columns = density.lines === 2 ? 2 : 1;
  const last = shelves.at(-1) as Shelf;
  const on = [...lanes].filter(([, p]) => p.shelf === shelves.length - 1);
  const end = Math.max(...on.map(([, p]) => p.u + laneWidth(density, p.columns) + LANE_GAP));
  let place: LanePlace = { shelf: shelves.length - 1, u: end, columns };
  if (end + laneWidth(density, columns) > w - EDGE) {
    const rows = Math.max(1, ...on.map(([n, p]) => Math.ceil((load.lanes.get(n) ?? 0) / p.columns))) + 1;
    const v = under(plan, { v: last.v, rows });
    const free = Math.floor((plan.h - 10 - FOOT - v - headOf(density, plan.tracks)) / density.card.pitch);
    if (free < 1) return undefined;
    last.rows = rows;
    shelves.push({ v, rows: free });
    place = { shelf: shelves.length - 1, u: lanesU(density, plan.beside), columns };
  }
  lanes.set(number, place);
  return place;
}

/** Where a lane lies; one that is not planned, at the beginning. */
export const placeOf = (plan: MachinePlan, number: number): LanePlace =>
  plan.lanes.get(number) ?? { shelf: 0, u: 0, columns: 1 };
/** Where its shelf begins. */
export const shelfOf = (plan: MachinePlan, number: number): number => plan.shelves[placeOf(plan, number).shelf]?.v ?? 0;
/** Where a lane's bridge ends. */
export const barEnd = (plan: MachinePlan, number: number): number =>
  shelfOf(plan, number) + plan.density.title + plan.density.bar;

/** What is asked of a whole map: its machines, the learner's first; undefined: one small box. */
export type Loads = ReadonlyMap<string, Load | undefined>;

/** The plan as it is when it has room, or undefined. */
export function keep(
  plan: Plan | undefined,
  loads: Loads,
  frame: Frame,
  opened: ReadonlySet<string>,
): Plan | undefined {
  if (!plan || plan.opened !== opened) return undefined;
  const { width, height, type } = plan.frame;
  if (width !== frame.width || height !== frame.height || type !== frame.type) return undefined;
  for (const [name, load] of loads) {
    const old = plan.machines.get(name);
    if (load && !(old && holds(old, load))) return undefined;
  }
  return plan;
}

/** What a plan tries: how much is said of each thing, and how large. */
interface Aim {
  readonly density: Density;
  /** Room for some who may come. */
  readonly spare: boolean;
  /** Columns of a lane: in two a bridge has room for its name and its address. */
  readonly least: number;
  readonly scale: number;
}

const AIMS: readonly Aim[] = DENSITIES.flatMap((density) =>
  [true, false].flatMap((spare) =>
    [2, 1].flatMap((least) => SCALES.slice(0, least === 2 ? 3 : 4).map((scale) => ({ density, spare, least, scale }))),
  ),
);
const DENSE: Aim = { density: DENSITIES[2] as Density, spare: false, least: 1, scale: SCALES[3] };

/** Makes a plan: the roomiest in which all is in sight; when there is none, the densest that still has addresses. */
export function plan(loads: Loads, frame: Frame, opened: ReadonlySet<string>): Plan {
  for (const aim of AIMS) {
    const made = planAt(loads, frame, opened, aim);
    if (made.fits) return made;
  }
  return planAt(loads, frame, opened, DENSE);
}

function planAt(loads: Loads, frame: Frame, opened: ReadonlySet<string>, aim: Aim): Plan {
  const { density, scale } = aim;
  const w = (frame.width - 2 * MARGIN) / (scale * frame.type);
  const h = (frame.height - 2 * MARGIN) / (scale * frame.type);
  const [own, ...others] = [...loads];
  const full = others.flatMap(([name, load]) => (load ? [[name, load] as const] : []));
  const small = others.length - full.length + 1;
  const station = Math.max(100, Math.min(STATION.w, (w - (small - 1) * STATION.gap) / small));
  const machines = new Map<string, MachinePlan>();
  const share = (w - small * (station + STATION.gap)) / Math.max(1, full.length) - STATION.gap;
  for (const [name, load] of full) machines.set(name, planMachine(load, aim, Math.max(LEAST, share), h / 2, false));
  const above = Math.max(GAP + density.station, ...[...machines.values()].map((m) => m.depth));
  if (own?.[1]) machines.set(own[0], planMachine(own[1], aim, Math.max(LEAST, w), h - above, true));
  const row = small * (station + STATION.gap) + full.length * (Math.max(LEAST, share) + STATION.gap) - STATION.gap;
  const fits = w >= LEAST && row <= w + 1 && [...machines.values()].every((m) => m.fits);
  return { frame, opened, scale, density, station, machines, above, fits };
}
