/** `nft list ruleset` of a machine with dockerd and no containers, beside what a real one printed (05-012). */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { bugs, makeLab } from '../rig.ts';

const recorded = readFileSync(new URL('../golden/recorded/05-hostview.jsonl', import.meta.url), 'utf8')
  .split('\n')
  .filter((l) => l.includes('"05-012"'))
  .map((l) => JSON.parse(l) as { cmd: string; stdout: string; stderr: string })[0];

/** Traffic is another machine's. */
const uncounted = (s: string): string => s.replace(/packets \d+ bytes \d+/g, 'packets N bytes N');

it('nft shows the rules of dockerd as nftables shows them', async () => {
  const lab = await makeLab();
  const { stdout, stderr } = await lab.run('node1', recorded?.cmd ?? '');
  expect(bugs(lab)).toEqual([]);
  expect(uncounted(stdout)).toBe(uncounted(recorded?.stdout ?? ''));
  expect(stderr).toBe(recorded?.stderr);
});
