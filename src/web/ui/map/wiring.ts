/** The lines on a machine: from its interface to the LAN and to its bridges, from a bridge to its containers. */
import type { ViewLink, ViewMachine } from '../../worker/api.ts';
import type { Card } from './drawing.ts';
import type { Corner, Point } from './geometry.ts';
import type { Member } from './lanes.ts';
import { barEnd, EDGE, FEED, GAP, HOST, LOOP, type MachinePlan, NIC, placeOf } from './plan.ts';
import type { Site, Wires } from './site.ts';

/** Lines between lanes run below the bars, side by side. */
const TRACK = { step: 4, most: 6 };

export const v4 = (link: ViewLink | undefined): string => link?.addrs.find((a) => !a.includes(':')) ?? '';
const bare = (prefix: string): string => prefix.replace(/\/.*/, '');

/** The wire from a machine's interface to the LAN. @returns the interface's address */
export function plugIn(machine: ViewMachine, corner: Corner, from: number, wires: Wires): string {
  const eth = machine.links.find((l) => l.name === 'eth0');
  if (eth) wires.set(eth.id, { name: eth.name, up: eth.up, path: corner.path([NIC.wire, from], [NIC.wire, 0]) });
  return bare(v4(eth));
}

/** From the machine's interface along the trunk to a shelf, and to a bridge on it. */
export function feed(plan: MachinePlan, u: number, v: number): Point[] {
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
export function comb(at: { u: number; v: number }, h: number, from: number): Point[] {
  const v = at.v + h / 3;
  return [
    [at.u - 8, from],
    [at.u - 8, v],
    [at.u, v],
  ];
}

/** @param many others have the same line */
export function wireMember(
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
export function joinGuest(
  site: Site,
  guest: Member,
  cards: Card[],
  numbers: readonly number[],
  lane: number,
  n: number,
) {
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
