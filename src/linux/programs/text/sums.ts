/** md5sum, sha1sum, sha256sum: digests of files, and checking lists of them. @see coreutils src/digest.c; RFC 1321, FIPS 180-4 */
import { sha1 as sha1Of } from '../../../base/sha1.ts';
import { isErr } from '../../kernel/errno.ts';
import { type Context, defineProgram, type ProgramSpec } from '../spec.ts';
import { readAll, readText, readWhole } from '../stdio.ts';
import { fault } from './wording.ts';

type Digest = (b: Uint8Array) => string;
const rotl = (x: number, n: number): number => (x << n) | (x >>> (32 - n));

/** The message with its padding. @param little byte order of the length */
function padded(b: Uint8Array, little: boolean): DataView {
  const out = new Uint8Array(Math.ceil((b.length + 9) / 64) * 64);
  out.set(b);
  out[b.length] = 0x80;
  const v = new DataView(out.buffer);
  const [low, high] = [(b.length * 8) >>> 0, Math.floor(b.length / 0x2000_0000)];
  v.setUint32(out.length - (little ? 8 : 4), low, little);
  v.setUint32(out.length - (little ? 4 : 8), high, little);
  return v;
}

const hex = (words: readonly number[], little: boolean): string =>
  words
    .map((w) => {
      const v = new DataView(new ArrayBuffer(4));
      v.setUint32(0, w >>> 0, little);
      return [0, 1, 2, 3].map((i) => v.getUint8(i).toString(16).padStart(2, '0')).join('');
    })
    .join('');

const md5: Digest = (b) => {
  const shift = [7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21];
  const k = Array.from({ length: 64 }, (_, i) => Math.floor(Math.abs(Math.sin(i + 1)) * 0x1_0000_0000) | 0);
  const v = padded(b, true);
  let state = [0x67452301, 0xefcdab89 | 0, 0x98badcfe | 0, 0x10325476] as [number, number, number, number];
  for (let at = 0; at < v.byteLength; at += 64) {
    let [a, bb, c, d] = state;
    for (let i = 0; i < 64; i++) {
      const round = i >> 4;
      const f =
        round === 0
          ? (bb & c) | (~bb & d)
          : round === 1
            ? (d & bb) | (~d & c)
            : round === 2
              ? bb ^ c ^ d
              : c ^ (bb | ~d);
      const g = round === 0 ? i : round === 1 ? (5 * i + 1) % 16 : round === 2 ? (3 * i + 5) % 16 : (7 * i) % 16;
      const sum = (a + f + (k[i] as number) + v.getInt32(at + 4 * g, true)) | 0;
      [a, d, c, bb] = [d, c, bb, (bb + rotl(sum, shift[4 * round + (i % 4)] as number)) | 0];
    }
    state = [(state[0] + a) | 0, (state[1] + bb) | 0, (state[2] + c) | 0, (state[3] + d) | 0];
  }
  return hex(state, true);
};

const sha1: Digest = (b) => [...sha1Of(b)].map((x) => x.toString(16).padStart(2, '0')).join('');

const primes = (n: number): number[] => {
  const out: number[] = [];
  for (let i = 2; out.length < n; i++) if (out.every((p) => i % p !== 0)) out.push(i);
  return out;
};
const fraction = (x: number): number => ((x - Math.floor(x)) * 0x1_0000_0000) | 0;

const sha256: Digest = (b) => {
  const k = primes(64).map((p) => fraction(Math.cbrt(p)));
  let h = primes(8).map((p) => fraction(Math.sqrt(p)));
  const v = padded(b, false);
  const w = new Int32Array(64);
  for (let at = 0; at < v.byteLength; at += 64) {
    for (let i = 0; i < 64; i++) {
      if (i < 16) {
        w[i] = v.getInt32(at + 4 * i);
        continue;
      }
      const [x, y] = [w[i - 15] as number, w[i - 2] as number];
      w[i] =
        ((w[i - 16] as number) +
          (rotl(x, 25) ^ rotl(x, 14) ^ (x >>> 3)) +
          (w[i - 7] as number) +
          (rotl(y, 15) ^ rotl(y, 13) ^ (y >>> 10))) |
        0;
    }
    let [a, bb, c, d, e, f, g, hh] = h as [number, number, number, number, number, number, number, number];
    for (let i = 0; i < 64; i++) {
      const t1 =
        (hh + (rotl(e, 26) ^ rotl(e, 21) ^ rotl(e, 7)) + ((e & f) ^ (~e & g)) + (k[i] as number) + (w[i] as number)) |
        0;
      const t2 = ((rotl(a, 30) ^ rotl(a, 19) ^ rotl(a, 10)) + ((a & bb) ^ (a & c) ^ (bb & c))) | 0;
      [hh, g, f, e, d, c, bb, a] = [g, f, e, (d + t1) | 0, c, bb, a, (t1 + t2) | 0];
    }
    h = [a, bb, c, d, e, f, g, hh].map((x, i) => ((h[i] as number) + x) | 0);
  }
  return hex(h, false);
};

async function check(ctx: Context, digest: Digest): Promise<number> {
  let bad = 0;
  for (const list of ctx.operands.length > 0 ? ctx.operands : ['-']) {
    const bytes = list === '-' ? await readAll(ctx.sys, 0) : undefined;
    const text = bytes ? (isErr(bytes) ? bytes : new TextDecoder().decode(bytes)) : readText(ctx.sys, list);
    if (isErr(text)) return ctx.fail(`${list}: ${text.text}`);
    for (const line of text.split('\n')) {
      const m = /^([0-9a-f]+) [ *](.+)$/.exec(line);
      if (!m) continue;
      const file = await readWhole(ctx.sys, m[2] as string);
      const ok = !isErr(file) && digest(file) === m[1];
      if (!ok) bad++;
      if (!ok || !ctx.options.has('quiet'))
        await ctx.out(`${m[2]}: ${ok ? 'OK' : isErr(file) ? 'FAILED open or read' : 'FAILED'}\n`);
    }
  }
  if (bad > 0) await ctx.err(`${ctx.name}: WARNING: ${bad} computed checksum${bad > 1 ? 's' : ''} did NOT match\n`);
  return bad > 0 ? 1 : 0;
}

const spec = (name: string, digest: Digest): ProgramSpec =>
  defineProgram({
    name,
    path: `/usr/bin/${name}`,
    summary: 'Print or check checksums',
    synopsis: ['[OPTION]... [FILE]...'],
    version: `${name} (GNU coreutils) 9.7`,
    options: [
      { name: 'check', short: 'c', help: 'read checksums from the FILEs and check them' },
      { name: 'binary', short: 'b', help: 'read in binary mode' },
      { name: 'quiet', help: "don't print OK for each successfully verified file" },
    ],
    async run(ctx) {
      if (ctx.options.has('check')) return check(ctx, digest);
      let code = 0;
      for (const name of ctx.operands.length > 0 ? ctx.operands : ['-']) {
        const bytes = name === '-' ? await readAll(ctx.sys, 0) : await readWhole(ctx.sys, name);
        if (isErr(bytes)) code = await fault(ctx, `${name}: ${bytes.text}`, `can't open '${name}': ${bytes.text}`);
        else await ctx.out(`${digest(bytes)}  ${name}\n`);
      }
      return code;
    },
  });

export const md5sum = spec('md5sum', md5);
export const sha1sum = spec('sha1sum', sha1);
export const sha256sum = spec('sha256sum', sha256);
