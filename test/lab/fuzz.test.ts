/**
 * Command lines bent out of shape: whatever is typed, programs answer with an error text and an exit code. An exception
 * in a program, a leaked process or packet is a bug of the lab.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { Rng } from '../../src/base/rng.ts';
import { parseTranscript } from '../../src/lab/replay.ts';
import { bugs, makeLab } from '../rig.ts';

const recorded = fileURLToPath(new URL('../golden/recorded/', import.meta.url));
const ROUNDS = Number(process.env.DRYDOCK_FUZZ ?? 300);
const SPICE = [
  ...'\'"`$(){}[]<>|&;*?!#\\~%^-=:,./ \n\t',
  '--',
  '$(',
  '${',
  '<<',
  '2>&1',
  '-1',
  '999999999999',
  'é',
  '中',
  '\0',
  '{{',
  '}}',
  '/0',
  '0.0.0.0',
  '-p',
];

/** Commands that people really typed. */
function commands(): string[] {
  const files = readdirSync(recorded).filter((f) => f.endsWith('.jsonl'));
  return files
    .flatMap((f) => parseTranscript(readFileSync(recorded + f, 'utf8')))
    .flatMap((l) => (l.cmd ? [l.cmd] : []));
}

function bend(command: string, rng: Rng): string {
  let s = command;
  for (let n = 1 + rng.below(3); n > 0; n--) {
    const at = rng.below(s.length + 1);
    const to = Math.min(s.length, at + rng.below(4));
    const words = s.split(' ');
    switch (rng.below(5)) {
      case 0:
        s = s.slice(0, at) + s.slice(to);
        break;
      case 1:
        s = s.slice(0, at) + rng.pick(SPICE) + s.slice(at);
        break;
      case 2:
        s = s.slice(0, at) + s.slice(at, to) + s.slice(at);
        break;
      case 3:
        words.splice(rng.below(words.length), 1, rng.pick(words));
        s = words.join(' ');
        break;
      default:
        words.splice(rng.below(words.length), 1);
        s = words.join(' ');
    }
  }
  return s;
}

it(`${ROUNDS} bent command lines end without a bug`, async () => {
  const rng = new Rng(Number(process.env.DRYDOCK_FUZZ_SEED ?? 20260101));
  const all = commands();
  expect(all.length).toBeGreaterThan(100);
  const lab = await makeLab(5);
  const node = lab.machine('node1');
  for (let n = 0; n < ROUNDS; n++) {
    const picked = rng.pick(all);
    const command = rng.below(2) === 0 ? picked : bend(picked, rng);
    const { exit } = await lab.run('node1', `timeout -s KILL 20 bash -c ${quote(command)}`);
    expect(exit, command).toBeTypeOf('number');
    expect(bugs(lab), command).toEqual([]);
    if (n % 50 === 49) await lab.clean('node1');
  }
  await lab.clean('node1');
  expect(node?.kernel.processes().length).toBeLessThan(20);
}, 600_000);

/** As one word for the shell. */
function quote(s: string): string {
  return `'${s.replaceAll('\0', '').replaceAll("'", "'\\''")}'`;
}
