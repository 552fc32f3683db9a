/** Which way a packet goes: policy rules, next hops, what is learned of them, the check of sources. */
import { describe, expect, it } from 'vitest';
import { type CoreAnswer, SockType } from '../../src/linux/core/core.ts';
import * as abi from '../../wasm/abi.ts';
import { found, route, row } from './row.ts';
import { a4, address, answers, machine, newCore, text4 } from './world.ts';

describe('policy rules', () => {
  it('lead to tables by source, mark and device; others go on to main', async () => {
    const { core, router, rl, rr } = await row();
    core.routeAdd(router, route('203.0.113.0', 24, rl, { table: 100, gw: a4('192.0.2.9') }));
    core.routeAdd(router, route('203.0.113.0', 24, rr, { gw: a4('198.51.100.9') }));
    const hop = (q: object): string => {
      const r = core.routeLookup(router, { dst: a4('203.0.113.5'), ...q });
      return typeof r === 'number' ? String(r) : text4(r.gw as Uint8Array);
    };
    expect(hop({ mark: 7 })).toBe('198.51.100.9');
    core.fibRuleAdd(router, { priority: 10, action: abi.FIB_TO_TABLE, table: 100, mark: 7 });
    core.fibRuleAdd(router, {
      priority: 11,
      action: abi.FIB_UNREACHABLE,
      table: 0,
      src: { addr: 0xc0000200, bits: 24 },
    });
    expect(hop({ mark: 7 })).toBe('192.0.2.9');
    expect(hop({})).toBe('198.51.100.9');
    expect(hop({ src: a4('192.0.2.2') })).toBe('-101');
    expect(core.fibRuleDel(router, { priority: 10, action: abi.FIB_TO_TABLE, table: 100, mark: 8 })).toBe(-2);
    expect(core.fibRuleDel(router, { priority: 10, action: abi.FIB_TO_TABLE, table: 100, mark: 7 })).toBe(0);
    expect(hop({ mark: 7 })).toBe('198.51.100.9');
  });

  it('a throw route ends its table only', async () => {
    const { core, router, rr } = await row();
    core.routeAdd(router, { ...route('203.0.113.0', 24, 0), type: abi.RTN_THROW, table: 100 });
    core.routeAdd(router, route('203.0.113.0', 24, rr));
    core.fibRuleAdd(router, { priority: 10, action: abi.FIB_TO_TABLE, table: 100 });
    expect(found(core.routeLookup(router, { dst: a4('203.0.113.5') })).dev).toBe(rr);
  });
});

it('a rule for ports makes the kernel look into what comes in, unless it is only about what the machine itself sends', async () => {
  const { core, left, router, rl } = await row();
  core.confSet(router, rl, abi.CONF_RP_FILTER, 1);
  const server = core.sockOpen(router, SockType.UDP, 4, 0);
  core.sockBind(server, a4('0.0.0.0'), 53);
  const client = core.sockOpen(left, SockType.UDP, 4, 0);
  const heard = (): boolean => {
    core.sockSend(client, new Uint8Array(1), a4('192.0.2.2'), 53);
    core.run(core.now() + 1e9);
    return typeof core.sockRecvFrom(server) !== 'number';
  };
  // The way back to a sender is asked for as an own packet's would be.
  core.fibRuleAdd(router, { priority: 10, action: abi.FIB_BLACKHOLE, table: 0, iif: 'lo', proto: 17 });
  expect(heard()).toBe(true);
  const other = { priority: 20, action: abi.FIB_NOP, table: 0, iif: 'eth1', proto: 6 };
  core.fibRuleAdd(router, other);
  expect(heard()).toBe(false);
  core.fibRuleDel(router, other);
  expect(heard()).toBe(true);
});

it('what routers pass around in a circle dies of its TTL, however high', async () => {
  const { core, left, router, right, rr } = await row();
  core.nsSet(right, 'ip_forward', 1);
  core.routeAdd(router, route('203.0.113.0', 24, rr, { gw: a4('198.51.100.2') }));
  const s = core.sockOpen(left, SockType.RAW, 4, 1);
  core.sockSet(s, 'ttl', 255);
  const request = Uint8Array.from([8, 0, 0xf7, 0xfd, 0, 1, 0, 1]);
  core.sockSend(s, request, a4('203.0.113.9'), 0);
  core.run(core.now() + 1e9);
  expect(answers(core, s)).toContain('192.0.2.2 11');
});

it("a route's MTU and MSS hold for what takes it; a locked one leaves DF away and learns nothing", async () => {
  const { core, left, right, l, r } = await row();
  const via = { gw: a4('192.0.2.2') };
  core.routeAdd(left, route('198.51.100.2', 32, l, { ...via, mtu: 1000, advmss: 700 }));
  const s = core.sockOpen(left, SockType.UDP, 4, 0);
  core.sockSet(s, 'mtu_discover', 2);
  expect(core.sockSend(s, new Uint8Array(973), a4('198.51.100.2'), 9)).toBe(-90);
  expect(core.sockSend(s, new Uint8Array(972), a4('198.51.100.2'), 9)).toBe(972);
  const capture = core.captureAdd(right, r, 0);
  const heard = (): string[] => {
    core.run(core.now() + 1e9);
    const out: string[] = [];
    for (let f = core.captureRead(capture); f; f = core.captureRead(capture)) {
      const b = f.bytes;
      if (b[12] !== 8 || b[13] !== 0 || b[26] !== 192) continue;
      const mss = b[23] === 6 ? ` mss ${(b[56] as number) * 256 + (b[57] as number)}` : '';
      out.push(`${b.length - 14}${(b[20] as number) & 0x40 ? ' DF' : ''}${mss}`);
    }
    return out;
  };
  const talk = (): void => {
    const c = core.sockOpen(left, SockType.TCP, 4, 0);
    core.sockConnect(c, a4('198.51.100.2'), 80);
    const u = core.sockOpen(left, SockType.UDP, 4, 0);
    core.sockSend(u, new Uint8Array(1200), a4('198.51.100.2'), 9);
  };
  heard();
  talk();
  expect(heard()).toEqual(['60 DF mss 700', '996', '252']);
  core.routeDel(left, route('198.51.100.2', 32, l, via));
  core.routeAdd(left, route('198.51.100.2', 32, l, { ...via, mtu: 1400, mtuLock: true }));
  talk();
  expect(heard()).toEqual(['60 mss 1360', '1228']);
  const answer = core.routeLookup(left, { dst: a4('198.51.100.2') });
  expect(found(answer)).toMatchObject({ mtu: 1400, mtuLock: true, advmss: 0 });
});

it('several next hops share flows by weight, each flow keeps its own', async () => {
  const { core, router, rl, rr } = await row();
  const more = [{ gw: a4('198.51.100.9'), dev: rr, weight: 3 }];
  core.routeAdd(router, route('203.0.113.0', 24, rl, { gw: a4('192.0.2.9'), weight: 1, more }));
  let right = 0;
  for (let k = 0; k < 200; k++) {
    const flow = { dst: a4(`203.0.113.${k}`), src: a4('192.0.2.2') };
    const first = found(core.routeLookup(router, flow)).dev;
    expect(found(core.routeLookup(router, flow)).dev).toBe(first);
    if (first === rr) right++;
  }
  expect(right).toBeGreaterThan(120);
  expect(right).toBeLessThan(180);
});

it('what is learned of one next hop does not hold for another', async () => {
  const core = await newCore();
  const [left, right] = [machine(core), machine(core)];
  const hops = [1000, 1300].map((mtu, i) => {
    const router = machine(core);
    const [l, rl] = core.vethAdd(left, `eth${i}`, 0x020000000010 + i, router, 'eth0', 0x020000000020 + i);
    const [r, rr] = core.vethAdd(right, `eth${i}`, 0x020000000030 + i, router, 'eth1', 0x020000000040 + i);
    for (const d of [l, rl, r, rr]) core.devSet(d, 'up', 1);
    for (const d of [r, rr]) core.devSet(d, 'mtu', mtu);
    address(core, left, l, `192.0.2.${16 * i + 1}`, 28);
    address(core, router, rl, `192.0.2.${16 * i + 2}`, 28);
    address(core, router, rr, `198.51.100.${16 * i + 1}`, 28);
    address(core, right, r, `198.51.100.${16 * i + 2}`, 28);
    core.routeAdd(router, route('203.0.113.1', 32, rr, { gw: a4(`198.51.100.${16 * i + 2}`) }));
    core.routeAdd(router, route('192.0.2.192', 26, rl, { gw: a4(`192.0.2.${16 * i + 1}`) }));
    core.nsSet(router, 'ip_forward', 1);
    return { dev: l, gw: a4(`192.0.2.${16 * i + 2}`), weight: 1 };
  });
  const [first, second] = hops as [(typeof hops)[0], (typeof hops)[0]];
  core.routeAdd(left, route('203.0.113.0', 24, first.dev, { gw: first.gw, weight: 1, more: [second] }));
  const via = (src: string) => found(core.routeLookup(left, { dst: a4('203.0.113.1'), src: a4(src) }));
  // Sources of the machine, one for each of the two ways.
  const lo = (core.routeLookup(left, { dst: a4('127.0.0.1') }) as CoreAnswer).dev;
  const sources = Array.from({ length: 16 }, (_, k) => `192.0.2.${200 + k}`);
  for (const ip of sources) core.addrAdd(lo, a4(ip), 32);
  const [narrow, wide] = hops.map(({ dev }) => sources.find((ip) => via(ip).dev === dev) as string) as [string, string];
  const send = (src: string): void => {
    const s = core.sockOpen(left, SockType.UDP, 4, 0);
    core.sockSet(s, 'mtu_discover', 2);
    core.sockBind(s, a4(src), 0);
    core.sockSend(s, new Uint8Array(1400), a4('203.0.113.1'), 9);
    core.run(core.now() + 1e9);
    core.sockClose(s);
  };
  send(narrow);
  expect([via(narrow).mtu, via(wide).mtu]).toEqual([1000, 0]);
  send(wide);
  expect([via(narrow).mtu, via(wide).mtu]).toEqual([1000, 1300]);
});

it('rp_filter 1 wants the way back to be the way here, 2 any way, 0 none', async () => {
  const { core, left, router, right, rl } = await row();
  // The sender's own address is not one that the router has a way to.
  const lo = core.routeLookup(left, { dst: a4('127.0.0.1') }) as CoreAnswer;
  core.addrAdd(lo.dev, a4('203.0.113.1'), 32);
  const arrives = (): boolean => {
    const s = core.sockOpen(right, SockType.RAW, 4, 17);
    const u = core.sockOpen(left, SockType.UDP, 4, 0);
    core.sockBind(u, a4('203.0.113.1'), 4000);
    core.sockSend(u, new Uint8Array(4), a4('198.51.100.2'), 9);
    const got = typeof core.sockRecvFrom(s) !== 'number';
    core.sockClose(s);
    core.sockClose(u);
    return got;
  };
  expect(arrives()).toBe(true);
  core.confSet(router, rl, abi.CONF_RP_FILTER, 2);
  expect(arrives()).toBe(false);
  core.routeAdd(router, route('203.0.113.0', 24, found(core.routeLookup(router, { dst: a4('198.51.100.2') })).dev));
  expect(arrives()).toBe(true);
  core.confSet(router, abi.CONF_ALL, abi.CONF_RP_FILTER, 1);
  core.confSet(router, rl, abi.CONF_RP_FILTER, 1);
  expect(arrives()).toBe(false);
});

it('settings: default reaches devices that were not set, all.forwarding every device and all.accept_redirects', async () => {
  const { core, router, rl, rr } = await row();
  const spare = core.dummyAdd(router, 'd0', 0x020000000009);
  core.confSet(router, spare, abi.CONF_ARP_IGNORE, 8);
  const other = core.dummyAdd(router, 'd1', 0x02000000000a);
  core.confSet(router, abi.CONF_DEFAULT, abi.CONF_ARP_IGNORE, 2);
  const value = (dev: number): number => core.confGet(router, dev, abi.CONF_ARP_IGNORE);
  expect([spare, other, rl].map(value)).toEqual([8, 2, 0]);
  expect(core.confGet(router, rr, abi.CONF_FORWARDING)).toBe(1);
  expect(core.confGet(router, abi.CONF_ALL, abi.CONF_ACCEPT_REDIRECTS)).toBe(0);
  core.confSet(router, abi.CONF_ALL, abi.CONF_FORWARDING, 0);
  expect(core.confGet(router, rr, abi.CONF_FORWARDING)).toBe(0);
});
