import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { type PcapngFile, type PcapngPacket, writePcapng } from '../../../src/linux/core/pcapng.ts';
import { readPcapng } from '../../../src/linux/core/pcapng-read.ts';

const text = fc.string({ maxLength: 20, unit: 'binary' }).filter((s) => !s.includes('\0') && !s.includes('\ufeff'));
const some = <T>(a: fc.Arbitrary<T>) => fc.option(a, { nil: undefined });
/** Without fields that are undefined, at any depth. */
const present = (o: unknown): never =>
  JSON.parse(
    JSON.stringify(o, (_, v) => (typeof v === 'bigint' ? `${v}n` : v instanceof Uint8Array ? [...v] : v)),
  ) as never;

const time = fc.bigInt({ min: 0n, max: 2n ** 63n });
const file: fc.Arbitrary<PcapngFile> = fc.integer({ min: 1, max: 5 }).chain((n) => {
  const at = fc.integer({ min: 0, max: n - 1 });
  return fc.record({
    section: fc.record({ hardware: some(text), os: some(text), userappl: some(text), comment: some(text) }),
    interfaces: fc.array(
      fc.record({
        linkType: fc.constantFrom(1, 276),
        snaplen: fc.nat(),
        name: some(text),
        description: some(text),
        mac: some(fc.integer({ min: 0, max: 2 ** 48 - 1 })),
        hardware: some(text),
      }),
      { minLength: n, maxLength: n },
    ),
    packets: fc.array(
      fc.record({
        interface: at,
        time,
        length: fc.nat(),
        bytes: fc.uint8Array({ maxLength: 70 }),
        direction: some(fc.constantFrom('inbound' as const, 'outbound' as const)),
        reception: some(
          fc.constantFrom('unicast' as const, 'multicast' as const, 'broadcast' as const, 'promiscuous' as const),
        ),
        id: some(fc.nat()),
        comment: some(text),
      }),
      { maxLength: 8 },
    ),
    statistics: fc.array(
      fc.record({
        interface: at,
        time,
        start: some(time),
        end: some(time),
        received: some(fc.nat()),
        dropped: some(fc.nat()),
      }),
      { maxLength: 3 },
    ),
  }) as fc.Arbitrary<PcapngFile>;
});

test('what is written is read again', () => {
  fc.assert(
    fc.property(file, (f) => {
      const bytes = writePcapng(f);
      expect(bytes.length % 4).toBe(0);
      const { section, interfaces, packets, statistics } = readPcapng(bytes) as PcapngFile;
      expect(present({ section, interfaces, packets, statistics })).toEqual(present(f));
    }),
    { seed: 1 },
  );
});

test('a cut or damaged file gives what stands before the damage, or nothing, and never throws', () => {
  fc.assert(
    fc.property(file, fc.nat(), fc.nat(), fc.integer({ min: 1, max: 255 }), (f, cut, at, flip) => {
      const whole = writePcapng(f);
      const part = readPcapng(whole.subarray(0, cut % whole.length));
      expect(part?.packets.length ?? 0).toBeLessThanOrEqual(f.packets.length);
      const damaged = whole.slice();
      damaged[at % damaged.length]! ^= flip;
      readPcapng(damaged);
    }),
    { seed: 1 },
  );
});

/** Bytes of 32-bit words, big end first. */
const words = (...w: (number | number[])[]): number[] =>
  w.flatMap((x) => (Array.isArray(x) ? x : [x >>> 24, (x >>> 16) & 255, (x >>> 8) & 255, x & 255]));

describe('other writers', () => {
  it('big end first, microseconds, a simple packet, unknown blocks and options', () => {
    const bytes = Uint8Array.from(
      words(
        ...[0x0a0d0d0a, 28, 0x1a2b3c4d, 0x00010000, 0xffffffff, 0xffffffff, 28],
        ...[0x00000bad, 16, 0x12345678, 16],
        // an interface with an unknown option and its name, and no resolution: microseconds
        ...[
          1,
          40,
          0x00010000,
          96,
          0x03e80001,
          [7, 0, 0, 0],
          0x00020004,
          [...'eth0'].map((c) => c.charCodeAt(0)),
          0,
          40,
        ],
        ...[6, 36, 0, 0, 1_000_001, 2, 60, [0xaa, 0xbb, 0, 0], 36],
        ...[3, 20, 2, [0xcc, 0xdd, 0, 0], 20],
      ),
    );
    const read = readPcapng(bytes);
    expect(read?.interfaces).toEqual([{ linkType: 1, snaplen: 96, name: 'eth0' }]);
    expect(read?.packets).toEqual<PcapngPacket[]>([
      { interface: 0, time: 1_000_001_000n, length: 60, bytes: Uint8Array.of(0xaa, 0xbb) },
      { interface: 0, time: 0n, length: 2, bytes: Uint8Array.of(0xcc, 0xdd) },
    ]);
  });

  it('stamps count in powers of two too, and from elsewhere', () => {
    const option = [0x00090001, [0x8a, 0, 0, 0], 0x000e0008, 0, 100, 0] as const;
    const bytes = Uint8Array.from(
      words(
        ...[0x0a0d0d0a, 28, 0x1a2b3c4d, 0x00010000, 0xffffffff, 0xffffffff, 28],
        ...[1, 44, 0x00010000, 0, ...(option as unknown as number[]), 44],
        ...[6, 32, 0, 0, 1536, 0, 60, 32],
      ),
    );
    expect(readPcapng(bytes)?.packets[0]?.time).toBe(101_500_000_000n);
  });

  it('what is no pcapng is refused', () => {
    expect(readPcapng(new Uint8Array(100))).toBeUndefined();
    expect(readPcapng(Uint8Array.from(words(0x0a0d0d0a, 28, 0x11111111, 0, 0, 0, 28)))).toBeUndefined();
  });
});
