/** TCP between namespaces: the flow as real machines show it, and the calls as the kernel sees them. */
import { describe, expect, it } from 'vitest';
import { Ready } from '../../../src/linux/core/core.ts';
import { bridged, freshCore, ip, lines, listener, ok, pass, shape, take, tcp, text, textOf } from './build.ts';

const EAGAIN = 11;
const ECONNRESET = 104;
const ECONNREFUSED = 111;
const EINPROGRESS = 115;
const ETIMEDOUT = 110;

describe('a connection across veth and bridge', () => {
  it('looks as recorded: handshake, data, close', async () => {
    const core = await freshCore();
    const { hosts } = bridged(core);
    const [a, b] = hosts as [(typeof hosts)[0], (typeof hosts)[0]];
    const server = listener(core, b.ns, 5000);
    const client = tcp(core, a.ns);
    const capture = core.captureAdd(a.ns, a.dev, 0);
    expect(core.sockConnect(client, ip('192.0.2.11'), 5000)).toBe(-EINPROGRESS);
    expect(core.sockReady(client) & Ready.OUT).toBe(Ready.OUT);
    const child = ok(core.sockAccept(server));
    pass(core, 5);
    expect(core.sockSend(client, text('GET / HTTP/1.1\r\n\r\n'))).toBe(18);
    expect(textOf(take(core, child))).toBe('GET / HTTP/1.1\r\n\r\n');
    pass(core, 2);
    ok(core.sockSend(child, text('HTTP/1.0 200 OK\r\n\r\n')));
    core.sockClose(child);
    pass(core, 1);
    expect(textOf(take(core, client))).toBe('HTTP/1.0 200 OK\r\n\r\n');
    expect(core.sockRecv(client, 10)).toEqual(new Uint8Array(0));
    core.sockClose(client);
    pass(core, 100);
    const A = '192.0.2.10.EPHEMERAL';
    const B = '192.0.2.11.5000';
    const ts = 'options [nop,nop,TS val T ecr T]';
    expect(lines(core, capture).map(shape)).toEqual([
      'ARP, Request who-has 192.0.2.11 tell 192.0.2.10, length 28',
      'ARP, Reply 192.0.2.11 is-at 02:00:00:00:02:01, length 28',
      `${A} > ${B}: Flags [S], seq ISN, win 64240, options [mss 1460,sackOK,TS val T ecr 0,nop,wscale 10], length 0`,
      `${B} > ${A}: Flags [S.], seq ISN, ack ISN, win 65160, options [mss 1460,sackOK,TS val T ecr T,nop,wscale 10], length 0`,
      `${A} > ${B}: Flags [.], ack 1, win 63, ${ts}, length 0`,
      `${A} > ${B}: Flags [P.], seq 1:19, ack 1, win 63, ${ts}, length 18`,
      `${B} > ${A}: Flags [.], ack 19, win 64, ${ts}, length 0`,
      `${B} > ${A}: Flags [P.], seq 1:20, ack 19, win 64, ${ts}, length 19`,
      `${A} > ${B}: Flags [.], ack 20, win 63, ${ts}, length 0`,
      `${B} > ${A}: Flags [F.], seq 20, ack 19, win 64, ${ts}, length 0`,
      `${A} > ${B}: Flags [F.], seq 19, ack 21, win 63, ${ts}, length 0`,
      `${B} > ${A}: Flags [.], ack 20, win 64, ${ts}, length 0`,
    ]);
    const states = core.socks(b.ns).map((s) => s.state);
    expect(states).toEqual([10, 6]);
    pass(core, 61_000);
    expect(core.socks(a.ns)).toEqual([]);
    expect(core.socks(b.ns).map((s) => s.state)).toEqual([10]);
  });

  it('on the loopback device: mss 65495, windows 65495 and 65483', async () => {
    const core = await freshCore();
    const { gate } = bridged(core);
    const server = listener(core, gate.ns, 8080);
    const client = tcp(core, gate.ns);
    const capture = core.captureAdd(gate.ns, gate.lo, 0);
    core.sockConnect(client, ip('127.0.0.1'), 8080);
    ok(core.sockAccept(server));
    expect(lines(core, capture).map(shape)).toEqual([
      '127.0.0.1.EPHEMERAL > 127.0.0.1.8080: Flags [S], seq ISN, win 65495, options [mss 65495,sackOK,TS val T ecr 0,nop,wscale 10], length 0',
      '127.0.0.1.8080 > 127.0.0.1.EPHEMERAL: Flags [S.], seq ISN, ack ISN, win 65483, options [mss 65495,sackOK,TS val T ecr T,nop,wscale 10], length 0',
      '127.0.0.1.EPHEMERAL > 127.0.0.1.8080: Flags [.], ack 1, win 64, options [nop,nop,TS val T ecr T], length 0',
    ]);
  });

  it('works over ::1, and a wildcard IPv6 listener takes IPv4', async () => {
    const core = await freshCore();
    const { gate } = bridged(core);
    const server = tcp(core, gate.ns, 6);
    ok(core.sockBind(server, ip('::'), 80));
    ok(core.sockListen(server, 5));
    for (const to of ['::1', '127.0.0.1', '192.0.2.1']) {
      const client = tcp(core, gate.ns, to.includes(':') ? 6 : 4);
      expect(core.sockConnect(client, ip(to), 80)).toBe(-EINPROGRESS);
      const child = ok(core.sockAccept(server));
      expect(core.sockInfo(child).local).toEqual(ip(to));
      ok(core.sockSend(client, text(to)));
      expect(textOf(take(core, child))).toBe(to);
    }
  });
});

describe('a refused port', () => {
  it('answers RST and the connect ends with ECONNREFUSED', async () => {
    const core = await freshCore();
    const { hosts } = bridged(core);
    const [a] = hosts as [(typeof hosts)[0]];
    const capture = core.captureAdd(a.ns, a.dev, 0);
    const s = tcp(core, a.ns);
    expect(core.sockConnect(s, ip('192.0.2.11'), 81)).toBe(-EINPROGRESS);
    expect(core.sockReady(s) & Ready.ERR).toBe(Ready.ERR);
    expect(core.sockGet(s, 'error')).toBe(ECONNREFUSED);
    expect(core.sockGet(s, 'error')).toBe(0);
    expect(lines(core, capture).map(shape).at(-1)).toMatch(
      /^192\.0\.2\.11\.81 > 192\.0\.2\.10\.EPHEMERAL: Flags \[R\.\], seq 0, ack ISN, win 0, length 0$/,
    );
  });
});

describe('ends that are not friendly', () => {
  it('closing on unread data resets the peer', async () => {
    const core = await freshCore();
    const { hosts } = bridged(core);
    const [a, b] = hosts as [(typeof hosts)[0], (typeof hosts)[0]];
    const server = listener(core, b.ns, 5000);
    const client = tcp(core, a.ns);
    core.sockConnect(client, ip('192.0.2.11'), 5000);
    const child = ok(core.sockAccept(server));
    ok(core.sockSend(client, text('unread')));
    core.sockClose(child);
    expect(core.sockRecv(client, 10)).toBe(-ECONNRESET);
    expect(core.sockSend(client, text('x'))).toBe(-32);
  });

  it('nobody answers: SYN again after 1, 2, 3, 4, 5, 7, 11 … s, then ETIMEDOUT', async () => {
    const core = await freshCore();
    const { hosts } = bridged(core);
    const [a, b] = hosts as [(typeof hosts)[0], (typeof hosts)[0]];
    core.nfPolicy(core.nfBuiltin(b.ns, 4, 2, 1), true);
    const capture = core.captureAdd(a.ns, a.dev, 0);
    const s = tcp(core, a.ns);
    const t0 = core.now();
    core.sockConnect(s, ip('192.0.2.11'), 80);
    pass(core, 140_000);
    expect(core.sockGet(s, 'error')).toBe(ETIMEDOUT);
    const at: number[] = [];
    for (let f = core.captureRead(capture); f; f = core.captureRead(capture))
      if (f.bytes[12] === 8 && f.bytes[13] === 0) at.push(Math.round((f.time - t0) / 1e9));
    expect(at).toEqual([0, 1, 2, 3, 4, 5, 7, 11, 19, 35, 67]);
  });

  it('half-close: data still flows the other way', async () => {
    const core = await freshCore();
    const { hosts } = bridged(core);
    const [a, b] = hosts as [(typeof hosts)[0], (typeof hosts)[0]];
    const server = listener(core, b.ns, 5000);
    const client = tcp(core, a.ns);
    core.sockConnect(client, ip('192.0.2.11'), 5000);
    const child = ok(core.sockAccept(server));
    ok(core.sockShutdown(client, 2));
    expect(core.sockSend(client, text('x'))).toBe(-32);
    pass(core, 50);
    expect(core.sockRecv(child, 10)).toEqual(new Uint8Array(0));
    ok(core.sockSend(child, text('answer')));
    expect(textOf(take(core, client))).toBe('answer');
    core.sockClose(child);
    core.sockClose(client);
    pass(core, 61_000);
    expect(core.socks(a.ns).length + core.socks(b.ns).length).toBe(1);
  });

  it('the backlog is a bound: the SYN beyond it waits', async () => {
    const core = await freshCore();
    const { gate } = bridged(core);
    const server = listener(core, gate.ns, 90, 1);
    const clients = [1, 2, 3].map(() => tcp(core, gate.ns));
    for (const c of clients) core.sockConnect(c, ip('127.0.0.1'), 90);
    expect(clients.map((c) => core.sockReady(c) & Ready.OUT)).toEqual([4, 4, 0]);
    ok(core.sockAccept(server));
    pass(core, 1100);
    expect(core.sockReady(clients[2] as number) & Ready.OUT).toBe(Ready.OUT);
    expect(core.sockRecv(clients[0] as number, 1)).toBe(-EAGAIN);
  });
});
