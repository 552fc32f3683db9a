/** Plays many topologies in both worlds, several at a time. */
import { differences } from './compare.ts';
import { generate } from './generate.ts';
import { playInLab } from './lab.ts';
import { playForReal } from './real.ts';
import type { Topology } from './topology.ts';

/** Topologies whose real side runs at one time: most of it is waiting. */
const AT_ONCE = 4;

export interface Result {
  readonly probes: number;
  /** One line for each difference, with the seed that shows it. */
  readonly found: readonly string[];
  /** Seeds that the machine was too busy for. */
  readonly busy: readonly number[];
}

/** How often the real side is played before a difference is believed: on a busy machine it may miss what comes late. */
const BELIEVED = 3;

/** Differences of one topology; undefined when the machine was too busy. */
async function one(t: Topology): Promise<string[] | undefined> {
  const lab = await playInLab(t);
  let lines: string[] | undefined;
  for (let k = 0; k < BELIEVED; k++) {
    const real = await playForReal(t);
    if (real) lines = differences(real, lab);
    if (lines?.length === 0 || !real) break;
  }
  return lines;
}

/** @param each is told of the differences of every topology as they are found */
export async function play(first: number, count: number, each: (lines: readonly string[]) => void): Promise<Result> {
  const found: string[] = [];
  const busy: number[] = [];
  let probes = 0;
  let next = first;
  const compare = async (seed: number, late: number[]): Promise<void> => {
    const t = generate(seed);
    const lines = await one(t);
    if (!lines) {
      late.push(seed);
      return;
    }
    probes += t.probes.length;
    const told = lines.map((line) => `seed ${seed}: ${line}`);
    found.push(...told);
    if (told.length > 0) each(told);
  };
  const late: number[] = [];
  const worker = async (): Promise<void> => {
    while (next < first + count) await compare(next++, late);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  // Once more, and alone, those that the machine was too busy for.
  for (const seed of late) await compare(seed, busy);
  return { probes, found, busy };
}
