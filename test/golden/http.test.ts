/** Walks the recorded HTTP requests of the docker command; the number that agree may not fall. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { RECORDED } from '../../src/lab/replay.ts';
import { bugs, makeLab } from '../rig.ts';
import { HttpPlayer, type HttpRecord, type Verdict } from './http.ts';
import { shapeFaults } from './shape.ts';

const file = fileURLToPath(new URL('recorded/http/cli-http.jsonl', import.meta.url));
const records = readFileSync(file, 'utf8')
  .split('\n')
  .filter((l) => l.trim() !== '')
  .map((l) => JSON.parse(l) as HttpRecord)
  .filter((r) => r.http);

const GATEWAY_BRIDGE = {
  'com.docker.network.bridge.enable_icc': 'false',
  'com.docker.network.bridge.enable_ip_masquerade': 'true',
  'com.docker.network.bridge.name': 'docker_gwbridge',
};

/** Requests that agreed when this figure was last raised. */
const REACHED = 165;

it(`at least ${REACHED} recorded requests are answered alike`, async () => {
  const lab = await makeLab(1, RECORDED);
  const player = new HttpPlayer(lab);
  // the machine had been in a swarm and out again
  const body = JSON.stringify({ Name: 'docker_gwbridge', Options: GATEWAY_BRIDGE });
  const curl = `curl -s --unix-socket /var/run/docker.sock -H 'Content-Type: application/json' -d '${body}'`;
  expect((await lab.run('node2', `${curl} http://localhost/networks/create`)).stdout).toContain('"Id"');
  const all: Verdict[] = [];
  for (const record of records) all.push(...(await player.play(record)));
  const bad = all.filter((v) => v.faults.length > 0);
  const lines = bad.map((v) => `${v.id} ${v.request}\n${v.faults.map((f) => `    ${f}`).join('\n')}`);
  console.log(`cli-http: ${all.length - bad.length} of ${all.length} requests agree\n${lines.join('\n')}`);
  expect(bugs(lab)).toEqual([]);
  expect(all.length).toBe(165);
  expect(all.length - bad.length).toBeGreaterThanOrEqual(REACHED);
});

it('the comparison of shapes can fail', () => {
  expect(shapeFaults({ a: 1, b: null }, { a: 2, b: null })).toEqual([]);
  expect(shapeFaults({ a: 1 }, { a: '1' })).toHaveLength(1);
  expect(shapeFaults({ a: [] }, { a: null })).toHaveLength(1);
  expect(shapeFaults({ a: 1, b: 2 }, { b: 1, a: 2 })).toHaveLength(1);
  expect(shapeFaults([{ a: 1 }], [{}])).toHaveLength(1);
});
