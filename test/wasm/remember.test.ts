/** Matches that remember packets: recent, connlimit; string; zones of conntrack; and their tables at capacity. */
import { expect, test } from 'vitest';
import { type Core, type CoreRecent, type CoreRule, Hook, SockType, Table, Target } from '../../src/linux/core/core.ts';
import { compileCore, openCore } from '../../src/linux/core/load.ts';
import { datagram } from '../../src/node/bench/frame.ts';
import { World } from '../../src/node/bench/world.ts';
import * as abi from '../../wasm/abi.ts';
import { coreBytes } from '../core.ts';
import { a4, answers, docker, newCore, ping } from './world.ts';

function add(core: Core, ns: number, table: number, hook: number, rule: CoreRule): number {
  const handle = core.nfRuleAdd(core.nfBuiltin(ns, 4, table, hook), -1, rule);
  expect(handle).toBeGreaterThan(0);
  return handle;
}

const packets = (core: Core, rule: number): number => core.nfRuleCounters(rule)[0];
const ALL = 0xffffffff;

/** A record of `recent` by the source. @param table its name */
const recent = (table: number, how: number, seconds = 0, hits = 0) => ({
  kind: abi.MX_RECENT,
  p: how,
  q: 1,
  words: [table, seconds, hits, 0, ALL, ALL, ALL, ALL],
});

test('recent: set, check, update, remove; hits within seconds; a table goes with its last rule', async () => {
  const core = await newCore();
  const { host, cli } = docker(core);
  const input = core.nfBuiltin(host, 4, Table.FILTER, Hook.INPUT);
  const rule = (more: CoreRule['more'], target: number): number =>
    add(core, host, Table.FILTER, Hook.INPUT, { proto: 1, more: more ?? [], target });
  const update = rule([recent(7, abi.RECENT_UPDATE, 10, 3)], Target.DROP);
  const set = rule([recent(7, abi.RECENT_SET)], Target.NONE);
  const other = rule([recent(8, abi.RECENT_CHECK)], Target.NONE);
  for (let i = 0; i < 5; i++) ping(core, cli.ns, '172.17.0.1', 7, i);
  expect([update, set, other].map((r) => packets(core, r))).toEqual([2, 3, 0]);
  const [seen, ...more] = core.recent(host, 7n) as readonly CoreRecent[];
  expect([more, seen?.ttl, seen?.stamps.length]).toEqual([[], 64, 5]);
  core.run(core.now() + 11e9);
  expect(answers(core, ping(core, cli.ns, '172.17.0.1', 7, 9))).toEqual(['172.17.0.1 0']);
  expect(core.recentSet(host, 7n, 'del', a4('172.17.0.3'))).toBe(0);
  core.recentSet(host, 7n, 'flush');
  expect(core.recent(host, 7n)).toEqual([]);
  core.nfRuleDel(input, update);
  core.nfRuleDel(input, set);
  expect(core.recent(host, 7n)).toBe(-2);
  expect(core.nfRuleAdd(input, -1, { target: Target.NONE, more: [recent(7, abi.RECENT_CHECK, 0, 256)] })).toBe(-22);
});

test('a packet whose address finds no room in the tables is dropped and counted; all comes back with the rules', async () => {
  const { core, exports } = openCore(await compileCore(coreBytes), { seed: 1 });
  const raw = exports as unknown as {
    memory: { buffer: ArrayBuffer };
    scratch(): number;
    slabUsed(id: number): number;
    frameSend(dev: number, at: number, len: number): number;
  };
  const w = new World(core, 2);
  const chain = core.nfBuiltin(w.host, 4, Table.MANGLE, Hook.PREROUTING);
  const rules = Array.from({ length: 50 }, (_, i) =>
    add(core, w.host, Table.MANGLE, Hook.PREROUTING, { target: Target.NONE, more: [recent(i + 1, abi.RECENT_SET)] }),
  );
  const [box] = w.boxes;
  for (let k = 0; k < 100; k++) {
    const frame = datagram(
      { mac: box!.mac, ip: `172.17.9.${k + 1}` },
      { mac: 0x0242ac110001, ip: '172.17.0.1' },
      1,
      9,
      64,
    );
    new Uint8Array(raw.memory.buffer).set(frame, raw.scratch() + 65536);
    raw.frameSend(box!.dev, raw.scratch() + 65536, frame.length);
  }
  expect(raw.slabUsed(45)).toBe(4095);
  expect(core.drops()[abi.DROP_RULE]).toBe(100 - Math.floor(4095 / 50));
  for (const r of rules) core.nfRuleDel(chain, r);
  expect([raw.slabUsed(44), raw.slabUsed(45)]).toEqual([0, 0]);
});

test('connlimit counts the connections of a network, and forgets those that ended', async () => {
  const core = await newCore();
  const { host, cli } = docker(core);
  const of = (not: boolean): number =>
    add(core, host, Table.FILTER, Hook.INPUT, {
      proto: 17,
      more: [{ kind: abi.MX_CONNLIMIT, p: 1, not, words: [2, 0, 0, 0, ALL, ALL, ALL, ALL] }],
      target: Target.NONE,
    });
  const [above, upto] = [of(false), of(true)];
  core.sockBind(core.sockOpen(host, SockType.UDP, 4, 0), a4('0.0.0.0'), 9);
  const socks = [0, 1, 2].map(() => {
    const s = core.sockOpen(cli.ns, SockType.UDP, 4, 0);
    core.sockConnect(s, a4('172.17.0.1'), 9);
    return s;
  });
  for (const s of socks) core.sockSend(s, new Uint8Array(1));
  core.run(core.now() + 1e6);
  expect([above, upto].map((r) => packets(core, r))).toEqual([1, 2]);
  core.run(core.now() + 60e9);
  core.sockSend(socks[0]!, new Uint8Array(1));
  core.run(core.now() + 1e6);
  expect([above, upto].map((r) => packets(core, r))).toEqual([1, 3]);
});

test('string: bytes between two offsets, without regard to case, longer than one record', async () => {
  const core = await newCore();
  const { host, cli } = docker(core);
  const of = (text: string, p: number, from: number, to: number): number => {
    const bytes = new TextEncoder().encode(text);
    const pieces = Array.from({ length: Math.ceil(bytes.length / 40) }, (_, i) => ({
      kind: abi.MX_BYTES,
      words: bytes.subarray(40 * i, 40 * i + 40),
    }));
    return add(core, host, Table.FILTER, Hook.INPUT, {
      proto: 17,
      more: [{ kind: abi.MX_STRING, p, words: [bytes.length, from, to] }, ...pieces],
      target: Target.NONE,
    });
  };
  const long = `${'a'.repeat(40)}needle`;
  const rules = [
    of(long, 0, 0, 65535),
    of('NEEDLE', 0, 0, 65535),
    of('NEEDLE', 1, 0, 65535),
    of('needle', 0, 69, 65535),
    of('needle', 0, 0, 73),
    of(`${long}x`, 0, 0, 65535),
  ];
  const s = core.sockOpen(cli.ns, SockType.UDP, 4, 0);
  core.sockConnect(s, a4('172.17.0.1'), 9);
  core.sockSend(s, new TextEncoder().encode(long));
  core.run(core.now() + 1e6);
  expect(rules.map((r) => packets(core, r))).toEqual([1, 0, 1, 0, 0, 0]);
});

test('zones: the first rule that gives one counts', async () => {
  const core = await newCore();
  const { host, cli } = docker(core);
  for (const value of [5, 6])
    add(core, host, Table.RAW, Hook.PREROUTING, { target: Target.ZONE, arg: abi.ZONE_BOTH, value });
  ping(core, cli.ns, '172.17.0.1');
  expect(core.conns(host).map((c) => c.ozone)).toEqual([5]);
});

test('zones: the same addresses are other connections; one more zone than there is room for drops', async () => {
  const core = await newCore();
  const { host, cli } = docker(core);
  const raw = (hook: number, rule: Partial<CoreRule>): number =>
    add(core, host, Table.RAW, hook, { target: Target.ZONE, arg: abi.ZONE_BOTH, ...rule });
  const rules = [raw(Hook.PREROUTING, { value: 5 }), raw(Hook.OUTPUT, { value: 5 })];
  expect(answers(core, ping(core, cli.ns, '172.17.0.1'))).toEqual(['172.17.0.1 0']);
  expect(core.conns(host).map((c) => [c.ozone, c.rzone, c.status & 2])).toEqual([[5, 5, 2]]);
  for (const [i, r] of rules.entries())
    core.nfRuleDel(core.nfBuiltin(host, 4, Table.RAW, i === 0 ? Hook.PREROUTING : Hook.OUTPUT), r);
  add(core, host, Table.FILTER, Hook.INPUT, { ctstate: 2, target: Target.NONE });
  ping(core, cli.ns, '172.17.0.1');
  expect(core.conns(host).map((c) => c.ozone)).toEqual([5, 0]);
  const before = core.drops()[abi.DROP_CT_FULL] ?? 0;
  for (let z = 1; z <= 1024; z++) {
    const rule = raw(Hook.PREROUTING, { value: z });
    ping(core, cli.ns, '172.17.0.1', 7, z);
    core.nfRuleDel(core.nfBuiltin(host, 4, Table.RAW, Hook.PREROUTING), rule);
  }
  expect((core.drops()[abi.DROP_CT_FULL] ?? 0) - before).toBe(1);
});
