/** One machine on the map: its edge, its loopback, and a lane for each of its networks, where the plan has them. */
import type { ViewContainer, ViewMachine } from '../../worker/api.ts';
import { laneWidth } from './density.ts';
import type { Card, Lane, MachineDrawing, Wall } from './drawing.ts';
import type { Box, Corner } from './geometry.ts';
import { drawHost, drawPills } from './host.ts';
import type { LaneSpec } from './lanes.ts';
import { barEnd, EDGE, FEED, GAP, HOST, headOf, LOOP, type MachinePlan, NIC, placeOf, shelfOf } from './plan.ts';
import type { Site, Wires } from './site.ts';
import { comb, feed, joinGuest, plugIn, v4, wireMember } from './wiring.ts';

/** A machine as one small box. */
export function drawStation(
  machine: ViewMachine,
  corner: Corner,
  { w, h }: { readonly w: number; readonly h: number },
  wires: Wires,
): MachineDrawing {
  const box = corner.box(0, GAP, w, h);
  const detail = plugIn(machine, corner, GAP, wires);
  const nothing = { lanes: [], cards: [], pills: [], hidden: [], walls: [], devices: [] };
  return { machine, box, nic: { ...box, detail }, loop: box, ...nothing };
}

/** A machine with all that is on it. */
export function drawFull(site: Site): MachineDrawing {
  const { spec, corner, plan, memory, wires } = site;
  const { machine } = spec;
  const detail = plugIn(machine, corner, GAP - NIC.h / 2, wires);
  const numbers = memory.lanes(machine.name).place(spec.lanes.map((l) => l.key));
  const drawn = drawLanes(site, numbers);
  const host = drawHost(site);
  const bottom = Math.max(drawn.bottom, host.bottom);
  return {
    machine,
    box: corner.box(0, GAP, plan.w, bottom + 10 - GAP),
    density: plan.density,
    nic: { ...corner.box(NIC.u, GAP - NIC.h / 2, NIC.w, NIC.h), detail },
    loop: corner.box(plan.beside ? HOST.u : HOST.narrow, LOOP.v, plan.density.host, LOOP.h),
    lanes: drawn.lanes,
    cards: [...drawn.cards, ...host.cards],
    ...drawPills(site),
    walls: wallsOf(site, numbers, drawn.lanes),
    devices: host.devices,
  };
}

/** The lanes with what stands in them, then the lines of those that stand elsewhere. */
function drawLanes(site: Site, numbers: readonly number[]): { lanes: Lane[]; cards: Card[]; bottom: number } {
  const { spec, plan } = site;
  const drawn = spec.lanes.map((lane, i) => drawLane(site, lane, numbers[i] as number));
  const cards = drawn.flatMap((d) => d.cards);
  spec.lanes.forEach((lane, i) => {
    for (const [n, guest] of lane.guests.entries()) joinGuest(site, guest, cards, numbers, i, n);
  });
  const bottom = Math.max(LOOP.v + LOOP.h, ...drawn.map((d) => d.bottom));
  return { lanes: drawn.map((d) => d.lane), cards, bottom: Math.max(bottom, plan.shelves[0]?.v ?? 0) };
}

/** Where a slot of a lane is. */
function slotAt(plan: MachinePlan, number: number, slot: number): { u: number; v: number } {
  const { card } = plan.density;
  const { u, columns } = placeOf(plan, number);
  return {
    u: u + 10 + card.gutter + (slot % columns) * (card.w + card.gutter),
    v: shelfOf(plan, number) + headOf(plan.density, plan.tracks) + Math.floor(slot / columns) * card.pitch,
  };
}

function drawLane(site: Site, spec: LaneSpec, number: number): { lane: Lane; cards: Card[]; bottom: number } {
  const { corner, plan, memory, wires } = site;
  const { machine } = site.spec;
  const { card } = plan.density;
  const { u, columns } = placeOf(plan, number);
  const v = shelfOf(plan, number);
  const w = laneWidth(plan.density, columns);
  const slots = memory.of(`${machine.name} ${spec.key}`).place(spec.members.map((m) => m.container.id));
  const opened = site.opened.has(spec.key);
  const limit = opened ? Number.POSITIVE_INFINITY : site.few;
  const { device } = spec;
  if (device?.kind === 'bridge')
    wires.set(device.id, { name: device.name, up: device.carrier, path: corner.path(...feed(plan, u, v)) });
  const cards: Card[] = [];
  let last = -1;
  let hidden = 0;
  spec.members.forEach((member, i) => {
    const slot = Math.min(slots[i] as number, limit);
    const at = slotAt(plan, number, slot);
    last = Math.max(last, slot);
    wireMember(member, comb(at, card.h, barEnd(plan, number)), corner, wires, slot === limit && hidden > 0);
    if (slot === limit) hidden++;
    else
      cards.push(
        cardOf(member.container, machine.name, corner.box(at.u, at.v, card.w, card.h), spec.network?.name, number),
      );
  });
  const closes = opened && slots.some((s) => s >= site.few);
  const tile = slotAt(plan, number, closes ? last + 1 : last);
  const rows = Math.ceil((last + (closes ? 2 : 1)) / columns);
  const bottom = v + headOf(plan.density, plan.tracks) + Math.max(1, rows) * card.pitch + 2;
  const upper = device !== undefined && device.kind !== 'bridge';
  return {
    lane: {
      ...corner.box(u, v, w, bottom - v),
      key: spec.key,
      number,
      ...(spec.network && { network: spec.network }),
      title: corner.box(u, v, w, plan.density.title),
      bar: {
        ...corner.box(u, v + plan.density.title, w, plan.density.bar),
        name: device?.name ?? spec.network?.device ?? '',
        detail: upper ? '' : v4(device),
        up: device?.carrier ?? false,
        upper,
      },
      ...((hidden > 0 || closes) && { more: { ...corner.box(tile.u, tile.v, card.w, card.h), count: hidden } }),
    },
    cards,
    bottom,
  };
}

function cardOf(container: ViewContainer, machine: string, box: Box, network: string | undefined, lane: number): Card {
  const on = container.networks.find((n) => n.name === network);
  return { ...box, machine, container, ip: on?.ip ?? '', lanes: [lane] };
}

/** Between lanes that stand side by side, or begin a shelf, and are kept apart by rules. */
function wallsOf({ spec, corner, plan }: Site, numbers: readonly number[], lanes: readonly Lane[]): Wall[] {
  const tall = (shelf: number): number =>
    Math.max(...lanes.filter((l) => placeOf(plan, l.number).shelf === shelf).map((l) => l.h));
  return numbers.flatMap((n, i) => {
    const a = spec.lanes[i]?.network;
    const b = spec.lanes[numbers.indexOf(n + 1)]?.network;
    const chain = a?.isolatedBy ?? b?.isolatedBy;
    if (!a || !b || chain === undefined || a.driver !== 'bridge' || b.driver !== 'bridge') return [];
    const [here, there] = [placeOf(plan, n), placeOf(plan, n + 1)];
    const between = [a.name, b.name] as const;
    if (here.shelf !== there.shelf) {
      const w = plan.w - EDGE - there.u;
      return [{ ...corner.box(there.u, shelfOf(plan, n + 1) - FEED - 9, w, 6), between, chain }];
    }
    const u = here.u + laneWidth(plan.density, here.columns) + 5;
    return [{ ...corner.box(u, shelfOf(plan, n), 6, tall(here.shelf)), between, chain }];
  });
}
