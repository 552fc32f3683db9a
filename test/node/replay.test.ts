/** drydock replay: the form of transcripts, options, and what it says of bad input. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';

const script = fileURLToPath(new URL('../../scripts/drydock.mjs', import.meta.url));
const dir = mkdtempSync(join(tmpdir(), 'drydock-'));
afterAll(() => rmSync(dir, { recursive: true }));

interface Answer {
  readonly id?: string;
  readonly do?: string;
  readonly stdout?: string;
  readonly stderr?: string;
  readonly exit?: number;
  readonly note?: string;
}

function replay(
  lines: readonly object[] | string,
  ...options: string[]
): { answers: Answer[]; stderr: string; status: number | null } {
  const file = join(dir, 'transcript.jsonl');
  writeFileSync(file, typeof lines === 'string' ? lines : lines.map((l) => JSON.stringify(l)).join('\n'));
  const r = spawnSync('node', [script, 'replay', ...options, file], { encoding: 'utf8' });
  const answers = r.stdout.split('\n').filter((l) => l !== '');
  return { answers: answers.map((l) => JSON.parse(l) as Answer), stderr: r.stderr, status: r.status };
}

describe('drydock replay', () => {
  it('answers each record with the same id and keeps its other fields', () => {
    const { answers, status } = replay([
      { id: 'a', host: 'node1', cmd: 'echo out; echo err >&2; exit 3', note: 'kept' },
      { id: 'b', host: 'node2', cmd: 'hostname; pwd; cat' },
      { id: 'c', host: 'node1', cmd: 'tty; stty size 2>/dev/null; echo $COLUMNS', tty: true },
    ]);
    expect(status).toBe(0);
    expect(answers[0]).toMatchObject({ id: 'a', stdout: 'out\n', stderr: 'err\n', exit: 3, note: 'kept' });
    expect(answers[1]).toMatchObject({ id: 'b', stdout: 'node2\n/root\n', exit: 0 });
    expect(answers[2]?.stdout).toMatch(/^\/dev\/pts\/\d+\r\n/);
  });

  it('cleans, sleeps and runs unrecorded', () => {
    const { answers } = replay([
      { do: 'sh', host: 'node1', cmd: 'docker run -d --name web -P training/webapp; docker network create extra' },
      { do: 'sleep', seconds: 90 },
      { id: 'ps', host: 'node1', cmd: "docker ps --format '{{.Names}} {{.Status}}'" },
      { do: 'clean', host: 'node1' },
      { id: 'gone', host: 'node1', cmd: "docker ps -aq; docker network ls --format '{{.Name}}'" },
    ]);
    expect(answers.map((a) => a.id ?? a.do)).toEqual(['sh', 'sleep', 'ps', 'clean', 'gone']);
    expect(answers[2]?.stdout).toBe('web Up About a minute\n');
    expect(answers[4]?.stdout).toBe('bridge\nhost\nnone\n');
  });

  it('has as many machines as it is told, and says what is wrong with its input', () => {
    const line = { id: 'x', host: 'node1', cmd: 'ping -c 1 -W 1 192.168.56.12 | tail -2 | head -1' };
    expect(replay([line], '--hosts', '2').answers[0]?.stdout).toContain('1 received');
    expect(replay([line], '--hosts', '1').answers[0]?.stdout).toContain('0 received');
    expect(replay('{"id": 1').stderr).toContain('line 1 is not a JSON object');
    expect(replay('{"id": 1').status).toBe(1);
    expect(replay([{ id: 'y', host: 'nowhere', cmd: 'true' }])).toMatchObject({ status: 1 });
    expect(replay([], '--seed', 'x')).toMatchObject({ status: 2 });
  });
});
