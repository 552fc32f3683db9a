import { execFileSync } from 'node:child_process';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { text, utf8 } from '../../src/base/http.ts';
import { gunzip } from '../../src/base/inflate.ts';
import { readTar, type TarEntry, writeTar } from '../../src/base/tar.ts';

const entry = (name: string, more: Partial<TarEntry> = {}): TarEntry => ({
  name,
  kind: 'file',
  mode: 0o644,
  uid: 0,
  gid: 0,
  mtime: 1_795_473_608_000_000_000n,
  target: '',
  bytes: new Uint8Array(0),
  ...more,
});
const pack = (entries: TarEntry[]): Uint8Array => new Uint8Array(Buffer.concat([...writeTar(entries)]));
const long = `${'d'.repeat(60)}/${'e'.repeat(60)}/file`;
const entries = [
  entry('etc/', { kind: 'dir', mode: 0o755 }),
  entry('etc/passwd', { bytes: utf8('root:x:0:0::/root:/bin/sh\n'), uid: 7, gid: 8 }),
  entry(long, { bytes: utf8('x'.repeat(512)), xattrs: { 'user.a': 'b' } }),
  entry('bin', { kind: 'symlink', mode: 0o777, target: `usr/${'l'.repeat(120)}` }),
  entry('hard', { kind: 'link', target: 'etc/passwd' }),
];

describe('tar', () => {
  it('reads what it writes', () => {
    expect(readTar(pack(entries))).toEqual(entries.map((e) => ({ ...e, bytes: new Uint8Array(e.bytes) })));
  });

  it('is read by tar, and reads what tar writes', () => {
    const listed = execFileSync('tar', ['tf', '-'], { input: pack(entries) }).toString();
    expect(listed.split('\n').slice(0, 3)).toEqual(['etc/', 'etc/passwd', long]);
    for (const format of ['gnu', 'pax', 'ustar']) {
      const args = [`--format=${format}`, '-cf', '-', '--transform', `s,^,${'p'.repeat(90)}/,`, '-C', __dirname];
      const got = readTar(execFileSync('tar', [...args, 'tar.test.ts']));
      if (typeof got === 'string') throw new Error(got);
      expect(got.map((e) => e.name)).toEqual([`${'p'.repeat(90)}/tar.test.ts`]);
      expect(text(got[0]?.bytes ?? new Uint8Array())).toContain('is read by tar');
    }
  });

  it('tells what is no archive', () => {
    expect(readTar(new Uint8Array(1024).fill(7))).toBe('invalid tar header');
    expect(readTar(pack(entries).subarray(0, 1024 + 10))).toBe('unexpected EOF');
    expect(readTar(new Uint8Array(0))).toEqual([]);
  });

  it('never throws on damaged archives', () => {
    const whole = pack(entries);
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.nat(255), fc.nat(whole.length), (at, byte, cut) => {
        const bad = Buffer.from(whole);
        bad[at] = byte;
        readTar(bad.subarray(0, cut));
      }),
    );
  });
});

describe('gunzip', () => {
  it('gives back what was compressed, however well', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 5000 }), fc.nat(9), fc.nat(20), (bytes, level, times) => {
        const plain = Buffer.concat(new Array(times + 1).fill(Buffer.from(bytes)));
        expect(Buffer.compare(gunzip(gzipSync(plain, { level })) as Uint8Array, plain)).toBe(0);
      }),
      { numRuns: 50 },
    );
  });
  it('gives nothing for what is none, or is cut', () => {
    expect(gunzip(utf8('hello'))).toBeUndefined();
    expect(gunzip(gzipSync('hello hello hello').subarray(0, 14))).toBeUndefined();
  });
});
