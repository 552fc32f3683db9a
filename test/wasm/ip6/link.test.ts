import { expect, test } from 'vitest';
import { a6, newCore } from '../world.ts';
import { answers6, line6, lines6, linkLocal, pair, ping6, wait } from './world6.ts';

const MAC1 = 0x020000000001;
const MAC2 = 0x020000000002;

test('a device that comes up reports its groups, tries its address out, and asks for routers', async () => {
  const core = await newCore();
  const { a, da } = pair(core);
  const cap = core.captureAdd(a, da, 0);
  expect(core.addr6Flags(da, a6(linkLocal(MAC1))) & 64).toBe(64);
  wait(core, 2.5);
  expect(core.addr6Flags(da, a6(linkLocal(MAC1))) & 64).toBe(0);
  const out = lines6(core, cap).filter((l) => l.startsWith('Out'));
  const solicited = 'ff02::1:ff00:1';
  expect(out).toContain(`Out :: > ff02::16 hl 1 MLDv2 ${solicited}`);
  expect(out.filter((l) => l.includes('NS'))).toEqual([`Out :: > ${solicited} hl 255 NS ${linkLocal(MAC1)}`]);
  const good = out.slice(out.findIndex((l) => l.includes('NS')) + 1);
  expect(good.filter((l) => l.includes('RS'))).toEqual([`Out ${linkLocal(MAC1)} > ff02::2 hl 255 RS`]);
  expect(good).toContain(`Out ${linkLocal(MAC1)} > ff02::16 hl 1 MLDv2 ${solicited}`);
});

test('solicitations wait about twice as long each time, up to about an hour', async () => {
  const core = await newCore();
  const { a, da } = pair(core);
  const cap = core.captureAdd(a, da, 0);
  wait(core, 48 * 3600);
  const at: number[] = [];
  for (let f = core.captureRead(cap); f; f = core.captureRead(cap))
    if (line6(f.bytes, f.pkttype).startsWith('Out') && line6(f.bytes, f.pkttype).endsWith(' RS')) at.push(f.time / 1e9);
  const waits = at.slice(1).map((t, i) => t - (at[i] as number));
  // Timers of the wheel are late by up to an eighth.
  expect(waits[0]).toBeGreaterThan(3.6);
  expect(waits[0]).toBeLessThan(4.4 * 1.125);
  const long = waits.filter((w) => w > 3240);
  expect(long.length).toBe(waits.length - 10);
  expect(Math.max(...long)).toBeGreaterThan(3600 * 1.05);
  expect(Math.max(...long)).toBeLessThan(3960 * 1.125);
});

test('two hosts on a link find each other and answer', async () => {
  const core = await newCore();
  const { a, b, da, db } = pair(core);
  wait(core, 3);
  const cap = core.captureAdd(a, da, 0);
  const s = ping6(core, a, '2001:db8::2');
  expect(answers6(core, s)).toEqual(['2001:db8::2']);
  expect(lines6(core, cap)).toEqual([
    'Out 2001:db8::1 > ff02::1:ff00:2 hl 255 NS 2001:db8::2',
    'In 2001:db8::2 > 2001:db8::1 hl 255 NA 2001:db8::2',
    'Out 2001:db8::1 > 2001:db8::2 hl 64 echo request',
    'In 2001:db8::2 > 2001:db8::1 hl 64 echo reply',
  ]);
  expect(core.neighs(a).map((n) => [n.dev, n.state])).toEqual([[da, 2]]);
  expect(core.neighs(b).map((n) => [n.dev, n.state])).toEqual([[db, 8]]);
  // Five seconds later the asked one, which knows the asker by hearsay only, probes it.
  wait(core, 6);
  expect(lines6(core, cap).filter((l) => !l.includes('RS'))).toEqual([
    `In ${linkLocal(MAC2)} > 2001:db8::1 hl 255 NS 2001:db8::1`,
    `Out 2001:db8::1 > ${linkLocal(MAC2)} hl 255 NA 2001:db8::1`,
  ]);
});

test('an address of one link needs its device; all nodes answer a group', async () => {
  const core = await newCore();
  const { a, da } = pair(core);
  wait(core, 3);
  expect(answers6(core, ping6(core, a, linkLocal(MAC2), 56, da))).toEqual([linkLocal(MAC2)]);
  expect(answers6(core, ping6(core, a, 'ff02::1', 56, da)).sort()).toEqual([linkLocal(MAC1), linkLocal(MAC2)]);
  expect(answers6(core, ping6(core, a, '::1'))).toEqual(['::1']);
});

test('an address that somebody has is not used', async () => {
  const core = await newCore();
  const { a, da, db } = pair(core);
  wait(core, 3);
  core.addr6Add(da, a6('2001:db8::2'), 64, 0);
  expect(core.addr6Flags(da, a6('2001:db8::2'))).toBe(64);
  wait(core, 3);
  expect(core.addr6Flags(da, a6('2001:db8::2'))).toBe(64 | 8);
  expect(core.addr6Flags(db, a6('2001:db8::2')) & 8).toBe(0);
  // Of two that try at the same time, who hears the other first gives way.
  core.addr6Add(da, a6('2001:db8::9'), 64, 0);
  core.addr6Add(db, a6('2001:db8::9'), 64, 0);
  wait(core, 3);
  expect([da, db].map((d) => core.addr6Flags(d, a6('2001:db8::9'))).sort()).toEqual([0, 64 | 8]);
  // A failed address stands in the way of its owner until it is deleted.
  core.addrDel(da, a6('2001:db8::2'));
  expect(answers6(core, ping6(core, a, '2001:db8::2'))).toEqual(['2001:db8::2']);
});

test('nobody there: the sender is told after three tries', async () => {
  const core = await newCore();
  const { a, da } = pair(core);
  wait(core, 3);
  const cap = core.captureAdd(a, da, 0);
  const s = ping6(core, a, '2001:db8::77');
  wait(core, 4);
  expect(lines6(core, cap).filter((l) => l.includes('NS'))).toHaveLength(3);
  expect(answers6(core, s)).toEqual(['2001:db8::1 error 1/3']);
});

/** A router advertisement to all nodes. @param mtu its option */
function advertisement(mac: number, hops: number, mtu: number): Uint8Array {
  const frame = new Uint8Array(14 + 40 + 24);
  const v = new DataView(frame.buffer);
  frame.set([0x33, 0x33, 0, 0, 0, 1]);
  v.setUint16(6, Math.floor(mac / 0x100000000));
  v.setUint32(8, mac % 0x100000000);
  v.setUint16(12, 0x86dd);
  v.setUint32(14, 0x60000000);
  v.setUint32(18, (24 << 16) | (58 << 8) | 255);
  frame.set(a6(linkLocal(mac)), 22);
  frame.set(a6('ff02::1'), 38);
  frame.set([134, 0, 0, 0, hops, 0, 7, 8], 54);
  frame.set([5, 1, 0, 0], 70);
  v.setUint32(74, mtu);
  let sum = 24 + 58;
  for (let i = 22; i < frame.length; i += 2) sum += v.getUint16(i);
  while (sum > 0xffff) sum = (sum >> 16) + (sum & 0xffff);
  v.setUint16(56, 0xffff - sum);
  return frame;
}

test('a router advertisement sets hop limit and MTU of a host, within what the device can do', async () => {
  const core = await newCore();
  const { a, da } = pair(core);
  wait(core, 3);
  const cap = core.captureAdd(a, da, 0);
  const longest = (): number => {
    answers6(core, ping6(core, a, '2001:db8::2', 1400));
    let most = 0;
    for (let f = core.captureRead(cap); f; f = core.captureRead(cap))
      if (f.pkttype === 4) most = Math.max(most, f.length);
    return most - 14;
  };
  expect(longest()).toBe(1448);
  for (const mtu of [1279, 1501]) {
    core.frameReceive(da, advertisement(MAC2, 33, mtu));
    expect(longest()).toBe(1448);
  }
  core.frameReceive(da, advertisement(MAC2, 33, 1300));
  expect(longest()).toBe(1296);
  answers6(core, ping6(core, a, '2001:db8::2'));
  expect(lines6(core, cap)[0]).toBe('Out 2001:db8::1 > 2001:db8::2 hl 33 echo request');
});
