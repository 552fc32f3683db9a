/** Ports, sharing, counters, capacity. */
import { describe, expect, it } from 'vitest';
import { SockType } from '../../../src/linux/core/core.ts';
import { a4, machine, newCore } from '../world.ts';
import { generator, Wire } from './wire.ts';

const EADDRNOTAVAIL = 99;
const EBADF = 9;

describe('SO_REUSEPORT', () => {
  it('spreads datagrams and connections by their flow, the same flow to the same socket', async () => {
    const core = await newCore(1);
    const w = new Wire(core, generator(1));
    const open = (type: number): number => {
      const s = core.sockOpen(w.b.ns, type, 4, 0);
      core.sockSet(s, 'reuseport', 1);
      expect(core.sockBind(s, a4('0.0.0.0'), 53)).toBe(0);
      return s;
    };
    const udp = [0, 1, 2, 3].map(() => open(SockType.UDP));
    const got = udp.map(() => new Set<number>());
    for (let i = 0; i < 80; i++) {
      const c = core.sockOpen(w.a.ns, SockType.UDP, 4, 0);
      for (let k = 0; k < 2; k++) core.sockSend(c, new Uint8Array([i]), w.b.ip, 53);
      w.pass(2);
    }
    udp.forEach((s, i) => {
      for (let d = core.sockRecvFrom(s); typeof d !== 'number'; d = core.sockRecvFrom(s)) {
        got[i]?.add(d.port);
        expect(d.local).toEqual(w.b.ip);
      }
    });
    expect(got.reduce((n, s) => n + s.size, 0)).toBe(80);
    for (const s of got) expect(s.size).toBeGreaterThan(8);
    expect(core.snmp(w.b.ns).Udp).toMatchObject({ InDatagrams: 160, NoPorts: 0 });

    const tcp = [0, 1].map(() => {
      const s = open(SockType.TCP);
      core.sockListen(s, 64);
      return s;
    });
    for (let i = 0; i < 40; i++) core.sockConnect(w.tcp(w.a), w.b.ip, 53);
    w.pass(100);
    const waiting = tcp.map((s) => core.sockInfo(s).recvQ);
    expect(waiting[0] as number).toBeGreaterThan(8);
    expect((waiting[0] as number) + (waiting[1] as number)).toBe(40);
  });
});

describe('binding', () => {
  it('to an address that is not here: IP_FREEBIND or ip_nonlocal_bind', async () => {
    const core = await newCore(2);
    const ns = machine(core);
    const s = core.sockOpen(ns, SockType.UDP, 4, 0);
    expect(core.sockBind(s, a4('203.0.113.9'), 5)).toBe(-EADDRNOTAVAIL);
    core.sockSet(s, 'freebind', 1);
    expect(core.sockBind(s, a4('203.0.113.9'), 5)).toBe(0);
    core.nsSet(ns, 'ip_nonlocal_bind', 1);
    expect(core.sockBind(core.sockOpen(ns, SockType.UDP, 4, 0), a4('203.0.113.9'), 6)).toBe(0);
  });

  it('a closed handle is EBADF', async () => {
    const core = await newCore(3);
    const s = core.sockOpen(machine(core), SockType.TCP, 4, 0);
    core.sockClose(s);
    core.sockClose(s);
    expect(core.sockBind(s, a4('0.0.0.0'), 1)).toBe(-EBADF);
    expect(core.sockRecv(s, 1)).toBe(-EBADF);
    expect(core.sockRecvFrom(999_999)).toBe(-EBADF);
    expect(core.sockSend(-5, new Uint8Array(1))).toBe(-EBADF);
    expect(core.sockGet(s, 'ttl')).toBe(-EBADF);
  });
});

describe('capacity', () => {
  it('66,000 sockets on 1,000 ports of 66 namespaces; a namespace takes its own along', async () => {
    const core = await newCore(4);
    const spaces = Array.from({ length: 66 }, () => core.nsAdd());
    for (const [i, ns] of spaces.entries())
      for (let port = 1; port <= 1000; port++) {
        const s = core.sockOpen(ns, port % 2 === 0 ? SockType.TCP : SockType.UDP, 4, 0);
        if (s < 0) throw new Error(`socket ${i * 1000 + port}: errno ${-s}`);
        if (core.sockBind(s, a4('0.0.0.0'), port) < 0) throw new Error(`port ${port} is taken`);
        if (port % 2 === 0) core.sockListen(s, 4);
      }
    expect(core.socks(spaces[50] as number).length).toBe(1000);
    for (const ns of spaces.slice(0, 40)) core.nsDel(ns);
    expect(core.socks(spaces[60] as number).map((s) => s.lport)).toEqual(Array.from({ length: 1000 }, (_, i) => i + 1));
    // what was given back is taken again
    const ns = core.nsAdd();
    for (let i = 0; i < 20_000; i++) if (core.sockOpen(ns, SockType.UDP, 4, 0) < 0) throw new Error('no socket');
    core.nsDel(ns);
  });
});
