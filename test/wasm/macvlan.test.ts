import { expect, test } from 'vitest';
import type { Core } from '../../src/linux/core/core.ts';
import * as abi from '../../wasm/abi.ts';
import { a4, address, answers, lines, machine, newCore, ping } from './world.ts';

/** A host whose eth0 is cabled to a machine outside (192.0.2.1, 192.0.2.9). */
function host(core: Core) {
  const ns = machine(core);
  const out = machine(core);
  const [eth0, far] = core.vethAdd(ns, 'eth0', 0x020000000001, out, 'eth0', 0x020000000009);
  core.devSet(eth0, 'up', 1);
  core.devSet(far, 'up', 1);
  address(core, ns, eth0, '192.0.2.1', 24);
  address(core, out, far, '192.0.2.9', 24);
  return { ns, out, eth0, far };
}

/** A container with a macvlan (or ipvlan) on a device of another namespace. */
function child(core: Core, lower: number, n: number, mode: number, kind = abi.DEV_MACVLAN) {
  const ns = machine(core);
  const mac = kind === abi.DEV_MACVLAN ? 0x020000000100 + n : core.devMac(lower);
  const dev = core.upperAdd(ns, kind, 'eth0', mac, lower, mode);
  if (dev < 0) return { ns, dev };
  core.devSet(dev, 'up', 1);
  address(core, ns, dev, `192.0.2.${n}`, 24);
  return { ns, dev };
}

const reached = (core: Core, ns: number, to: string): boolean => {
  const s = ping(core, ns, to);
  core.run(core.now() + 5e9);
  return answers(core, s).includes(`${to} 0`);
};

test('bridge mode: the neighbour and the outside are reached, the host itself is not', async () => {
  const core = await newCore();
  const h = host(core);
  const a = child(core, h.eth0, 11, abi.MACVLAN_BRIDGE);
  const b = child(core, h.eth0, 12, abi.MACVLAN_BRIDGE);
  expect(reached(core, a.ns, '192.0.2.12')).toBe(true);
  expect(reached(core, a.ns, '192.0.2.9')).toBe(true);
  expect(reached(core, h.out, '192.0.2.12')).toBe(true);
  expect(reached(core, a.ns, '192.0.2.1')).toBe(false);
  expect(reached(core, h.ns, '192.0.2.11')).toBe(false);
  expect(reached(core, h.ns, '192.0.2.9')).toBe(true);
  const cap = core.captureAdd(h.ns, h.eth0, 0);
  ping(core, a.ns, '192.0.2.12');
  // the lower device sees it come in; nothing goes out
  expect(lines(core, cap, { [h.eth0]: 'eth0' })).toEqual([
    'eth0 P ICMP 192.0.2.11 > 192.0.2.12 type 8 code 0',
    'eth0 P ICMP 192.0.2.12 > 192.0.2.11 type 0 code 0',
  ]);
  expect(core.devStats(b.dev)[0]).toBeGreaterThan(0);
});

test('private and VEPA: what is for a neighbour goes out, and does not come back', async () => {
  for (const mode of [abi.MACVLAN_PRIVATE, abi.MACVLAN_VEPA]) {
    const core = await newCore();
    const h = host(core);
    const a = child(core, h.eth0, 11, mode);
    child(core, h.eth0, 12, mode);
    expect(reached(core, a.ns, '192.0.2.12')).toBe(false);
    expect(reached(core, a.ns, '192.0.2.9')).toBe(true);
  }
});

test('passthru has the device for itself, and hears every MAC', async () => {
  const core = await newCore();
  const h = host(core);
  const a = child(core, h.eth0, 11, abi.MACVLAN_PASSTHRU);
  expect(reached(core, a.ns, '192.0.2.9')).toBe(true);
  expect(child(core, h.eth0, 12, abi.MACVLAN_BRIDGE).dev).toBe(-abi.EINVAL);
  expect(core.devSet(a.dev, 'mode', abi.MACVLAN_BRIDGE)).toBe(-abi.EINVAL);
});

test('a device is a port of a bridge or has macvlans, not both', async () => {
  const core = await newCore();
  const h = host(core);
  const bridge = core.bridgeAdd(h.ns, 'br0', 0x020000000077);
  child(core, h.eth0, 11, abi.MACVLAN_BRIDGE);
  expect(core.devSet(h.eth0, 'master', bridge)).toBe(-abi.EBUSY);
  const [x] = core.vethAdd(h.ns, 'x', 0x020000000005, h.out, 'y', 0x020000000006);
  expect(core.devSet(x, 'master', bridge)).toBe(0);
  expect(child(core, x, 12, abi.MACVLAN_BRIDGE).dev).toBe(-abi.EBUSY);
  expect(child(core, h.eth0, 13, 0, abi.DEV_IPVLAN).dev).toBe(-abi.EBUSY);
});

test('the carrier is that of the lower device, and with it the macvlan goes', async () => {
  const core = await newCore();
  const h = host(core);
  const a = child(core, h.eth0, 11, abi.MACVLAN_BRIDGE);
  expect(core.devCarrier(a.dev)).toBe(true);
  core.devSet(h.far, 'up', 0);
  expect(core.devCarrier(a.dev)).toBe(false);
  core.devSet(h.far, 'up', 1);
  expect(core.devCarrier(a.dev)).toBe(true);
  core.nsDel(h.ns);
  expect(reached(core, a.ns, '192.0.2.9')).toBe(false);
  expect(core.routeLookup(a.ns, { dst: a4('192.0.2.9') })).toBeLessThan(0);
});

test('ipvlan: one MAC, told apart by address', async () => {
  const core = await newCore();
  const h = host(core);
  const a = child(core, h.eth0, 11, 0, abi.DEV_IPVLAN);
  child(core, h.eth0, 12, 0, abi.DEV_IPVLAN);
  expect(reached(core, a.ns, '192.0.2.12')).toBe(true);
  expect(reached(core, a.ns, '192.0.2.9')).toBe(true);
  expect(reached(core, h.out, '192.0.2.12')).toBe(true);
  const macs = core.neighs(h.out).map((n) => n.mac);
  expect(new Set(macs)).toEqual(new Set([0x020000000001]));
});
