/**
 * Router solicitations that repeat. After the first, which an interface sends when its link-local address has become good,
 * each waits about twice as long as the one before: 4 s times 0.9 to 1.1, then times 1.9 to 2.1. No two runs send them at
 * the same moments, so they are no part of a capture's order: each recorded one is held against the one of the same number
 * here, frame against frame, and both moments against what that law allows.
 * @see RFC 7559, Linux net/ipv6/addrconf.c: addrconf_rs_timer
 */
import type { Frame } from './frames.ts';

const FIRST: readonly [number, number] = [3.6, 4.4];
const FACTOR: readonly [number, number] = [1.9, 2.1];
/** A timer of the wheel fires late by up to an eighth of its time. */
const LATE = 1.125;

const asksForRouters = (f: Frame): boolean => f.text.includes('ICMP6, router solicitation');
const isTrial = (f: Frame): boolean => f.text.includes(':: > ff02::1:ffown');

/** Parts the solicitations that repeat from a capture's other frames: all but an interface's first after its address's trial. */
export function part(frames: readonly Frame[]): { readonly rest: Frame[]; readonly repeated: Frame[] } {
  const tried = new Set<string>();
  const rest: Frame[] = [];
  const repeated: Frame[] = [];
  for (const f of frames) {
    if (isTrial(f)) tried.add(f.ifname);
    const first = tried.has(f.ifname);
    if (asksForRouters(f) && f.ifname.startsWith('veth:') && !first) repeated.push(f);
    else rest.push(f);
    if (asksForRouters(f)) tried.delete(f.ifname);
  }
  return { rest, repeated };
}

/** One recorded solicitation, and the one of its number here. */
export interface Pair {
  readonly ifname: string;
  /** Which it is of its interface, from 1. */
  readonly number: number;
  /** Seconds after the interface's first one: here, recorded, and the least and most that are possible. */
  readonly ours: number | undefined;
  readonly real: number;
  readonly possible: readonly [number, number];
  readonly same: boolean;
}

/** When the solicitation of a number may be sent, s after the first. */
function possible(number: number): readonly [number, number] {
  const [low, high] = [0, 1].map((side) => {
    let [sum, step] = [0, FIRST[side] as number];
    for (let n = 2; n <= number; n++) {
      sum += step;
      step *= FACTOR[side] as number;
    }
    return sum;
  }) as [number, number];
  return [low, high * LATE];
}

const within = (x: number, [low, high]: readonly [number, number]): boolean => x >= low && x <= high;

/**
 * Holds the recorded ones against ours.
 * @param real frames of all captures @param ours all solicitations of this run, on the clock of the recording
 * @param begun the first ones that are in the recording, by interface; of the others the moment is taken to be that of ours
 */
export function pairs(real: readonly Frame[], ours: readonly Frame[], begun: ReadonlyMap<string, number>): Pair[] {
  return real.map((r) => {
    const own = ours.filter((f) => f.ifname === r.ifname && asksForRouters(f));
    const start = begun.get(r.ifname) ?? own[0]?.at ?? Number.NaN;
    let number = 2;
    while (number < 12 && r.at - start > possible(number)[1]) number++;
    const [mine, first] = [own[number - 1], own[0]];
    return {
      ifname: r.ifname,
      number,
      ours: mine && first && mine.at - first.at,
      real: r.at - start,
      possible: possible(number),
      same: mine?.text === r.text,
    };
  });
}

export const agrees = (p: Pair): boolean =>
  p.same && within(p.real, p.possible) && p.ours !== undefined && within(p.ours, p.possible);

export function pairText(p: Pair): string {
  const s = (x: number | undefined): string => (x === undefined ? 'never' : x.toFixed(1));
  return (
    `${`${p.ifname} router solicitation ${p.number}`.padEnd(37)}recorded ${s(p.real)} s after the first, here ${s(p.ours)} s ` +
    `(${p.possible.map(s).join(' to ')} s possible)  ${agrees(p) ? 'agree' : p.same ? 'differ in time' : 'differ'}`
  );
}
