/**
 * Tables of delay distributions for netem: 4096 values, 8192 is one sigma. iproute2 reads them from files that small
 * programs of its own make when it is built; here they are computed, with the four operations only, so that every
 * host gives the same numbers.
 * @see iproute2 netem/normal.c, pareto.c, paretonormal.c
 */

const SIZE = 4096;
const SCALE = 8192;
/** Names by the core's slot; 0 needs no table. */
export const DISTRIBUTIONS = ['uniform', 'normal', 'pareto', 'paretonormal'] as const;

const clamp = (x: number): number => Math.max(-32768, Math.min(32767, Math.round(x)));

/** e to the x, by halving until the series is short. */
function exp(x: number): number {
  let y = x;
  let squarings = 0;
  for (; y > 0.5 || y < -0.5; squarings++) y /= 2;
  let term = 1;
  let sum = 1;
  for (let k = 1; k < 20; k++) {
    term *= y / k;
    sum += term;
  }
  for (; squarings > 0; squarings--) sum *= sum;
  return sum;
}

/** Values of the standard normal distribution at the fractions i / SIZE: Simpson steps along its density. */
function normal(): number[] {
  const root = 2.5066282746310002;
  const density = (x: number): number => exp((-x * x) / 2) / root;
  const out: number[] = [];
  const step = 0.0005;
  let x = -10;
  let below = 0;
  for (let i = 0; i < SIZE; i++) {
    const want = i / SIZE;
    let next = below;
    while (x < 10) {
      next = below + (step / 6) * (density(x) + 4 * density(x + step / 2) + density(x + step));
      if (next > want) break;
      below = next;
      x += step;
    }
    const within = next > below ? (want - below) / (next - below) : 0;
    out.push(i === 0 ? -4 : x + step * Math.max(0, within));
  }
  return out;
}

/** Cube root by Newton's steps. */
function cbrt(a: number): number {
  let x = Math.max(a, 1);
  for (let i = 0; i < 80; i++) x -= (x - a / (x * x)) / 3;
  return x;
}

/** Pareto with shape 3, moved to mean 0 and sigma 1. */
function pareto(i: number): number {
  return (1 / cbrt((SIZE - i) / SIZE) - 1.5) * (4 / 3);
}

function compute(name: string): Int16Array {
  const table = new Int16Array(SIZE);
  const bell = name === 'pareto' ? [] : normal();
  for (let i = 0; i < SIZE; i++) {
    const n = bell[i] ?? 0;
    const x = name === 'normal' ? n : name === 'pareto' ? pareto(i) : 0.25 * n + 0.75 * pareto(i);
    table[i] = clamp(x * SCALE);
  }
  return table;
}

const made = new Map<string, Int16Array>();

/** The table of a distribution other than uniform. */
export function distributionTable(name: string): Int16Array {
  let table = made.get(name);
  if (!table) {
    table = compute(name);
    made.set(name, table);
  }
  return table;
}
