import { expect, test } from 'vitest';
import { type Core, Hook, SockType, Table, Target } from '../../src/linux/core/core.ts';
import { MX_IPVS, TRACE_IPVS } from '../../wasm/abi.ts';
import { a4, checksumsHold, container, docker, newCore, text4 } from './world.ts';

const RR = 0;
const WRR = 1;
const n4 = (ip: string): number => ip.split('.').reduce((n, b) => n * 256 + Number(b), 0);
const VIP = '192.168.56.11';

/** The machine of the other tests as a director: the LAN host is the client, three containers are the servers. */
async function director(proto: 6 | 17, o: { sched?: number; weights?: number[]; fwmark?: number; seed?: number } = {}) {
  const core = await newCore(o.seed);
  const w = docker(core);
  const third = container(core, w.host, w.bridge, 'third', 0x9ae3d0a70999, '172.17.0.4', '172.17.0.1');
  const service = core.vsServiceSet(
    w.host,
    {
      proto: o.fwmark ? 0 : proto,
      addr: o.fwmark ? 0 : n4(VIP),
      port: o.fwmark ? 0 : 80,
      fwmark: o.fwmark ?? 0,
      sched: o.sched ?? RR,
      persist: 0,
      netmask: 0xffffffff,
    },
    false,
  );
  expect(service).toBeGreaterThan(0);
  const servers = [w.web, w.cli, third].map(({ ns }, i) => {
    const dest = { addr: n4(`172.17.0.${i + 2}`), port: o.fwmark ? 0 : 8000, weight: o.weights?.[i] ?? 1, fwd: 0 };
    expect(core.vsDestSet(service, dest, false)).toBeGreaterThan(0);
    const s = core.sockOpen(ns, proto === 6 ? SockType.TCP : SockType.UDP, 4, 0);
    core.sockBind(s, a4('0.0.0.0'), o.fwmark ? 80 : 8000);
    if (proto === 6) core.sockListen(s, 5);
    return s;
  });
  return { core, ...w, service, servers };
}

/** Sends one datagram to the service. @returns which server got it, and what the client hears from whom */
function ask(core: Core, client: number, servers: readonly number[], to = VIP): string {
  core.sockConnect(client, a4(to), 80);
  core.sockSend(client, new Uint8Array([1, 2, 3]));
  const at = servers.findIndex((s) => {
    const got = core.sockRecvFrom(s);
    if (typeof got === 'number') return false;
    core.sockSend(s, got.data, got.ip, got.port);
    return true;
  });
  const back = core.sockRecvFrom(client);
  return typeof back === 'number' ? `${at} silence` : `${at} ${text4(back.ip)}:${back.port}`;
}

const udp = (core: Core, ns: number): number => core.sockOpen(ns, SockType.UDP, 4, 0);

test('round robin: three servers by turn, the newest first; answers come from the service', async () => {
  const { core, host, lan, servers, service } = await director(17);
  const cap = core.captureAdd(0, 0, 0);
  const seen = Array.from({ length: 7 }, () => ask(core, udp(core, lan), servers));
  expect(seen).toEqual([2, 1, 0, 2, 1, 0, 2].map((i) => `${i} ${VIP}:80`));
  // A client that goes on stays with its server.
  const client = udp(core, lan);
  expect([1, 2, 3].map(() => ask(core, client, servers))).toEqual([1, 1, 1].map((i) => `${i} ${VIP}:80`));
  for (let f = core.captureRead(cap); f; f = core.captureRead(cap)) expect(checksumsHold(f.bytes)).toBe(true);
  expect(core.vsServices(host)[0]?.stats).toEqual({
    conns: 8,
    inPackets: 10,
    outPackets: 10,
    inBytes: 310,
    outBytes: 310,
  });
  expect(core.vsDests(service).map((d) => d.stats.conns)).toEqual([3, 3, 2]);
  // Conntrack is not asked to keep them.
  expect(core.conns(host)).toEqual([]);
});

test('weighted round robin: by weight, a server of weight 0 gets none', async () => {
  const { core, lan, servers } = await director(17, { sched: WRR, weights: [1, 0, 3] });
  const seen = Array.from({ length: 8 }, () => ask(core, udp(core, lan), servers).split(' ')[0]);
  expect(seen.join('')).toBe('20222022');
});

test('TCP: states, timeouts and counts of active connections; a connection that is over may be opened anew', async () => {
  const { core, host, lan, service } = await director(6);
  const client = core.sockOpen(lan, SockType.TCP, 4, 0);
  core.sockBind(client, a4('0.0.0.0'), 40000);
  core.sockConnect(client, a4(VIP), 80);
  const conn = () => core.vsConns(host).map((c) => [c.state, Math.round(c.timeoutNs / 1e9)]);
  expect(conn()).toEqual([[1, 900]]);
  expect(core.vsDests(service).map((d) => [d.active, d.inactive])).toEqual([
    [1, 0],
    [0, 0],
    [0, 0],
  ]);
  core.sockClose(client);
  core.run(core.now() + 1e9);
  expect(core.vsDests(service).map((d) => [d.active, d.inactive])).toEqual([
    [0, 1],
    [0, 0],
    [0, 0],
  ]);
  core.run(core.now() + 1000e9);
  expect(conn()).toEqual([]);
  expect(core.vsDests(service).map((d) => [d.active, d.inactive])).toEqual([
    [0, 0],
    [0, 0],
    [0, 0],
  ]);
});

test('a service without a server that may be chosen answers port unreachable, and counts the drop', async () => {
  const { core, lan, service, host } = await director(17);
  for (const d of core.vsDests(service)) core.vsDestSet(service, { ...d, weight: 0 }, true);
  const client = udp(core, lan);
  core.sockConnect(client, a4(VIP), 80);
  core.sockSend(client, new Uint8Array(1));
  expect(core.sockGet(client, 'error')).toBe(111);
  expect(core.drops()[48]).toBe(1);
  expect(core.vsConns(host)).toEqual([]);
});

test('a server taken away: what it had is dropped, the turn goes on with the others', async () => {
  const { core, lan, servers, service } = await director(17);
  const client = udp(core, lan);
  expect(ask(core, client, servers)).toBe(`2 ${VIP}:80`);
  expect(core.vsDestDel(core.vsDests(service)[0]!.handle)).toBe(0);
  expect(ask(core, client, servers)).toBe('-1 silence');
  expect([1, 2, 3].map(() => ask(core, udp(core, lan), servers)[0])).toEqual(['1', '0', '1']);
});

test('persistence keeps a client with its server', async () => {
  const { core, host, lan, servers } = await director(17);
  core.vsServiceSet(
    host,
    { proto: 17, addr: n4(VIP), port: 80, fwmark: 0, sched: RR, persist: 360, netmask: 0xffffffff },
    true,
  );
  expect([1, 2, 3].map(() => ask(core, udp(core, lan), servers)[0])).toEqual(['2', '2', '2']);
  expect(core.vsConns(host).filter((c) => c.template)).toHaveLength(1);
  core.run(core.now() + 800e9);
  expect(core.vsConns(host)).toEqual([]);
  expect(ask(core, udp(core, lan), servers)[0]).toBe('1');
});

/** What the routing mesh puts into ingress_sbox: a mark by port, a service by mark, the answers' way back. */
async function mesh() {
  const w = await director(17, { fwmark: 256 });
  const { core, host } = w;
  core.nfSet(host, 'vs_conntrack', 1);
  const pre = core.nfBuiltin(host, 4, Table.MANGLE, Hook.PREROUTING);
  core.nfRuleAdd(pre, -1, { proto: 17, dport: [80, 80], target: Target.MARK, value: 256, mask: 0xffffffff });
  const post = core.nfBuiltin(host, 4, Table.NAT, Hook.POSTROUTING);
  const snat = core.nfRuleAdd(post, -1, {
    dst: a4('172.17.0.0'),
    dstBits: 16,
    more: [{ kind: MX_IPVS, words: [] }],
    target: Target.SNAT,
    toIp: a4('172.17.0.1'),
  });
  return { ...w, snat };
}

test('the routing mesh: a service by mark, sources translated so that answers come back this way', async () => {
  const { core, host, lan, web, cli, servers, snat } = await mesh();
  // No way back but the bridge's own network.
  for (const { ns } of [web, cli])
    expect(
      core.routeDel(ns, {
        table: 254,
        dst: a4('0.0.0.0'),
        bits: 0,
        gw: a4('172.17.0.1'),
        scope: 0,
        metric: 0,
        type: 1,
        dev: 0,
      }),
    ).toBe(0);
  const seen = Array.from({ length: 6 }, () => ask(core, udp(core, lan), servers));
  expect(seen).toEqual([2, 1, 0, 2, 1, 0].map((i) => `${i} ${VIP}:80`));
  expect(core.nfRuleCounters(snat)[0]).toBe(6);
  const conns = core.conns(host).map((c) => `${text4(c.osrc)} ${text4(c.odst)} ${text4(c.rsrc)} ${text4(c.rdst)}`);
  expect(new Set(conns)).toEqual(new Set([2, 3, 4].map((i) => `192.168.56.13 ${VIP} 172.17.0.${i} 172.17.0.1`)));
});

test('what the machine itself sends to a service is balanced too', async () => {
  const { core, host, servers } = await director(17);
  expect([1, 2, 3].map(() => ask(core, udp(core, host), servers))).toEqual([2, 1, 0].map((i) => `${i} ${VIP}:80`));
});

test('ICMP errors of a server come from the service and quote it', async () => {
  const { core, lan, servers } = await director(17);
  for (const s of servers) core.sockClose(s);
  const client = udp(core, lan);
  core.sockConnect(client, a4(VIP), 80);
  core.sockSend(client, new Uint8Array(9));
  expect(core.sockGet(client, 'error')).toBe(111);
});

test('a trace tells which server was chosen', async () => {
  const { core, lan, servers } = await director(17);
  core.trace(true);
  ask(core, udp(core, lan), servers);
  const chosen: number[][] = [];
  core.traceRead((r) => {
    if (r.what === TRACE_IPVS) chosen.push([r.b, r.c]);
  });
  expect(chosen).toEqual([[n4('172.17.0.4'), (8000 << 1) | 1]]);
});
