import { expect, test } from 'vitest';
import type { Core } from '../../src/linux/core/core.ts';
import * as abi from '../../wasm/abi.ts';
import { a4, answers, docker, lines, machine, newCore, newCoreWithExports, ping } from './world.ts';

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
    expect(f.time).toBeGreaterThan(last);
    last = f.time;
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

/** Learned entries of a bridge by MAC. */
const learned = (core: Core, bridge: number) => core.fdb(bridge).filter((f) => !f.local);

test('learned entries live as long as the bridge says', async () => {
  const core = await newCore();
  const w = docker(core);
  core.devSet(w.bridge, 'ageingNs', 10e9);
  ping(core, w.cli.ns, '172.17.0.2');
  expect(learned(core, w.bridge)).toHaveLength(2);
  core.run(core.now() + 9e9);
  expect(learned(core, w.bridge)).toHaveLength(2);
  core.run(core.now() + 40e9);
  expect(learned(core, w.bridge)).toHaveLength(0);
});

test('entries by hand: static ones stay when the port goes down, and move with their MAC', async () => {
  const core = await newCore();
  const w = docker(core);
  const { FDB_CREATE, FDB_EXCL, FDB_LOCAL, FDB_PERMANENT, FDB_STATIC } = abi;
  expect(core.fdbSet(w.web.port, 5, FDB_STATIC, FDB_CREATE | FDB_EXCL)).toBe(0);
  expect(core.fdbSet(w.cli.port, 5, FDB_STATIC, FDB_CREATE | FDB_EXCL)).toBe(-abi.EEXIST);
  expect(core.fdbSet(w.cli.port, 6, 0, 0)).toBe(-abi.ENOENT);
  expect(core.fdbSet(w.bridge, 7, FDB_LOCAL | FDB_PERMANENT, FDB_CREATE)).toBe(0);
  expect(core.fdbSet(w.bridge, 8, FDB_STATIC, FDB_CREATE)).toBe(-abi.EINVAL);
  core.run(core.now() + 400e9);
  core.devSet(w.web.port, 'up', 0);
  expect(learned(core, w.bridge).map((f) => [f.mac, f.static])).toEqual([[5, true]]);
  // the container's own MAC by hand behind the wrong port: it moves when it speaks
  core.devSet(w.web.port, 'up', 1);
  core.fdbSet(w.web.port, 0xea8f60a7bc85, FDB_STATIC, FDB_CREATE);
  ping(core, w.cli.ns, '172.17.0.1');
  expect(core.fdb(w.bridge).find((f) => f.mac === 0xea8f60a7bc85)?.port).toBe(w.cli.port);
  expect(core.fdbDel(w.web.port, 5)).toBe(0);
  expect(core.fdbDel(w.web.port, 5)).toBe(-abi.ENOENT);
});

test('ports that do not learn, and do not get floods', async () => {
  const core = await newCore();
  const w = docker(core);
  core.devSet(w.cli.port, 'learning', 0);
  core.devSet(w.web.port, 'bcast_flood', 0);
  const s = ping(core, w.cli.ns, '172.17.0.2');
  core.run(core.now() + 5e9);
  expect(answers(core, s)).not.toContain('172.17.0.2 0');
  expect(learned(core, w.bridge)).toEqual([]);
  core.devSet(w.web.port, 'bcast_flood', 1);
  core.neighSet(w.cli.eth, a4('172.17.0.2'), 0x9ae3d0a70464, true);
  core.devSet(w.web.port, 'flood', 0);
  const t = ping(core, w.cli.ns, '172.17.0.2');
  expect(answers(core, t)).not.toContain('172.17.0.2 0');
  core.devSet(w.web.port, 'flood', 1);
  expect(answers(core, ping(core, w.cli.ns, '172.17.0.2'))).toContain('172.17.0.2 0');
});

test('hairpin: a frame goes out of the port it came in by', async () => {
  const core = await newCore();
  const w = docker(core);
  const cap = core.captureAdd(w.web.ns, w.web.eth, 0);
  core.devSet(w.web.port, 'hairpin', 1);
  ping(core, w.web.ns, '172.17.0.99');
  const own = lines(core, cap, { [w.web.eth]: 'eth0' });
  expect(own).toContain('eth0 B ARP who-has 172.17.0.99 tell 172.17.0.2');
});

test("a bridge that was given no MAC has the lowest of its ports', and none without ports", async () => {
  const core = await newCore();
  const ns = machine(core);
  const bridge = core.bridgeAdd(ns, 'br0', 0x0200000000aa);
  core.devSet(bridge, 'mac_auto', 1);
  const ports = [0x33, 0x11, 0x22].map((n) => {
    const [p] = core.vethAdd(ns, `p${n}`, 0x020000000000 + n, ns, `q${n}`, 0x020000000100 + n);
    return p;
  });
  const seen: number[] = [core.devMac(bridge)];
  for (const p of ports) {
    core.devSet(p, 'master', bridge);
    seen.push(core.devMac(bridge));
  }
  core.devSet(ports[1] as number, 'master', 0);
  seen.push(core.devMac(bridge));
  core.devSet(ports[2] as number, 'mac', 0x020000000001);
  seen.push(core.devMac(bridge));
  for (const p of [ports[0], ports[2]]) core.devSet(p as number, 'master', 0);
  seen.push(core.devMac(bridge));
  expect(seen.map((m) => m & 0xff)).toEqual([0xaa, 0x33, 0x11, 0x11, 0x22, 0x01, 0]);
  core.devSet(bridge, 'mac', 0x020000000077);
  core.devSet(ports[0] as number, 'master', bridge);
  expect(core.devMac(bridge)).toBe(0x020000000077);
  expect(core.fdb(bridge).map((f) => f.mac & 0xff)).toEqual([0x77, 0x33]);
});

test('groups of 802.1D: STP crosses, LLDP by the mask, pause frames never', async () => {
  const { core, exports } = await newCoreWithExports();
  const w = docker(core);
  const { frameSend } = exports as { frameSend(dev: number, at: number, len: number): number };
  const send = (last: number): boolean => {
    const cap = core.captureAdd(w.web.ns, w.web.eth, 0);
    const frame = Uint8Array.from([
      1,
      0x80,
      0xc2,
      0,
      0,
      last,
      0xea,
      0x8f,
      0x60,
      0xa7,
      0xbc,
      0x85,
      0x88,
      0xcc,
      ...new Array(46).fill(0),
    ]);
    const e = exports as { memory: WebAssembly.Memory; scratch(): number };
    new Uint8Array(e.memory.buffer).set(frame, e.scratch() + 64);
    frameSend(w.cli.eth, e.scratch() + 64, frame.length);
    const got = core.captureRead(cap) !== undefined;
    core.captureDel(cap);
    return got;
  };
  expect([0, 1, 3, 14].map(send)).toEqual([true, false, false, false]);
  expect(core.devSet(w.bridge, 'group_fwd_mask', 1 << 14)).toBe(0);
  expect([0, 1, 3, 14].map(send)).toEqual([true, false, false, true]);
  expect(core.devSet(w.bridge, 'group_fwd_mask', 1)).toBe(-abi.EINVAL);
  expect(core.drops()[abi.DROP_LINK_LOCAL]).toBe(5);
});
