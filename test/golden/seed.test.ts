/** The tutorial's part on one host, as one script with checks of what each command says. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { bugs, makeLab } from '../rig.ts';

const script = readFileSync(fileURLToPath(new URL('./seed.sh', import.meta.url)), 'utf8');

test('every command of the tutorial answers as it should', async () => {
  const lab = await makeLab();
  const { stdout, stderr, exit } = await lab.run('node1', script);
  expect(stderr).not.toMatch(/^seed\.sh:/m);
  expect(exit).toBe(0);
  expect(stdout.trimEnd().split('\n').at(-1)).toBe('seed.sh: every command answered as it should');
  expect(bugs(lab)).toEqual([]);
});

test('the script notices a wrong answer', async () => {
  const lab = await makeLab();
  const wrong = script.replace("'Hello world!'", "'Hello moon!'");
  expect(wrong).not.toBe(script);
  const { stderr, exit } = await lab.run('node1', wrong);
  expect(exit).toBe(1);
  expect(stderr).toMatch(/^seed\.sh: 'Hello world!' is not 'Hello moon!'$/m);
});
