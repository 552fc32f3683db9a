import { expect, test } from 'vitest';
import { answers, docker, lines, newCore, ping } from './world.ts';

test('a ping on one bridge: ARP, then echo, in the order Linux shows on -i any', async () => {
  const core = await newCore();
  const w = docker(core);
  const cap = core.captureAdd(w.host, 0, 0);
  const s = ping(core, w.cli.ns, '172.17.0.2');
  const names = { [w.bridge]: 'docker0', [w.web.port]: 'v-web', [w.cli.port]: 'v-cli' };
  expect(lines(core, cap, names)).toEqual([
    'v-cli B ARP who-has 172.17.0.2 tell 172.17.0.3',
    'v-web Out ARP who-has 172.17.0.2 tell 172.17.0.3',
    'docker0 B ARP who-has 172.17.0.2 tell 172.17.0.3',
    'v-web P ARP 172.17.0.2 is-at',
    'v-cli Out ARP 172.17.0.2 is-at',
    'v-cli P ICMP 172.17.0.3 > 172.17.0.2 type 8 code 0',
    'v-web Out ICMP 172.17.0.3 > 172.17.0.2 type 8 code 0',
    'v-web P ICMP 172.17.0.2 > 172.17.0.3 type 0 code 0',
    'v-cli Out ICMP 172.17.0.2 > 172.17.0.3 type 0 code 0',
  ]);
  expect(answers(core, s)).toContain('172.17.0.2 0');
});

test('stamps of a capture strictly increase', async () => {
  const core = await newCore();
  const w = docker(core);
  const cap = core.captureAdd(w.host, 0, 0);
  ping(core, w.cli.ns, '172.17.0.2');
  let last = -1;
  let seen = 0;
  for (let f = core.captureRead(cap); f; f = core.captureRead(cap)) {
    expect(Math.floor(f.time / 1000)).toBeGreaterThan(last);
    last = Math.floor(f.time / 1000);
    seen++;
  }
  expect(seen).toBe(9);
});

test('the gateway answers, and neighbours are found on both sides', async () => {
  const core = await newCore();
  const w = docker(core);
  expect(answers(core, ping(core, w.cli.ns, '172.17.0.1'))).toContain('172.17.0.1 0');
  expect(core.neighs(w.cli.ns).map((n) => n.state)).toEqual([2]);
  expect(
    core
      .fdb(w.bridge)
      .filter((f) => !f.local)
      .map((f) => f.port),
  ).toEqual([w.cli.port]);
});

test('an address nobody has: three requests, then host unreachable from oneself', async () => {
  const core = await newCore();
  const w = docker(core);
  const cap = core.captureAdd(w.cli.ns, 0, 0);
  const s = ping(core, w.cli.ns, '172.17.0.77');
  core.run(10e9);
  const seen = lines(core, cap, { [w.cli.eth]: 'eth0' });
  expect(seen.filter((l) => l === 'eth0 Out ARP who-has 172.17.0.77 tell 172.17.0.3')).toHaveLength(3);
  expect(seen.at(-1)).toMatch(/ICMP 172.17.0.3 > 172.17.0.3 type 3 code 1/);
  expect(answers(core, s)).toContain('172.17.0.3 3');
  expect(core.neighs(w.cli.ns)[0]?.state).toBe(32);
});

test('isolated ports do not reach each other, but reach the machine', async () => {
  const core = await newCore();
  const w = docker(core);
  core.devSet(w.web.port, 'isolated', 1);
  core.devSet(w.cli.port, 'isolated', 1);
  expect(answers(core, ping(core, w.cli.ns, '172.17.0.2'))).not.toContain('172.17.0.2 0');
  expect(answers(core, ping(core, w.cli.ns, '172.17.0.1'))).toContain('172.17.0.1 0');
});

test('carrier follows the other end, and a bridge has one while a port has', async () => {
  const core = await newCore();
  const w = docker(core);
  expect(core.devCarrier(w.bridge)).toBe(true);
  core.devSet(w.web.eth, 'up', 0);
  expect(core.devCarrier(w.web.port)).toBe(false);
  expect(core.devCarrier(w.bridge)).toBe(true);
  core.devSet(w.cli.eth, 'up', 0);
  expect(core.devCarrier(w.bridge)).toBe(false);
});

test('a loop of bridges ends', async () => {
  const core = await newCore();
  const w = docker(core);
  const [x, y] = core.vethAdd(w.host, 'x', 0x020000000001, w.host, 'y', 0x020000000002);
  for (const d of [x, y]) {
    core.devSet(d, 'up', 1);
    core.devSet(d, 'master', w.bridge);
  }
  ping(core, w.cli.ns, '172.17.0.99');
  expect(core.drops().some((n) => n > 0)).toBe(true);
});
