/** Every timer of TCP fires when Linux's does, by the virtual clock. */
import { describe, expect, it } from 'vitest';
import type { Core } from '../../../src/linux/core/core.ts';
import { newCore } from '../world.ts';
import { RST, readTcp, type Tcp } from './frame.ts';
import { generator, pattern, Wire } from './wire.ts';

const ETIMEDOUT = 110;

interface Seen {
  readonly at: number;
  readonly dir: 0 | 1;
  readonly t: Tcp;
}

/** A quiet wire of 10 ms, a connection, and what crosses from now on (ms since then). */
async function quiet(setUp?: (core: Core, client: number, server: number) => void) {
  const core = await newCore(5);
  const w = new Wire(core, generator(5));
  w.weather = [{ delay: 10 }, { delay: 10 }];
  const [a, b] = w.connect(5000, 60, (c, s) => setUp?.(core, c, s));
  w.pass(100);
  const seen: Seen[] = [];
  const state = { cut: false };
  const t0 = core.now();
  w.fate = (dir, frame) => {
    const t = readTcp(frame);
    if (t) seen.push({ at: (core.now() - t0) / 1e6, dir, t });
    return state.cut;
  };
  return { core, w, a, b, seen, state };
}

const round = (ms: number[]): number[] => ms.map((x) => Math.round(x));

describe('retransmission', () => {
  it('a loss probe, then timeouts that double, and ETIMEDOUT after the time of tcp_retries2', async () => {
    const { core, w, a, seen, state } = await quiet();
    state.cut = true;
    core.sockSend(a, pattern(100));
    w.pass(20_000);
    const sent = seen.filter((s) => s.dir === 0 && s.t.data.length > 0).map((s) => s.at);
    const gaps = sent.slice(1).map((x, i) => x - (sent[i] as number));
    // 2·srtt + 200 ms and the RTO of 220 ms after the first: the probe takes the lesser, its RTO starts anew
    expect(gaps[0]).toBeGreaterThan(200);
    expect(gaps[0]).toBeLessThan(300);
    for (let i = 2; i < gaps.length; i++) expect((gaps[i] as number) / (gaps[i - 1] as number)).toBeCloseTo(2, 1);
    expect(core.snmp(w.a.ns).TcpExt.TCPLossProbes).toBe(1);
    w.pass(1_200_000);
    expect(core.sockGet(a, 'error')).toBe(ETIMEDOUT);
    const last = seen.filter((s) => s.dir === 0).at(-1) as Seen;
    expect(last.at).toBeGreaterThan(750_000);
    expect(last.at).toBeLessThan(930_000);
    expect(core.snmp(w.a.ns).TcpExt.TCPAbortOnTimeout).toBe(1);
  });

  it('TCP_USER_TIMEOUT ends it earlier', async () => {
    const { core, w, a, state } = await quiet((c, client) => c.sockSet(client, 'user_timeout', 5000));
    state.cut = true;
    core.sockSend(a, pattern(10));
    w.pass(4500);
    expect(core.sockInfo(a).state).toBe(1);
    w.pass(5000);
    expect(core.sockGet(a, 'error')).toBe(ETIMEDOUT);
  });

  it('SYN-ACKs are sent again after 1, 2, 4, 8, 16 s, and then the half-open connection goes', async () => {
    const core = await newCore(6);
    const w = new Wire(core, generator(6));
    w.listen(w.b, 80);
    const at: number[] = [];
    w.fate = (dir) => {
      if (dir === 1) at.push(core.now() / 1e9);
      return dir === 1;
    };
    core.nsSet(w.a.ns, 'tcp_syn_retries', 1);
    core.nsSet(w.a.ns, 'tcp_syn_linear_timeouts', 0);
    core.sockConnect(w.tcp(w.a), w.b.ip, 80);
    w.pass(500);
    w.weather = [{ loss: 1 }, {}];
    w.pass(70_000);
    expect(at.map((x) => Math.round(x - (at[0] as number)))).toEqual([0, 1, 3, 7, 15, 31]);
    expect(core.socks(w.b.ns).length).toBe(1);
  });
});

describe('acknowledgements', () => {
  it('wait 40 ms when nothing else goes back, are quick at the start', async () => {
    const { core, w, a, b, seen } = await quiet();
    const acks = (): number[] => seen.filter((s) => s.dir === 1 && s.t.data.length === 0).map((s) => s.at);
    core.sockSend(a, pattern(10));
    w.pass(200);
    expect(acks().length).toBe(1);
    expect(acks()[0]).toBeLessThan(12);
    // a conversation: the answer carries the acknowledgement, the last word waits for none
    for (let i = 0; i < 3; i++) {
      core.sockSend(a, pattern(10));
      w.pass(11);
      core.sockRecv(b, 100);
      core.sockSend(b, pattern(10));
      w.pass(30);
      core.sockRecv(a, 100);
    }
    seen.length = 0;
    core.sockSend(a, pattern(10));
    w.pass(300);
    const ack = seen.find((s) => s.dir === 1) as Seen;
    const data = seen.find((s) => s.dir === 0) as Seen;
    expect(ack.at - data.at).toBeGreaterThan(45);
    expect(ack.at - data.at).toBeLessThan(55);
    expect(core.snmp(w.b.ns).TcpExt.DelayedACKs).toBeGreaterThan(0);
  });
});

describe('a shut window', () => {
  it('is probed after the RTO, twice, four times as long; the connection lives while it is answered', async () => {
    const { core, w, a, b, seen } = await quiet();
    for (let n = 1; n > 0; w.pass(200)) n = core.sockSend(a, pattern(50_000));
    w.pass(1000);
    const start = seen.length;
    w.pass(120_000);
    const probes = seen
      .slice(start)
      .filter((s) => s.dir === 0)
      .map((s) => s.at);
    const gaps = probes.slice(1).map((x, i) => x - (probes[i] as number));
    for (let i = 1; i < gaps.length; i++) expect((gaps[i] as number) / (gaps[i - 1] as number)).toBeCloseTo(2, 0);
    expect(gaps.length).toBeGreaterThan(3);
    w.pass(2_000_000);
    expect(core.sockInfo(a).state).toBe(1);
    expect(core.sockTcpInfo(a).rcvWnd).toBeGreaterThan(0);
    // room again: told at once
    const before = seen.length;
    core.sockRecv(b, 1 << 20);
    w.pass(30);
    expect(seen.slice(before).some((s) => s.dir === 1 && s.t.win > 0)).toBe(true);
  });
});

describe('keepalive', () => {
  it('asks after 7200 s of silence, every 75 s, nine times; then resets', async () => {
    const { core, w, a, seen, state } = await quiet((c, client) => c.sockSet(client, 'keepalive', 1));
    state.cut = true;
    w.pass(8_000_000);
    const at = round(seen.filter((s) => s.dir === 0).map((s) => (s.at + 90) / 1000));
    expect(at).toEqual([7200, 7275, 7350, 7425, 7500, 7575, 7650, 7725, 7800, 7875]);
    expect((seen.at(-1) as Seen).t.flags & RST).toBe(RST);
    expect(core.sockGet(a, 'error')).toBe(ETIMEDOUT);
  });

  it('with TCP_KEEPIDLE, TCP_KEEPINTVL, TCP_KEEPCNT; an answer ends the count', async () => {
    const { core, w, a, seen, state } = await quiet((c, client) => {
      c.sockSet(client, 'keepidle', 10);
      c.sockSet(client, 'keepintvl', 2);
      c.sockSet(client, 'keepcnt', 3);
      c.sockSet(client, 'keepalive', 1);
    });
    w.pass(25_000);
    expect(seen.filter((s) => s.dir === 0).length).toBe(2);
    expect(seen.filter((s) => s.dir === 1).length).toBe(2);
    state.cut = true;
    w.pass(30_000);
    expect(seen.filter((s) => s.dir === 0).length).toBe(2 + 4);
    expect(core.sockGet(a, 'error')).toBe(ETIMEDOUT);
  });
});

describe('the ends', () => {
  it('FIN_WAIT2 of an orphan and TIME_WAIT last 60 s', async () => {
    const { core, w, a, b } = await quiet();
    core.sockClose(a);
    w.pass(1000);
    expect(core.socks(w.a.ns).map((s) => s.state)).toEqual([5]);
    w.pass(58_000);
    expect(core.socks(w.a.ns).length).toBe(1);
    w.pass(2000);
    expect(core.socks(w.a.ns).length).toBe(0);
    // the peer's FIN finds nobody
    core.sockClose(b);
    w.pass(1000);
    expect(core.socks(w.b.ns).map((s) => s.state)).toEqual([10]);
  });

  it('the side that closes first waits', async () => {
    const { core, w, a, b } = await quiet();
    core.sockClose(a);
    w.pass(100);
    core.sockClose(b);
    w.pass(100);
    expect(core.socks(w.a.ns).map((s) => s.state)).toEqual([6]);
    expect(core.snmp(w.a.ns).TcpExt.TW).toBe(1);
    expect(core.snmp(w.a.ns).Tcp.CurrEstab).toBe(0);
    w.pass(59_000);
    expect(core.socks(w.a.ns).length).toBe(1);
    w.pass(1500);
    expect(core.socks(w.a.ns).length).toBe(0);
  });
});
