/** Which packets filters take, against tcpdump 4.99.3 over the same capture; or what it said of the filter. */
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { makeMachine, type TestMachine } from './machine.ts';

const made = (name: string): Uint8Array => readFileSync(new URL(`../core/recorded/made/${name}`, import.meta.url));
const cases = new TextDecoder()
  .decode(made('filters.txt'))
  .trimEnd()
  .split('\n')
  .map((line) => line.split('\t') as [string, string]);

let m: TestMachine;
beforeAll(async () => {
  m = await makeMachine();
  m.kernel.root.fs.writeFile('/x.pcap', made('filters.pcap'));
});

/** Numbers of packets, runs as `4-7`. */
function runs(lines: string): string {
  const out: [number, number][] = [];
  for (const [, text] of lines.matchAll(/^(\d+)\.000000 /gm)) {
    const n = Number(text);
    const last = out.at(-1);
    if (last && last[1] === n - 1) last[1] = n;
    else out.push([n, n]);
  }
  return out.map(([a, b]) => (a === b ? String(a) : `${a}-${b}`)).join(' ');
}

describe('tcpdump filters', () => {
  it('has cases of both kinds', () => {
    expect(cases.filter(([, want]) => /^\d/.test(want)).length).toBeGreaterThan(90);
    expect(cases.filter(([, want]) => want.startsWith('tcpdump:')).length).toBeGreaterThan(15);
  });
  for (const [filter, want] of cases)
    it(filter, async () => {
      const r = await m.run(['tcpdump', '-tt', '-nn', '-r', '/x.pcap', filter]);
      const said = /^tcpdump: .*/m.exec(r.stderr)?.[0];
      expect(said ?? runs(r.stdout)).toBe(want);
    });
});
