/** What a machine says by ICMP: redirects, its budget, timestamps, what IP options make it say. */
import { describe, expect, it } from 'vitest';
import { type Core, type CoreAnswer, SockType } from '../../src/linux/core/core.ts';
import * as abi from '../../wasm/abi.ts';
import { found, route, row } from './row.ts';
import { a4, address, answers, gateway, machine, newCore, ping, sum16, text4 } from './world.ts';

describe('redirects', () => {
  /** A host, a gateway, and a better gateway on one link. */
  async function link() {
    const core = await newCore();
    const [host, gate, better] = [machine(core), machine(core), machine(core)];
    const bridge = core.bridgeAdd(gate, 'br0', 0x02000000000f);
    core.devSet(bridge, 'up', 1);
    address(core, gate, bridge, '192.0.2.1', 24);
    for (const [i, ns] of [host, better].entries()) {
      const [port, eth] = core.vethAdd(gate, `p${i}`, 0x020000000010 + i, ns, 'eth0', 0x020000000020 + i);
      core.devSet(port, 'master', bridge);
      core.devSet(port, 'up', 1);
      core.devSet(eth, 'up', 1);
      address(core, ns, eth, `192.0.2.${10 + i}`, 24);
      if (i === 0) gateway(core, ns, eth, '192.0.2.1');
    }
    core.nsSet(gate, 'ip_forward', 1);
    core.routeAdd(gate, route('203.0.113.0', 24, bridge, { gw: a4('192.0.2.11'), scope: 0 }));
    const lo = core.routeLookup(better, { dst: a4('127.0.0.1') }) as CoreAnswer;
    core.addrAdd(lo.dev, a4('203.0.113.5'), 32);
    return { core, host, gate };
  }

  it('tell a host of the better gateway, which it takes once it knows it', async () => {
    const { core, host } = await link();
    const hop = (): string => text4(found(core.routeLookup(host, { dst: a4('203.0.113.5') })).gw as Uint8Array);
    const s = ping(core, host, '203.0.113.5');
    expect(answers(core, s).sort()).toEqual(['192.0.2.1 5', '203.0.113.5 0']);
    core.run(core.now() + 1e9);
    ping(core, host, '203.0.113.5');
    expect(hop()).toBe('192.0.2.11');
    expect(found(core.routeLookup(host, { dst: a4('203.0.113.5') })).redirected).toBe(true);
    core.run(core.now() + 301e9);
    expect(hop()).toBe('192.0.2.1');
  });

  it('are not sent with send_redirects 0, and not taken with accept_redirects 0', async () => {
    const { core, host, gate } = await link();
    core.confSet(host, abi.CONF_ALL, abi.CONF_ACCEPT_REDIRECTS, 0);
    const dev = found(core.routeLookup(host, { dst: a4('192.0.2.1') })).dev;
    core.confSet(host, dev, abi.CONF_ACCEPT_REDIRECTS, 0);
    for (let k = 0; k < 3; k++) {
      ping(core, host, '203.0.113.5');
      core.run(core.now() + 1e9);
    }
    expect(found(core.routeLookup(host, { dst: a4('203.0.113.5') })).redirected).toBe(false);
    core.confSet(gate, abi.CONF_ALL, abi.CONF_SEND_REDIRECTS, 0);
    core.confSet(gate, found(core.routeLookup(gate, { dst: a4('192.0.2.10') })).dev, abi.CONF_SEND_REDIRECTS, 0);
    core.run(core.now() + 60e9);
    expect(answers(core, ping(core, host, '203.0.113.5'))).toEqual(['203.0.113.5 0']);
  });
});

it('icmp_ratelimit: six errors to one host at once, then one a second', async () => {
  const { core, left, router } = await row();
  const s = core.sockOpen(left, SockType.RAW, 4, 1);
  const burst = (n: number): number => {
    for (let k = 0; k < n; k++) {
      const u = core.sockOpen(left, SockType.UDP, 4, 0);
      core.sockSend(u, new Uint8Array(1), a4('192.0.2.2'), 9);
      core.sockClose(u);
    }
    return answers(core, s).length;
  };
  expect(burst(10)).toBe(6);
  core.run(core.now() + 1e9);
  expect(burst(10)).toBe(1);
  core.ip4Set(router, abi.IP4_RATEMASK, 0);
  expect(burst(10)).toBe(10);
});

it('timestamp requests are answered', async () => {
  const { core, left } = await row();
  const s = core.sockOpen(left, SockType.RAW, 4, 1);
  const m = Uint8Array.of(13, 0, 0, 0, 0, 9, 0, 1, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 0);
  const c = ~sum16(m, 0, m.length) & 0xffff;
  m[2] = c >> 8;
  m[3] = c & 255;
  core.sockSend(s, m, a4('192.0.2.2'), 0);
  const d = core.sockRecvFrom(s);
  if (typeof d === 'number') throw new Error('no answer');
  expect([...d.data.subarray(20, 22)]).toEqual([14, 0]);
  expect([...d.data.subarray(28, 32)]).toEqual([0, 0, 0, 5]);
});

describe('IP options', () => {
  /** Sends an echo request with options from left to right. @returns what raw ICMP sockets of both saw */
  function send(core: Core, left: number, right: number, options: number[]) {
    const [a, b] = [left, right].map((ns) => core.sockOpen(ns, SockType.RAW, 4, 1)) as [number, number];
    core.sockSet(a, 'hdrincl', 1);
    const p = new Uint8Array(20 + options.length + 8);
    p.set([0x40 | (5 + options.length / 4), 0, 0, p.length, 0, 1, 0, 0, 64, 1, 0, 0, 192, 0, 2, 1, 198, 51, 100, 2]);
    p.set(options, 20);
    p.set([8, 0, 0xf7, 0xfe, 0, 1, 0, 0], 20 + options.length);
    core.sockSend(a, p, a4('198.51.100.2'), 0);
    const read = (s: number): Uint8Array[] => {
      const out: Uint8Array[] = [];
      for (let d = core.sockRecvFrom(s); typeof d !== 'number'; d = core.sockRecvFrom(s)) out.push(d.data);
      return out;
    };
    return { left: read(a), right: read(b) };
  }

  it('record route notes each machine', async () => {
    const { core, left, right } = await row();
    const seen = send(core, left, right, [7, 11, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    const [got] = seen.right;
    expect([...(got ?? new Uint8Array()).subarray(20, 31)]).toEqual([7, 11, 12, 198, 51, 100, 1, 198, 51, 100, 2]);
    expect(sum16(got as Uint8Array, 0, 32)).toBe(0xffff);
  });

  it('what is malformed is answered with a parameter problem that points at it', async () => {
    const { core, left, right } = await row();
    const seen = send(core, left, right, [7, 2, 4, 0]);
    expect(seen.right).toEqual([]);
    const [error] = seen.left;
    expect([...(error ?? new Uint8Array()).subarray(20, 22)]).toEqual([12, 0]);
    expect(error?.[24]).toBe(21);
  });

  it('source routes are refused by routers that do not accept them', async () => {
    const { core, left, router, right } = await row();
    const before = core.drops()[abi.DROP_OPTIONS] ?? 0;
    expect(send(core, left, right, [131, 7, 4, 198, 51, 100, 2, 0]).right).toEqual([]);
    expect(core.drops()[abi.DROP_OPTIONS]).toBe(before + 1);
    core.confSet(router, abi.CONF_ALL, abi.CONF_ACCEPT_SOURCE_ROUTE, 1);
    core.confSet(right, abi.CONF_ALL, abi.CONF_ACCEPT_SOURCE_ROUTE, 1);
    expect(send(core, left, right, [131, 7, 4, 198, 51, 100, 2, 0]).right).toHaveLength(1);
  });
});
