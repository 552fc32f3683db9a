/** Congestion control seen from struct tcp_info and the counters. */
import { describe, expect, it } from 'vitest';
import { newCore } from '../world.ts';
import { readTcp } from './frame.ts';
import { generator, pattern, pump, Stream, type Weather, Wire } from './wire.ts';

async function pair(seed: number, there: Weather, congestion = 1) {
  const core = await newCore(seed);
  const w = new Wire(core, generator(seed));
  w.weather = [there, { delay: there.delay ?? 1 }];
  core.nsSet(w.a.ns, 'tcp_congestion_control', congestion);
  const [a, b] = w.connect();
  return { core, w, a, b };
}

describe('slow start', () => {
  it('begins with ten segments and doubles each round trip', async () => {
    const { core, w, a, b } = await pair(1, { delay: 50 }, 0);
    const s = new Stream(core, a, b, pattern(2_000_000));
    const sizes: number[] = [];
    const t0 = core.now();
    w.fate = (dir, f) => {
      if (dir === 0 && (readTcp(f)?.data.length ?? 0) > 0) {
        const round = Math.floor((core.now() - t0) / 1e8);
        sizes[round] = (sizes[round] ?? 0) + 1;
      }
      return false;
    };
    for (let i = 0; i < 90; i++) {
      s.turn();
      w.pass(5);
    }
    expect(sizes[0]).toBe(10);
    for (const k of [1, 2, 3]) expect((sizes[k] as number) / (sizes[k - 1] as number)).toBeCloseTo(2, 0);
    expect(core.sockTcpInfo(a)).toMatchObject({ congestion: 0, sndMss: 1448, pmtu: 1500, advmss: 1448, rcvWscale: 10 });
  });

  it('starts again after silence', async () => {
    const { core, w, a, b } = await pair(2, { delay: 20 }, 0);
    pump(w, [new Stream(core, a, b, pattern(0))].slice(1));
    const big = pattern(400_000);
    for (let sent = 0; sent < big.length; w.pass(5)) {
      const n = core.sockSend(a, big.subarray(sent));
      if (n > 0) sent += n;
      core.sockRecv(b, 1 << 20);
    }
    w.pass(200);
    expect(core.sockTcpInfo(a).cwnd).toBeGreaterThan(40);
    w.pass(20_000);
    core.sockSend(a, pattern(10));
    expect(core.sockTcpInfo(a).cwnd).toBe(10);
  });
});

describe('after a loss', () => {
  for (const [name, number, share] of [
    ['reno', 0, 0.5],
    ['cubic', 1, 0.7],
  ] as const)
    it(`${name} goes on with ${share} of the window, in one round trip, with one retransmission`, async () => {
      const { core, w, a, b } = await pair(3, { delay: 20 }, number);
      const s = new Stream(core, a, b, pattern(3_000_000));
      let kill = 0;
      w.fate = (dir, f) => dir === 0 && kill > 0 && (readTcp(f)?.data.length ?? 0) > 0 && kill-- > 0;
      let before = 0;
      while (before < 60) {
        s.turn();
        w.pass(5);
        before = core.sockTcpInfo(a).cwnd;
      }
      kill = 1;
      let most = before;
      for (let i = 0; core.sockTcpInfo(a).caState !== 3 && i < 100; i++) {
        most = core.sockTcpInfo(a).cwnd;
        s.turn();
        w.pass(1);
      }
      expect(core.sockTcpInfo(a).caState).toBe(3);
      for (let i = 0; core.sockTcpInfo(a).caState === 3 && i < 100; i++) {
        s.turn();
        w.pass(1);
      }
      const info = core.sockTcpInfo(a);
      expect(info.ssthresh / most).toBeCloseTo(share, 1);
      expect(info.cwnd).toBeLessThanOrEqual(info.ssthresh + 4);
      expect(info.totalRetrans).toBe(1);
      const ext = core.snmp(w.a.ns).TcpExt;
      expect([ext.TCPSackRecovery, ext.TCPFastRetrans, ext.TCPTimeouts]).toEqual([1, 1, 0]);
      pump(w, [s]);
    });

  it('CUBIC comes back to the plateau slowly, passes it fast', async () => {
    const { core, w, a, b } = await pair(4, { delay: 50 }, 1);
    // 8 Mbit/s more than the window ever needs: only the curve counts
    const s = new Stream(core, a, b, pattern(60_000_000));
    let kill = 0;
    w.fate = (dir, f) => dir === 0 && kill > 0 && (readTcp(f)?.data.length ?? 0) > 0 && kill-- > 0;
    while (core.sockTcpInfo(a).cwnd < 200) {
      s.turn();
      w.pass(5);
    }
    kill = 1;
    const curve: number[] = [];
    const start = core.now();
    while (core.now() - start < 12e9) {
      s.turn();
      w.pass(10);
      if ((core.now() - start) / 1e9 >= curve.length) curve.push(core.sockTcpInfo(a).cwnd);
    }
    const low = Math.min(...curve.slice(1, 4));
    const k = Math.cbrt((low / 0.7 - low) / 0.4);
    const plateau = low / 0.7;
    const at = (t: number): number => curve[Math.round(t)] as number;
    expect(k).toBeGreaterThan(4);
    expect(at(k)).toBeGreaterThan(plateau * 0.85);
    expect(at(k)).toBeLessThan(plateau * 1.15);
    expect(at(k) - at(k - 2)).toBeLessThan(at(3) - low + 30);
    expect(at(k + 4) - at(k + 2)).toBeGreaterThan(at(k + 1) - at(k - 1));
  });
});

describe('retransmissions', () => {
  it('are hardly more than what was lost', async () => {
    for (const loss of [0.01, 0.05]) {
      const { core, w, a, b } = await pair(Math.round(loss * 1000), { delay: 10, loss });
      pump(w, [new Stream(core, a, b, pattern(1_000_000))]);
      const again = core.sockTcpInfo(a).totalRetrans;
      expect(w.lost[0]).toBeGreaterThan(3);
      expect(again).toBeGreaterThanOrEqual(w.lost[0] - 3);
      expect(again).toBeLessThan(w.lost[0] * 1.3 + 5);
    }
  });

  it('reordering alone is learned, and undone by DSACK', async () => {
    const { core, w, a, b } = await pair(11, { delay: 10, reorder: 0.05 });
    pump(w, [new Stream(core, a, b, pattern(2_000_000))]);
    const info = core.sockTcpInfo(a);
    expect(w.lost[0]).toBe(0);
    expect(info.reordSeen).toBeGreaterThan(0);
    expect(info.totalRetrans).toBeLessThan(40);
    expect(core.snmp(w.a.ns).TcpExt.TCPTimeouts).toBe(0);
  });

  it('a lost retransmission is found without a timeout', async () => {
    const { core, w, a, b } = await pair(12, { delay: 10 });
    const s = new Stream(core, a, b, pattern(600_000));
    let victim: number | undefined;
    let killed = 0;
    w.fate = (dir, f) => {
      const t = dir === 0 ? readTcp(f) : undefined;
      if (!t || t.data.length === 0 || s.have < 50_000) return false;
      victim ??= t.seq;
      return t.seq === victim && killed++ < 2;
    };
    pump(w, [s]);
    const ext = core.snmp(w.a.ns).TcpExt;
    expect([ext.TCPTimeouts, ext.TCPLostRetransmit]).toEqual([0, 1]);
    expect(core.sockTcpInfo(a).totalRetrans).toBe(2);
  });

  it('a tail loss is repaired by a probe, before the timeout', async () => {
    const { core, w, a, b } = await pair(13, { delay: 10 });
    const data = pattern(30_000);
    let left = 1;
    w.fate = (dir, f) => dir === 0 && (readTcp(f)?.flags ?? 0) % 16 >= 8 && left-- > 0;
    const t0 = core.now();
    core.sockSend(a, data);
    let have = 0;
    while (have < data.length && core.now() - t0 < 5e9) {
      const got = core.sockRecv(b, 1 << 20);
      if (typeof got !== 'number') have += got.length;
      w.pass(1);
    }
    expect(have).toBe(data.length);
    // what follows tells that the probe was needed
    w.pass(50);
    core.sockSend(a, pattern(10));
    w.pass(50);
    const ext = core.snmp(w.a.ns).TcpExt;
    expect([ext.TCPLossProbes, ext.TCPLossProbeRecovery, ext.TCPTimeouts]).toEqual([1, 1, 0]);
  });

  it('without SACK duplicates count: NewReno', async () => {
    const core = await newCore(14);
    const w = new Wire(core, generator(14));
    w.weather = [{ delay: 10, loss: 0.02 }, { delay: 10 }];
    core.nsSet(w.b.ns, 'tcp_sack', 0);
    const [a, b] = w.connect();
    pump(w, [new Stream(core, a, b, pattern(600_000))]);
    const ext = core.snmp(w.a.ns).TcpExt;
    expect(ext.TCPRenoRecovery).toBeGreaterThan(2);
    expect(ext.TCPSackRecovery).toBe(0);
    expect(core.sockTcpInfo(a).totalRetrans).toBeLessThan(w.lost[0] * 2 + 10);
  });
});
