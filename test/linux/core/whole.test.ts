/** Snapshots and capture files. */
import { describe, expect, it } from 'vitest';
import type { Core } from '../../../src/linux/core/core.ts';
import { LinkType, pcapHeader, readPcap, readSll2, toSll2, writePcap } from '../../../src/linux/core/pcap.ts';
import { bridged, frames, freshCore, ip, listener, ok, pass, pattern, take, tcp } from './build.ts';

/** Some traffic; what the devices saw of it. */
function play(core: Core, ns: number, capture: number): string {
  const s = tcp(core, ns);
  core.sockConnect(s, ip('192.0.2.11'), 5000);
  core.sockSend(s, pattern(20_000));
  pass(core, 50);
  core.sockClose(s);
  pass(core, 500);
  return frames(core, capture)
    .map((f) => `${f.time} ${f.dev} ${Buffer.from(f.bytes).toString('hex')}`)
    .join('\n');
}

describe('the whole state', () => {
  it('restored, it plays the same bytes again; another seed plays others', async () => {
    const core = await freshCore(7);
    const { hosts } = bridged(core);
    const [a, b] = hosts as [(typeof hosts)[0], (typeof hosts)[0]];
    listener(core, b.ns, 5000);
    const capture = core.captureAdd(0, 0, 0);
    const image = core.snapshot();
    const first = play(core, a.ns, capture);
    expect(first.split('\n').length).toBeGreaterThan(50);
    core.restore(image);
    expect(play(core, a.ns, capture)).toBe(first);
    const other = await freshCore(8);
    other.restore(image);
    expect(play(other, a.ns, capture)).toBe(first);
    const fresh = await freshCore(8);
    const again = bridged(fresh);
    listener(fresh, (again.hosts[1] as (typeof hosts)[0]).ns, 5000);
    const seen = fresh.captureAdd(0, 0, 0);
    expect(play(fresh, (again.hosts[0] as (typeof hosts)[0]).ns, seen)).not.toBe(first);
  });

  it('a namespace that goes takes its sockets along', async () => {
    const core = await freshCore();
    const { hosts } = bridged(core);
    const [a, b] = hosts as [(typeof hosts)[0], (typeof hosts)[0]];
    const server = listener(core, b.ns, 5000);
    const s = tcp(core, a.ns);
    core.sockConnect(s, ip('192.0.2.11'), 5000);
    const child = ok(core.sockAccept(server));
    ok(core.sockSend(s, pattern(100)));
    core.nsDel(b.ns);
    expect(core.socks(b.ns)).toEqual([]);
    pass(core, 10_000);
    expect(take(core, s).length).toBe(0);
    expect(child).toBeGreaterThan(0);
  });

  it('events say who became ready', async () => {
    const core = await freshCore();
    const { hosts } = bridged(core);
    const [a, b] = hosts as [(typeof hosts)[0], (typeof hosts)[0]];
    const server = listener(core, b.ns, 5000);
    const s = tcp(core, a.ns);
    core.events(() => {});
    core.sockConnect(s, ip('192.0.2.11'), 5000);
    const got = new Map<number, number>();
    core.events((kind, sock, bits) => {
      if (kind === 1) got.set(sock, (got.get(sock) ?? 0) | bits);
    });
    expect([...got].sort((x, y) => x[0] - y[0])).toEqual([
      [server, 1],
      [s, 4],
    ]);
  });
});

describe('capture files', () => {
  const packets = [
    { seconds: 1, nanos: 123_456_789, length: 60, bytes: pattern(60) },
    { seconds: 2, nanos: 0, length: 1500, bytes: pattern(96) },
  ];
  for (const nano of [false, true])
    it(`read back as written, ${nano ? 'nanoseconds' : 'microseconds'}`, () => {
      const bytes = writePcap({ linkType: LinkType.LINUX_SLL2, nano, packets });
      const back = readPcap(bytes);
      expect(back?.linkType).toBe(276);
      expect(back?.nano).toBe(nano);
      expect(back?.packets.map((p) => [p.seconds, p.nanos, p.length, [...p.bytes]])).toEqual(
        packets.map((p) => [p.seconds, nano ? p.nanos : p.nanos - (p.nanos % 1000), p.length, [...p.bytes]]),
      );
      expect(readPcap(bytes.subarray(0, bytes.length - 1))?.packets.length).toBe(1);
    });
  it('knows what is none', () => {
    expect(readPcap(new Uint8Array(24))).toBeUndefined();
    expect(readPcap(pcapHeader(1).subarray(0, 20))).toBeUndefined();
  });
  it('cooked headers keep type, device and sender', () => {
    const bytes = pattern(40);
    const cooked = toSll2({ bytes, pkttype: 4 }, 7, false);
    const h = readSll2(cooked);
    expect([h?.ifindex, h?.pkttype, h?.arphrd, cooked.length]).toEqual([7, 4, 1, 46]);
    expect([...cooked.subarray(20)]).toEqual([...bytes.subarray(14)]);
    expect(h?.protocol).toBe(((bytes[12] as number) << 8) | (bytes[13] as number));
  });
});
