/**
 * Where things stand on the map: a pure function of a snapshot and a width. Positions are stable: a container keeps
 * its place in the order in which it was first seen.
 *
 * Limits: draws one focus machine in full, the others as boxes; bridges beside docker0 get bars of their own, but
 * container links to a second bridge are drawn to the first interface's card side only.
 */
import type { LabView, ViewContainer, ViewLink, ViewMachine } from '../../worker/api.ts';

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}
export type Point = readonly [number, number];

/** A line that frames travel, from `path[0]` to its end in the direction Out of the interface `link`. */
export interface Wire {
  readonly key: string;
  readonly path: readonly Point[];
  readonly up: boolean;
  readonly label?: string;
}

export interface Socket extends Box {
  readonly key: string;
  readonly label: string;
  readonly title: string;
  /** On 127.0.0.1: inside the machine, not on its edge. */
  readonly local: boolean;
  readonly container: string;
}

export interface Card extends Box {
  readonly container: ViewContainer;
  readonly ip: string;
}

export interface Station extends Box {
  readonly name: string;
  readonly detail: string;
}

export interface BridgeBar extends Box {
  readonly name: string;
  readonly detail: string;
  readonly up: boolean;
}

export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly lan: { readonly x1: number; readonly x2: number; readonly y: number };
  readonly stations: readonly Station[];
  readonly machine: Box & { readonly name: string };
  readonly nic: Box & { readonly detail: string };
  readonly loop: Box;
  readonly bridges: readonly BridgeBar[];
  readonly sockets: readonly Socket[];
  readonly cards: readonly Card[];
  /** By `${link}`, the id of the interface whose Out direction they run in. */
  readonly wires: ReadonlyMap<number, Wire>;
  /** From the router to the LAN. */
  readonly router: readonly Point[];
}

const PAD = 14;
const CARD = { w: 138, h: 64, gapX: 18, gapY: 22 };
const SOCKET = { w: 62, h: 20, gap: 6 };

const v4 = (link: ViewLink | undefined): string => link?.addrs.find((a) => !a.includes(':')) ?? '';
const byName = (m: ViewMachine | undefined, name: string) => m?.links.find((l) => l.name === name);

/** Published ports joined over address families: one socket for 0.0.0.0 and [::]. */
export function socketsOf(
  machine: ViewMachine,
): { label: string; title: string; local: boolean; container: string; key: string }[] {
  const seen = new Map<string, { label: string; title: string; local: boolean; container: string; key: string }>();
  for (const c of machine.containers)
    for (const p of c.ports) {
      const local = p.hostIp === '127.0.0.1' || p.hostIp === '::1';
      const any = p.hostIp === '0.0.0.0' || p.hostIp === '::';
      const key = `${any ? '*' : p.hostIp} ${p.hostPort}/${p.proto}`;
      const udp = p.proto === 'tcp' ? '' : `/${p.proto}`;
      const title = `${any ? '*' : p.hostIp}:${p.hostPort}/${p.proto} → ${c.name}:${p.containerPort}`;
      if (!seen.has(key)) seen.set(key, { key, label: `:${p.hostPort}${udp}`, title, local, container: c.name });
    }
  return [...seen.values()];
}

/** @param focus name of the machine that is drawn in full @param width of the drawing, px */
export function layout(view: LabView, focus: string, width: number): Layout {
  const machine = view.machines.find((m) => m.name === focus) as ViewMachine;
  const W = Math.max(330, width);
  const wires = new Map<number, Wire>();
  const lanY = 58;
  const others = view.machines.filter((m) => m.name !== focus);

  const stationW = Math.min(132, (W - 2 * PAD - 12 * others.length) / (others.length + 1));
  const stations: Station[] = [{ name: 'router', detail: '192.168.56.1', x: PAD, y: 8, w: stationW, h: 36 }];
  others.forEach((m, i) => {
    const x = W - PAD - stationW - (others.length - 1 - i) * (stationW + 12);
    stations.push({ name: m.name, detail: v4(byName(m, 'eth0')).replace(/\/.*/, ''), x, y: 8, w: stationW, h: 36 });
    const eth = byName(m, 'eth0');
    const mid = x + stationW / 2;
    if (eth)
      wires.set(eth.id, {
        key: m.name,
        up: eth.up,
        path: [
          [mid, 44],
          [mid, lanY],
        ],
      });
  });

  const box = { name: focus, x: PAD, y: 84, w: W - 2 * PAD, h: 0 };
  const nic = { x: box.x + 16, y: box.y - 12, w: 184, h: 24, detail: v4(byName(machine, 'eth0')) };
  const nicX = nic.x + 22;
  const eth = byName(machine, 'eth0');
  if (eth)
    wires.set(eth.id, {
      key: focus,
      up: eth.up,
      path: [
        [nicX, nic.y],
        [nicX, lanY],
      ],
    });

  const placed = placeSockets(socketsOf(machine), box, nic);
  const inner = box.y + 22 + Math.max(placed.edgeRows - 1, 0) * (SOCKET.h + 4);
  const loop = { x: box.x + 16, y: inner, w: 150, h: 34 };
  const locals = placeLocal(placed.local, loop, box);
  let y = Math.max(loop.y + loop.h, ...locals.map((s) => s.y + s.h)) + 18;

  const cards: Card[] = [];
  const bars: BridgeBar[] = [];
  const bridges = machine.links.filter((l) => l.kind === 'bridge');
  const left = box.x + 16;
  const columns = Math.max(1, Math.floor((box.w - 32 + CARD.gapX) / (CARD.w + CARD.gapX)));
  for (const bridge of bridges) {
    const bar = { x: left, y, w: box.w - 32, h: 22, name: bridge.name, detail: v4(bridge), up: bridge.carrier };
    bars.push(bar);
    wires.set(bridge.id, {
      key: bridge.name,
      up: bridge.carrier,
      path: [
        [nicX, nic.y + nic.h],
        [nicX, bar.y],
      ],
    });
    const members = machine.containers.filter((c) => homeOf(machine, c, bridges) === bridge.name);
    y += bar.h + 20;
    members.forEach((container, i) => {
      const row = Math.floor(i / columns);
      const x = left + (i % columns) * (CARD.w + CARD.gapX);
      const card = { x, y: y + row * (CARD.h + CARD.gapY), w: CARD.w, h: CARD.h, container, ip: addressOf(container) };
      cards.push(card);
      wireCard(wires, machine, card, bar, row);
    });
    const rows = Math.ceil(members.length / columns);
    if (rows > 0) y += rows * (CARD.h + CARD.gapY);
  }
  box.h = y - box.y;
  const sockets = [...placed.edge, ...locals];
  return {
    width: W,
    height: box.y + box.h + 10,
    lan: { x1: PAD, x2: W - PAD, y: lanY },
    stations,
    machine: box,
    nic,
    loop,
    bridges: bars,
    sockets,
    cards,
    wires,
    router: [
      [PAD + stationW / 2, 44],
      [PAD + stationW / 2, lanY],
    ],
  };
}

const addressOf = (c: ViewContainer): string =>
  c.networks[0]?.ip || v4(c.links.find((l) => l.name === 'eth0')).replace(/\/.*/, '');

/** The bridge that a container's first veth is plugged into; docker0 for one that does not run. */
function homeOf(machine: ViewMachine, c: ViewContainer, bridges: readonly ViewLink[]): string | undefined {
  const end = c.links.find((l) => l.peer !== undefined);
  const veth = machine.links.find((l) => l.id === end?.peer || (end !== undefined && l.peer === end.id));
  return veth?.master ?? bridges[0]?.name;
}

function wireCard(wires: Map<number, Wire>, machine: ViewMachine, card: Card, bar: BridgeBar, row: number): void {
  const end = card.container.links.find((l) => l.peer !== undefined);
  const veth = machine.links.find((l) => l.id === end?.peer || (end !== undefined && l.peer === end.id));
  if (!veth || !end) return;
  const path: Point[] =
    row === 0
      ? [
          [card.x + 20, bar.y + bar.h],
          [card.x + 20, card.y],
        ]
      : [
          [card.x - 9, bar.y + bar.h],
          [card.x - 9, card.y + 20],
          [card.x, card.y + 20],
        ];
  wires.set(veth.id, { key: veth.name, up: veth.up, path, label: veth.name });
  wires.set(end.id, { key: `${card.container.name} ${end.name}`, up: end.up, path: [...path].reverse() });
}

type Loose = ReturnType<typeof socketsOf>[number];

/** Sockets that everyone may reach sit on the machine's edge, right of its interface. */
function placeSockets(all: readonly Loose[], box: Box, nic: Box) {
  const from = nic.x + nic.w + 14;
  const perRow = Math.max(1, Math.floor((box.x + box.w - 10 - from + SOCKET.gap) / (SOCKET.w + SOCKET.gap)));
  const open = all.filter((s) => !s.local);
  const edge = open.map((s, i) => ({
    ...s,
    x: from + (i % perRow) * (SOCKET.w + SOCKET.gap),
    y: box.y - SOCKET.h / 2 + Math.floor(i / perRow) * (SOCKET.h + 4),
    w: s.label.length > 6 ? SOCKET.w + 8 : SOCKET.w,
    h: SOCKET.h,
  }));
  return { edge, edgeRows: Math.ceil(open.length / perRow), local: all.filter((s) => s.local) };
}

/** Sockets of 127.0.0.1 hang on the loopback, inside. */
function placeLocal(local: readonly Loose[], loop: Box, box: Box): Socket[] {
  const from = loop.x + loop.w + 10;
  const perRow = Math.max(1, Math.floor((box.x + box.w - 10 - from) / (SOCKET.w + 14)));
  return local.map((s, i) => ({
    ...s,
    x: from + (i % perRow) * (SOCKET.w + 14),
    y: loop.y + 7 + Math.floor(i / perRow) * (SOCKET.h + 4),
    w: SOCKET.w + 8,
    h: SOCKET.h,
  }));
}

/** The point at a share 0…1 of a path's length. */
export function along(path: readonly Point[], share: number): Point {
  const lengths = path.slice(1).map(([x, y], i) => Math.hypot(x - (path[i] as Point)[0], y - (path[i] as Point)[1]));
  let rest = Math.min(1, Math.max(0, share)) * lengths.reduce((a, b) => a + b, 0);
  for (let i = 0; i < lengths.length; i++) {
    const [ax, ay] = path[i] as Point;
    const [bx, by] = path[i + 1] as Point;
    const length = lengths[i] as number;
    if (rest <= length || i === lengths.length - 1) {
      const at = length === 0 ? 0 : rest / length;
      return [ax + (bx - ax) * at, ay + (by - ay) * at];
    }
    rest -= length;
  }
  return path[0] ?? [0, 0];
}

/** SVG path data. */
export const d = (path: readonly Point[]): string =>
  path.map(([x, y], i) => `${i === 0 ? 'M' : 'L'}${x} ${y}`).join('');
