/**
 * Keys pressed at a real bash 5.3.15 (`bash --norc -i`, xterm of 80x24, Debian) and at the lab's: the same screens.
 * A line of recorded/keys.jsonl: the keys in steps (or a wait, in seconds), and the screen after the last of them.
 */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { Lab } from '../../src/lab/lab.ts';
import { makeLab } from '../rig.ts';
import { Screen } from '../screen.ts';

interface Recorded {
  readonly name: string;
  readonly steps: readonly (string | { readonly wait: number })[];
  readonly screen: string;
  readonly row: number;
  readonly col: number;
}

const cases: Recorded[] = readFileSync(new URL('recorded/keys.jsonl', import.meta.url), 'utf8')
  .split('\n')
  .slice(0, -1)
  .map((l) => JSON.parse(l));

const ENV = 'HOME=/root TERM=xterm LANG=C.UTF-8 PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
/** Virtual nanoseconds between two steps. */
const STEP = 2e8;

/** Process ids of job messages differ. */
const steady = (text: string): string =>
  text
    .replace(/\[(\d+)\] \d+/g, '[$1] PID')
    .replace(/\[(\d)\]([+-]?) +\d+ /g, '[$1]$2 PID ')
    .replace(/^ {5,}\d+ /gm, '   PID ')
    .replace(/(?:No such process|kill: )\(?\d+/g, 'PID')
    .replace(/^\d{2,5}$/gm, 'NUM');

/** Plays one in a shell of its own in an empty home directory. */
async function play(lab: Lab, c: Recorded): Promise<Omit<Recorded, 'name' | 'steps'>> {
  await lab.run('node1', 'find /root -mindepth 1 -delete');
  const t = lab.terminal('node1', { cols: 80, rows: 24 });
  const screen = new Screen(80, 24);
  t.pty.onOutput(() => {
    for (let b = t.pty.take(65536); b.length > 0; b = t.pty.take(65536)) screen.feed(b);
  });
  const begin = [`exec env -i ${ENV} bash --norc -i\r`, "PS1='\\u@\\h:\\w\\$ '; clear\r"];
  await lab.pass(STEP);
  for (const s of [...begin, ...c.steps]) {
    if (typeof s === 'string') t.pty.input(new TextEncoder().encode(s));
    await lab.pass(typeof s === 'string' ? STEP : s.wait * 1e9);
  }
  t.close();
  const { row, col } = screen;
  const lines = screen.lines.map((l, r) => (r === row ? l.padEnd(col) : l));
  return { screen: steady(lines.join('\n').replace(/\n+$/, '')), row, col };
}

it('shows what the real one shows', async () => {
  expect(cases.length).toBeGreaterThan(100);
  const lab = await makeLab();
  const wrong: unknown[] = [];
  for (const c of cases) {
    const { screen, row, col } = await play(lab, c);
    if (screen !== c.screen || row !== c.row || col !== c.col) wrong.push({ ...c, lab: screen, at: [row, col] });
  }
  expect(wrong).toEqual([]);
}, 120_000);
