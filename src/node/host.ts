/** A lab in Node: the compiled core beside the bundle, turns of Node's event loop. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { createLab } from '../lab/create.ts';
import type { Lab, LabOptions } from '../lab/lab.ts';

/** dist/core.wasm, from the bundle in dist/node or from the sources in src/node. */
export function coreWasm(): Uint8Array<ArrayBuffer> {
  return compiled('core');
}

/** A core that benchmarks run: dist/NAME.wasm. */
export function benchWasm(name: 'core-bench' | 'core-bench-untraced'): Uint8Array<ArrayBuffer> {
  return compiled(name);
}

/** Read once: cores of the same bytes share what was compiled. */
const read = new Map<string, Uint8Array<ArrayBuffer>>();

function compiled(name: string): Uint8Array<ArrayBuffer> {
  const known = read.get(name);
  if (known) return known;
  const places = [`../${name}.wasm`, `../../dist/${name}.wasm`].map((p) => fileURLToPath(new URL(p, import.meta.url)));
  const found = places.find((p) => existsSync(p));
  if (!found) throw new Error(`${name}.wasm is in none of ${places.join(', ')}: run npm run wasm`);
  const bytes = new Uint8Array(readFileSync(found));
  read.set(name, bytes);
  return bytes;
}

/** Folder of the built page. @throws Error when it has not been built */
export function builtPage(): string {
  const places = ['../web', '../../dist/web'].map((p) => fileURLToPath(new URL(p, import.meta.url)));
  const found = places.find((p) => existsSync(`${p}/index.html`));
  if (!found) throw new Error('the page has not been built: run npm run build');
  return found;
}

/**
 * How V8 compiles a lab, which is much code that runs a few times each: baseline code and its feedback from the first call
 * on, and the optimizing compiler six times later than it would come by itself: it took more CPU time for the first
 * thousand containers than its code saved. Loops of seconds are optimized all the same. The flags hold for the whole
 * process, so also for tests that open a lab here; what a lab prints does not depend on them.
 */
const COMPILING = ['--always-sparkplug', '--no-lazy-feedback-allocation', '--interrupt-budget=400000'];

/** Turns that are asked for at once. */
const AHEAD = 8;

/**
 * Turns of Node's event loop. Promises run to their end after each immediate; a round of the loop, which asks the operating
 * system what is new, costs several times as much, so the immediates of some turns stand in line for one round.
 */
function turns(): () => Promise<void> {
  const waiting: (() => void)[] = [];
  let inLine = 0;
  const fire = (): void => {
    inLine--;
    waiting.shift()?.();
  };
  return () =>
    new Promise((resolve) => {
      waiting.push(resolve);
      if (inLine >= waiting.length) return;
      for (const wanted = Math.max(AHEAD, waiting.length); inLine < wanted; inLine++) setImmediate(fire);
    });
}

/** Opens a fresh lab. */
export function openLab(options: LabOptions): Promise<Lab> {
  for (const flag of COMPILING) setFlagsFromString(flag);
  return createLab({ wasm: coreWasm(), turn: turns() }, options);
}
