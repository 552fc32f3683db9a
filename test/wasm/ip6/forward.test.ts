import { expect, test } from 'vitest';
import { SockType } from '../../../src/linux/core/core.ts';
import { a6, newCore, text6 } from '../world.ts';
import { answers6, lines6, ping6, routed, wait } from './world6.ts';

const L = '2001:db8:1::2';
const R = '2001:db8:2::2';
const ROUTER = '2001:db8:1::1';

test('a router forwards, and takes one off the hop limit', async () => {
  const core = await newCore();
  const { left, right, r } = routed(core);
  wait(core, 3);
  const cap = core.captureAdd(right, r, 0);
  expect(answers6(core, ping6(core, left, R))).toEqual([R]);
  expect(lines6(core, cap)).toContain(`In ${L} > ${R} hl 63 echo request`);
});

test('the errors of a router: time exceeded, no route, prohibited, unreachable address, out of scope', async () => {
  const core = await newCore();
  const { left, router, l, rr } = routed(core);
  wait(core, 3);
  const ask = (to: string, hops = 0): string[] => {
    const s = ping6(core, left, to, 56, 0, hops);
    wait(core, 5);
    return answers6(core, s);
  };
  expect(ask(R, 1)).toEqual([`${ROUTER} error 3/0`]);
  expect(ask('2001:db8:9::1')).toEqual([`${ROUTER} error 1/0`]);
  core.routeAdd(router, { table: 254, dst: a6('2001:db8:a::'), bits: 48, dev: 0, scope: 0, metric: 1024, type: 8 });
  expect(ask('2001:db8:a::1')).toEqual([`${ROUTER} error 1/1`]);
  core.routeAdd(router, { table: 254, dst: a6('2001:db8:b::'), bits: 48, dev: 0, scope: 0, metric: 1024, type: 6 });
  expect(ask('2001:db8:b::1')).toEqual([]);
  expect(ask('2001:db8:2::77')).toEqual([`${ROUTER} error 1/3`]);
  // A source that means something on one link only does not leave it.
  core.routeAdd(left, {
    table: 254,
    dst: a6('2001:db8:2::'),
    bits: 64,
    gw: a6(ROUTER),
    src: a6('fe80::ff:fe00:a'),
    dev: l,
    scope: 0,
    metric: 1,
    type: 1,
  });
  const s = ping6(core, left, R);
  expect(answers6(core, s).map((a) => a.split(' error ')[1])).toEqual(['1/2']);
  expect(core.ip6NsSet(router, 'forwarding', 0)).toBe(0);
  expect(ask(R)).toEqual([]);
  expect(rr).toBeGreaterThan(0);
});

test('a route whose MTU is locked learns nothing', async () => {
  const core = await newCore();
  const { left, l } = routed(core, 1300);
  wait(core, 3);
  const way = { table: 254, dst: a6('2001:db8:2::'), bits: 64, gw: a6(ROUTER), dev: l, scope: 0, metric: 1, type: 1 };
  const twice = (): string[] => [0, 1].flatMap(() => answers6(core, ping6(core, left, R, 1400)));
  core.routeAdd(left, { ...way, mtu: 1500, mtuLock: true });
  expect(twice()).toEqual([`${ROUTER} error 2/0`, `${ROUTER} error 2/0`]);
  core.routeDel(left, way);
  core.routeAdd(left, { ...way, mtu: 1500 });
  expect(twice()).toEqual([`${ROUTER} error 2/0`, R]);
});

test('a narrow link: too big is told, the sender cuts from then on, the receiver puts together', async () => {
  const core = await newCore();
  const { left, right, r } = routed(core, 1300);
  wait(core, 3);
  const cap = core.captureAdd(right, r, 0);
  const s = ping6(core, left, R, 1400);
  expect(answers6(core, s)).toEqual([`${ROUTER} error 2/0`]);
  expect(lines6(core, cap)).toEqual([]);
  expect(answers6(core, ping6(core, left, R, 1400))).toEqual([R]);
  const seen = lines6(core, cap).filter((x) => x.includes('frag'));
  expect(seen).toEqual([
    `In ${L} > ${R} hl 63 frag 0+ len 1256`,
    `In ${L} > ${R} hl 63 frag 1248 len 168`,
    `Out ${R} > ${L} hl 64 frag 0+ len 1256`,
    `Out ${R} > ${L} hl 64 frag 1248 len 168`,
  ]);
});

test('errors are told in moderation', async () => {
  const core = await newCore();
  const { left } = routed(core);
  wait(core, 3);
  let told = 0;
  for (let i = 0; i < 40; i++) told += answers6(core, ping6(core, left, '2001:db8:9::1')).length;
  // A bucket of six, refilled four times a second towards a /64.
  expect(told).toBeGreaterThanOrEqual(6);
  expect(told).toBeLessThan(10);
  wait(core, 10);
  expect(answers6(core, ping6(core, left, '2001:db8:9::1'))).toHaveLength(1);
});

test('UDP: a datagram arrives with its source; a closed port is told to who connected', async () => {
  const core = await newCore();
  const { left, right } = routed(core);
  wait(core, 3);
  const server = core.sockOpen(right, SockType.UDP, 6, 0);
  expect(core.sockBind(server, a6('::'), 53)).toBe(0);
  const client = core.sockOpen(left, SockType.UDP, 6, 0);
  expect(core.sockSend(client, new Uint8Array([1, 2, 3]), a6(R), 53)).toBe(3);
  const got = core.sockRecvFrom(server);
  expect(typeof got !== 'number' && [text6(got.ip), [...got.data]]).toEqual([L, [1, 2, 3]]);
  const other = core.sockOpen(left, SockType.UDP, 6, 0);
  expect(core.sockConnect(other, a6(R), 54)).toBe(0);
  core.sockSend(other, new Uint8Array(1));
  expect(core.sockGet(other, 'error')).toBe(111);
});

test('TCP: connects, carries, and its MSS is what the way takes', async () => {
  const core = await newCore();
  const { left, right, l } = routed(core, 1300);
  wait(core, 3);
  const listener = core.sockOpen(right, SockType.TCP, 6, 0);
  core.sockBind(listener, a6('::'), 80);
  core.sockListen(listener, 8);
  const cap = core.captureAdd(left, l, 0);
  const c = core.sockOpen(left, SockType.TCP, 6, 0);
  expect(core.sockConnect(c, a6(R), 80)).toBe(-115);
  const conn = core.sockAccept(listener);
  expect(conn).toBeGreaterThan(0);
  const bytes = new Uint8Array(20000).fill(7);
  expect(core.sockSend(c, bytes)).toBe(20000);
  wait(core, 2);
  let n = 0;
  for (;;) {
    const part = core.sockRecv(conn, 65536);
    if (typeof part === 'number' || part.length === 0) break;
    n += part.length;
    wait(core, 0.1);
  }
  expect(n).toBe(20000);
  let longest = 0;
  for (let f = core.captureRead(cap); f; f = core.captureRead(cap)) longest = Math.max(longest, f.length);
  expect(longest).toBe(1300 + 14);
  const refused = core.sockOpen(left, SockType.TCP, 6, 0);
  core.sockConnect(refused, a6(R), 81);
  expect(core.sockGet(refused, 'error')).toBe(111);
  const nowhere = core.sockOpen(left, SockType.TCP, 6, 0);
  core.sockConnect(nowhere, a6('2001:db8:9::1'), 81);
  expect(core.sockGet(nowhere, 'error')).toBe(101);
});

test('a route has an MTU of its own', async () => {
  const core = await newCore();
  const { left, right, l, r } = routed(core);
  wait(core, 3);
  const to = { table: 254, bits: 128, dev: l, scope: 0, metric: 1024, type: 1, gw: a6('2001:db8:1::1') };
  core.routeAdd(left, { ...to, dst: a6('2001:db8:2::2'), mtu: 1300 });
  const cap = core.captureAdd(right, r, 0);
  expect(answers6(core, ping6(core, left, '2001:db8:2::2', 1300))).toEqual(['2001:db8:2::2']);
  expect(lines6(core, cap).filter((x) => x.startsWith('In') && x.includes('frag'))).toHaveLength(2);
});
