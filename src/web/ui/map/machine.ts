/** One machine on the map: its edge, its loopback, and a lane for each of its networks. */
import type { ViewContainer, ViewLink, ViewMachine } from '../../worker/api.ts';
import type { Box, Corner, Point } from './geometry.ts';
import type { LaneSpec, MachineSpec, Member } from './lanes.ts';
import type { Card, Device, Lane, MachineDrawing, Pill, Wall, Wire } from './layout.ts';
import { portsOf } from './ports.ts';
import type { Memory } from './slots.ts';

/** From the LAN to a machine's edge. */
export const GAP = 26;
/** A compact machine, and the router. */
export const STATION = { w: 150, h: 44 } as const;
const NIC = { u: 14, w: 184, h: 24, wire: 40 };
/** The machine's own lane. */
const HOST = { u: 12, w: 172 };
const LOOP = { v: 54, h: 72 };
const LANE = { u: 198, w: 284, gap: 16, v: 54, title: 20, bar: 22 };
const CARD = { w: 116, h: 40, gutter: 18, pitch: 47, columns: 2, v: 126 };
const PILL = { w: 58, h: 18, gap: 5 };
/** Lines between lanes run below the bars, side by side. */
const TRACK = { v: 100, step: 4, most: 6 };
/** Of more containers on a machine, each lane shows a few until it is opened. */
const READABLE = 60;
const FEW = 11;

type Wires = Map<number, Wire>;

const v4 = (link: ViewLink | undefined): string => link?.addrs.find((a) => !a.includes(':')) ?? '';
const bare = (prefix: string): string => prefix.replace(/\/.*/, '');

/** @param full with its lanes, not as one box @param opened keys of lanes that show all their containers */
export function drawMachine(
  spec: MachineSpec,
  corner: Corner,
  full: boolean,
  memory: Memory,
  opened: ReadonlySet<string>,
  wires: Wires,
): MachineDrawing {
  const eth = spec.machine.links.find((l) => l.name === 'eth0');
  if (eth) {
    const from = full ? GAP - NIC.h / 2 : GAP;
    wires.set(eth.id, { name: eth.name, up: eth.up, path: corner.path([NIC.wire, from], [NIC.wire, 0]) });
  }
  const detail = bare(v4(eth));
  return full ? drawFull(spec, corner, detail, memory, opened, wires) : drawStation(spec.machine, corner, detail);
}

/** A machine as one small box. */
function drawStation(machine: ViewMachine, corner: Corner, detail: string): MachineDrawing {
  const box = corner.box(0, GAP, STATION.w, STATION.h);
  const nothing = { lanes: [], cards: [], pills: [], hidden: [], walls: [], devices: [] };
  return { machine, box, full: false, nic: { ...box, detail }, loop: box, ...nothing };
}

function drawFull(
  spec: MachineSpec,
  corner: Corner,
  detail: string,
  memory: Memory,
  opened: ReadonlySet<string>,
  wires: Wires,
): MachineDrawing {
  const { machine } = spec;
  const numbers = memory.of(`${machine.name} lanes`).place(spec.lanes.map((l) => l.key));
  const drawn = drawLanes(spec, numbers, corner, memory, opened, wires);
  const host = drawHost(spec, corner, memory, wires);
  const bottom = Math.max(drawn.bottom, host.bottom);
  const width = laneU(Math.max(0, ...numbers)) + LANE.w + 12;
  return {
    machine,
    box: corner.box(0, GAP, width, bottom + 10 - GAP),
    full: true,
    nic: { ...corner.box(NIC.u, GAP - NIC.h / 2, NIC.w, NIC.h), detail },
    loop: corner.box(HOST.u, LOOP.v, HOST.w, LOOP.h),
    lanes: drawn.lanes,
    cards: [...drawn.cards, ...host.cards],
    ...drawPills(machine, corner, width, memory),
    walls: wallsOf(spec.lanes, numbers, corner, bottom),
    devices: host.devices,
  };
}

const laneU = (n: number): number => LANE.u + n * (LANE.w + LANE.gap);

/** The lanes with what stands in them, then the lines of those that stand elsewhere. */
function drawLanes(
  { machine, lanes: specs }: MachineSpec,
  numbers: readonly number[],
  corner: Corner,
  memory: Memory,
  opened: ReadonlySet<string>,
  wires: Wires,
): { lanes: Lane[]; cards: Card[]; bottom: number } {
  const crowded = machine.containers.length > READABLE;
  const drawn = specs.map((lane, i) =>
    drawLane(lane, numbers[i] as number, corner, memory, crowded && !opened.has(lane.key), machine, wires),
  );
  const cards = drawn.flatMap((d) => d.cards);
  specs.forEach((lane, i) => {
    lane.guests.forEach((guest, n) => {
      joinGuest(guest, cards, numbers[i] as number, n, corner, wires);
    });
  });
  const bottom = Math.max(LANE.v + 146, ...drawn.map((d) => d.bottom));
  return { lanes: drawn.map((d) => d.lane), cards, bottom };
}

const slotBox = (u: number, slot: number): { u: number; v: number } => ({
  u: u + 10 + CARD.gutter + (slot % CARD.columns) * (CARD.w + CARD.gutter),
  v: CARD.v + Math.floor(slot / CARD.columns) * CARD.pitch,
});

function drawLane(
  spec: LaneSpec,
  number: number,
  corner: Corner,
  memory: Memory,
  folded: boolean,
  machine: ViewMachine,
  wires: Wires,
): { lane: Lane; cards: Card[]; bottom: number } {
  const u = laneU(number);
  const slots = memory.of(`${machine.name} ${spec.key}`).place(spec.members.map((m) => m.container.id));
  const barV = LANE.v + LANE.title;
  const upper = spec.device !== undefined && spec.device.kind !== 'bridge';
  const { device } = spec;
  if (device?.kind === 'bridge') {
    const path = corner.path([NIC.wire, GAP + NIC.h / 2], [NIC.wire, 46], [u + 6, 46], [u + 6, barV]);
    wires.set(device.id, { name: device.name, up: device.carrier, path });
  }
  const cards: Card[] = [];
  let last = -1;
  let hidden = 0;
  spec.members.forEach((member, i) => {
    const slot = slots[i] as number;
    if (folded && slot >= FEW) {
      hidden++;
      return;
    }
    last = Math.max(last, slot);
    const at = slotBox(u, slot);
    cards.push(
      cardOf(member.container, machine.name, corner.box(at.u, at.v, CARD.w, CARD.h), spec.network?.name, number),
    );
    wireMember(member, comb(at, barV + LANE.bar), corner, wires);
  });
  const moreAt = slotBox(u, FEW);
  const rows = Math.ceil(((hidden > 0 ? FEW : last) + 1) / CARD.columns);
  const bottom = CARD.v + Math.max(1, rows) * CARD.pitch;
  return {
    lane: {
      ...corner.box(u, LANE.v, LANE.w, bottom - LANE.v),
      key: spec.key,
      number,
      ...(spec.network && { network: spec.network }),
      title: corner.box(u, LANE.v, LANE.w, LANE.title),
      bar: {
        ...corner.box(u, barV, LANE.w, LANE.bar),
        name: device?.name ?? spec.network?.device ?? '',
        detail: upper ? '' : v4(device),
        up: device?.carrier ?? false,
        upper,
      },
      ...(hidden > 0 && { more: { ...corner.box(moreAt.u, moreAt.v, CARD.w, CARD.h), count: hidden } }),
    },
    cards,
    bottom,
  };
}

/** From a bar down the gutter beside a card and into it: all of a column share the gutter, like the teeth of a comb. */
function comb(at: { u: number; v: number }, barV: number): Point[] {
  return [
    [at.u - 8, barV],
    [at.u - 8, at.v + 13],
    [at.u, at.v + 13],
  ];
}

function wireMember({ link, port }: Member, points: Point[], corner: Corner, wires: Wires): void {
  const path = corner.path(...points);
  if (port) wires.set(port.id, { name: port.name, up: port.up, path });
  if (link)
    wires.set(link.id, { name: link.name, up: link.up, path: [...path].reverse(), ...(port && { twin: true }) });
}

/** A container that stands in another lane: its line runs up its gutter, along a track of its own, and to the bar. */
function joinGuest(guest: Member, cards: Card[], number: number, n: number, corner: Corner, wires: Wires): void {
  const at = cards.findIndex((c) => c.container.id === guest.container.id);
  const card = cards[at];
  if (!card) return;
  cards[at] = { ...card, lanes: [...card.lanes, number] };
  const cardU = corner.right > 0 ? card.x - corner.x : corner.x - card.x - card.w;
  const v = corner.down > 0 ? card.y - corner.y : corner.y - card.y - card.h;
  const track = TRACK.v + (n % TRACK.most) * TRACK.step;
  const inU = laneU(number) + 12 + (n % 8) * 5;
  const barEnd = LANE.v + LANE.title + LANE.bar;
  const offset = 13 + (number % 3) * 2;
  wireMember(
    guest,
    [
      [inU, barEnd],
      [inU, track],
      [cardU - offset, track],
      [cardU - offset, v + 28],
      [cardU, v + 28],
    ],
    corner,
    wires,
  );
}

function cardOf(container: ViewContainer, machine: string, box: Box, network: string | undefined, lane: number): Card {
  const on = container.networks.find((n) => n.name === network);
  return { ...box, machine, container, ip: on?.ip ?? '', lanes: [lane] };
}

/** What stands in the machine's own lane: containers without a network of their own, and its further devices. */
function drawHost(spec: MachineSpec, corner: Corner, memory: Memory, wires: Wires) {
  const keys = [...spec.hosted.map((c) => c.id), ...spec.devices.map((l) => `dev ${l.id}`)];
  const slots = memory.of(`${spec.machine.name} host`).place(keys);
  const top = LOOP.v + LOOP.h + 14;
  const boxAt = (slot: number): Box => corner.box(HOST.u, top + slot * CARD.pitch, HOST.w, CARD.h);
  const cards = spec.hosted.map((container, i) => ({
    ...boxAt(slots[i] as number),
    machine: spec.machine.name,
    container,
    ip: '',
    lanes: [],
  }));
  const devices: Device[] = spec.devices.map((link, i) => {
    const slot = slots[spec.hosted.length + i] as number;
    const v = top + slot * CARD.pitch + CARD.h / 2;
    const path = corner.path([HOST.u, v], [5, v], [5, GAP + 6], [NIC.u + 8, GAP + NIC.h / 2]);
    wires.set(link.id, { name: link.name, up: link.up, path });
    return { ...boxAt(slot), link };
  });
  const bottom = top + Math.max(0, ...slots.map((s) => s + 1)) * CARD.pitch;
  return { cards, devices, bottom };
}

/** Published ports: those that everyone may reach on the edge, right of the interface; those of 127.0.0.1 on lo. */
function drawPills(machine: ViewMachine, corner: Corner, width: number, memory: Memory) {
  const ports = portsOf(machine);
  const pills: Pill[] = [];
  const hidden: string[] = [];
  const from = NIC.u + NIC.w + 14;
  const room = Math.floor((width - 10 - from + PILL.gap) / (PILL.w + PILL.gap));
  const place = (local: boolean, most: number, at: (slot: number) => readonly [number, number]): void => {
    const some = ports.filter((p) => p.local === local);
    const slots = memory.of(`${machine.name} ports ${local}`).place(some.map((p) => p.key));
    some.forEach((port, i) => {
      const slot = slots[i] as number;
      const [u, v] = at(slot);
      if (slot < most) pills.push({ ...corner.box(u, v, PILL.w, PILL.h), ...port });
      else hidden.push(port.title);
    });
  };
  place(false, room, (slot) => [from + slot * (PILL.w + PILL.gap), GAP - PILL.h / 2]);
  place(true, 4, (slot) => [
    HOST.u + 40 + (slot % 2) * (PILL.w + PILL.gap),
    LOOP.v + 26 + Math.floor(slot / 2) * (PILL.h + 4),
  ]);
  return { pills, hidden };
}

/** Between lanes that stand side by side and are kept apart by rules. */
function wallsOf(specs: readonly LaneSpec[], numbers: readonly number[], corner: Corner, bottom: number): Wall[] {
  const at = (n: number): LaneSpec | undefined => specs[numbers.indexOf(n)];
  return numbers.flatMap((n) => {
    const [a, b] = [at(n)?.network, at(n + 1)?.network];
    const chain = a?.isolatedBy ?? b?.isolatedBy;
    if (!a || !b || chain === undefined || a.driver !== 'bridge' || b.driver !== 'bridge') return [];
    const box = corner.box(laneU(n) + LANE.w + 5, LANE.v, LANE.gap - 10, bottom - LANE.v);
    return [{ ...box, between: [a.name, b.name] as const, chain }];
  });
}
