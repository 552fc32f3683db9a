import { expect, test } from 'vitest';
import { type Core, SockType } from '../../src/linux/core/core.ts';
import * as abi from '../../wasm/abi.ts';
import { address, answers, machine, newCore, ping } from './world.ts';

/** Two hosts on one cable, each with a VLAN of an id on it. */
function pair(core: Core, idA: number, idB: number) {
  const a = machine(core);
  const b = machine(core);
  const [da, db] = core.vethAdd(a, 'eth0', 0x020000000001, b, 'eth0', 0x020000000002);
  core.devSet(da, 'up', 1);
  core.devSet(db, 'up', 1);
  const va = core.upperAdd(a, abi.DEV_VLAN, 'eth0.10', 0x020000000001, da, idA);
  const vb = core.upperAdd(b, abi.DEV_VLAN, 'eth0.10', 0x020000000002, db, idB);
  core.devSet(va, 'up', 1);
  core.devSet(vb, 'up', 1);
  address(core, a, va, '192.0.2.1', 24);
  address(core, b, vb, '192.0.2.2', 24);
  return { a, b, da, db, va, vb };
}

test('frames carry the tag on the wire and none on the VLAN', async () => {
  const core = await newCore();
  const w = pair(core, 10, 10);
  const wire = core.captureAdd(w.a, w.da, 0);
  const inside = core.captureAdd(w.a, w.va, 0);
  expect(answers(core, ping(core, w.a, '192.0.2.2'))).toContain('192.0.2.2 0');
  const types = (cap: number): string[] => {
    const out: string[] = [];
    for (let f = core.captureRead(cap); f; f = core.captureRead(cap))
      out.push([...f.bytes.subarray(12, 18)].map((x) => x.toString(16).padStart(2, '0')).join(''));
    return out;
  };
  expect(types(wire)).toEqual(['8100000a0806', '8100000a0806', '8100000a0800', '8100000a0800']);
  expect(types(inside).map((t) => t.slice(0, 4))).toEqual(['0806', '0806', '0800', '0800']);
});

test('another id does not hear it, nor does the device itself', async () => {
  const core = await newCore();
  const w = pair(core, 10, 20);
  address(core, w.b, w.db, '192.0.2.2', 24);
  const s = ping(core, w.a, '192.0.2.2');
  core.run(core.now() + 5e9);
  expect(answers(core, s)).not.toContain('192.0.2.2 0');
  expect(core.drops()[abi.DROP_UNKNOWN_PROTO]).toBeGreaterThan(0);
});

test('one VLAN of an id on a device; a VLAN in a VLAN has two tags', async () => {
  const core = await newCore();
  const w = pair(core, 10, 10);
  expect(core.upperAdd(w.a, abi.DEV_VLAN, 'x', 1, w.da, 10)).toBe(-abi.EEXIST);
  let at = w.va;
  let depth = 1;
  for (; ; depth++) {
    const next = core.upperAdd(w.a, abi.DEV_VLAN, `v${depth}`, 0x020000000001, at, 7);
    if (next < 0) {
      expect(next).toBe(-abi.ELOOP);
      break;
    }
    at = next;
  }
  expect(depth).toBe(8);
});

test('bridges carry tagged frames as they are; a bridge of VLANs does not loop', async () => {
  const core = await newCore();
  const mid = machine(core);
  const bridge = core.bridgeAdd(mid, 'br0', 0x020000000055);
  core.devSet(bridge, 'up', 1);
  const ends = [1, 2].map((n) => {
    const ns = machine(core);
    const [port, eth] = core.vethAdd(mid, `p${n}`, 0x020000000600 + n, ns, 'eth0', 0x020000000500 + n);
    core.devSet(port, 'master', bridge);
    core.devSet(port, 'up', 1);
    core.devSet(eth, 'up', 1);
    const v = core.upperAdd(ns, abi.DEV_VLAN, 'eth0.5', 0x020000000500 + n, eth, 5);
    core.devSet(v, 'up', 1);
    address(core, ns, v, `192.0.2.${n}`, 24);
    return ns;
  });
  expect(answers(core, ping(core, ends[0] as number, '192.0.2.2'))).toContain('192.0.2.2 0');
  const up = core.upperAdd(mid, abi.DEV_VLAN, 'br0.9', 0x020000000055, bridge, 9);
  expect(core.devSet(up, 'master', bridge)).toBe(-abi.ELOOP);
  const other = core.bridgeAdd(mid, 'br1', 0x020000000056);
  expect(core.devSet(up, 'master', other)).toBe(0);
  const deep = core.upperAdd(mid, abi.DEV_VLAN, 'br1.9', 0x020000000056, other, 9);
  expect(core.devSet(deep, 'master', bridge)).toBe(-abi.ELOOP);
});

test('a macvlan on a VLAN, as a sub-interface network has it', async () => {
  const core = await newCore();
  const w = pair(core, 10, 10);
  const box = machine(core);
  const m = core.upperAdd(box, abi.DEV_MACVLAN, 'eth0', 0x020000000033, w.va, abi.MACVLAN_BRIDGE);
  core.devSet(m, 'up', 1);
  address(core, box, m, '192.0.2.33', 24);
  expect(answers(core, ping(core, box, '192.0.2.2'))).toContain('192.0.2.2 0');
});

test('tags leave the counters of the device below as they are', async () => {
  const core = await newCore();
  const w = pair(core, 10, 10);
  ping(core, w.a, '192.0.2.2');
  // two ARP messages of 42 bytes, an echo and its answer of 98, each way one of each
  expect(core.devStats(w.da).slice(0, 5)).toEqual([2, 140, 0, 2, 140]);
  expect(core.devStats(w.va).slice(0, 5)).toEqual([2, 112, 0, 2, 140]);
  expect(core.socks(w.a).every((s) => s.type === SockType.RAW)).toBe(true);
});
