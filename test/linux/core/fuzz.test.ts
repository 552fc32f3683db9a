/** Bytes no honest machine sends: the core neither traps nor leaks, and a connection beside them lives on. */
import { describe, expect, it } from 'vitest';
import { Rng } from '../../../src/base/rng.ts';
import { SockType } from '../../../src/linux/core/core.ts';
import { dissect, dissectNetwork } from '../../../src/linux/core/dissect.ts';
import { etherText, sum16 } from '../../../src/linux/core/summary.ts';
import { Conversations } from '../../../src/linux/core/summary-tcp.ts';
import { bridged, frames, freshCore, ip, listener, ok, pass, take, tcp, text, textOf } from './build.ts';

/** A packet to 192.0.2.11:5000 with right checksums and otherwise odd, in the name of .10 or .12. */
function segment(rng: Rng, sport: number, seq: number): Uint8Array {
  const n = 20 + rng.below(60);
  const out = new Uint8Array(20 + n);
  const v = new DataView(out.buffer);
  v.setUint16(0, 0x4500);
  v.setUint16(2, out.length);
  v.setUint16(8, 0x4006);
  const spoof = rng.below(2) === 0;
  v.setUint32(12, spoof ? 0xc000020a : 0xc000020c);
  v.setUint32(16, 0xc000020b);
  out.set(rng.bytes(n), 20);
  v.setUint16(20, spoof ? sport : 1024 + rng.below(64));
  v.setUint16(22, 5000);
  if (rng.below(3)) v.setUint32(24, seq + rng.below(3000));
  v.setUint8(32, (5 + rng.below(Math.min(11, Math.floor(n / 4) - 4))) << 4);
  v.setUint16(36, 0);
  const pseudo = sum16(out.subarray(12, 20), 6 + n);
  v.setUint16(36, ~sum16(out.subarray(20), pseudo) & 0xffff);
  v.setUint16(10, ~sum16(out.subarray(0, 20)) & 0xffff);
  return out;
}

describe('hostile packets', () => {
  it('random TCP segments, some in the name of the peer of a live connection', async () => {
    const core = await freshCore(11);
    const { hosts } = bridged(core, 3);
    const [a, b, c] = hosts as [(typeof hosts)[0], (typeof hosts)[0], (typeof hosts)[0]];
    const capture = core.captureAdd(a.ns, a.dev, 0);
    const server = listener(core, b.ns, 5000, 64);
    const client = tcp(core, a.ns);
    core.sockConnect(client, ip('192.0.2.11'), 5000);
    const child = ok(core.sockAccept(server));
    const syn = frames(core, capture)
      .map((f) => dissect(f.bytes))
      .find((p) => p.tcp && p.tcp.flags === 2)?.tcp;
    if (!syn) throw new Error('no SYN was seen');
    const rng = new Rng(5);
    const raw = core.sockOpen(c.ns, SockType.RAW, 4, 6);
    ok(core.sockSet(raw, 'hdrincl', 1));
    for (let i = 0; i < 5000; i++) {
      core.sockSend(raw, segment(rng, syn.sport, syn.seq), ip('192.0.2.11'));
      take(core, child);
      if (i % 50 === 0) pass(core, 20);
    }
    expect(core.drops()[9]).toBe(0);
    core.sockClose(client);
    core.sockClose(child);
    for (let s = core.sockAccept(server); s > 0; s = core.sockAccept(server)) core.sockClose(s);
    pass(core, 2_000_000);
    expect(core.socks(b.ns).map((s) => s.state)).toEqual([10]);
    const again = tcp(core, a.ns);
    core.sockConnect(again, ip('192.0.2.11'), 5000);
    const other = ok(core.sockAccept(server));
    ok(core.sockSend(again, text('still here')));
    expect(textOf(take(core, other))).toBe('still here');
  });

  it('random frames dissect and print without an exception', () => {
    const rng = new Rng(3);
    const seen = new Conversations();
    const types = [0x0800, 0x0806, 0x86dd, 0x1234];
    let printed = 0;
    for (let i = 0; i < 5000; i++) {
      const frame = rng.bytes(rng.below(120));
      if (frame.length > 14) {
        const type = types[rng.below(4)] as number;
        frame[12] = type >> 8;
        frame[13] = type & 255;
        if (type === 0x0800 && frame.length > 34) {
          frame[14] = 0x45;
          frame[23] = [1, 6, 17, 58][rng.below(4)] as number;
          frame[20] = 0;
          frame[21] = 0;
        }
        if (frame.length > 38 && rng.below(2)) frame[37] = 53;
        dissectNetwork(type, frame.subarray(14));
      }
      for (const verbose of [0, 2])
        printed += etherText(frame, frame.length, { verbose, link: true, seen }).length > 0 ? 1 : 0;
    }
    expect(printed).toBe(10_000);
  });
});
