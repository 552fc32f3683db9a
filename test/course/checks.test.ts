/** Each kind of check, true and false, on made evidence. */

import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { check as schema } from '../../src/course/checks/check.ts';
import { walk } from '../../src/course/checks/inspect.ts';
import { baselineOf, judge } from '../../src/course/checks/judge.ts';
import type { Check } from '../../src/course/checks/tree.ts';
import { type Evidence, NO_TRAFFIC } from '../../src/course/evidence.ts';
import type { LabView, ViewCall, ViewFrame } from '../../src/lab/view.ts';
import type { NfRuleState } from '../../src/linux/kernel/netadmin.ts';

const view: LabView = {
  time: 10e9,
  machines: [
    {
      name: 'node1',
      links: [],
      networks: [],
      listening: ['tcp/0.0.0.0:5000', 'udp/127.0.0.1:53'],
      containers: [
        {
          id: 'aaa',
          name: 'web',
          image: 'training/webapp:latest',
          state: 'running',
          links: [],
          ports: [
            { proto: 'tcp', hostIp: '0.0.0.0', hostPort: 5000, containerPort: 5000 },
            { proto: 'tcp', hostIp: '::', hostPort: 5000, containerPort: 5000 },
          ],
          networks: [{ name: 'bridge', ip: '172.17.0.2' }],
          attachments: ['bridge'],
          listening: ['tcp/0.0.0.0:5000'],
        },
        {
          id: 'bbb',
          name: 'old',
          image: 'busybox',
          state: 'created',
          links: [],
          ports: [],
          networks: [],
          attachments: ['bridge'],
          listening: [],
        },
      ],
    },
  ],
};

let seq = 0;
const frame = (more: Partial<ViewFrame>): ViewFrame => ({
  seq: seq++,
  time: 0,
  machine: 'node1',
  ifname: 'eth0',
  link: 1,
  direction: 'In',
  proto: 'TCP',
  src: '192.168.56.13',
  dst: '172.17.0.2',
  length: 100,
  summary: '',
  packet: 1,
  ...more,
});
const ask = frame({ container: 'web', sport: 41000, dport: 5000, flags: 'P.' });
const answer = frame({
  container: 'web',
  src: '172.17.0.2',
  dst: '192.168.56.13',
  sport: 5000,
  dport: 41000,
  flags: 'P.',
});
const call: ViewCall = {
  seq: 0,
  time: 0,
  machine: 'node1',
  method: 'GET',
  path: '/containers/aaa/logs',
  query: 'follow=1&tail=all',
  status: 200,
  open: true,
};
const rule = (packets: number): NfRuleState => ({
  rule: {
    modules: ['tcp'],
    proto: { value: 6, not: false },
    dport: { value: { from: 5000, to: 5000 }, not: false },
    target: { kind: 'DNAT' },
  },
  handle: 1,
  packets,
  bytes: 0,
});

const evidence = (more: Partial<Evidence> = {}): Evidence => {
  const made: Evidence = {
    view,
    ...NO_TRAFFIC,
    engine: async (_, path) =>
      path === '/containers/bbb/json' ? { State: { Error: 'port is already allocated', ExitCode: 128 } } : {},
    net: () => undefined,
    file: () => undefined,
    rules: () => [rule(3)],
    probe: async () => 'silent',
    answered: () => false,
    since: () => made,
    ...more,
  };
  return made;
};

/** Reads a check as lesson.yaml would give it, so that defaults are filled in. */
const check = (data: unknown): Check => v.parse(schema, data);

const is = (data: unknown, more?: Partial<Evidence>) => judge(check(data), evidence(more), new Set());

const table: [string, unknown, unknown, Partial<Evidence>?][] = [
  ['container by image', { container: { image: 'training/webapp' } }, { container: { image: 'nginx' } }],
  [
    'container by another image',
    { container: { image: '!nginx', name: 'web' } },
    { container: { image: '!busybox', name: 'old' } },
  ],
  ['container by state', { container: { state: 'created' } }, { container: { name: 'web', state: 'created' } }],
  ['container count', { container: { count: 2 } }, { container: { count: 0 } }],
  ['container listening', { container: { listening: [5000] } }, { container: { listening: [80] } }],
  [
    'published port',
    { container: { published: [{ hostIp: '::', hostPort: 5000, port: 5000 }] } },
    { container: { published: [{ hostIp: '127.0.0.1', hostPort: 5000, port: 5000 }] } },
  ],
  [
    'published range',
    { container: { published: [{ hostPort: { min: 4000, max: 5000 }, port: 5000 }] } },
    { container: { published: [{ hostPort: { min: 32768 }, port: 5000 }] } },
  ],
  [
    'published protocol',
    { container: { published: [{ port: 5000 }] } },
    { container: { published: [{ port: 5000, proto: 'udp' }] } },
  ],
  [
    'inspect',
    { inspect: { get: '/containers/*/json', path: 'State.Error', contains: 'already allocated' } },
    { inspect: { get: '/containers/*/json', path: 'State.Error', contains: 'in use' } },
  ],
  [
    'inspect bounds',
    { inspect: { get: '/containers/bbb/json', path: 'State.ExitCode', min: 128 } },
    { inspect: { get: '/containers/bbb/json', path: 'State.ExitCode', max: 127 } },
  ],
  ['listening', { listening: { port: 5000 } }, { listening: { port: 5000, proto: 'udp' } }],
  [
    'listening address',
    { listening: { port: 53, proto: 'udp', ip: '127.0.0.1' } },
    { listening: { port: 5000, ip: '127.0.0.1' } },
  ],
  [
    'rule',
    { rule: { table: 'nat', chain: 'DOCKER', target: 'DNAT', dport: 5000 } },
    { rule: { table: 'nat', chain: 'DOCKER', dport: 80 } },
  ],
  [
    'rule count',
    { rule: { table: 'nat', chain: 'DOCKER', count: 1 } },
    { rule: { table: 'nat', chain: 'DOCKER', count: 0 } },
  ],
  [
    'request',
    { request: { container: 'web', port: 5000, from: '192.168.56.13' } },
    { request: { container: 'web', port: 5000, from: '172.17.0.1' } },
    { frames: [ask, answer] },
  ],
  [
    'request by image',
    { request: { image: 'training/webapp', port: 5000 } },
    { request: { port: 5000 } },
    { frames: [ask, answer] },
  ],
  [
    'frame',
    { frame: { container: 'web', flags: 'R' } },
    { frame: { container: 'web', flags: 'S' } },
    { frames: [frame({ container: 'web', flags: 'R.' })] },
  ],
  [
    'call',
    { call: { path: '/containers/*/logs', query: 'follow=1' } },
    { call: { path: '/containers/*/logs', query: 'follow=1', ended: true } },
    { calls: [call] },
  ],
  [
    'call method',
    { call: { path: '/containers/aaa/logs' } },
    { call: { method: 'POST', path: '/containers/aaa/logs' } },
    { calls: [call] },
  ],
  [
    'all',
    { all: [{ container: {} }, { listening: { port: 5000 } }] },
    { all: [{ container: {} }, { listening: { port: 1 } }] },
  ],
  ['any', { any: [{ listening: { port: 1 } }, { container: {} }] }, { any: [{ listening: { port: 1 } }] }],
  ['not', { not: { listening: { port: 1 } } }, { not: { container: {} } }],
];

describe('judge', () => {
  it.each(table)('%s', async (_, yes, no, more) => {
    expect(await is(yes, more)).toBe(true);
    expect(await is(no, more)).toBe(false);
  });

  it('a request without an answer is none', async () => {
    expect(await is({ request: { container: 'web', port: 5000 } }, { frames: [ask] })).toBe(false);
  });

  const syn = frame({ machine: 'node3', src: 'a', dst: 'b', sport: 9, dport: 5001, flags: 'S', time: 9e9 });
  const back = (flags: string) => frame({ machine: 'node3', src: 'b', dst: 'a', sport: 5001, dport: 9, flags });
  const attempt = (expectation: string) => ({
    reach: { from: 'node3', to: 'b', port: 5001, expect: expectation, tried: true },
  });
  it.each([
    ['open', [syn, back('S.')], ['refused', 'silent']],
    ['refused', [syn, back('R.')], ['open', 'silent']],
    ['silent', [{ ...syn, time: 1e9 }], ['open', 'refused']],
  ])('reach tried: %s', async (yes, frames, no) => {
    expect(await is(attempt(yes), { frames })).toBe(true);
    for (const other of no) expect(await is(attempt(other), { frames })).toBe(false);
  });

  it('an attempt just made is not silent yet', async () => {
    expect(await is(attempt('silent'), { frames: [syn] })).toBe(false);
  });

  it('a rule has moved when it has counted since the step began', async () => {
    const moved = check({ rule: { table: 'nat', chain: 'DOCKER', moved: true } });
    const baseline = baselineOf(moved, evidence());
    expect(await judge(moved, evidence({ baseline }), new Set())).toBe(false);
    expect(await judge(moved, evidence({ baseline, rules: () => [rule(4)] }), new Set())).toBe(true);
  });

  it('traffic stays true for the step, state does not', async () => {
    const latch = new Set<string>();
    const traffic = check({ request: { container: 'web', port: 5000 } });
    expect(await judge(traffic, evidence({ frames: [ask, answer] }), latch)).toBe(true);
    expect(await judge(traffic, evidence(), latch)).toBe(true);
    const state = check({ container: { name: 'web' } });
    expect(await judge(state, evidence(), latch)).toBe(true);
    expect(await judge(state, evidence({ view: { time: 0, machines: [] } }), latch)).toBe(false);
  });
});

describe('walk', () => {
  it('goes through names, elements and values', () => {
    const value = { a: [{ b: 1 }, { b: 2 }], c: { x: { d: 3 }, y: { d: 4 } } };
    expect(walk(value, 'a[].b')).toEqual([1, 2]);
    expect(walk(value, 'c.*.d')).toEqual([3, 4]);
    expect(walk(value, 'a.b')).toEqual([]);
    expect(walk(null, 'a')).toEqual([]);
  });
});
