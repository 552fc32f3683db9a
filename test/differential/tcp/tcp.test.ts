/**
 * The core's TCP and the kernel's: the same segments to both, what comes back compared. A difference is believed when five runs
 * of the kernel show it.
 */
import { describe, expect, it } from 'vitest';
import { CoreStack } from './core.ts';
import { differences, type Line, play, type Script } from './play.ts';
import { obstacle, RealStack } from './real.ts';
import { SCRIPTS } from './scripts.ts';

const RUNS = 5;

const why = obstacle();
if (why !== undefined) console.log(`The core's TCP is not compared with the kernel's: ${why}`);

interface Run {
  readonly lines: Line[];
  /** When its calls were made. */
  readonly times: readonly number[];
}

async function real(script: Script): Promise<Run> {
  const stack = new RealStack();
  return { lines: await play(stack, script), times: stack.times };
}

/** The core, given as much time between its calls as the kernel had: a busy machine is late, and both see it. */
async function core(script: Script, times: readonly number[]): Promise<Line[]> {
  return play(await CoreStack.make(times), script);
}

async function compare(script: Script): Promise<string[]> {
  let found: string[] = [];
  for (let run = 0; run < RUNS; run++) {
    const { lines, times } = await real(script);
    found = differences(lines, await core(script, times));
    if (found.length === 0) break;
  }
  return found;
}

describe.skipIf(why !== undefined)('the core and the kernel agree on', () => {
  for (const [name, script] of Object.entries(SCRIPTS))
    it.concurrent(name, async ({ expect: check }) => {
      check(await compare(script)).toEqual([]);
    }, 0);

  it('a segment that only one of them saw is noticed', async () => {
    const script = SCRIPTS['handshake without options'] as Script;
    const more: Script = async (p) => {
      await script(p);
      await p.peer({ flags: 'PA', seq: 1, ack: 1001, data: 1 }, 60);
    };
    const { lines, times } = await real(script);
    expect(differences(lines, await core(more, times)).length).toBeGreaterThan(0);
  });
});
