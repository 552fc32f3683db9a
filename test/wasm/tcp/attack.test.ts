/** Segments nobody should have sent: blind attacks, nonsense, floods. */
import { describe, expect, it } from 'vitest';
import type { Core } from '../../../src/linux/core/core.ts';
import type { Wasm } from '../../../src/linux/core/wasm.ts';
import { SLAB_IDS } from '../slabs.ts';
import { newCore, newCoreWithExports } from '../world.ts';
import { ACK, FIN, fixSums, PSH, RST, readTcp, SYN, type Tcp, tcpFrame } from './frame.ts';
import { generator, pattern, pump, Stream, Wire } from './wire.ts';

const ECONNRESET = 104;

/** A connection, what its ends send, and the numbers a knows. */
async function established(seed = 1) {
  const core = await newCore(seed);
  const w = new Wire(core, generator(seed));
  const sent: [Tcp[], Tcp[]] = [[], []];
  w.fate = (dir, f) => {
    const t = readTcp(f);
    if (t) sent[dir].push(t);
    return false;
  };
  const [a, b] = w.connect();
  w.pass(2000);
  const hello = (sent[0] as Tcp[]).find((t) => (t.flags & SYN) === 0) as Tcp;
  return { core, w, a, b, sent, sport: hello.sport, seq: hello.seq, ack: hello.ack };
}

const ports = (sport: number): { sport: number; dport: number } => ({ sport, dport: 5000 });

describe('RFC 5961', () => {
  it('a reset is believed at the exact number only; elsewhere in the window it is asked about', async () => {
    const { core, w, b, sent, sport, seq, ack } = await established();
    // timestamps are not needed in a reset
    const rst = (n: number): void => {
      core.frameReceive(w.b.dev, tcpFrame(1, 2, { ...ports(sport), seq: n, ack, flags: RST }));
      w.pass(1000);
    };
    sent[1].length = 0;
    rst(seq + 1000);
    expect(sent[1].map((t) => [t.flags, t.seq, t.ack])).toEqual([[ACK, ack, seq]]);
    rst(seq + 5_000_000);
    expect(sent[1].length).toBe(1);
    expect(core.sockInfo(b).state).toBe(1);
    expect(core.snmp(w.b.ns).TcpExt.TCPChallengeACK).toBe(1);
    rst(seq);
    expect(core.sockGet(b, 'error')).toBe(ECONNRESET);
  });

  it('a SYN is answered with a challenge, at most twice a second', async () => {
    const { core, w, b, sent, sport, seq, ack } = await established();
    sent[1].length = 0;
    for (let i = 0; i < 10; i++) {
      core.frameReceive(w.b.dev, tcpFrame(1, 2, { ...ports(sport), seq: seq + i, ack, flags: SYN }));
      w.pass(100);
    }
    expect(sent[1].length).toBeGreaterThan(0);
    expect(sent[1].length).toBeLessThanOrEqual(3);
    expect(core.sockInfo(b).state).toBe(1);
    expect(core.snmp(w.b.ns).TcpExt.TCPSYNChallenge).toBe(10);
  });

  it('data with an acknowledgement of the far past or the future is not taken', async () => {
    const { core, w, b, sport, seq, ack } = await established();
    for (const off of [-1_000_000, 100_000]) {
      core.frameReceive(w.b.dev, tcpFrame(1, 2, { ...ports(sport), seq, ack: ack + off, data: pattern(10) }));
      w.pass(10);
    }
    expect(core.sockRecv(b, 100)).toBe(-11);
    expect(core.sockInfo(b).state).toBe(1);
  });

  it('PAWS: an old time stamp is refused', async () => {
    const { core, w, b, a, sport, seq, ack, sent } = await established();
    core.sockSend(a, pattern(5));
    w.pass(1000);
    core.sockRecv(b, 10);
    const last = sent[0].findLast((t) => t.data.length > 0) as Tcp;
    const options = last.options.slice();
    const v = new DataView(options.buffer);
    v.setUint32(4, v.getUint32(4) - 5000);
    core.frameReceive(w.b.dev, tcpFrame(1, 2, { ...ports(sport), seq: seq + 5, ack, options, data: pattern(9) }));
    w.pass(10);
    expect(core.sockRecv(b, 100)).toBe(-11);
    expect(core.snmp(w.b.ns).TcpExt.PAWSEstab).toBe(1);
  });
});

describe('a flood of SYNs', () => {
  const flood = (core: Core, w: Wire, n: number): void => {
    for (let i = 0; i < n; i++) {
      const options = new Uint8Array([2, 4, 5, 0xb4]);
      core.frameReceive(w.b.dev, tcpFrame(77, 2, { sport: 1024 + i, dport: 80, seq: i * 7919, flags: SYN, options }));
      core.run(core.now());
    }
  };

  it('fills the SYN queue; what is beyond it is dropped without cookies', async () => {
    const core = await newCore(2);
    const w = new Wire(core, generator(2));
    core.nsSet(w.b.ns, 'tcp_syncookies', 0);
    core.neighSet(
      w.b.dev,
      new Uint8Array([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 192, 0, 2, 77]),
      0x02000000004d,
      true,
    );
    w.listen(w.b, 80, 16);
    flood(core, w, 100);
    expect(core.socks(w.b.ns).filter((s) => s.state === 3).length).toBe(16);
    const ext = core.snmp(w.b.ns).TcpExt;
    expect([ext.TCPReqQFullDrop, ext.ListenDrops]).toEqual([84, 84]);
  });

  it('with cookies a friend still gets through, with his options', async () => {
    const core = await newCore(3);
    const w = new Wire(core, generator(3));
    core.neighSet(
      w.b.dev,
      new Uint8Array([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 192, 0, 2, 77]),
      0x02000000004d,
      true,
    );
    const server = w.listen(w.b, 80, 16);
    flood(core, w, 100);
    const client = w.tcp(w.a);
    core.sockConnect(client, w.b.ip, 80);
    w.pass(100);
    const child = core.sockAccept(server);
    expect(child).toBeGreaterThan(0);
    expect(core.sockTcpInfo(child)).toMatchObject({ options: 7, sndWscale: 10, rcvWscale: 10, sndMss: 1448 });
    pump(w, [new Stream(core, client, child, pattern(100_000))]);
    const ext = core.snmp(w.b.ns).TcpExt;
    expect(ext.SyncookiesSent).toBe(85);
    expect(ext.SyncookiesRecv).toBe(1);
    // an acknowledgement that answers no cookie
    core.frameReceive(w.b.dev, tcpFrame(77, 2, { sport: 9, dport: 80, seq: 1, ack: 12345, flags: ACK }));
    w.pass(1);
    expect(core.snmp(w.b.ns).TcpExt.SyncookiesFailed).toBe(1);
  });

  it('a full accept queue ignores the last ACK, and takes the connection when there is room', async () => {
    const core = await newCore(4);
    const w = new Wire(core, generator(4));
    const server = w.listen(w.b, 80, 2);
    const join = (): number => core.sockConnect(w.tcp(w.a), w.b.ip, 80);
    for (let i = 0; i < 2; i++) {
      join();
      w.pass(5);
    }
    // two more at once: their SYNs pass, but only one of them finds room when it has shaken hands
    join();
    join();
    w.pass(20);
    const states = core.socks(w.b.ns).map((s) => s.state);
    expect(states).toEqual([10, 1, 1, 1, 3]);
    expect(core.snmp(w.b.ns).TcpExt.ListenOverflows).toBeGreaterThan(0);
    // the client believes that it is connected
    expect(core.socks(w.a.ns).map((s) => s.state)).toEqual([1, 1, 1, 1]);
    expect(core.sockInfo(server)).toMatchObject({ recvQ: 3, sendQ: 2 });
    for (let i = 0; i < 3; i++) expect(core.sockAccept(server)).toBeGreaterThan(0);
    w.pass(8000);
    expect(core.sockAccept(server)).toBeGreaterThan(0);
  });
});

describe('two that open at once', () => {
  it('meet in one connection', async () => {
    const core = await newCore(5);
    const w = new Wire(core, generator(5));
    w.weather = [{ delay: 20 }, { delay: 20 }];
    const [a, b] = [w.tcp(w.a), w.tcp(w.b)];
    core.sockBind(a, w.a.ip, 7001);
    core.sockBind(b, w.b.ip, 7002);
    core.sockConnect(a, w.b.ip, 7002);
    core.sockConnect(b, w.a.ip, 7001);
    w.pass(500);
    expect([core.sockInfo(a).state, core.sockInfo(b).state]).toEqual([1, 1]);
    pump(w, [new Stream(core, a, b, pattern(50_000)), new Stream(core, b, a, pattern(50_000, 5))]);
  });
});

describe('nonsense', () => {
  it('mutated and random segments neither trap nor leak nor touch the stream', async () => {
    for (let seed = 1; seed <= 12; seed++) {
      const { core, exports } = await newCoreWithExports(seed);
      const slabs = exports as Wasm & { slabUsed(id: number): number };
      const random = generator(seed * 977);
      const w = new Wire(core, random);
      w.weather = [
        { delay: 2, loss: 0.02 },
        { delay: 2, loss: 0.02 },
      ];
      const held = slabs.slabUsed(SLAB_IDS.packet);
      const [a, b] = w.connect();
      const below = (n: number): number => Math.floor(random() * n);
      const evil: [number, Uint8Array][] = [];
      w.fate = (dir, f) => {
        const t = readTcp(f);
        if (!t || random() > 0.3) return false;
        const to = dir === 0 ? w.b.dev : w.a.dev;
        // a blind attacker knows the addresses and ports, and guesses numbers and flags
        const guess = {
          ...t,
          seq: t.seq + 0x10000000 + below(0x60000000),
          ack: t.ack + 0x10000000 + below(0x60000000),
        };
        const flags = [RST, SYN, FIN | ACK, SYN | ACK, PSH | ACK, 0, 63, RST | ACK][below(8)] as number;
        evil.push([to, tcpFrame(dir + 1, 2 - dir, { ...guess, flags, data: pattern(below(1400)) })]);
        // header bytes of real ones are damaged: without right checksums, and cut short with them
        const broken = f.slice();
        broken[34 + below(20)] = below(256);
        evil.push([to, broken]);
        const cut = f.slice(0, 54 + below(Math.max(1, f.length - 54)));
        cut[17] = (cut.length - 14) & 255;
        cut[16] = (cut.length - 14) >> 8;
        cut[46] = (cut[46] as number) | (below(16) << 4);
        cut[47] = [0, SYN, 0][below(3)] as number;
        evil.push([to, fixSums(cut)]);
        return false;
      };
      const streams = [new Stream(core, a, b, pattern(120_000)), new Stream(core, b, a, pattern(60_000, 3))];
      for (let i = 0; !streams.every((s) => s.done) && i < 40_000; i++) {
        for (const s of streams) s.turn();
        for (const [dev, frame] of evil.splice(0)) {
          core.frameReceive(dev, frame);
          core.run(core.now());
        }
        w.pass(5);
      }
      expect(streams.map((s) => s.done)).toEqual([true, true]);
      core.sockClose(a);
      core.sockClose(b);
      w.fate = () => false;
      w.pass(200_000);
      expect(slabs.slabUsed(SLAB_IDS.packet)).toBe(held);
      expect(core.socks(w.a.ns)).toEqual([]);
    }
  });
});
