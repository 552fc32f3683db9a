/**
 * Where things stand on the map: a function of a snapshot, of the pane, and of what stood where before. The learner's machine lies below
 * the LAN, the others in a row above it; on each, networks stand in lanes and their containers in slots. So long as the plan has room
 * nobody who is there moves.
 */
import type { LabView } from '../../worker/api.ts';
import type { Layout, Wire } from './drawing.ts';
import { around, Corner } from './geometry.ts';
import { type MachineSpec, specOf } from './lanes.ts';
import { drawFull, drawStation } from './machine.ts';
import type { Memory } from './memory.ts';
import { type Frame, GAP, keep, type Load, type Plan, plan, STATION } from './plan.ts';

/** Of more containers on a machine, each lane shows a few until it is opened. */
const READABLE = 60;
const FEW = 11;

/** How many containers each lane of a machine shows unless it is opened. */
function fewOf({ machine, lanes }: MachineSpec): number {
  if (machine.containers.length <= READABLE) return Number.POSITIVE_INFINITY;
  return Math.min(FEW, Math.max(1, Math.floor(READABLE / lanes.length) - 1));
}

/** Gives what is on a machine its slots. */
function loadOf(spec: MachineSpec, memory: Memory, opened: ReadonlySet<string>): Load {
  const { name } = spec.machine;
  const numbers = memory.lanes(name).place(spec.lanes.map((l) => l.key));
  const few = fewOf(spec);
  const lanes = spec.lanes.map(({ key, members }, i) => {
    const slots = memory.of(`${name} ${key}`).place(members.map((m) => m.container.id));
    const limit = opened.has(key) ? Number.POSITIVE_INFINITY : few;
    const tile = opened.has(key) && slots.some((s) => s >= few) ? 1 : 0;
    const taken = slots.some((s) => s >= limit) ? limit + 1 : Math.max(0, ...slots.map((s) => s + 1)) + tile;
    return [numbers[i] as number, taken] as const;
  });
  const hosted = memory
    .of(`${name} host`)
    .place([...spec.hosted.map((c) => c.id), ...spec.devices.map((l) => `dev ${l.id}`)]);
  const guests = Math.max(0, ...spec.lanes.map((l) => l.guests.length));
  return { lanes: new Map(lanes), hosted: Math.max(0, ...hosted.map((s) => s + 1)), guests };
}

/** Machines that others than the learner's are drawn in full when they have something, and from then on. */
function isFull({ machine }: MachineSpec, number: number, memory: Memory): boolean {
  const used =
    machine.containers.length > 0 ||
    machine.networks.some((n) => n.driver !== 'host' && n.driver !== 'null' && n.name !== 'bridge');
  if (number === 0 || used) memory.full.add(machine.name);
  return memory.full.has(machine.name);
}

/** The plan by which things stand: the last one as long as it has room. */
function planOf(specs: readonly MachineSpec[], memory: Memory, frame: Frame, opened: ReadonlySet<string>): Plan {
  const full = specs.map((spec, i) => isFull(spec, i, memory));
  const loads = () =>
    new Map(specs.map((spec, i) => [spec.machine.name, full[i] ? loadOf(spec, memory, opened) : undefined] as const));
  const kept = keep(memory.plan, loads(), frame, opened);
  if (kept) return kept;
  memory.tidy();
  memory.plan = plan(loads(), frame, opened);
  return memory.plan;
}

/** @param opened keys of lanes that show all their containers */
export function layout(view: LabView, memory: Memory, frame: Frame, opened: ReadonlySet<string> = NONE): Layout {
  const specs = view.machines.map(specOf);
  const by = planOf(specs, memory, frame, opened);
  const wires = new Map<number, Wire>();
  const small = { w: by.station, h: by.density.station };
  const width = (i: number): number => by.machines.get(specs[i]?.machine.name ?? '')?.w ?? small.w;
  // Above the LAN: the third machine, which grows to the left, then the router and the others, which grow to the right.
  const routerX = specs.length > 2 ? width(2) + STATION.gap : 0;
  let next = routerX + small.w + STATION.gap;
  const machines = specs.map((spec, i) => {
    let corner = new Corner(0, 0, 1, 1);
    if (i === 2) corner = new Corner(width(2), 0, -1, -1);
    else if (i > 0) {
      corner = new Corner(next, 0, 1, -1);
      next += width(i) + STATION.gap;
    }
    const plan = by.machines.get(spec.machine.name);
    if (!plan) return drawStation(spec.machine, corner, small, wires);
    return drawFull({ spec, corner, plan, memory, few: fewOf(spec), opened, wires });
  });
  const router = { x: routerX, y: -GAP - small.h, ...small };
  const x = routerX + 40;
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
    bounds: around([
      { x: 0, y: -by.above, w: 1, h: by.above },
      ...machines.flatMap((m) => [m.box, m.nic, ...m.pills]),
      router,
    ]),
    scale: by.scale,
  };
}

const NONE: ReadonlySet<string> = new Set();
