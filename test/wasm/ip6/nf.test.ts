import { expect, test } from 'vitest';
import { type Core, Hook, SockType, Table, Target } from '../../../src/linux/core/core.ts';
import { MX_OWNER, READY_OUT } from '../../../wasm/abi.ts';
import { a6, newCore, text6 } from '../world.ts';
import {
  address6,
  answers6,
  checksum6Holds,
  comesUp,
  lines6,
  linkLocal,
  machine6,
  ping6,
  routed,
  wait,
} from './world6.ts';

const L = '2001:db8:1::2';
const R = '2001:db8:2::2';
const ROUTER = '2001:db8:1::1';
const OUTSIDE = '2001:db8:2::1';

async function world() {
  const core = await newCore();
  const w = routed(core);
  wait(core, 3);
  const chain = (table: number, hook: number): number => core.nfBuiltin(w.router, 6, table, hook);
  return { core, ...w, chain };
}

function udp(core: Core, ns: number, port = 0): number {
  const s = core.sockOpen(ns, SockType.UDP, 6, 0);
  if (port) core.sockBind(s, a6('::'), port);
  return s;
}

/** Received datagrams: from whom, and what. */
function received(core: Core, s: number): string[] {
  const out: string[] = [];
  for (;;) {
    const d = core.sockRecvFrom(s);
    if (typeof d === 'number') return out;
    out.push(`${text6(d.ip)} ${d.port > 0 ? '' : '?'}${[...d.data].join(',')}`);
  }
}

test('filter: counters, REJECT with each of its answers, tcp-reset', async () => {
  const { core, left, right, chain } = await world();
  const forward = chain(Table.FILTER, Hook.FORWARD);
  const echo = core.nfRuleAdd(forward, -1, { proto: 58, icmpType: 128, icmpCode: -1, target: Target.NONE });
  expect(answers6(core, ping6(core, left, R))).toEqual([R]);
  expect(core.nfRuleCounters(echo)).toEqual([1, 104]);
  for (const code of [0, 1, 3, 4, 5, 6]) {
    const h = core.nfRuleAdd(forward, 0, { proto: 58, target: Target.REJECT, value: 1, mask: code });
    expect(answers6(core, ping6(core, left, R))).toEqual([`${ROUTER} error 1/${code}`]);
    core.nfRuleDel(forward, h);
    wait(core, 2);
  }
  const listener = core.sockOpen(right, SockType.TCP, 6, 0);
  core.sockBind(listener, a6('::'), 80);
  core.sockListen(listener, 4);
  core.nfRuleAdd(forward, 0, { proto: 6, dport: [80, 80], target: Target.REJECT, value: 255, mask: 0 });
  const c = core.sockOpen(left, SockType.TCP, 6, 0);
  core.sockConnect(c, a6(R), 80);
  expect(core.sockGet(c, 'error')).toBe(111);
});

test('neighbour discovery is not tracked: a rule for what is not known does not stop it', async () => {
  const { core, left, router, chain } = await world();
  for (const hook of [Hook.INPUT, Hook.FORWARD])
    core.nfRuleAdd(chain(Table.FILTER, hook), -1, { ctstate: 1, target: Target.DROP });
  expect(answers6(core, ping6(core, left, R))).toEqual([R]);
  expect(core.conns(router)).toHaveLength(1);
});

test('MASQUERADE: what leaves has the address of where it leaves; errors find their way back', async () => {
  const { core, left, right, r, chain, router } = await world();
  core.nfRuleAdd(chain(Table.NAT, Hook.POSTROUTING), -1, { out: 'eth1', target: Target.MASQUERADE });
  const cap = core.captureAdd(right, r, 0);
  expect(answers6(core, ping6(core, left, R))).toEqual([R]);
  const seen = lines6(core, cap);
  expect(seen).toContain(`In ${OUTSIDE} > ${R} hl 63 echo request`);
  const server = udp(core, right, 53);
  core.sockSend(udp(core, left), new Uint8Array([5]), a6(R), 53);
  expect(received(core, server)).toEqual([`${OUTSIDE} 5`]);
  const closed = udp(core, left);
  core.sockConnect(closed, a6(R), 54);
  core.sockSend(closed, new Uint8Array(1));
  expect(core.sockGet(closed, 'error')).toBe(111);
  expect(core.conns(router).length).toBeGreaterThan(2);
});

test('DNAT and REDIRECT: a published port, and one of the machine itself', async () => {
  const { core, left, right, router, r, l, chain } = await world();
  const pre = chain(Table.NAT, Hook.PREROUTING);
  core.nfRuleAdd(pre, -1, {
    proto: 17,
    dport: [8053, 8053],
    target: Target.DNAT,
    toIp: a6(R),
    toPort: [53, 53],
  });
  core.nfRuleAdd(pre, -1, { proto: 17, dport: [9000, 9000], target: Target.REDIRECT, toPort: [53, 53] });
  const caps = [core.captureAdd(right, r, 0), core.captureAdd(left, l, 0)];
  const server = udp(core, right, 53);
  const client = udp(core, left);
  core.sockSend(client, new Uint8Array([1]), a6(ROUTER), 8053);
  const got = core.sockRecvFrom(server);
  if (typeof got === 'number') throw new Error('nothing came');
  expect(text6(got.ip)).toBe(L);
  core.sockSend(server, new Uint8Array([2]), got.ip, got.port);
  expect(received(core, client)).toEqual([`${ROUTER} 2`]);
  const own = udp(core, router, 53);
  core.sockSend(client, new Uint8Array([3]), a6(R), 9000);
  expect(received(core, own)).toEqual([`${L} 3`]);
  let frames = 0;
  for (const cap of caps)
    for (let f = core.captureRead(cap); f; f = core.captureRead(cap)) {
      frames++;
      expect(checksum6Holds(f.bytes)).toBe(true);
    }
  expect(frames).toBeGreaterThan(6);
});

test('fragments are tracked whole and leave as fragments', async () => {
  const { core, left, right, r, chain } = await world();
  core.nfRuleAdd(chain(Table.FILTER, Hook.FORWARD), -1, { ctstate: 1, target: Target.DROP });
  const cap = core.captureAdd(right, r, 0);
  expect(answers6(core, ping6(core, left, R, 4000))).toEqual([R]);
  expect(lines6(core, cap).filter((x) => x.startsWith('In') && x.includes('frag'))).toHaveLength(3);
});

test('owner: what the machine itself says has a socket, so its answers can be dropped by it', async () => {
  const { core, left, chain } = await world();
  const rule = core.nfRuleAdd(chain(Table.FILTER, Hook.OUTPUT), -1, {
    more: [{ kind: MX_OWNER, p: 4, words: [] }],
    target: Target.DROP,
  });
  expect(answers6(core, ping6(core, left, ROUTER))).toEqual([]);
  expect(core.nfRuleCounters(rule)[0]).toBeGreaterThan(0);
});

test('bridged: what is too big for the bridge is dropped, and its sender told; fragments are made to fit', async () => {
  const core = await newCore();
  const [host, a, b] = [machine6(core), machine6(core), machine6(core)];
  const bridge = core.bridgeAdd(host, 'br0', 0x020000000100);
  const [da, pa] = core.vethAdd(a, 'eth0', 0x02000000000a, host, 'va', 0x0200000000a1);
  const [db, pb] = core.vethAdd(b, 'eth0', 0x02000000000b, host, 'vb', 0x0200000000b1);
  for (const d of [db, pb, bridge]) core.devSet(d, 'mtu', 1300);
  for (const d of [pa, pb]) core.devSet(d, 'master', bridge);
  for (const d of [pa, pb]) core.devSet(d, 'up', 1);
  comesUp(core, host, bridge, 0x020000000100);
  comesUp(core, a, da, 0x02000000000a);
  comesUp(core, b, db, 0x02000000000b);
  address6(core, host, bridge, '2001:db8::100');
  address6(core, a, da, '2001:db8::a');
  address6(core, b, db, '2001:db8::b');
  wait(core, 3);
  // A rule that asks for a state makes the host track what it bridges.
  core.nfRuleAdd(core.nfBuiltin(host, 6, Table.FILTER, Hook.FORWARD), -1, { ctstate: 1, target: Target.DROP });
  expect(answers6(core, ping6(core, a, '2001:db8::b', 1400))).toEqual(['2001:db8::100 error 2/0']);
  const cap = core.captureAdd(b, db, 0);
  expect(answers6(core, ping6(core, a, '2001:db8::b', 1400))).toEqual(['2001:db8::b']);
  expect(lines6(core, cap).filter((x) => x.startsWith('In') && x.includes('frag'))).toHaveLength(2);
});

test('a SYN-ACK to a link-local own address that a rule alters is routed by its listener, which names no link: it is lost', async () => {
  const { core, router, rl, chain } = await world();
  const listener = core.sockOpen(router, SockType.TCP, 6, 0);
  core.sockBind(listener, a6('::'), 80);
  core.sockListen(listener, 4);
  const connects = (): boolean => {
    const c = core.sockOpen(router, SockType.TCP, 6, 0);
    core.sockConnect(c, a6(linkLocal(0x0200000000a1)), 80, rl);
    return (core.sockReady(c) & READY_OUT) !== 0;
  };
  expect(connects()).toBe(true);
  core.nfRuleAdd(chain(Table.MANGLE, Hook.OUTPUT), -1, { target: Target.MARK, value: 1, mask: 0xffffffff });
  expect(connects()).toBe(false);
});

test('::1 that NAT gives back to what came by a link is looked for on that link', async () => {
  const { core, router, right, chain } = await world();
  const to = { toIp: a6(R), toPort: [80, 80] as const };
  core.nfRuleAdd(chain(Table.NAT, Hook.OUTPUT), -1, { proto: 6, dport: [8080, 8080], target: Target.DNAT, ...to });
  core.nfRuleAdd(chain(Table.NAT, Hook.POSTROUTING), -1, { out: 'eth1', target: Target.MASQUERADE });
  const listener = core.sockOpen(right, SockType.TCP, 6, 0);
  core.sockBind(listener, a6('::'), 80);
  core.sockListen(listener, 4);
  const c = core.sockOpen(router, SockType.TCP, 6, 0);
  core.sockConnect(c, a6('::1'), 8080);
  expect(core.sockReady(c) & READY_OUT).toBe(0);
});
