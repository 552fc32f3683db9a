/** UDP and raw sockets, and the rules of binding. */
import { describe, expect, it } from 'vitest';
import { type CoreDatagram, Ready, SockType } from '../../../src/linux/core/core.ts';
import { bridged, freshCore, ip, ipText, lines, listener, ok, pass, tcp, text, textOf, udp } from './build.ts';

const [EPERM, EAGAIN, EACCES, EINVAL] = [1, 11, 13, 22];
const [EADDRINUSE, EADDRNOTAVAIL, ENETUNREACH, ECONNREFUSED] = [98, 99, 101, 111];

function received(r: CoreDatagram | number): CoreDatagram {
  if (typeof r === 'number') throw new Error(`errno ${-r}`);
  return r;
}

describe('UDP', () => {
  it('carries datagrams both ways, with the sender’s address', async () => {
    const core = await freshCore();
    const { hosts } = bridged(core);
    const [a, b] = hosts as [(typeof hosts)[0], (typeof hosts)[0]];
    const server = udp(core, b.ns);
    ok(core.sockBind(server, ip('0.0.0.0'), 53));
    const client = udp(core, a.ns);
    expect(core.sockRecvFrom(server)).toBe(-EAGAIN);
    expect(core.sockSend(client, text('one'), ip('192.0.2.11'), 53)).toBe(3);
    expect(core.sockSend(client, text(''), ip('192.0.2.11'), 53)).toBe(0);
    const got = received(core.sockRecvFrom(server));
    expect([textOf(got.data), ipText(got.ip), got.ttl]).toEqual(['one', '192.0.2.10', 64]);
    expect(received(core.sockRecvFrom(server)).data.length).toBe(0);
    ok(core.sockSend(server, text('two'), got.ip, got.port));
    expect(textOf(received(core.sockRecvFrom(client)).data)).toBe('two');
  });

  it('a closed port: ICMP unreachable, ECONNREFUSED on the connected socket only', async () => {
    const core = await freshCore();
    const { hosts } = bridged(core);
    const [a] = hosts as [(typeof hosts)[0]];
    const capture = core.captureAdd(a.ns, a.dev, 0);
    const loose = udp(core, a.ns);
    ok(core.sockSend(loose, text('x'), ip('192.0.2.11'), 9999));
    expect(core.sockGet(loose, 'error')).toBe(0);
    const tied = udp(core, a.ns);
    ok(core.sockConnect(tied, ip('192.0.2.11'), 9999));
    ok(core.sockSend(tied, text('x')));
    expect(core.sockReady(tied) & Ready.ERR).toBe(Ready.ERR);
    expect(core.sockRecvFrom(tied)).toBe(-ECONNREFUSED);
    expect(core.sockRecvFrom(tied)).toBe(-EAGAIN);
    expect(lines(core, capture).at(-1)).toBe(
      'IP 192.0.2.11 > 192.0.2.10: ICMP 192.0.2.11 udp port 9999 unreachable, length 37',
    );
  });

  it('IP_RECVERR queues the error with who sent it', async () => {
    const core = await freshCore();
    const { hosts } = bridged(core);
    const [a] = hosts as [(typeof hosts)[0]];
    const s = udp(core, a.ns);
    ok(core.sockSet(s, 'recverr', 1));
    ok(core.sockSend(s, text('probe'), ip('192.0.2.11'), 33434));
    const e = received(core.sockRecvFrom(s));
    expect([e.error, ipText(e.ip), e.port]).toEqual([
      { type: 3, code: 3, errno: ECONNREFUSED, mtu: 0, local: false },
      '192.0.2.11',
      33434,
    ]);
  });

  it('a full buffer drops and counts', async () => {
    const core = await freshCore();
    const { gate } = bridged(core);
    const server = udp(core, gate.ns);
    ok(core.sockBind(server, ip('127.0.0.1'), 7));
    const client = udp(core, gate.ns);
    for (let i = 0; i < 300; i++) ok(core.sockSend(client, new Uint8Array(1000), ip('127.0.0.1'), 7));
    let n = 0;
    while (typeof core.sockRecvFrom(server) !== 'number') n++;
    expect(n).toBe(Math.floor(212992 / 1768));
    expect(core.drops()[28]).toBe(300 - n);
  });

  it('errors of the way: no route, broadcast without leave', async () => {
    const core = await freshCore();
    const { hosts } = bridged(core);
    const [a] = hosts as [(typeof hosts)[0]];
    const s = udp(core, a.ns);
    expect(core.sockSend(s, text('x'), ip('203.0.113.1'), 1)).toBe(-ENETUNREACH);
    expect(core.sockConnect(s, ip('203.0.113.1'), 1)).toBe(-ENETUNREACH);
    expect(core.sockSend(s, text('x'), ip('255.255.255.255'), 1)).toBe(-EACCES);
  });
});

describe('bind', () => {
  it('EADDRINUSE as Linux has it', async () => {
    const core = await freshCore();
    const { gate } = bridged(core);
    const bind = (
      addr: string,
      port: number,
      o: { family?: 4 | 6; reuse?: boolean; v6only?: boolean } = {},
    ): number => {
      const s = tcp(core, gate.ns, o.family ?? 4);
      if (o.reuse) ok(core.sockSet(s, 'reuseaddr', 1));
      if (o.v6only) ok(core.sockSet(s, 'v6only', 1));
      const r = core.sockBind(s, ip(addr), port);
      if (r < 0) core.sockClose(s);
      return r;
    };
    expect(bind('0.0.0.0', 80)).toBe(0);
    expect(bind('127.0.0.1', 80)).toBe(-EADDRINUSE);
    expect(bind('::', 80, { family: 6 })).toBe(-EADDRINUSE);
    expect(bind('::', 80, { family: 6, v6only: true })).toBe(0);
    expect(bind('127.0.0.1', 81)).toBe(0);
    expect(bind('192.0.2.1', 81)).toBe(0);
    expect(bind('0.0.0.0', 81)).toBe(-EADDRINUSE);
    expect(bind('::', 82, { family: 6 })).toBe(0);
    expect(bind('0.0.0.0', 82)).toBe(-EADDRINUSE);
    expect(bind('0.0.0.0', 83, { reuse: true })).toBe(0);
    expect(bind('127.0.0.1', 83, { reuse: true })).toBe(0);
    expect(bind('198.51.100.1', 84)).toBe(-EADDRNOTAVAIL);
    expect(bind('2001:db8::1', 84, { family: 6 })).toBe(-EADDRNOTAVAIL);
  });

  it('a listener keeps its port even from SO_REUSEADDR, a connection in TIME_WAIT does not', async () => {
    const core = await freshCore();
    const { gate } = bridged(core);
    const one = listener(core, gate.ns, 5000);
    const again = (): number => {
      const s = tcp(core, gate.ns);
      ok(core.sockSet(s, 'reuseaddr', 1));
      const r = core.sockBind(s, ip('0.0.0.0'), 5000);
      core.sockClose(s);
      return r;
    };
    expect(again()).toBe(-EADDRINUSE);
    const client = tcp(core, gate.ns);
    core.sockConnect(client, ip('127.0.0.1'), 5000);
    const child = ok(core.sockAccept(one));
    core.sockClose(child);
    pass(core, 1);
    core.sockClose(client);
    pass(core, 1);
    core.sockClose(one);
    expect(core.socks(gate.ns).map((s) => s.state)).toEqual([6]);
    expect(again()).toBe(0);
    const stubborn = tcp(core, gate.ns);
    expect(core.sockBind(stubborn, ip('0.0.0.0'), 5000)).toBe(-EADDRINUSE);
    expect(core.sockBind(stubborn, ip('0.0.0.0'), 0)).toBe(0);
    expect(core.sockInfo(stubborn).lport).toBeGreaterThanOrEqual(32768);
    expect(core.sockBind(stubborn, ip('0.0.0.0'), 0)).toBe(-EINVAL);
  });

  it('the port range is the namespace’s', async () => {
    const core = await freshCore();
    const { gate } = bridged(core);
    core.nsSet(gate.ns, 'port_range_lo', 40000);
    core.nsSet(gate.ns, 'port_range_hi', 40002);
    const ports = [0, 1, 2].map(() => {
      const s = udp(core, gate.ns);
      ok(core.sockBind(s, ip('0.0.0.0'), 0));
      return core.sockInfo(s).lport;
    });
    expect(ports.sort()).toEqual([40000, 40001, 40002]);
    expect(core.sockBind(udp(core, gate.ns), ip('0.0.0.0'), 0)).toBe(-EADDRINUSE);
  });
});

describe('raw sockets', () => {
  it('ping: an echo request goes out, the reply comes back with its IP header', async () => {
    const core = await freshCore();
    const { hosts } = bridged(core);
    const [a] = hosts as [(typeof hosts)[0]];
    const s = core.sockOpen(a.ns, SockType.RAW, 4, 1);
    const echo = Uint8Array.of(8, 0, 0, 0, 0x12, 0x34, 0, 1, 0, 0);
    const sum = 0x0800 + 0x1234 + 1;
    new DataView(echo.buffer).setUint16(2, ~sum & 0xffff);
    ok(core.sockSet(s, 'ttl', 9));
    ok(core.sockSend(s, echo, ip('192.0.2.11')));
    const got = received(core.sockRecvFrom(s));
    expect(got.data[0]).toBe(0x45);
    expect([...got.data.subarray(20, 30)]).toEqual([0, 0, ...got.data.subarray(22, 24), 0x12, 0x34, 0, 1, 0, 0]);
    expect(ipText(got.ip)).toBe('192.0.2.11');
  });

  it('a dropped packet of OUTPUT is EPERM', async () => {
    const core = await freshCore();
    const { hosts } = bridged(core);
    const [a] = hosts as [(typeof hosts)[0]];
    core.nfPolicy(core.nfBuiltin(a.ns, 4, 2, 3), true);
    const s = udp(core, a.ns);
    expect(core.sockSend(s, text('x'), ip('192.0.2.11'), 5)).toBe(-EPERM);
  });
});
