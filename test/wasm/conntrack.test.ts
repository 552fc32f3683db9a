import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Core, Hook, SockType, Table, Target } from '../../src/linux/core/core.ts';
import type { Wasm } from '../../src/linux/core/wasm.ts';
import {
  a4,
  answers,
  checksumsHold,
  docker,
  newCore,
  newCoreWithExports,
  ping,
  publish,
  sum16,
  text4,
} from './world.ts';

type Raw = Wasm & { frameSend(dev: number, at: number, len: number): number };

const SYN = 2;
const RST = 4;
const ACK = 16;

/** A TCP segment from cli to the LAN host, as a frame. */
function segment(o: {
  seq: number;
  ack?: number;
  flags: number;
  win?: number;
  data?: number;
  sport?: number;
  back?: boolean;
}): Uint8Array {
  const data = o.data ?? 0;
  const f = new Uint8Array(14 + 40 + data);
  const v = new DataView(f.buffer);
  const [src, dst, sport, dport] = o.back
    ? ['192.168.56.13', '172.17.0.3', 80, o.sport ?? 4000]
    : ['172.17.0.3', '192.168.56.13', o.sport ?? 4000, 80];
  const macs = o.back
    ? [0x52, 0x54, 0, 0x38, 0, 0x11, 0x52, 0x54, 0, 0x38, 0, 0x13]
    : [0x22, 0xa4, 0x9f, 0x7e, 0x0a, 0x1e, 0xea, 0x8f, 0x60, 0xa7, 0xbc, 0x85];
  f.set([...macs, 8, 0, 0x45, 0]);
  v.setUint16(16, 40 + data);
  f[22] = 64;
  f[23] = 6;
  f.set(a4(src).subarray(12), 26);
  f.set(a4(dst).subarray(12), 30);
  v.setUint16(24, ~sum16(f, 14, 34) & 0xffff);
  v.setUint16(34, sport);
  v.setUint16(36, dport);
  v.setUint32(38, o.seq);
  v.setUint32(42, o.ack ?? 0);
  f[46] = 0x50;
  f[47] = o.flags;
  v.setUint16(48, o.win ?? 1000);
  v.setUint16(50, ~sum16(f, 34, f.length, sum16(f, 26, 34, 6 + 20 + data)) & 0xffff);
  return f;
}

/** A router that tracks; segments are put on its two sides by hand, and nobody answers. */
async function tracked() {
  const { core, exports } = await newCoreWithExports();
  const w = docker(core);
  const forward = core.nfBuiltin(w.host, 4, Table.FILTER, Hook.FORWARD);
  const bad = core.nfRuleAdd(forward, -1, { proto: 6, ctstate: 1, target: Target.DROP });
  core.nfRuleAdd(forward, -1, { proto: 6, target: Target.NONE });
  const raw = exports as Raw;
  const dev = { there: w.cli.eth, back: w.peer };
  // The ends themselves are silent: their stacks would reset.
  for (const ns of [w.cli.ns, w.lan]) core.nfPolicy(core.nfBuiltin(ns, 4, Table.FILTER, Hook.INPUT), true);
  const send = (s: Parameters<typeof segment>[0]): string => {
    const before = core.nfRuleCounters(bad)[0];
    const f = segment(s);
    const at = raw.scratch() + 4096;
    new Uint8Array(raw.memory.buffer).set(f, at);
    raw.frameSend(s.back ? dev.back : dev.there, at, f.length);
    core.run(core.now() + 1e6);
    if (core.nfRuleCounters(bad)[0] > before) return 'INVALID';
    const c = core.conns(w.host).find((x) => x.proto === 6);
    return c ? `${c.tcpState} ${Math.round(c.timeoutNs / 1e9)}${c.status & 4 ? ' assured' : ''}` : 'none';
  };
  return { core, send, ...w };
}

/** Opens the connection: 100 → 101, 500 → 501, windows of 1000. */
async function opened() {
  const w = await tracked();
  expect(w.send({ seq: 100, flags: SYN })).toBe('1 120');
  expect(w.send({ seq: 500, ack: 101, flags: SYN | ACK, back: true })).toBe('2 60');
  expect(w.send({ seq: 101, ack: 501, flags: ACK })).toBe('3 432000 assured');
  return w;
}

test('a handshake, data, the end: states and timeouts of Linux', async () => {
  const { send, core } = await opened();
  expect(send({ seq: 101, ack: 501, flags: ACK, data: 10 })).toBe('3 300 assured');
  expect(send({ seq: 501, ack: 111, flags: ACK, back: true })).toBe('3 432000 assured');
  expect(send({ seq: 111, ack: 501, flags: ACK | 1 })).toBe('4 120 assured');
  expect(send({ seq: 501, ack: 112, flags: ACK, back: true })).toBe('5 60 assured');
  expect(send({ seq: 501, ack: 112, flags: ACK | 1, back: true })).toBe('6 30 assured');
  expect(send({ seq: 112, ack: 502, flags: ACK })).toBe('7 120 assured');
  // TIME_WAIT is opened anew by a SYN.
  expect(send({ seq: 9000, flags: SYN })).toBe('1 120');
  core.run(core.now() + 130e9);
});

test('segments out of the window are INVALID, those in it are not', async () => {
  const { send } = await opened();
  expect(send({ seq: 101 + 5000, ack: 501, flags: ACK, data: 10 })).toBe('INVALID');
  expect(send({ seq: 101, ack: 501 + 5000, flags: ACK })).toBe('INVALID');
  expect(send({ seq: 101 - 3000, ack: 501, flags: ACK, data: 10 })).toBe('INVALID');
  expect(send({ seq: 101, ack: 501, flags: ACK, data: 900 })).toBe('3 300 assured');
});

test('a reset whose number is not the expected one is doubted; one before what was acknowledged is INVALID', async () => {
  const { send } = await opened();
  expect(send({ seq: 601, flags: RST, back: true })).toBe('3 10 assured');
  expect(send({ seq: 400, flags: RST, back: true })).toBe('INVALID');
  expect(send({ seq: 501, flags: RST, back: true })).toBe('8 10 assured');
});

test('be_liberal lets segments out of the window pass, tcp_loose decides on the middle of a connection', async () => {
  const { core, host, send } = await opened();
  core.nfSet(host, 'tcp_be_liberal', 1);
  expect(send({ seq: 101 + 5000, ack: 501, flags: ACK, data: 10 })).not.toBe('INVALID');
  const other = await tracked();
  expect(other.send({ seq: 7, ack: 9, flags: ACK })).toBe('3 300');
  const strict = await tracked();
  strict.core.nfSet(strict.host, 'tcp_loose', 0);
  expect(strict.send({ seq: 7, ack: 9, flags: ACK })).toBe('INVALID');
});

test('flags that make no sense are INVALID and counted', async () => {
  const { core, host, send } = await tracked();
  for (const flags of [0, 1, SYN | 1, SYN | RST, ACK | SYN | 1, 0x3f]) expect(send({ seq: 1, flags })).toBe('INVALID');
  expect(core.nfGet(host, 'invalid')).toBe(6);
});

test('at nf_conntrack_max one that was never answered goes first; when all were, the new packet is dropped', async () => {
  const core = await newCore();
  const { host, cli } = docker(core);
  publish(core, host);
  core.nfSet(host, 'max', 3);
  for (let id = 1; id <= 3; id++) expect(answers(core, ping(core, cli.ns, '192.168.56.13', id))).toHaveLength(1);
  const before = core.drops()[23] ?? 0;
  expect(core.conns(host)).toHaveLength(3);
  ping(core, cli.ns, '192.168.56.13', 9);
  expect(core.conns(host)).toHaveLength(3);
  expect(core.nfGet(host, 'early_drop') + ((core.drops()[23] ?? 0) - before)).toBe(1);
});

test('timeouts follow the settings', async () => {
  const core = await newCore();
  const { host, cli } = docker(core);
  publish(core, host);
  core.nfSet(host, 'icmp', 5);
  ping(core, cli.ns, '192.168.56.13');
  expect(core.conns(host)[0]!.timeoutNs).toBeLessThanOrEqual(5e9);
  core.run(core.now() + 7e9);
  expect(core.conns(host)).toEqual([]);
});

test('masquerading ends with the address it took', async () => {
  const core = await newCore();
  const { host, cli, eth0 } = docker(core);
  publish(core, host);
  ping(core, cli.ns, '192.168.56.13');
  expect(core.conns(host)).toHaveLength(1);
  core.addrDel(eth0, a4('192.168.56.11'));
  expect(core.conns(host)).toEqual([]);
});

/** Sends to the LAN host or to the published port by UDP. @returns what the two ends saw */
function exchange(
  core: Core,
  from: number,
  to: string,
  port: number,
  server: number,
  local: number,
  size: number,
): string[] {
  const c = core.sockOpen(from, SockType.UDP, 4, 0);
  core.sockBind(c, a4('0.0.0.0'), local);
  core.sockConnect(c, a4(to), port);
  core.sockSend(c, new Uint8Array(size).fill(7));
  const got = core.sockRecvFrom(server);
  if (typeof got === 'number') return ['lost'];
  core.sockSend(server, got.data, got.ip, got.port);
  const back = core.sockRecvFrom(c);
  core.sockClose(c);
  return typeof back === 'number' ? ['silence'] : [text4(back.ip), String(back.port), String(back.data.length)];
}

test('translation and its answer are the identity, whatever ports, sizes and targets; checksums hold', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        seed: fc.nat(1000),
        ports: fc.uniqueArray(fc.integer({ min: 1024, max: 65535 }), { minLength: 1, maxLength: 5 }),
        size: fc.nat(1400),
        inward: fc.boolean(),
        random: fc.boolean(),
        both: fc.boolean(),
      }),
      async ({ seed, ports, size, inward, random, both }) => {
        const core = await newCore(seed);
        const { host, lan, web, cli } = docker(core);
        publish(core, host);
        const post = core.nfBuiltin(host, 4, Table.NAT, Hook.POSTROUTING);
        if (random || both)
          core.nfRuleAdd(post, 0, {
            proto: 17,
            target: Target.SNAT,
            toIp: inward ? a4('172.17.0.1') : a4('192.168.56.11'),
            random,
            ...(random && { toPort: [20000, 20003] as const }),
          });
        const cap = core.captureAdd(0, 0, 0);
        const server = core.sockOpen(inward ? web.ns : lan, SockType.UDP, 4, 0);
        core.sockBind(server, a4('0.0.0.0'), inward ? 5000 : 7777);
        const [to, port] = inward ? ['192.168.56.11', 8080] : ['192.168.56.13', 7777];
        for (const local of random ? ports.slice(0, 4) : ports)
          expect(exchange(core, inward ? lan : cli.ns, to, port, server, local, size)).toEqual([
            to,
            String(port),
            String(size),
          ]);
        for (let f = core.captureRead(cap); f; f = core.captureRead(cap)) expect(checksumsHold(f.bytes)).toBe(true);
      },
    ),
    { numRuns: 25, seed: 5 },
  );
});

test('errors about translated packets quote what their sender sent', async () => {
  const core = await newCore();
  const { host, lan, web, cli } = docker(core);
  publish(core, host);
  for (const [from, to, port] of [
    [cli.ns, '192.168.56.13', 4444],
    [lan, '192.168.56.11', 8080],
  ] as const) {
    const cap = core.captureAdd(from, 0, 0);
    const s = core.sockOpen(from, SockType.UDP, 4, 0);
    core.sockBind(s, a4('0.0.0.0'), 3333);
    core.sockConnect(s, a4(to), port);
    core.sockSend(s, new Uint8Array(20));
    expect(core.sockGet(s, 'error')).toBe(111);
    const sent: string[] = [];
    const quoted: string[] = [];
    const words = (b: Uint8Array, at: number): string => [...b.subarray(at + 12, at + 24)].join(' ');
    for (let f = core.captureRead(cap); f; f = core.captureRead(cap)) {
      if (f.bytes[23] === 17) sent.push(words(f.bytes, 14));
      if (f.bytes[23] === 1) {
        expect(sum16(f.bytes, 42, 62)).toBe(0xffff);
        quoted.push(words(f.bytes, 42));
      }
    }
    expect(quoted).toHaveLength(1);
    expect(quoted).toEqual(sent.slice(0, 1));
  }
  expect(web.ns).toBeGreaterThan(0);
});
