/** bzip2 and xz: files of the real programs, where these are installed, and a few that stand here. */
import { execFileSync, spawnSync } from 'node:child_process';
import { describe, expect, it, test } from 'vitest';
import { bunzip2, isBzip2 } from '../../src/base/bunzip2.ts';
import { isXz, unxz } from '../../src/base/unxz.ts';

const there = (program: string): boolean => spawnSync(program, ['--version'], { input: '' }).status === 0;

/** Bytes that look random, the same each time. */
function noise(n: number): Uint8Array {
  let x = 12345;
  return Uint8Array.from({ length: n }, () => {
    x = (Math.imul(x, 1103515245) + 12345) >>> 0;
    return x >>> 24;
  });
}

const CONTENTS: Readonly<Record<string, Uint8Array>> = {
  nothing: new Uint8Array(0),
  'one byte': Uint8Array.of(65),
  'a long run': new Uint8Array(120_000).fill(7),
  'a pattern': Buffer.from('abcabcabd'.repeat(4000)),
  noise: noise(30_000),
  'runs of four and more': Buffer.concat([Buffer.alloc(259, 1), Buffer.alloc(4, 2), Buffer.alloc(5, 3), noise(9)]),
  text: Buffer.from(Array.from({ length: 3000 }, (_, i) => `line ${i * 7919} of ${i % 13}\n`).join('')),
};

const FORMATS = [
  ['bzip2', ['-c'], bunzip2],
  ['bzip2', ['-c', '-1'], bunzip2],
  ['xz', ['-c'], unxz],
  ['xz', ['-c', '-9e', '--check=none'], unxz],
  ['xz', ['-c', '--block-size=10000', '--check=sha256'], unxz],
  ['xz', ['-c', '--lzma2=lc=1,lp=2,pb=0'], unxz],
] as const;

for (const [program, args, unpack] of FORMATS)
  describe.skipIf(!there(program))(`${program} ${args.join(' ')}`, () => {
    for (const [name, content] of Object.entries(CONTENTS))
      it(`gives back ${name}`, () => {
        const packed = execFileSync(program, [...args], { input: content });
        const out = unpack(packed);
        expect(out && Buffer.compare(out, content)).toBe(0);
        // streams may follow one another
        expect(unpack(Buffer.concat([packed, packed]))?.length).toBe(2 * content.length);
      });
  });

const BZ = Buffer.from('QlpoOTFBWSZTWQL4sL0AAAORAEAAAkSgADDNAFSGlnGbOKPF3JFOFCQAviwvQA==', 'base64');
const XZ = Buffer.from(
  '/Td6WFoAAATm1rRGAgAhARYAAAB0L+Wj4AAWAAtdADQZSe6N6VYKteAAAACJQ9vqAzTk0AABJxeJgpB5H7bzfQEAAAAABFla',
  'base64',
);

test('files are known by their beginning', () => {
  expect([isBzip2(BZ), isXz(BZ), isBzip2(XZ), isXz(XZ)]).toEqual([true, false, false, true]);
  const text = 'hello hello hello hello';
  expect([bunzip2(BZ), unxz(XZ)].map((b) => b && Buffer.from(b).toString())).toEqual([text, text]);
});

test('what the formats do not allow is refused', () => {
  const bent = (whole: Uint8Array, at: number, to: number): Uint8Array => {
    const out = Uint8Array.from(whole);
    out[at] = to;
    return out;
  };
  // one chunk that is not compressed, between the headers of a file and its index
  const chunk = (control: number): Uint8Array =>
    Uint8Array.of(
      ...XZ.subarray(0, 24),
      control,
      0,
      0,
      65,
      0,
      0,
      0,
      0,
      ...new Uint8Array(8),
      0,
      1,
      24,
      1,
      ...new Uint8Array(16),
    );
  expect(unxz(chunk(1))).toEqual(Uint8Array.of(65));
  expect(unxz(chunk(3))).toBe(undefined);
  // lc 4, lp 1: tables larger than LZMA2's
  const first = bent(XZ, 26, 0);
  expect(unxz(first)).toEqual(Uint8Array.of(104));
  expect(unxz(bent(first, 29, 13))).toBe(undefined);
  // the text's own row beyond the block
  expect(bunzip2(bent(BZ, 14, 0x7f))).toBe(undefined);
});

test('what breaks off or is not right gives nothing, whatever it is', () => {
  for (const [whole, unpack] of [
    [BZ, bunzip2],
    [XZ, unxz],
  ] as const) {
    for (let n = 5; n < whole.length; n++) expect(unpack(whole.subarray(0, n))).toBe(undefined);
    for (let n = 0; n < whole.length; n++) {
      const bent = Uint8Array.from(whole);
      bent[n] = (bent[n] as number) ^ 0x55;
      unpack(bent);
    }
  }
});
