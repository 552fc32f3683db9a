/** Frames that no honest machine sends, most of them plausible enough to get deep before they fail. */
import fc from 'fast-check';
import { sum16 } from '../wasm/world.ts';

type Bytes = Uint8Array;

/** Ends that random frames name: machines of the world of world.ts, and others. */
export const MACS = [0x22a49f7e0a1e, 0xffffffffffff, 0x9ae3d0a70464, 0xea8f60a7bc85, 0x01005e000001, 0x123456789abc];
const ADDRESSES = [
  [172, 17, 0, 1],
  [172, 17, 0, 2],
  [172, 17, 0, 3],
  [192, 168, 56, 11],
  [192, 168, 56, 13],
  [127, 0, 0, 1],
  [255, 255, 255, 255],
  [172, 17, 255, 255],
  [224, 0, 0, 1],
  [0, 0, 0, 0],
  [240, 1, 2, 3],
  [198, 51, 100, 7],
];
const PORTS = [0, 22, 53, 80, 4789, 5000, 8080, 32768, 65535];

const u16 = (n: number): number[] => [(n >> 8) & 255, n & 255];
const u32 = (n: number): number[] => [(n >>> 24) & 255, (n >>> 16) & 255, (n >>> 8) & 255, n & 255];
const mac = (n: number): number[] => Array.from({ length: 6 }, (_, i) => Math.floor(n / 2 ** (8 * (5 - i))) & 255);

const port = fc.oneof(fc.constantFrom(...PORTS), fc.nat(65535));
const address = fc.constantFrom(...ADDRESSES);
/** Mostly one that a machine behind the bridge would send from. */
const source = fc.oneof({ weight: 4, arbitrary: fc.constant([172, 17, 0, 3]) }, { weight: 1, arbitrary: address });
const data = (max: number) => fc.uint8Array({ maxLength: max, size: 'max' });
/** Mostly true: whether a field is as it should be. */
const right = fc.oneof({ weight: 5, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) });

/** Mostly null: a field that is sometimes something else than it should be. */
const rarely = <T>(a: fc.Arbitrary<T>): fc.Arbitrary<T | null> =>
  fc.oneof({ weight: 7, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: a });

/** A transport with the place of its checksum, -1 none. */
interface Payload {
  readonly proto: number;
  readonly bytes: Bytes;
  readonly sumAt: number;
  /** Whether addresses count in the checksum. */
  readonly pseudo: boolean;
}

const tcp: fc.Arbitrary<Payload> = fc
  .record({
    sport: port,
    dport: port,
    seq: fc.nat(),
    ack: fc.nat(),
    flags: fc.constantFrom(2, 2, 18, 16, 17, 4, 20, 24, 0, 63, 41),
    options: data(20),
    offset: rarely(fc.nat(15)),
    body: data(80),
  })
  .map(({ sport, dport, seq, ack, flags, options, offset, body }) => {
    const whole = options.subarray(0, options.length & ~3);
    const words = offset ?? 5 + whole.length / 4;
    const head = [...u16(sport), ...u16(dport), ...u32(seq), ...u32(ack), words << 4, flags, ...u16(1000), 0, 0, 0, 0];
    return { proto: 6, bytes: Uint8Array.from([...head, ...whole, ...body]), sumAt: 16, pseudo: true };
  });

const udpOf = (dport: fc.Arbitrary<number>, body: fc.Arbitrary<Bytes>): fc.Arbitrary<Payload> =>
  fc
    .record({ sport: port, dport, length: rarely(fc.nat(200)), body, none: fc.boolean() })
    .map(({ sport, dport: to, length, body: b, none }) => {
      const head = [...u16(sport), ...u16(to), ...u16(length ?? 8 + b.length), 0, 0];
      return { proto: 17, bytes: Uint8Array.from([...head, ...b]), sumAt: none ? -1 : 6, pseudo: true };
    });

const icmpOf = (quote: fc.Arbitrary<Bytes>): fc.Arbitrary<Payload> =>
  fc
    .oneof(
      fc.record({ type: fc.constantFrom(0, 8, 13, 17, 42), code: fc.nat(3), rest: data(60) }),
      // Errors that quote something odd, cut short anywhere.
      fc
        .record({
          type: fc.constantFrom(3, 4, 5, 11, 12),
          code: fc.nat(16),
          quote,
          cut: fc.nat(80),
          mtu: fc.constantFrom(0, 68, 576, 1400, 65535),
        })
        .map(({ type, code, quote: q, cut, mtu }) => ({
          type,
          code,
          rest: Uint8Array.from([0, 0, ...u16(mtu), ...q.subarray(0, cut)]),
        })),
    )
    .map(({ type, code, rest }) => ({
      proto: 1,
      bytes: Uint8Array.from([type, code, 0, 0, ...rest]),
      sumAt: 2,
      pseudo: false,
    }));

const other: fc.Arbitrary<Payload> = fc
  .record({ proto: fc.constantFrom(2, 4, 41, 47, 50, 58, 132, 255), bytes: data(60) })
  .map((p) => ({ ...p, sumAt: -1, pseudo: false }));

/** An IPv4 packet around a payload. */
function ip4(payload: fc.Arbitrary<Payload>): fc.Arbitrary<Bytes> {
  return fc
    .record({
      payload,
      src: source,
      dst: address,
      ttl: fc.constantFrom(0, 1, 2, 64, 255),
      id: fc.nat(3),
      frag: fc.oneof(
        { weight: 8, arbitrary: fc.constantFrom(0, 0x4000) },
        { weight: 2, arbitrary: fc.constantFrom(0x2000, 0x2001, 0x2002, 1, 2, 3, 0x1fff, 0x3fff, 0x8000) },
      ),
      options: rarely(data(40)),
      length: rarely(fc.nat(300)),
      version: rarely(fc.constantFrom(5, 0)),
      ok: right,
      sum: right,
    })
    .map((f) => {
      const options = (f.options ?? new Uint8Array()).slice(0, (f.options?.length ?? 0) & ~3);
      const hlen = 20 + options.length;
      const body = f.payload.bytes.slice();
      const at = f.payload.sumAt;
      if (at >= 0 && at + 2 <= body.length && f.sum) {
        const pseudo = f.payload.pseudo
          ? sum16(Uint8Array.from([...f.src, ...f.dst]), 0, 8, f.payload.proto + body.length)
          : 0;
        body.set(u16(~sum16(body, 0, body.length, pseudo)), at);
      }
      const total = f.length ?? hlen + body.length;
      const head = Uint8Array.from([
        ((f.version ?? 4) << 4) | (hlen / 4),
        0,
        ...u16(total),
        ...u16(f.id),
        ...u16(f.frag),
        f.ttl,
        f.payload.proto,
        0,
        0,
        ...f.src,
        ...f.dst,
        ...options,
      ]);
      if (f.ok) head.set(u16(~sum16(head, 0, hlen)), 10);
      return Uint8Array.from([...head, ...body]);
    });
}

const arp = fc
  .record({
    hw: fc.constantFrom(1, 1, 1, 6),
    op: fc.constantFrom(1, 1, 2, 2, 3, 0),
    sha: fc.constantFrom(...MACS),
    spa: address,
    tha: fc.constantFrom(...MACS),
    tpa: address,
  })
  .map((f) =>
    Uint8Array.from([...u16(f.hw), 8, 0, 6, 4, ...u16(f.op), ...mac(f.sha), ...f.spa, ...mac(f.tha), ...f.tpa]),
  );

const ip6 = fc
  .record({
    first: fc.constantFrom(0x60, 0x60, 0x40),
    next: fc.constantFrom(0, 6, 17, 43, 44, 58, 60),
    length: rarely(fc.nat(200)),
    src: fc.uint8Array({ minLength: 16, maxLength: 16 }),
    dst: fc.constantFrom(0, 1, 2),
    body: data(100),
  })
  .map((f) => {
    const dst =
      f.dst === 0
        ? [...Array(15).fill(0), 1]
        : f.dst === 1
          ? [0xff, 2, ...Array(13).fill(0), 1]
          : [0xfe, 0x80, ...Array(13).fill(0), 9];
    return Uint8Array.from([
      f.first,
      0,
      0,
      0,
      ...u16(f.length ?? f.body.length),
      f.next,
      64,
      ...f.src,
      ...dst,
      ...f.body,
    ]);
  });

function ethernet(type: number, body: fc.Arbitrary<Bytes>): fc.Arbitrary<Bytes> {
  return fc
    .record({
      dst: fc.oneof(fc.constant(0x22a49f7e0a1e), fc.constantFrom(...MACS)),
      src: fc.constantFrom(0xea8f60a7bc85, 0xea8f60a7bc85, ...MACS),
      body,
    })
    .map((f) => Uint8Array.from([...mac(f.dst), ...mac(f.src), ...u16(type), ...f.body]));
}

const plain = ip4(fc.oneof(tcp, udpOf(port, data(80)), other));
const inner = ethernet(0x0800, plain);
/** VXLAN: a header, sound or not, and a frame inside. */
const vxlan = fc
  .record({
    flags: fc.constantFrom(8, 8, 0, 255),
    vni: fc.constantFrom(0, 42, 4096, 0xffffff),
    frame: inner,
    cut: rarely(fc.nat(60)),
  })
  .map((f) => Uint8Array.from([f.flags, 0, 0, 0, ...u32(f.vni * 256), ...f.frame]).subarray(0, f.cut ?? undefined));

const sound = fc.oneof(
  { weight: 8, arbitrary: ethernet(0x0800, ip4(fc.oneof(tcp, udpOf(port, data(80)), icmpOf(plain), other))) },
  { weight: 1, arbitrary: ethernet(0x0800, ip4(udpOf(fc.constantFrom(4789), vxlan))) },
  { weight: 3, arbitrary: ethernet(0x0806, arp) },
  { weight: 1, arbitrary: ethernet(0x86dd, ip6) },
  { weight: 1, arbitrary: fc.nat(65535).chain((type) => ethernet(type, data(60))) },
);

/** A frame, sometimes cut, lengthened or with bits flipped; never shorter than a frame's header. */
export const frame: fc.Arbitrary<Bytes> = fc
  .record({
    frame: sound,
    cut: rarely(fc.nat(100)),
    more: rarely(data(40)),
    flips: fc.array(fc.tuple(fc.nat(200), fc.integer({ min: 1, max: 255 })), { maxLength: 2 }),
  })
  .map(({ frame: f, cut, more, flips }) => {
    const out = Uint8Array.from([...f, ...(more ?? [])]).slice(0, cut === null ? undefined : 14 + cut);
    for (const [at, bits] of flips) if (at < out.length && flips.length > 1) out[at]! ^= bits;
    return out;
  });
