/** Plays many topologies in both worlds, several at a time. */
import { differences } from './compare.ts';
import { generate } from './generate.ts';
import { playInLab } from './lab.ts';
import { playForReal } from './real.ts';

/** Topologies whose real side runs at one time: most of it is waiting. */
const AT_ONCE = 4;

export interface Result {
  readonly probes: number;
  /** One line for each difference, with the seed that shows it. */
  readonly found: readonly string[];
  /** Seeds that the machine was too busy for. */
  readonly busy: readonly number[];
}

/** @param each is told of the differences of every topology as they are found */
export async function play(first: number, count: number, each: (lines: readonly string[]) => void): Promise<Result> {
  const found: string[] = [];
  const busy: number[] = [];
  let probes = 0;
  let next = first;
  const worker = async (): Promise<void> => {
    while (next < first + count) {
      const seed = next++;
      const t = generate(seed);
      const real = await playForReal(t);
      if (!real) {
        busy.push(seed);
        continue;
      }
      probes += t.probes.length;
      const lines = differences(real, await playInLab(t)).map((line) => `seed ${seed}: ${line}`);
      found.push(...lines);
      if (lines.length > 0) each(lines);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return { probes, found, busy };
}
