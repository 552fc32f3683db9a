/** Labs for tests: the compiled core from dist/, turns of the event loop from Node. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createLab } from '../src/lab/create.ts';
import type { Lab, LabOptions } from '../src/lab/lab.ts';
import { parseTranscript, playLine, RECORDED } from '../src/lab/replay.ts';
import type { LabWorld } from '../src/linux/kernel/world.ts';

const wasm = readFileSync(fileURLToPath(new URL('../dist/core.wasm', import.meta.url)));

/** A fresh lab of three machines. */
export function makeLab(seed = 1, options: Omit<LabOptions, 'seed'> = {}): Promise<Lab> {
  return createLab(
    { wasm, turn: () => new Promise((resolve) => setImmediate(resolve)) },
    {
      ...options,
      seed,
    },
  );
}

/** Plays a transcript file in a fresh lab. @returns the answered transcript, as `drydock replay` prints it */
export async function replay(file: string, seed: number): Promise<string> {
  const lab = await makeLab(seed, RECORDED);
  let out = '';
  for (const line of parseTranscript(readFileSync(file, 'utf8')))
    out += `${JSON.stringify(await playLine(lab, line))}\n`;
  const found = bugs(lab);
  if (found.length > 0) throw new Error(found.join('\n'));
  return out;
}

/** Programs that failed with an exception, which is a bug of theirs: one text each. */
export function bugs(lab: Lab): string[] {
  return (lab.world as LabWorld).bugs
    .splice(0)
    .map((b) => `${b.comm}: ${b.error instanceof Error ? b.error.stack : b.error}`);
}
