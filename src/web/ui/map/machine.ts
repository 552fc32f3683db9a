/** One machine on the map: its edge, its loopback, and a lane for each of its networks, where the plan has them. */
import type { ViewContainer, ViewLink, ViewMachine } from '../../worker/api.ts';
import { laneWidth } from './density.ts';
import type { Box, Corner, Point } from './geometry.ts';
import type { LaneSpec, MachineSpec, Member } from './lanes.ts';
import type { Card, Device, Lane, MachineDrawing, Pill, Wall, Wire } from './layout.ts';
import { EDGE, GAP, HOST, headOf, type LanePlace, LOOP, type MachinePlan } from './plan.ts';
import { portsOf } from './ports.ts';
import type { Memory } from './slots.ts';

const NIC = { u: 14, w: 184, h: 24, wire: 40 };
const PILL = { w: 58, h: 18, gap: 5 };
/** Lines between lanes run below the bars, side by side. */
const TRACK = { step: 4, most: 6 };
/** Above a shelf runs the line to its bridges. */
const FEED = 8;

type Wires = Map<number, Wire>;

/** A machine while it is being drawn. */
interface Site {
  readonly spec: MachineSpec;
  readonly corner: Corner;
  readonly plan: MachinePlan;
  readonly memory: Memory;
  /** How many containers a lane shows; undefined: all. */
  readonly limit: (lane: string) => number | undefined;
  readonly opened: ReadonlySet<string>;
  readonly wires: Wires;
}

const v4 = (link: ViewLink | undefined): string => link?.addrs.find((a) => !a.includes(':')) ?? '';
const bare = (prefix: string): string => prefix.replace(/\/.*/, '');

/** The wire from a machine's interface to the LAN. @returns the interface's address */
function plugIn(machine: ViewMachine, corner: Corner, from: number, wires: Wires): string {
  const eth = machine.links.find((l) => l.name === 'eth0');
  if (eth) wires.set(eth.id, { name: eth.name, up: eth.up, path: corner.path([NIC.wire, from], [NIC.wire, 0]) });
  return bare(v4(eth));
}

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
export function drawFull(
  spec: MachineSpec,
  corner: Corner,
  plan: MachinePlan,
  memory: Memory,
  limit: Site['limit'],
  opened: ReadonlySet<string>,
  wires: Wires,
): MachineDrawing {
  const site: Site = { spec, corner, plan, memory, limit, opened, wires };
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

const placeOf = (plan: MachinePlan, number: number): LanePlace =>
  plan.lanes.get(number) ?? { shelf: 0, u: 0, columns: 1 };
const shelfOf = (plan: MachinePlan, number: number): number => plan.shelves[placeOf(plan, number).shelf]?.v ?? 0;
/** Where a lane's bridge ends. */
const barEnd = (plan: MachinePlan, number: number): number =>
  shelfOf(plan, number) + plan.density.title + plan.density.bar;

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
  const limit = site.limit(spec.key) ?? Number.POSITIVE_INFINITY;
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
  const closes = hidden === 0 && site.opened.has(spec.key);
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

/** From the machine's interface along the trunk to a shelf, and to a bridge on it. */
function feed(plan: MachinePlan, u: number, v: number): Point[] {
  const trunk = plan.beside ? HOST.u + plan.density.host + HOST.trunk : HOST.u;
  const first = LOOP.v - FEED;
  const bar = v + plan.density.title;
  const down: Point[] =
    v - FEED > first
      ? [
          [trunk, first],
          [trunk, v - FEED],
        ]
      : [];
  return [[NIC.wire, GAP + NIC.h / 2], [NIC.wire, first], ...down, [u + 6, v - FEED], [u + 6, bar]];
}

/** From a bar down the gutter beside a card and into it: all of a column share the gutter, like the teeth of a comb. */
function comb(at: { u: number; v: number }, h: number, from: number): Point[] {
  const v = at.v + h / 3;
  return [
    [at.u - 8, from],
    [at.u - 8, v],
    [at.u, v],
  ];
}

/** @param many others have the same line */
function wireMember(
  { link, port }: Member,
  points: Point[],
  corner: Corner,
  wires: Wires,
  many = false,
  lane?: number,
) {
  const path = corner.path(...points);
  const more = { ...(lane !== undefined && { lane }), ...(many && { twin: true }) };
  if (port) wires.set(port.id, { name: port.name, up: port.up, path, ...more });
  if (link)
    wires.set(link.id, {
      name: link.name,
      up: link.up,
      path: [...path].reverse(),
      ...more,
      ...(port && { twin: true }),
    });
}

/**
 * A container that stands in another lane: its line runs up its gutter, along a track of its own, and to the bar; to another shelf it
 * goes along the machine's right edge.
 */
function joinGuest(site: Site, guest: Member, cards: Card[], numbers: readonly number[], lane: number, n: number) {
  const { plan, corner, wires } = site;
  const number = numbers[lane] as number;
  const at = cards.findIndex((c) => c.container.id === guest.container.id);
  const card = cards[at];
  if (!card) return;
  cards[at] = { ...card, lanes: [...card.lanes, number] };
  const home = card.lanes[0] ?? number;
  const cardU = corner.right > 0 ? card.x - corner.x : corner.x - card.x - card.w;
  const v = corner.down > 0 ? card.y - corner.y : corner.y - card.y - card.h;
  const along = (which: number): number =>
    barEnd(plan, which) + 5 + (n % Math.min(TRACK.most, plan.tracks)) * TRACK.step;
  const { u } = placeOf(plan, number);
  const inU = u + 12 + (n % 8) * 5;
  const cardV = v + (plan.density.card.h * 2) / 3;
  const offset = 11 + (number % 3) * 2;
  const edge = plan.w - EDGE + 12 + (number % 5) * 4;
  const over: Point[] =
    placeOf(plan, home).shelf === placeOf(plan, number).shelf
      ? []
      : [
          [edge, along(number)],
          [edge, along(home)],
        ];
  const points: Point[] = [
    [inU, barEnd(plan, number)],
    [inU, along(number)],
    ...over,
    [cardU - offset, along(home)],
    [cardU - offset, cardV],
    [cardU, cardV],
  ];
  wireMember(guest, points, corner, wires, false, number);
}

function cardOf(container: ViewContainer, machine: string, box: Box, network: string | undefined, lane: number): Card {
  const on = container.networks.find((n) => n.name === network);
  return { ...box, machine, container, ip: on?.ip ?? '', lanes: [lane] };
}

/** What stands in the machine's own column: containers without a network of their own, and its further devices. */
function drawHost({ spec, corner, plan, memory, wires }: Site) {
  const keys = [...spec.hosted.map((c) => c.id), ...spec.devices.map((l) => `dev ${l.id}`)];
  const slots = memory.of(`${spec.machine.name} host`).place(keys);
  const { card, host } = plan.density;
  const u = plan.beside ? HOST.u : HOST.narrow;
  const top = LOOP.v + LOOP.h + 14;
  const boxAt = (slot: number): Box => corner.box(u, top + slot * card.pitch, host, card.h);
  const cards = spec.hosted.map((container, i) => ({
    ...boxAt(slots[i] as number),
    machine: spec.machine.name,
    container,
    ip: '',
    lanes: [],
  }));
  const devices: Device[] = spec.devices.map((link, i) => {
    const slot = slots[spec.hosted.length + i] as number;
    const v = top + slot * card.pitch + card.h / 2;
    const path = corner.path([u, v], [5, v], [5, GAP + 6], [NIC.u + 8, GAP + NIC.h / 2]);
    wires.set(link.id, { name: link.name, up: link.up, path });
    return { ...boxAt(slot), link };
  });
  const bottom = top + Math.max(0, ...slots.map((s) => s + 1)) * card.pitch;
  return { cards, devices, bottom };
}

/** Published ports: those that everyone may reach on the edge, right of the interface; those of 127.0.0.1 on lo. */
function drawPills({ spec, corner, plan, memory }: Site) {
  const ports = portsOf(spec.machine);
  const pills: Pill[] = [];
  const hidden: string[] = [];
  const from = NIC.u + NIC.w + 14;
  const room = Math.floor((plan.w - 30 - from + PILL.gap) / (PILL.w + PILL.gap));
  const place = (local: boolean, most: number, at: (slot: number) => readonly [number, number]): void => {
    const some = ports.filter((p) => p.local === local);
    const slots = memory.of(`${spec.machine.name} ports ${local}`).place(some.map((p) => p.key));
    some.forEach((port, i) => {
      const slot = slots[i] as number;
      const [u, v] = at(slot);
      if (slot < most) pills.push({ ...corner.box(u, v, PILL.w, PILL.h), ...port });
      else hidden.push(port.title);
    });
  };
  place(false, room, (slot) => [from + slot * (PILL.w + PILL.gap), GAP - PILL.h / 2]);
  const u = plan.beside ? HOST.u : HOST.narrow;
  place(true, 4, (slot) => [
    u + 9 + (slot % 2) * (PILL.w + PILL.gap),
    LOOP.v + 26 + Math.floor(slot / 2) * (PILL.h + 4),
  ]);
  return { pills, hidden };
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
