import { expect, test } from 'vitest';
import { Hook, SockType, Table, Target } from '../../src/linux/core/core.ts';
import { a4, answers, checksumsHold, docker, lines, newCore, ping, publish, text4 } from './world.ts';

test('a published UDP port: DNAT there and back is the identity, checksums hold everywhere', async () => {
  const core = await newCore();
  const w = docker(core);
  publish(core, w.host);
  const cap = core.captureAdd(0, 0, 0);
  const server = core.sockOpen(w.web.ns, SockType.UDP, 4, 0);
  core.sockBind(server, a4('0.0.0.0'), 5000);
  const client = core.sockOpen(w.lan, SockType.UDP, 4, 0);
  expect(core.sockConnect(client, a4('192.168.56.11'), 8080)).toBe(0);
  for (const size of [0, 1, 7, 1000]) {
    expect(core.sockSend(client, new Uint8Array(size).fill(size))).toBe(size);
    // web has no route to the LAN but its gateway; the LAN host is seen by its own address.
    const got = core.sockRecvFrom(server);
    if (typeof got === 'number') throw new Error(`nothing received: ${got}`);
    expect(text4(got.ip)).toBe('192.168.56.13');
    expect(got.data).toHaveLength(size);
    core.sockSend(server, got.data, got.ip, got.port);
    const back = core.sockRecvFrom(client);
    if (typeof back === 'number') throw new Error(`no answer: ${back}`);
    expect([text4(back.ip), back.port, back.data.length]).toEqual(['192.168.56.11', 8080, size]);
  }
  let frames = 0;
  for (let f = core.captureRead(cap); f; f = core.captureRead(cap)) {
    expect(checksumsHold(f.bytes)).toBe(true);
    frames++;
  }
  expect(frames).toBeGreaterThan(40);
  const conn = core.conns(w.host);
  expect(conn).toHaveLength(1);
  expect([text4(conn[0]!.odst), conn[0]!.odport, text4(conn[0]!.rsrc), conn[0]!.rsport]).toEqual([
    '192.168.56.11',
    8080,
    '172.17.0.2',
    5000,
  ]);
  expect(conn[0]!.status & 32).toBe(32);
});

test('the machine reaches its own published port by its LAN address: ARP asks with that source', async () => {
  const core = await newCore();
  const w = docker(core);
  publish(core, w.host);
  const cap = core.captureAdd(w.host, 0, 0);
  const client = core.sockOpen(w.host, SockType.UDP, 4, 0);
  core.sockConnect(client, a4('192.168.56.11'), 8080);
  core.sockSend(client, new Uint8Array(5));
  const names = { [w.bridge]: 'docker0', [w.web.port]: 'v-web', [w.cli.port]: 'v-cli' };
  const seen = lines(core, cap, names).map((l) => l.replace(/56\.11\.\d+/, '56.11.P'));
  expect(seen.slice(0, 7)).toEqual([
    'docker0 Out ARP who-has 172.17.0.2 tell 192.168.56.11',
    'v-cli Out ARP who-has 172.17.0.2 tell 192.168.56.11',
    'v-web Out ARP who-has 172.17.0.2 tell 192.168.56.11',
    'v-web P ARP 172.17.0.2 is-at',
    'docker0 In ARP 172.17.0.2 is-at',
    'docker0 Out 17 192.168.56.11.P > 172.17.0.2.5000',
    'v-web Out 17 192.168.56.11.P > 172.17.0.2.5000',
  ]);
});

test('a container goes out behind its machine, and the port unreachable comes back to it', async () => {
  const core = await newCore();
  const w = docker(core);
  publish(core, w.host);
  const cap = core.captureAdd(w.lan, 0, 0);
  expect(answers(core, ping(core, w.cli.ns, '192.168.56.13'))).toContain('192.168.56.13 0');
  const s = core.sockOpen(w.cli.ns, SockType.UDP, 4, 0);
  core.sockConnect(s, a4('192.168.56.13'), 9);
  core.sockSend(s, new Uint8Array(3));
  expect(core.sockGet(s, 'error')).toBe(111);
  const seen = lines(core, cap, { [w.peer]: 'eth0' });
  expect(seen.some((l) => l.startsWith('eth0 In ICMP 192.168.56.11 > 192.168.56.13 type 8'))).toBe(true);
  expect(seen.some((l) => l.includes('172.17'))).toBe(false);
});

test('two containers with one source port: the second gets another, answers find their way', async () => {
  const core = await newCore();
  const w = docker(core);
  publish(core, w.host);
  const server = core.sockOpen(w.lan, SockType.UDP, 4, 0);
  core.sockBind(server, a4('0.0.0.0'), 7);
  const clients = [w.web.ns, w.cli.ns].map((ns) => {
    const s = core.sockOpen(ns, SockType.UDP, 4, 0);
    core.sockBind(s, a4('0.0.0.0'), 4000);
    core.sockConnect(s, a4('192.168.56.13'), 7);
    return s;
  });
  clients.forEach((s, i) => {
    expect(core.sockSend(s, new Uint8Array([i]))).toBe(1);
  });
  const ports: number[] = [];
  for (let i = 0; i < 2; i++) {
    const d = core.sockRecvFrom(server);
    if (typeof d === 'number') throw new Error('not received');
    expect(text4(d.ip)).toBe('192.168.56.11');
    ports.push(d.port);
    core.sockSend(server, d.data, d.ip, d.port);
  }
  expect(ports[0]).toBe(4000);
  expect(ports[1]).not.toBe(4000);
  clients.forEach((s, i) => {
    const d = core.sockRecvFrom(s);
    if (typeof d === 'number') throw new Error('no answer');
    expect([...d.data]).toEqual([i]);
  });
});

test('the embedded resolver: 127.0.0.11:53 leads to another port of the same address, and answers come from 53', async () => {
  const core = await newCore();
  const w = docker(core);
  const ns = w.cli.ns;
  const out = core.nfBuiltin(ns, 4, Table.NAT, Hook.OUTPUT);
  core.nfRuleAdd(out, -1, {
    dst: a4('127.0.0.11'),
    dstBits: 32,
    proto: 17,
    dport: [53, 53],
    target: Target.DNAT,
    toIp: a4('127.0.0.11'),
    toPort: [58463, 58463],
  });
  const server = core.sockOpen(ns, SockType.UDP, 4, 0);
  expect(core.sockBind(server, a4('127.0.0.11'), 58463)).toBe(0);
  const client = core.sockOpen(ns, SockType.UDP, 4, 0);
  core.sockConnect(client, a4('127.0.0.11'), 53);
  core.sockSend(client, new Uint8Array(20));
  const q = core.sockRecvFrom(server);
  if (typeof q === 'number') throw new Error('no query');
  core.sockSend(server, q.data, q.ip, q.port);
  const a = core.sockRecvFrom(client);
  if (typeof a === 'number') throw new Error('no answer');
  expect([text4(a.ip), a.port]).toEqual(['127.0.0.11', 53]);
});
