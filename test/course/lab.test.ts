/** Checks held against a real lab: what is done in it, and what is then true and false. */

import * as v from 'valibot';
import { beforeAll, describe, expect, it } from 'vitest';
import { Stage } from '../../src/course/prove/stage.ts';
import { lessonSchema } from '../../src/course/schema.ts';
import { makeLab } from './files.ts';

/** A stage whose one step has these checks as its goals. */
async function stageOf(setup: unknown, checks: readonly unknown[]): Promise<Stage> {
  const both = { en: 'x', zh: 'x' };
  const plan = v.parse(lessonSchema, {
    id: 'x',
    title: both,
    version: 1,
    minutes: 1,
    objectives: [both],
    engine: 'x',
    terminals: [{ machine: 'node1', title: both }],
    setup,
    steps: [{ id: 's', check: { all: [...checks, { container: { name: 'never' } }] } }],
  });
  return Stage.open(plan, makeLab);
}

/** Plays commands, then tells which of the checks hold. */
async function verdicts(setup: unknown, run: readonly string[], checks: readonly unknown[]): Promise<string[]> {
  const stage = await stageOf(setup, checks);
  await stage.pass();
  const before = stage.progress('s').goals;
  await stage.play(run.map((r) => ({ machine: 'node1', run: r })));
  await stage.pass(4e9);
  const { goals } = stage.progress('s');
  return checks.map((_, i) => `${before[i] ? 'yes' : 'no'} ${goals[i] ? 'yes' : 'no'}`);
}

/** Rows of a check and whether it held before and after. */
const table = async (setup: unknown, run: readonly string[], rows: readonly (readonly [unknown, string])[]) => {
  const found = await verdicts(
    setup,
    run,
    rows.map(([check]) => check),
  );
  expect(rows.map(([check], i) => [check, found[i]])).toEqual(rows);
};

const APP = [
  'docker network create --subnet 10.9.0.0/24 --gateway 10.9.0.1 --label tier=front app',
  'docker network create --internal other',
  'docker run -d --network app --name web --network-alias shop -p 8080:80 nginx:alpine',
  'docker run -d --network app --name cli busybox sleep 1d',
  'docker run -d --network other --name far busybox sleep 1d',
  'docker run -d --name old -v data:/data busybox sleep 1d',
  'sleep 2',
];

describe('state', () => {
  it('of networks, endpoints, volumes, devices and files', async () => {
    await table(
      APP,
      [
        'docker network connect --ip 10.9.0.77 --alias twin app old',
        'docker create --name idle --network app busybox',
        'docker network rm none-such; true',
      ],
      [
        [{ network: { name: 'app', driver: 'bridge', subnet: '10.9.0.0/24', containers: 3 } }, 'no yes'],
        [{ network: { name: 'app', gateway: '10.9.0.1', labels: { tier: 'front' }, internal: false } }, 'yes yes'],
        [{ network: { internal: true } }, 'yes yes'],
        [{ network: { internal: true, name: 'app' } }, 'no no'],
        [{ network: { driver: 'bridge', count: 3 } }, 'yes yes'],
        [{ endpoint: { container: 'old', network: 'app', ip: '10.9.0.77', alias: 'twin' } }, 'no yes'],
        [{ endpoint: { container: 'old', count: 2 } }, 'no yes'],
        [{ endpoint: { container: 'idle', network: 'app' } }, 'no no'],
        [{ endpoint: { network: 'app', alias: 'shop' } }, 'yes yes'],
        [{ container: { name: 'old', networks: ['bridge', 'app'] } }, 'no yes'],
        [{ volume: { name: 'data', container: 'old', destination: '/data' } }, 'yes yes'],
        [{ volume: { container: 'web' } }, 'no no'],
        [{ link: { container: 'old', kind: 'veth', count: 2 } }, 'no yes'],
        [{ link: { container: 'old', name: 'eth1', addr: '10.9.0.77/24' } }, 'no yes'],
        [{ link: { kind: 'bridge', addr: '10.9.0.1/24' } }, 'yes yes'],
        [{ listening: { container: 'web', port: 80 } }, 'yes yes'],
        [{ listening: { container: 'cli', port: 80 } }, 'no no'],
        [{ file: { container: 'web', path: '/etc/hosts', contains: 'localhost' } }, 'yes yes'],
        [{ file: { container: 'web', path: '/etc/hosts', contains: 'old' } }, 'no no'],
        [{ file: { path: '/no/such' } }, 'no no'],
        [{ route: { container: 'cli', to: 'default', via: '10.9.0.1', dev: 'eth0' } }, 'yes yes'],
        [{ route: { container: 'cli', get: '10.9.0.9', via: 'none' } }, 'yes yes'],
        [{ route: { container: 'far', to: 'default' } }, 'no no'],
        [{ route: { container: 'cli', to: 'default', via: '10.9.0.9' } }, 'no no'],
        [{ route: { container: 'cli', to: 'default', dev: 'eth9' } }, 'no no'],
        [{ link: { kind: 'bridge', addr: '10.9.0.2/24' } }, 'no no'],
        [{ link: { container: 'cli', kind: 'bridge' } }, 'no no'],
        [{ endpoint: { network: 'app', alias: 'mall' } }, 'no no'],
        [{ endpoint: { container: 'old', network: 'app', ip: '10.9.0.78' } }, 'no no'],
        [{ network: { name: 'app', subnet: '10.8.0.0/24' } }, 'no no'],
        [{ network: { name: 'app', labels: { tier: 'back' } } }, 'no no'],
        [{ volume: { name: 'data', destination: '/other' } }, 'no no'],
        [{ route: { container: 'old', count: 3 } }, 'no yes'],
      ],
    );
  });
});

describe('traffic', () => {
  it('of names, echoes and connections', async () => {
    await table(
      APP,
      [
        'docker exec cli nslookup shop; docker exec cli nslookup nobody',
        'docker exec cli ping -c 1 web',
        'docker exec cli wget -q -O /dev/null http://web/',
        'docker exec cli wget -q -O /dev/null http://web:81/',
        'curl -s localhost:8080 >/dev/null',
        'docker exec old wget -T 4 -q -O /dev/null http://10.9.0.2/',
      ],
      [
        [{ dns: { container: 'cli', name: 'shop', answer: '10.9.0.2', server: '127.0.0.11' } }, 'no yes'],
        [{ dns: { container: 'cli', name: 'shop', answer: '10.9.0.3' } }, 'no no'],
        [{ dns: { container: 'cli', name: 'nobody', answer: 'NXDOMAIN' } }, 'no yes'],
        [{ dns: { container: 'far', name: 'shop' } }, 'no no'],
        [{ dns: { name: 'shop' } }, 'no no'],
        [{ frame: { container: 'web', icmp: 'echo-request', direction: 'in', src: '10.9.0.3' } }, 'no yes'],
        [{ frame: { container: 'cli', icmp: 'echo-reply' } }, 'no yes'],
        [{ frame: { container: 'far', icmp: 'echo-reply' } }, 'no no'],
        [{ frame: { container: 'cli', arp: 'request', dst: '10.9.0.2' } }, 'no yes'],
        [{ frame: { container: 'cli', dns: 'shop' } }, 'no yes'],
        [{ frame: { ifname: 'eth0', host: true, dns: 'nobody' } }, 'no yes'],
        [{ frame: { container: 'far', proto: 'TCP', unseen: true } }, 'yes yes'],
        [{ frame: { container: 'cli', proto: 'TCP', unseen: true } }, 'yes no'],
        [{ conntrack: { proto: 'tcp', dst: '10.9.0.2', dport: 80 } }, 'no yes'],
        [{ conntrack: { container: 'cli', proto: 'udp', dst: '127.0.0.11', dport: 53, nat: 'dnat' } }, 'no yes'],
        [{ conntrack: { dst: '10.9.0.2', dport: 80, nat: 'dnat' } }, 'no no'],
        [{ conntrack: { dst: '10.9.0.2', dport: 80, reply: { src: '10.9.0.2', dst: '10.9.0.3' } } }, 'no yes'],
        [{ reach: { from: { container: 'cli' }, to: 'web', port: 80, tried: true } }, 'no yes'],
        [{ reach: { from: { container: 'cli' }, to: 'web', port: 81, expect: 'refused', tried: true } }, 'no yes'],
        [{ reach: { from: { container: 'cli' }, to: { container: 'web' }, proto: 'icmp', tried: true } }, 'no yes'],
        [{ reach: { from: { container: 'old' }, to: '10.9.0.2', port: 80, expect: 'silent', tried: true } }, 'no yes'],
        [
          { reach: { from: { container: 'cli' }, to: 'nobody', port: 1, expect: 'unknown-name', tried: true } },
          'no yes',
        ],
        [{ reach: { from: 'node1', to: 'localhost', port: 8080, tried: true } }, 'no yes'],
        [{ drop: { reason: 'rule', table: 'raw', dst: '10.9.0.2' } }, 'no yes'],
        [{ drop: { reason: 'policy', dst: '10.9.0.2' } }, 'no no'],
      ],
    );
  });
});

describe('reach, found out on a copy', () => {
  const rows: [unknown, string][] = [
    [{ from: { container: 'cli' }, to: 'web', port: 80 }, 'open'],
    [{ from: { container: 'cli' }, to: 'web', port: 81 }, 'refused'],
    [{ from: { container: 'cli' }, to: 'web', proto: 'icmp' }, 'open'],
    [{ from: { container: 'cli' }, to: { container: 'web', network: 'app' }, port: 80 }, 'open'],
    [{ from: { container: 'old' }, to: { container: 'web', network: 'app' }, port: 80 }, 'silent'],
    [{ from: { container: 'old' }, to: 'web', port: 80 }, 'unknown-name'],
    [{ from: { container: 'far' }, to: '192.168.56.13', port: 80 }, 'unreachable'],
    [{ from: { container: 'cli' }, to: '10.9.0.99', proto: 'icmp' }, 'unreachable'],
    [{ from: 'node3', to: '192.168.56.11', port: 8080 }, 'open'],
    [{ from: 'node3', to: 'node1.lab', port: 8081 }, 'refused'],
    [{ from: 'node1', to: 'localhost', port: 8080 }, 'open'],
    [{ from: 'node1', to: '192.168.56.13', proto: 'udp', port: 9 }, 'refused'],
    [{ from: 'node1', to: 'router.lab', proto: 'udp', port: 53 }, 'open'],
  ];
  let stage: Stage;
  let hash: string;
  beforeAll(async () => {
    stage = await stageOf(
      APP,
      rows.map(([reach, expect]) => ({ reach: { ...(reach as object), expect } })),
    );
    const untouched = await stageOf(APP, []);
    for (const s of [stage, untouched]) await s.pass();
    hash = untouched.hash();
  });

  it.each(rows.map(([reach, outcome], i) => [JSON.stringify(reach), outcome, i] as const))('%s is %s', (_, __, i) => {
    expect(stage.progress('s').goals[i]).toBe(true);
  });

  it('leaves no trace', () => {
    expect(stage.hash()).toBe(hash);
  });
});
