import { expect, test } from 'vitest';
import {
  type Core,
  type CoreRoute,
  Hook,
  SockType,
  Table,
  Target,
  type TraceRecord,
} from '../../src/linux/core/core.ts';
import * as abi from '../../wasm/abi.ts';
import { a4, docker, newCore, ping, publish } from './world.ts';

const route = (dst: string, bits: number, gw: string, dev: number): CoreRoute => ({
  table: 254,
  dst: a4(dst),
  bits,
  gw: a4(gw),
  dev,
  scope: 0,
  metric: 0,
  type: 1,
});

function journey(core: Core): TraceRecord[] {
  const out: TraceRecord[] = [];
  core.traceRead((r) => out.push(r));
  return out;
}

test('a traced packet tells its way: devices, hooks, rules, route, rewriting', async () => {
  const core = await newCore();
  const w = docker(core);
  publish(core, w.host);
  ping(core, w.cli.ns, '192.168.56.13');
  expect(journey(core)).toEqual([]);
  core.trace(true);
  ping(core, w.cli.ns, '192.168.56.13', 7, 2);
  const all = journey(core);
  const first = all[0]?.packet;
  const mine = all.filter((r) => r.packet === first && r.ns === w.host);
  const what = mine.map((r) => r.what);
  for (const t of [abi.TRACE_DEV_IN, abi.TRACE_DEV_OUT, abi.TRACE_FDB, abi.TRACE_CT, abi.TRACE_ROUTE, abi.TRACE_SNAT])
    expect(what).toContain(t);
  // PREROUTING is crossed in the bridge, the others in IP.
  expect(mine.filter((r) => r.what === abi.TRACE_HOOK).map((r) => r.a)).toEqual([
    Hook.PREROUTING | 0x100,
    Hook.FORWARD,
    Hook.POSTROUTING,
  ]);
  expect(all.every((r, i) => i === 0 || r.time >= (all[i - 1]?.time ?? 0))).toBe(true);
});

test('a drop is counted by its reason and traced', async () => {
  const core = await newCore();
  const w = docker(core);
  const input = core.nfBuiltin(w.host, 4, Table.FILTER, Hook.INPUT);
  const rule = core.nfRuleAdd(input, -1, { proto: 1, target: Target.DROP });
  core.trace(true);
  const before = core.drops()[abi.DROP_RULE] ?? 0;
  ping(core, w.cli.ns, '172.17.0.1');
  expect(core.drops()[abi.DROP_RULE]).toBe(before + 1);
  const all = journey(core);
  expect(all.some((r) => r.what === abi.TRACE_RULE && r.a === input && r.b === rule)).toBe(true);
  expect(all.some((r) => r.what === abi.TRACE_DROP && r.a === abi.DROP_RULE)).toBe(true);
});

/** Records of one kind. */
const only = (all: TraceRecord[], what: number): TraceRecord[] => all.filter((r) => r.what === what);

test('what is made because of a packet says so: a request for its neighbour, an answer, an error', async () => {
  const core = await newCore();
  const w = docker(core);
  core.trace(true);
  ping(core, w.cli.ns, '172.17.0.1', 7, 1);
  const all = journey(core);
  const made = only(all, abi.TRACE_NEW);
  const [request, reply] = made;
  const [asked] = only(all, abi.TRACE_ARP);
  const parentOf = (packet: number | undefined): number | undefined =>
    only(all, abi.TRACE_PARENT).find((r) => r.packet === packet)?.a;
  expect(parentOf(asked?.packet)).toBe(request?.packet);
  expect(parentOf(reply?.packet)).toBe(request?.packet);
  expect(parentOf(request?.packet)).toBeUndefined();
  // It waited, and went on when the answer came.
  const mine = all.filter((r) => r.packet === request?.packet).map((r) => r.what);
  expect(mine.indexOf(abi.TRACE_NEIGH_DONE)).toBeGreaterThan(mine.indexOf(abi.TRACE_NEIGH));
  expect(only(all, abi.TRACE_ICMP_IN).map((r) => [r.a >> 8, r.b])).toEqual([
    [8, abi.ICMP_ANSWERED],
    [0, abi.ICMP_REPLY],
  ]);
});

test('an error is made because of the packet it quotes, also when that waited', async () => {
  const core = await newCore();
  const w = docker(core);
  core.trace(true);
  ping(core, w.cli.ns, '172.17.0.99', 7, 1);
  core.run(core.now() + 5e9);
  const all = journey(core);
  const request = only(all, abi.TRACE_NEW)[0];
  const error = only(all, abi.TRACE_NEW).find((r) => r.packet !== request?.packet);
  expect(only(all, abi.TRACE_DROP).map((r) => [r.packet, r.a])).toEqual([[request?.packet, abi.DROP_NEIGH_FAILED]]);
  expect(only(all, abi.TRACE_PARENT).find((r) => r.packet === error?.packet)?.a).toBe(request?.packet);
  // Each of the three ARP requests was made because of it.
  const arps = only(all, abi.TRACE_ARP).map((r) => r.packet);
  expect(arps).toHaveLength(3);
  for (const packet of arps)
    expect(only(all, abi.TRACE_PARENT).find((r) => r.packet === packet)?.a).toBe(request?.packet);
});

test('filters choose a flow, with all that comes of it; others leave no record', async () => {
  const core = await newCore();
  const w = docker(core);
  publish(core, w.host);
  core.trace([{ proto: 1, dst: [a4('192.168.56.13'), new Uint8Array(16).fill(255)], ns: w.cli.ns }]);
  ping(core, w.web.ns, '192.168.56.13', 1, 1);
  expect(journey(core)).toEqual([]);
  ping(core, w.cli.ns, '192.168.56.13', 2, 1);
  const all = journey(core);
  const packets = new Set(all.map((r) => r.packet));
  // The request and its reply, and what ARP asked for them.
  expect(only(all, abi.TRACE_NEW).map((r) => r.a)).toEqual([1, 1]);
  expect(only(all, abi.TRACE_SNAT).length).toBe(1);
  expect(only(all, abi.TRACE_DNAT).length).toBe(1);
  expect(only(all, abi.TRACE_ARP).every((r) => packets.has(r.packet))).toBe(true);
  core.trace(false);
  ping(core, w.cli.ns, '192.168.56.13', 2, 2);
  expect(journey(core)).toEqual([]);
  expect(() => core.trace(new Array(5).fill({}))).toThrow(RangeError);
});

test('a filter on a device picks packets up where they meet it', async () => {
  const core = await newCore();
  const w = docker(core);
  core.trace([{ dev: w.peer, ethertype: 0x0800 }]);
  core.routeAdd(w.lan, route('172.17.0.0', 16, '192.168.56.11', w.peer));
  ping(core, w.cli.ns, '192.168.56.13');
  const all = journey(core);
  const picked = only(all, abi.TRACE_PICKED);
  expect(picked.map((r) => [r.ns, r.a, r.b, r.c])).toEqual([[w.lan, 1, 0xac110003, 0xc0a8380d]]);
  expect(only(all, abi.TRACE_L4)[0]?.b).toBe(8 << 8);
  // The reply is made because of it, and followed to its end.
  expect(all.at(-1)).toMatchObject({ what: abi.TRACE_ICMP_IN, ns: w.cli.ns });
});

test('pieces, waiting and the whole datagram are told', async () => {
  const core = await newCore();
  const w = docker(core);
  publish(core, w.host);
  core.trace(true);
  ping(core, w.cli.ns, '192.168.56.11', 7, 1, 3000);
  const all = journey(core);
  const request = only(all, abi.TRACE_NEW)[0]?.packet;
  const mine = all.filter((r) => r.packet === request);
  expect(only(mine, abi.TRACE_FRAGMENT).map((r) => [r.a, r.b])).toEqual([
    [0, 1500],
    [1480, 1500],
    [2960, 68],
  ]);
  expect(only(mine, abi.TRACE_FRAG_WAIT).map((r) => [r.a, r.b, r.c !== 0])).toEqual([
    [0, 1480, true],
    [1480, 1480, true],
  ]);
  expect(only(mine, abi.TRACE_MERGED).map((r) => r.a)).toEqual([request, request]);
  expect(only(mine, abi.TRACE_FRAG_WHOLE).map((r) => r.a)).toEqual([3028]);
});

test('a bridge tells what it learned, where it sends copies, and where not', async () => {
  const core = await newCore();
  const w = docker(core);
  core.devSet(w.web.port, 'isolated', 1);
  core.devSet(w.cli.port, 'isolated', 1);
  core.trace(true);
  ping(core, w.cli.ns, '172.17.0.2');
  const all = journey(core);
  expect(only(all, abi.TRACE_LEARN).map((r) => r.a)).toEqual([w.cli.port]);
  expect(only(all, abi.TRACE_FLOOD).map((r) => [r.a, r.b])).toEqual([[w.web.port, 1]]);
});

test('the socket that sends and the socket that gets it are named; a route that is missing too', async () => {
  const core = await newCore();
  const w = docker(core);
  const server = core.sockOpen(w.web.ns, SockType.UDP, 4, 17);
  core.sockBind(server, a4('0.0.0.0'), 53);
  const client = core.sockOpen(w.cli.ns, SockType.UDP, 4, 17);
  core.trace(true);
  core.sockSend(client, new Uint8Array(5), a4('172.17.0.2'), 53);
  const all = journey(core);
  expect(only(all, abi.TRACE_L4)[0]).toMatchObject({ b: 5 << 8, c: client });
  expect(only(all, abi.TRACE_SOCK)[0]).toMatchObject({ a: server, b: 17, c: abi.SOCK_TO_DATAGRAM });
  core.sockSend(core.sockOpen(w.lan, SockType.UDP, 4, 17), new Uint8Array(5), a4('10.1.1.1'), 53);
  const lost = journey(core);
  expect(lost.map((r) => r.what)).toEqual([abi.TRACE_NEW, abi.TRACE_L4, abi.TRACE_NO_ROUTE, abi.TRACE_DROP]);
  expect(only(lost, abi.TRACE_NO_ROUTE)[0]).toMatchObject({ a: 0x0a010101, b: abi.ENETUNREACH });
});

test('the ring keeps the newest, and says how many it lost', async () => {
  const core = await newCore();
  const w = docker(core);
  core.trace(true);
  for (let seq = 0; seq < 1000; seq++) ping(core, w.cli.ns, '172.17.0.1', 7, seq);
  let n = 0;
  let last: TraceRecord | undefined;
  core.traceRead((r) => {
    n++;
    last = r;
  });
  expect(n).toBe(16384);
  expect(core.traceLost()).toBeGreaterThan(1000);
  expect(last?.what).toBe(abi.TRACE_ICMP_IN);
});
