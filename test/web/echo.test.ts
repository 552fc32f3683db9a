/** A key's echo goes out as soon as it is there, whatever another terminal prints meanwhile. */
import { expect, it } from 'vitest';
import type { LessonPlan } from '../../src/course/schema.ts';
import { openLab } from '../../src/node/host.ts';
import { Play } from '../../src/web/worker/play.ts';

const OWN = 0;
const LOUD = 1;

it('is not taken for what a loud terminal prints', async () => {
  const lab = await openLab({ seed: 1 });
  const plan = { id: 'echo', seed: 1, machines: 1, setup: [], steps: [], live: {} } as unknown as LessonPlan;
  const heard = new Map<number, () => void>();
  const play = new Play(lab, plan, ({ output }) => {
    for (const { terminal, bytes } of output) {
      play.drawn(terminal, bytes.length);
      heard.get(terminal)?.();
    }
  });
  const answer = (terminal: number): Promise<void> => new Promise((resolve) => heard.set(terminal, resolve));
  const type = (terminal: number, text: string): void =>
    play.do({ kind: 'input', terminal, bytes: new TextEncoder().encode(text) });
  const prompts = [answer(OWN), answer(LOUD)];
  for (const terminal of [OWN, LOUD])
    play.do({ kind: 'open', terminal, machine: 'node1', title: '', cols: 80, rows: 24 });
  const over = play.run();
  await Promise.all(prompts);
  type(LOUD, 'yes\r');
  for (let i = 0; i < 20; i++) await answer(LOUD);
  const waited: number[] = [];
  for (let i = 0; i < 15; i++) {
    // not in step with the loop
    await new Promise((resolve) => setTimeout(resolve, 3 + ((i * 7) % 13)));
    const struck = lab.world.clock.now;
    const echo = answer(OWN);
    type(OWN, 'x');
    await echo;
    waited.push(lab.world.clock.now - struck);
  }
  await play.stop();
  await over;
  const ms = waited.map((ns) => ns / 1e6).sort((a, b) => a - b);
  // the lab is not driven on for another frame's time: most echoes come within a tenth of a millisecond of its clock
  expect(ms[7], ms.join(' ')).toBeLessThan(1);
});
