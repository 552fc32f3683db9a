/** Labs for tests: the compiled core, turns of the event loop from Node. */
import { readFileSync } from 'node:fs';
import { createLab } from '../src/lab/create.ts';
import type { Lab, LabOptions } from '../src/lab/lab.ts';
import { Made } from '../src/lab/made.ts';
import { parseTranscript, playLine, RECORDED } from '../src/lab/replay.ts';
import type { LabWorld } from '../src/linux/kernel/world.ts';
import { coreBytes } from './core.ts';

/** A fresh lab of three machines. */
export function makeLab(seed = 1, options: Omit<LabOptions, 'seed'> = {}): Promise<Lab> {
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  return createLab({ wasm: coreBytes, turn }, { ...options, seed });
}

/**
 * Plays a transcript file in a fresh lab, or its first `most` lines.
 * @returns the answered transcript, as `drydock replay` prints it
 */
export async function replay(file: string, seed: number, most = Number.POSITIVE_INFINITY): Promise<string> {
  const lab = await makeLab(seed, RECORDED);
  let out = '';
  const made = new Made();
  for (const line of parseTranscript(readFileSync(file, 'utf8')).slice(0, most))
    out += `${JSON.stringify(await playLine(lab, line, made))}\n`;
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
