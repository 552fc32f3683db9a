import { expect, test } from 'vitest';
import { type Core, Hook, SockType, Table, Target } from '../../src/linux/core/core.ts';
import { a4, answers, docker, lines, newCore, ping, publish } from './world.ts';

const ESTABLISHED = 4 | 8;

/** The filter rules Docker 28 sets up for one bridge, FORWARD's policy being DROP. */
function dockerFilter(core: Core, host: number) {
  const forward = core.nfBuiltin(host, 4, Table.FILTER, Hook.FORWARD);
  core.nfPolicy(forward, true);
  const fwd = core.nfChainAdd(host, 4, Table.FILTER);
  const ct = core.nfChainAdd(host, 4, Table.FILTER);
  const bridge = core.nfChainAdd(host, 4, Table.FILTER);
  const dkr = core.nfChainAdd(host, 4, Table.FILTER);
  const add = (chain: number, r: Parameters<Core['nfRuleAdd']>[2]): number => core.nfRuleAdd(chain, -1, r);
  add(forward, { target: Target.JUMP, chain: fwd });
  add(fwd, { target: Target.JUMP, chain: ct });
  add(fwd, { target: Target.JUMP, chain: bridge });
  const accept = add(fwd, { in: 'docker0', target: Target.ACCEPT });
  const related = add(ct, { out: 'docker0', ctstate: ESTABLISHED, target: Target.ACCEPT });
  add(bridge, { out: 'docker0', target: Target.JUMP, chain: dkr });
  const open = add(dkr, {
    dst: a4('172.17.0.2'),
    dstBits: 32,
    in: 'docker0',
    inNot: true,
    out: 'docker0',
    proto: 17,
    dport: [5000, 5000],
    target: Target.ACCEPT,
  });
  const drop = add(dkr, { in: 'docker0', inNot: true, out: 'docker0', target: Target.DROP });
  return { forward, accept, related, open, drop };
}

test('published and answered traffic passes, the rest does not; counters tell', async () => {
  const core = await newCore();
  const w = docker(core);
  publish(core, w.host);
  const r = dockerFilter(core, w.host);
  const server = core.sockOpen(w.web.ns, SockType.UDP, 4, 0);
  core.sockBind(server, a4('0.0.0.0'), 5000);
  const client = core.sockOpen(w.lan, SockType.UDP, 4, 0);
  core.sockConnect(client, a4('192.168.56.11'), 8080);
  core.sockSend(client, new Uint8Array(10));
  const got = core.sockRecvFrom(server);
  if (typeof got === 'number') throw new Error('not received');
  core.sockSend(server, got.data, got.ip, got.port);
  expect(typeof core.sockRecvFrom(client)).toBe('object');
  expect(core.nfRuleCounters(r.open)).toEqual([1, 38]);
  expect(core.nfRuleCounters(r.accept)).toEqual([1, 38]);
  // From the LAN straight to the container's address: dropped without a word.
  core.routeAdd(w.lan, {
    table: 254,
    dst: a4('172.17.0.0'),
    bits: 16,
    gw: a4('192.168.56.11'),
    dev: w.peer,
    scope: 0,
    metric: 0,
    type: 1,
  });
  expect(answers(core, ping(core, w.lan, '172.17.0.2'))).toEqual([]);
  expect(core.nfRuleCounters(r.drop)).toEqual([1, 84]);
  // Out of the container and back: the answer is ESTABLISHED.
  expect(answers(core, ping(core, w.web.ns, '192.168.56.13'))).toContain('192.168.56.13 0');
  expect(core.nfRuleCounters(r.related)[0]).toBe(1);
});

test('frames between two ports cross FORWARD with the bridge as both devices', async () => {
  const core = await newCore();
  const w = docker(core);
  const forward = core.nfBuiltin(w.host, 4, Table.FILTER, Hook.FORWARD);
  const rule = core.nfRuleAdd(forward, -1, { in: 'docker0', out: 'docker0', target: Target.DROP });
  expect(answers(core, ping(core, w.cli.ns, '172.17.0.2'))).not.toContain('172.17.0.2 0');
  expect(core.nfRuleCounters(rule)).toEqual([1, 84]);
  core.nsSet(w.host, 'bridge_nf_call_iptables', 0);
  expect(answers(core, ping(core, w.cli.ns, '172.17.0.2'))).toContain('172.17.0.2 0');
});

test('RETURN, goto, insertion by index, deletion, policies', async () => {
  const core = await newCore();
  const w = docker(core);
  const input = core.nfBuiltin(w.host, 4, Table.FILTER, Hook.INPUT);
  const user = core.nfChainAdd(w.host, 4, Table.FILTER);
  const jump = core.nfRuleAdd(input, -1, { proto: 1, target: Target.JUMP, chain: user });
  core.nfRuleAdd(user, -1, { target: Target.RETURN });
  const never = core.nfRuleAdd(user, -1, { target: Target.DROP });
  const reaches = (): boolean => answers(core, ping(core, w.cli.ns, '172.17.0.1')).includes('172.17.0.1 0');
  expect(reaches()).toBe(true);
  expect(core.nfRuleCounters(never)).toEqual([0, 0]);
  core.nfPolicy(input, true);
  expect(reaches()).toBe(false);
  const first = core.nfRuleAdd(input, 0, { proto: 1, icmpType: 8, icmpCode: -1, target: Target.ACCEPT });
  expect(reaches()).toBe(true);
  expect(core.nfRuleDel(input, first)).toBe(0);
  expect(reaches()).toBe(false);
  expect(core.nfChainDel(user)).toBeLessThan(0);
  core.nfRuleDel(input, jump);
  expect(core.nfChainCounters(input)[0]).toBeGreaterThan(0);
});

test('REJECT answers with the ICMP error asked for, and with a reset', async () => {
  const core = await newCore();
  const w = docker(core);
  const input = core.nfBuiltin(w.host, 4, Table.FILTER, Hook.INPUT);
  core.nfRuleAdd(input, -1, { proto: 17, target: Target.REJECT, value: 3, mask: 13 });
  core.nfRuleAdd(input, -1, { proto: 6, target: Target.REJECT, value: 255, mask: 0 });
  const cap = core.captureAdd(w.cli.ns, 0, 0);
  const u = core.sockOpen(w.cli.ns, SockType.UDP, 4, 0);
  core.sockConnect(u, a4('172.17.0.1'), 99);
  core.sockSend(u, new Uint8Array(1));
  const t = core.sockOpen(w.cli.ns, SockType.TCP, 4, 0);
  core.sockConnect(t, a4('172.17.0.1'), 99);
  const seen = lines(core, cap, { [w.cli.eth]: 'eth0' });
  expect(seen).toContain('eth0 In ICMP 172.17.0.1 > 172.17.0.3 type 3 code 13');
  expect(seen.at(-1)).toMatch(/^eth0 In 6 172.17.0.1.99 > 172.17.0.3/);
  expect(core.sockGet(t, 'error')).toBe(111);
});

test('a TTL that runs out is answered by the router on the way', async () => {
  const core = await newCore();
  const w = docker(core);
  publish(core, w.host);
  const s = core.sockOpen(w.cli.ns, SockType.UDP, 4, 0);
  core.sockSet(s, 'ttl', 1);
  core.sockConnect(s, a4('192.168.56.13'), 33434);
  const cap = core.captureAdd(w.host, 0, 0);
  core.sockSend(s, new Uint8Array(32));
  const seen = lines(core, cap, { [w.bridge]: 'docker0', [w.cli.port]: 'v-cli', [w.web.port]: 'v-web' });
  expect(seen.slice(-2)).toEqual([
    'docker0 Out ICMP 172.17.0.1 > 172.17.0.3 type 11 code 0',
    'v-cli Out ICMP 172.17.0.1 > 172.17.0.3 type 11 code 0',
  ]);
});

test('127/8 from outside is a martian unless route_localnet is on', async () => {
  const core = await newCore();
  const w = docker(core);
  core.routeAdd(w.lan, {
    table: 254,
    dst: a4('127.0.0.9'),
    bits: 32,
    gw: a4('192.168.56.11'),
    dev: w.peer,
    scope: 0,
    metric: 0,
    type: 1,
  });
  ping(core, w.lan, '192.168.56.11');
  const before = core.drops()[11] ?? 0;
  const s = core.sockOpen(w.cli.ns, SockType.UDP, 4, 0);
  core.sockConnect(s, a4('127.0.0.1'), 9);
  core.sockSend(s, new Uint8Array(1));
  expect(core.sockGet(s, 'error')).toBe(111);
  expect(core.drops()[11] ?? 0).toBe(before);
});

test('limit lets the burst pass, then one packet a period', async () => {
  const core = await newCore();
  const w = docker(core);
  const input = core.nfBuiltin(w.host, 4, Table.FILTER, Hook.INPUT);
  core.nfPolicy(input, true);
  const rule = core.nfRuleAdd(input, -1, { proto: 1, limitNs: 1e9, limitBurst: 3, target: Target.ACCEPT });
  for (let i = 0; i < 10; i++) ping(core, w.cli.ns, '172.17.0.1', 7, i);
  expect(core.nfRuleCounters(rule)[0]).toBe(3);
  core.run(core.now() + 2.5e9);
  for (let i = 0; i < 10; i++) ping(core, w.cli.ns, '172.17.0.1', 7, i);
  expect(core.nfRuleCounters(rule)[0]).toBe(5);
});

test('security sees what is for the machine after source NAT, as iptables puts it over nf_tables', async () => {
  const core = await newCore();
  const { host, cli } = docker(core);
  const add = (table: number, r: Parameters<Core['nfRuleAdd']>[2]): number =>
    core.nfRuleAdd(core.nfBuiltin(host, 4, table, Hook.INPUT), -1, r);
  const nat = add(Table.NAT, { target: Target.SNAT, toIp: a4('203.0.113.9') });
  add(Table.SECURITY, { src: a4('203.0.113.9'), srcBits: 32, target: Target.DROP });
  expect(answers(core, ping(core, cli.ns, '172.17.0.1'))).toEqual([]);
  expect(core.nfRuleCounters(nat)[0]).toBe(1);
});
