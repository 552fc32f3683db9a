import { expect, test } from 'vitest';
import { type Core, Hook, Table, Target, type TraceRecord } from '../../src/linux/core/core.ts';
import * as abi from '../../wasm/abi.ts';
import { docker, newCore, ping, publish } from './world.ts';

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
