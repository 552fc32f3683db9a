/**
 * The core's TCP and the kernel's: the same segments to both, what comes back compared. A difference is believed when three runs
 * of the kernel show it.
 */
import { describe, expect, it } from 'vitest';
import { CoreStack } from './core.ts';
import { differences, type Line, play, type Script } from './play.ts';
import { obstacle, RealStack } from './real.ts';
import { SCRIPTS } from './scripts.ts';

const RUNS = 3;

const why = obstacle();
if (why !== undefined) console.log(`The core's TCP is not compared with the kernel's: ${why}`);

async function real(script: Script): Promise<Line[]> {
  return play(new RealStack(), script);
}

async function compare(script: Script): Promise<string[]> {
  const core = await play(await CoreStack.make(), script);
  let found: string[] = [];
  for (let run = 0; run < RUNS; run++) {
    found = differences(await real(script), core);
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
    expect(differences(await real(script), await play(await CoreStack.make(), more)).length).toBeGreaterThan(0);
  });
});
