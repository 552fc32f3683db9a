/** Usage errors and bad values, as the real engine's command answered them. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { docker, FakeDaemon } from './fake.ts';

interface Rec {
  id: string;
  cmd: string;
  stdout: string;
  stderr: string;
  exit: number;
  skip?: string;
}
const golden = new URL('../../golden/recorded/', import.meta.url);
const read = (file: string): Rec[] =>
  readFileSync(new URL(file, golden), 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((l) => JSON.parse(l) as Rec)
    .filter((r) => r.id && !r.skip);

/** The words of a simple command: quotes and nothing else. */
function words(cmd: string): string[] | undefined {
  if (/[|;&$<>(`*]/.test(cmd.replace(/'[^']*'/g, ''))) return undefined;
  const out: string[] = [];
  for (const m of cmd.matchAll(/(?:[^\s'"]+|'[^']*'|"[^"]*")+/g))
    out.push(m[0].replace(/'([^']*)'|"([^"]*)"/g, '$1$2'));
  return out[0] === 'docker' ? out.slice(1) : undefined;
}

/** What the command knows by itself, without a daemon. */
const local = [
  ...['01-ports', '02-links', '03-networks', '04-customization', '07-cli'].flatMap((f) => read(`${f}.jsonl`)),
].filter(
  (r) =>
    r.exit !== 0 &&
    !/compose|buildx|context|login|swarm|service|stack|search/.test(r.cmd) &&
    /Run 'docker|See 'docker|conflicting|^invalid|^no matching|^every|^multiple|unknown help|template parsing error: template: :\d+: /m.test(
      r.stderr,
    ) &&
    !/Error response|Unable to find|exec: "/.test(r.stderr),
);

describe('usage errors against the recordings', () => {
  it('sees records', () => expect(local.length).toBeGreaterThan(60));
  for (const r of local) {
    const argv = words(r.cmd);
    if (!argv) continue;
    it(`${r.id} ${r.cmd}`, async () => {
      const got = await docker(argv, { daemon: new FakeDaemon({}) });
      expect(got).toEqual({ stdout: r.stdout, stderr: r.stderr, exit: r.exit });
    });
  }
});
