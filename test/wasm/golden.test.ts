import { expect, test } from 'vitest';
import { SockType } from '../../src/linux/core/core.ts';
import { a4, docker, lines, newCore, publish } from './world.ts';

/** Golden scenario d (10-027): the order of frames on `-i any` of the machine, a LAN host opening a published port. */
test('scenario d: LAN host to a published port, handshake', async () => {
  const core = await newCore();
  const w = docker(core);
  publish(core, w.host);
  const cap = core.captureAdd(w.host, 0, 0);
  const server = core.sockOpen(w.web.ns, SockType.TCP, 4, 0);
  core.sockBind(server, a4('0.0.0.0'), 5000);
  core.sockListen(server, 5);
  const client = core.sockOpen(w.lan, SockType.TCP, 4, 0);
  core.sockConnect(client, a4('192.168.56.11'), 8080);
  expect(core.sockReady(client) & 4).toBe(4);
  const names = { [w.bridge]: 'docker0', [w.web.port]: 'v-web', [w.cli.port]: 'v-cli', [w.eth0]: 'eth0' };
  const seen = lines(core, cap, names).map((l) => l.replace(/56\.13\.\d+/, '56.13.P'));
  expect(seen.filter((l) => !l.includes('ARP'))).toEqual([
    'eth0 In 6 192.168.56.13.P > 192.168.56.11.8080',
    'docker0 Out 6 192.168.56.13.P > 172.17.0.2.5000',
    'v-web Out 6 192.168.56.13.P > 172.17.0.2.5000',
    'v-web P 6 172.17.0.2.5000 > 192.168.56.13.P',
    'docker0 In 6 172.17.0.2.5000 > 192.168.56.13.P',
    'eth0 Out 6 192.168.56.11.8080 > 192.168.56.13.P',
    'eth0 In 6 192.168.56.13.P > 192.168.56.11.8080',
    'docker0 Out 6 192.168.56.13.P > 172.17.0.2.5000',
    'v-web Out 6 192.168.56.13.P > 172.17.0.2.5000',
  ]);
  const conn = core.conns(w.host)[0];
  expect([conn?.tcpState, (conn?.status ?? 0) & 4]).toEqual([3, 4]);
});

/** Golden scenario x (10-093): what the announcement of a new container looks like. */
test('scenario x: a gratuitous ARP floods the bridge, the machine last', async () => {
  const core = await newCore();
  const w = docker(core);
  const cap = core.captureAdd(w.host, 0, 0);
  core.announce(w.cli.eth, a4('172.17.0.3'));
  const names = { [w.bridge]: 'docker0', [w.web.port]: 'v-web', [w.cli.port]: 'v-cli' };
  const what = 'ARP who-has 172.17.0.3 tell 172.17.0.3';
  expect(lines(core, cap, names)).toEqual([`v-cli B ${what}`, `v-web Out ${what}`, `docker0 B ${what}`]);
});

/** Golden scenario b (10-021): loopback frames are seen once, as they arrive. */
test('loopback: each frame once, and IPv6 to oneself', async () => {
  const core = await newCore();
  const w = docker(core);
  const cap = core.captureAdd(w.host, 0, 0);
  const server = core.sockOpen(w.host, SockType.TCP, 4, 0);
  core.sockBind(server, a4('127.0.0.1'), 8080);
  core.sockListen(server, 5);
  const client = core.sockOpen(w.host, SockType.TCP, 4, 0);
  core.sockConnect(client, a4('127.0.0.1'), 8080);
  expect(core.sockReady(client) & 4).toBe(4);
  expect(lines(core, cap, {}).map((l) => l.split(' ')[1])).toEqual(['In', 'In', 'In']);
});

/** Five seconds after a container was spoken to it asks for the other by unicast (golden 10-104). */
test('a neighbour learned from a request is probed by unicast when it is used', async () => {
  const core = await newCore();
  const w = docker(core);
  const s = core.sockOpen(w.web.ns, SockType.UDP, 4, 0);
  core.sockBind(s, a4('0.0.0.0'), 7);
  const c = core.sockOpen(w.cli.ns, SockType.UDP, 4, 0);
  core.sockConnect(c, a4('172.17.0.2'), 7);
  core.sockSend(c, new Uint8Array(1));
  const d = core.sockRecvFrom(s);
  if (typeof d === 'number') throw new Error('not received');
  core.sockSend(s, d.data, d.ip, d.port);
  const cap = core.captureAdd(w.host, 0, 0);
  core.run(core.now() + 6e9);
  const names = { [w.bridge]: 'docker0', [w.web.port]: 'v-web', [w.cli.port]: 'v-cli' };
  expect(lines(core, cap, names)).toEqual([
    'v-web P ARP who-has 172.17.0.3 tell 172.17.0.2',
    'v-cli Out ARP who-has 172.17.0.3 tell 172.17.0.2',
    'v-cli P ARP 172.17.0.3 is-at',
    'v-web Out ARP 172.17.0.3 is-at',
  ]);
});
