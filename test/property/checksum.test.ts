/** Every packet the core makes has right checksums where it is received: computed in full, fragments put together first. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import * as abi from '../../wasm/abi.ts';
import { checksumsHold, sum16 } from '../wasm/world.ts';
import { apply, build, ground, op, shape } from './world.ts';

const u16 = (b: Uint8Array, at: number): number => ((b[at] ?? 0) << 8) | (b[at + 1] ?? 0);

/** The IPv4 header in a frame is right, and so is that of the packet which an ICMP error quotes. */
function headersHold(f: Uint8Array): boolean {
  const hlen = (f[14]! & 15) * 4;
  if (sum16(f, 14, 14 + hlen) !== 0xffff) return false;
  const th = 14 + hlen;
  const error = f[23] === 1 && [3, 11, 12].includes(f[th] ?? 0) && (u16(f, 20) & 0x1fff) === 0;
  return !error || f.length < th + 28 || sum16(f, th + 8, th + 8 + (f[th + 8]! & 15) * 4) === 0xffff;
}

/** Datagrams in pieces, by who sends them to whom on which device. */
class Pieces {
  readonly #parts = new Map<string, { from: number; bytes: Uint8Array; last: boolean }[]>();
  whole = 0;

  /** @returns the datagram as an unfragmented frame, when this piece completes it */
  add(dev: number, f: Uint8Array): Uint8Array | undefined {
    const key = `${dev} ${Buffer.from(f.subarray(18, 20)).toString('hex')} ${f[23]} ${Buffer.from(f.subarray(26, 34)).toString('hex')}`;
    const parts = this.#parts.get(key) ?? [];
    this.#parts.set(key, parts);
    const hlen = (f[14]! & 15) * 4;
    const frag = u16(f, 20);
    parts.push({
      from: (frag & 0x1fff) * 8,
      bytes: f.subarray(14 + hlen, 14 + u16(f, 16)),
      last: (frag & 0x2000) === 0,
    });
    parts.sort((a, b) => a.from - b.from);
    let end = 0;
    for (const p of parts) if (p.from === end) end += p.bytes.length;
    const last = parts.find((p) => p.last);
    if (!last || end !== last.from + last.bytes.length) return undefined;
    this.#parts.delete(key);
    this.whole++;
    const out = new Uint8Array(14 + hlen + end);
    out.set(f.subarray(0, 14 + hlen));
    for (const p of parts) out.set(p.bytes, 14 + hlen + p.from);
    out.set([(hlen + end) >> 8, (hlen + end) & 255], 16);
    out.set([0, 0, 0, 0], 20);
    out.set([0, 0], 24);
    const c = ~sum16(out, 14, 14 + hlen) & 0xffff;
    out.set([c >> 8, c & 255], 24);
    return out;
  }
}

test('all traffic of random worlds is received with right checksums', async () => {
  const g = await ground(1);
  const ops = fc.array(
    op.filter((o) => o.op !== 'frame'),
    { minLength: 10, maxLength: 40 },
  );
  let checked = 0;
  let translated = 0;
  let errors = 0;
  let whole = 0;
  fc.assert(
    fc.property(shape, ops, (s, list) => {
      const world = build(g, { ...s, published: true });
      const pieces = new Pieces();
      for (const o of [...list, { op: 'run' as const, ms: 3000 }]) {
        apply(world, o);
        for (let f = world.core.captureRead(world.capture); f; f = world.core.captureRead(world.capture)) {
          if (f.pkttype === abi.PKT_OUTGOING || u16(f.bytes, 12) !== 0x0800) continue;
          expect(headersHold(f.bytes)).toBe(true);
          const piece = (u16(f.bytes, 20) & 0x3fff) !== 0;
          const b = piece ? pieces.add(f.dev, f.bytes) : f.bytes;
          if (!b) continue;
          expect(checksumsHold(b)).toBe(true);
          checked++;
          if (b[23] === 1 && [3, 11].includes(b[14 + (b[14]! & 15) * 4] ?? 0)) errors++;
        }
      }
      whole += pieces.whole;
      const drops = world.core.drops();
      expect([drops[abi.DROP_BAD_CHECKSUM], drops[abi.DROP_SOCK_CHECKSUM], drops[abi.DROP_BAD_HEADER]]).toEqual([
        0, 0, 0,
      ]);
      translated += world.core.conns(world.ns[3] as number).filter((c) => (c.status & 48) !== 0).length;
    }),
    { numRuns: 150, seed: 1, endOnFailure: true },
  );
  // The sample had what is hard: translated connections, errors that quote, datagrams in pieces.
  expect(checked).toBeGreaterThan(1000);
  expect(translated).toBeGreaterThan(30);
  expect(errors).toBeGreaterThan(100);
  expect(whole).toBeGreaterThan(100);
});
