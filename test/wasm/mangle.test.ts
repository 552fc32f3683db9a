import { expect, test } from 'vitest';
import { type Core, type CoreRule, Hook, SockType, Table, Target } from '../../src/linux/core/core.ts';
import {
  FIB_UNREACHABLE,
  IP4_FWMARK_REFLECT,
  MX_CONNMARK,
  MX_HASHLIMIT,
  MX_IPRANGE,
  MX_LENGTH,
  MX_NTH,
  MX_OWNER,
  MX_QUOTA,
  MX_TTL,
} from '../../wasm/abi.ts';
import { a4, answers, checksumsHold, docker, newCore, ping, publish } from './world.ts';

function add(core: Core, ns: number, table: number, hook: number, rule: CoreRule): number {
  const handle = core.nfRuleAdd(core.nfBuiltin(ns, 4, table, hook), -1, rule);
  expect(handle).toBeGreaterThan(0);
  return handle;
}

const packets = (core: Core, rule: number): number => core.nfRuleCounters(rule)[0];

test('all five hooks of mangle are crossed, before those of filter', async () => {
  const core = await newCore();
  const { host, cli } = docker(core);
  const at = (hook: number): number =>
    add(core, host, Table.MANGLE, hook, { proto: 1, target: Target.MARK, value: 1 << hook, mask: 0 });
  const rules = [0, 1, 2, 3, 4].map(at);
  const input = add(core, host, Table.FILTER, Hook.INPUT, { mark: 3, target: Target.NONE });
  ping(core, cli.ns, '172.17.0.1');
  expect(rules.map((r) => packets(core, r))).toEqual([1, 1, 0, 1, 1]);
  expect(packets(core, input)).toBe(1);
  ping(core, cli.ns, '192.168.56.13');
  expect(packets(core, rules[Hook.FORWARD]!)).toBe(1);
});

test('with fwmark_reflect, what an ICMP error tells of a path is learned for the way that its mark leads', async () => {
  const core = await newCore();
  const { eth0, cli } = docker(core);
  core.devSet(eth0, 'mtu', 1280);
  const mark = { target: Target.MARK, value: 3, mask: 0xffffffff };
  add(core, cli.ns, Table.MANGLE, Hook.PREROUTING, { proto: 1, icmpType: 3, ...mark });
  core.fibRuleAdd(cli.ns, { priority: 10, action: FIB_UNREACHABLE, table: 0, mark: 3 });
  let last = 100;
  /** The path MTU known after a datagram that is too long for it. */
  const learned = (type: number, own: number, connected = false): number => {
    const to = a4(`192.168.56.${++last}`);
    const s = core.sockOpen(cli.ns, type, 4, type === SockType.RAW ? 1 : 0);
    core.sockSet(s, 'mark', own);
    if (connected) core.sockConnect(s, to, 9);
    const data = new Uint8Array(1400);
    data[0] = 8;
    core.sockSend(s, data, to, 9);
    core.run(core.now() + 1e9);
    const way = core.routeLookup(cli.ns, { dst: to });
    return typeof way === 'number' ? way : way.mtu;
  };
  core.ip4Set(cli.ns, IP4_FWMARK_REFLECT, 1);
  expect(learned(SockType.RAW, 0)).toBe(0);
  expect(learned(SockType.UDP, 0)).toBe(0);
  // The socket's own mark goes before, and one with a peer keeps the way it has.
  expect(learned(SockType.RAW, 4)).toBe(1280);
  expect(learned(SockType.UDP, 0, true)).toBe(1280);
  core.ip4Set(cli.ns, IP4_FWMARK_REFLECT, 0);
  expect(learned(SockType.RAW, 0)).toBe(1280);
  expect(learned(SockType.UDP, 0)).toBe(1280);
});

test('a mark saved in the connection comes back with the answer', async () => {
  const core = await newCore();
  const { host, cli } = docker(core);
  publish(core, host);
  const pre = { proto: 1 };
  add(core, host, Table.MANGLE, Hook.PREROUTING, {
    ...pre,
    target: Target.CONNMARK,
    value: 0,
    mask: 0xff,
    arg: 2,
    arg2: 0xff,
  });
  add(core, host, Table.MANGLE, Hook.PREROUTING, {
    ...pre,
    icmpType: 8,
    target: Target.MARK,
    value: 0x1234,
    mask: 0xffffffff,
  });
  add(core, host, Table.MANGLE, Hook.PREROUTING, {
    ...pre,
    target: Target.CONNMARK,
    value: 0,
    mask: 0xff,
    arg: 1,
    arg2: 0xff,
  });
  const answer = add(core, host, Table.FILTER, Hook.FORWARD, {
    icmpType: 0,
    proto: 1,
    mark: 0x34,
    target: Target.NONE,
  });
  const conn = add(core, host, Table.FILTER, Hook.FORWARD, {
    more: [{ kind: MX_CONNMARK, words: [0x34, 0xff] }],
    target: Target.NONE,
  });
  expect(answers(core, ping(core, cli.ns, '192.168.56.13'))).toEqual(['192.168.56.13 0']);
  expect([packets(core, answer), packets(core, conn)]).toEqual([1, 2]);
  expect(core.conns(host)[0]?.mark).toBe(0x34);
});

test('TOS, TTL and the segment size are rewritten, and checksums stay right', async () => {
  const core = await newCore();
  const { host, lan, cli } = docker(core);
  add(core, host, Table.MANGLE, Hook.FORWARD, { target: Target.TOS, value: 0xb8, mask: 0xfc });
  add(core, host, Table.MANGLE, Hook.FORWARD, { target: Target.TTL, value: 7, mask: 0 });
  add(core, host, Table.MANGLE, Hook.FORWARD, {
    proto: 6,
    tcpMask: 6,
    tcpComp: 2,
    target: Target.TCPMSS,
    value: 1300,
    mask: 0,
  });
  core.routeAdd(lan, {
    table: 254,
    dst: a4('172.17.0.0'),
    bits: 16,
    gw: a4('192.168.56.11'),
    dev: 0,
    scope: 0,
    metric: 0,
    type: 1,
  });
  const cap = core.captureAdd(lan, 0, 0);
  const s = core.sockOpen(cli.ns, SockType.TCP, 4, 0);
  core.sockConnect(s, a4('192.168.56.13'), 80);
  ping(core, cli.ns, '192.168.56.13');
  const seen: string[] = [];
  for (let f = core.captureRead(cap); f; f = core.captureRead(cap)) {
    const b = f.bytes;
    if (b[12] !== 8 || b[13] !== 0 || b[29] !== 3) continue;
    expect(checksumsHold(b)).toBe(true);
    seen.push(`tos ${b[15]} ttl ${b[22]}${b[23] === 6 ? ` mss ${(b[56]! << 8) | b[57]!}` : ''}`);
  }
  expect(seen).toEqual(['tos 184 ttl 7 mss 1300', 'tos 184 ttl 7']);
});

test('matches behind a rule hold together, and may be negated', async () => {
  const core = await newCore();
  const { host, cli } = docker(core);
  const of = (more: CoreRule['more']): number =>
    add(core, host, Table.FILTER, Hook.INPUT, { proto: 1, more: more ?? [], target: Target.NONE });
  const range = new Uint8Array(32);
  range.set(a4('172.17.0.3'));
  range.set(a4('172.17.0.9'), 16);
  const rules = [
    of([{ kind: MX_IPRANGE, p: 1, words: range }]),
    of([{ kind: MX_IPRANGE, p: 1, words: range, not: true }]),
    of([
      { kind: MX_LENGTH, words: [84, 84] },
      { kind: MX_TTL, p: 0, words: [64] },
    ]),
    of([
      { kind: MX_LENGTH, words: [84, 84] },
      { kind: MX_TTL, p: 1, words: [64] },
    ]),
    of([{ kind: MX_NTH, words: [3, 1] }]),
    of([{ kind: MX_QUOTA, words: [84 * 4, 0] }]),
    of([{ kind: MX_HASHLIMIT, p: 1, words: [1e9, 0, 2, 7, 60000, 0, 0, 0, 32 | (32 << 16)] }]),
  ];
  for (let i = 0; i < 6; i++) ping(core, cli.ns, '172.17.0.1', 7, i);
  expect(rules.map((r) => packets(core, r))).toEqual([6, 0, 6, 0, 2, 4, 2]);
});

test('owner: whose socket sends', async () => {
  const core = await newCore();
  const { host, lan } = docker(core);
  core.sockBind(core.sockOpen(lan, SockType.UDP, 4, 0), a4('0.0.0.0'), 9);
  const of = (p: number, words: number[]): number =>
    add(core, host, Table.FILTER, Hook.OUTPUT, {
      proto: 17,
      more: [{ kind: MX_OWNER, p, words }],
      target: Target.NONE,
    });
  const [uid, gid, any, root] = [of(1, [1000, 1000]), of(2, [5, 7]), of(4, []), of(1, [0, 0])];
  const s = core.sockOpen(host, SockType.UDP, 4, 0);
  core.sockConnect(s, a4('192.168.56.13'), 9);
  core.sockSend(s, new Uint8Array(1));
  core.sockOwner(s, 1000, 6);
  core.sockSend(s, new Uint8Array(1));
  expect([uid, gid, any, root].map((r) => packets(core, r))).toEqual([1, 1, 2, 1]);
});

test('LOG notes what the line is written from', async () => {
  const core = await newCore();
  const { host, cli, bridge } = docker(core);
  const rule = add(core, host, Table.FILTER, Hook.INPUT, { proto: 1, target: Target.LOG });
  ping(core, cli.ns, '172.17.0.1');
  const [log, ...more] = core.logs();
  expect(more).toEqual([]);
  expect(log).toMatchObject({ rule, ns: host, hook: Hook.INPUT, indev: bridge, outdev: 0, uid: -1 });
  expect([...log!.link.subarray(6, 12)].map((b) => b.toString(16))).toEqual(['ea', '8f', '60', 'a7', 'bc', '85']);
  expect(log!.packet).toHaveLength(84);
});
