/** Segment sizes: the route's MTU, a path that narrows, TCP_MAXSEG, small windows. */
import { describe, expect, it } from 'vitest';
import type { Core } from '../../../src/linux/core/core.ts';
import { SockType } from '../../../src/linux/core/core.ts';
import { a4, address, gateway, machine, newCore } from '../world.ts';
import { readTcp } from './frame.ts';
import { generator, pattern, pump, Stream, Wire } from './wire.ts';

/** left — router — right, and the link devices. */
function routed(core: Core) {
  const [left, router, right] = [machine(core), machine(core), machine(core)];
  const [l, rl] = core.vethAdd(left, 'eth0', 0x020000000011, router, 'eth0', 0x020000000012);
  const [rr, r] = core.vethAdd(router, 'eth1', 0x020000000021, right, 'eth0', 0x020000000022);
  for (const dev of [l, rl, rr, r]) core.devSet(dev, 'up', 1);
  address(core, left, l, '192.0.2.1', 24);
  address(core, router, rl, '192.0.2.254', 24);
  address(core, router, rr, '198.51.100.254', 24);
  address(core, right, r, '198.51.100.1', 24);
  gateway(core, left, l, '192.0.2.254');
  gateway(core, right, r, '198.51.100.254');
  core.nsSet(router, 'ip_forward', 1);
  return { left, router, right, rl, rr, r };
}

function connect(core: Core, from: number, to: number, ip: string): [number, number] {
  const server = core.sockOpen(to, SockType.TCP, 4, 0);
  core.sockBind(server, a4('0.0.0.0'), 80);
  core.sockListen(server, 4);
  const client = core.sockOpen(from, SockType.TCP, 4, 0);
  core.sockConnect(client, a4(ip), 80);
  core.run(core.now() + 1e7);
  const child = core.sockAccept(server);
  if (child < 0) throw new Error('no connection');
  return [client, child];
}

describe('a path that narrows', () => {
  it('in the middle of a transfer: what was too long is cut and sent again, at once', async () => {
    const core = await newCore(1);
    const { left, right, rr, r } = routed(core);
    const [a, b] = connect(core, left, right, '198.51.100.1');
    const s = new Stream(core, a, b, pattern(900_000));
    while (s.have < 300_000) {
      s.turn();
      core.run(core.now() + 1e6);
    }
    expect(core.sockTcpInfo(a)).toMatchObject({ pmtu: 1500, sndMss: 1448 });
    core.devSet(rr, 'mtu', 1000);
    core.devSet(r, 'mtu', 1000);
    const start = core.now();
    while (!s.done && core.now() - start < 20e9) {
      s.turn();
      core.run(core.now() + 1e6);
    }
    expect(s.done).toBe(true);
    expect(core.now() - start).toBeLessThan(2e9);
    expect(core.sockTcpInfo(a)).toMatchObject({ pmtu: 1000, sndMss: 948 });
    expect(core.snmp(left).TcpExt.TCPTimeouts).toBe(0);
    expect(core.snmp(left).Tcp.RetransSegs).toBeGreaterThan(0);
  });

  it('an error that quotes numbers outside the window is not believed', async () => {
    const core = await newCore(2);
    const w = new Wire(core, generator(2));
    const [a, b] = w.connect();
    let quoted: Uint8Array | undefined;
    w.fate = (dir, f) => {
      if (dir === 0 && readTcp(f)?.data.length) quoted ??= f.slice(14, 42);
      return false;
    };
    pump(w, [new Stream(core, a, b, pattern(50_000))]);
    const error = new Uint8Array(14 + 20 + 8 + 28);
    error.set([
      2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0, 0x45, 0, 0, 56, 0, 1, 0, 0, 64, 1, 0, 0, 192, 0, 2, 2, 192, 0, 2, 1,
    ]);
    error.set([3, 4, 0, 0, 0, 0, 2, 88], 34);
    error.set(quoted as Uint8Array, 42);
    const sum = (from: number, to: number): number => {
      let n = 0;
      for (let i = from; i < to; i += 2) n += ((error[i] as number) << 8) | (error[i + 1] as number);
      while (n > 0xffff) n = (n & 0xffff) + (n >>> 16);
      return ~n & 0xffff;
    };
    const put = (at: number, v: number): void => error.set([v >> 8, v & 255], at);
    put(24, sum(14, 34));
    put(36, sum(34, error.length));
    core.frameReceive(w.a.dev, error);
    w.pass(10);
    expect(core.sockTcpInfo(a).pmtu).toBe(1500);
  });
});

describe('sizes', () => {
  it('the MSS follows the MTU of each side, and TCP_MAXSEG', async () => {
    for (const [mtu, maxseg, mss] of [
      [1500, 0, 1448],
      [1400, 0, 1348],
      [9000, 0, 8948],
      [576, 0, 524],
      [1500, 700, 688],
    ] as const) {
      const core = await newCore(mtu);
      const w = new Wire(core, generator(mtu), mtu);
      const [a, b] = w.connect(5000, 60, (client) => core.sockSet(client, 'maxseg', maxseg));
      expect(core.sockTcpInfo(a)).toMatchObject({ sndMss: mss, advmss: mss });
      let longest = 0;
      w.fate = (_, f) => {
        longest = Math.max(longest, readTcp(f)?.data.length ?? 0);
        return false;
      };
      pump(w, [new Stream(core, a, b, pattern(60_000)), new Stream(core, b, a, pattern(60_000))]);
      expect(longest).toBe(mss);
    }
  });

  it('windows without scaling and time stamps; a window smaller than the MSS', async () => {
    const core = await newCore(3);
    const w = new Wire(core, generator(3));
    core.nsSet(w.b.ns, 'tcp_window_scaling', 0);
    core.nsSet(w.b.ns, 'tcp_timestamps', 0);
    const [a, b] = w.connect(5000, 60, (_, server) => core.sockSet(server, 'rcvbuf', 1200));
    expect(core.sockTcpInfo(a)).toMatchObject({ options: 2, sndWscale: 0 });
    let widest = 0;
    w.fate = (dir, f) => {
      if (dir === 1) widest = Math.max(widest, readTcp(f)?.win ?? 0);
      return false;
    };
    pump(w, [new Stream(core, a, b, pattern(20_000))]);
    expect(widest).toBeLessThanOrEqual(1200);
  });

  it('Nagle holds the second small piece; TCP_NODELAY does not; TCP_CORK holds all', async () => {
    const sizes = async (option?: 'nodelay' | 'cork'): Promise<number[]> => {
      const core = await newCore(4);
      const w = new Wire(core, generator(4));
      w.weather = [{ delay: 30 }, { delay: 30 }];
      const [a] = w.connect();
      if (option) core.sockSet(a, option, 1);
      const out: number[] = [];
      w.fate = (dir, f) => {
        const n = readTcp(f)?.data.length ?? 0;
        if (dir === 0 && n > 0) out.push(n);
        return false;
      };
      for (let i = 0; i < 5; i++) core.sockSend(a, pattern(100));
      w.pass(25);
      if (option === 'cork') {
        expect(out).toEqual([]);
        core.sockSet(a, 'cork', 0);
      }
      w.pass(300);
      return out;
    };
    expect(await sizes()).toEqual([100, 400]);
    expect(await sizes('nodelay')).toEqual([100, 100, 100, 100, 100]);
    expect(await sizes('cork')).toEqual([500]);
  });
});
