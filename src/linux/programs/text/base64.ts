/** base64: bytes as text, and back. @see coreutils src/basenc.c */
import { isErr } from '../../kernel/errno.ts';
import { defineProgram } from '../spec.ts';
import { readAll, readWhole } from '../stdio.ts';

const ABC = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

function encode(b: Uint8Array): string {
  let out = '';
  for (let i = 0; i < b.length; i += 3) {
    const n = ((b[i] as number) << 16) | ((b[i + 1] ?? 0) << 8) | (b[i + 2] ?? 0);
    const four = [18, 12, 6, 0].map((s) => ABC.charAt((n >> s) & 63)).join('');
    out += four.slice(0, b.length - i + 1).padEnd(4, '=');
  }
  return out;
}

/** @returns the bytes, and whether all of it was base64 */
function decode(s: string): [Uint8Array, boolean] {
  const out: number[] = [];
  let bits = 0;
  let n = 0;
  for (const c of s) {
    if (c === '\n' || c === '=') continue;
    const i = ABC.indexOf(c);
    if (i < 0) return [Uint8Array.from(out), false];
    bits = ((bits << 6) | i) & 0xffffff;
    n += 6;
    if (n >= 8) {
      n -= 8;
      out.push((bits >> n) & 255);
    }
  }
  return [Uint8Array.from(out), true];
}

/** The `base64` command. */
export const spec = defineProgram({
  name: 'base64',
  path: '/usr/bin/base64',
  summary: 'Base64 encode or decode FILE, or standard input, to standard output',
  synopsis: ['[OPTION]... [FILE]'],
  version: 'base64 (GNU coreutils) 9.7',
  options: [
    { name: 'decode', short: 'd', help: 'decode data' },
    { name: 'ignore-garbage', short: 'i', help: 'when decoding, ignore what is not of the alphabet' },
    {
      name: 'wrap',
      short: 'w',
      arg: 'required',
      metavar: 'COLS',
      help: 'wrap lines after COLS characters (76; 0: never)',
    },
  ],
  async run(ctx) {
    const [file = '-'] = ctx.operands;
    const bytes = file === '-' ? await readAll(ctx.sys, 0) : await readWhole(ctx.sys, file);
    if (isErr(bytes)) return ctx.fail(`${file}: ${bytes.text}`);
    if (ctx.options.has('decode')) {
      const text = new TextDecoder().decode(bytes);
      const [out, clean] = decode(ctx.options.has('ignore-garbage') ? text.replace(/[^A-Za-z0-9+/=\n]/g, '') : text);
      await ctx.sys.write(1, out);
      return clean ? 0 : ctx.fail('invalid input');
    }
    const columns = Number(ctx.options.value('wrap') ?? 76);
    const text = encode(bytes);
    const lines = columns === 0 ? text : text.replace(new RegExp(`.{1,${columns}}`, 'g'), '$&\n');
    await ctx.out(lines);
    return 0;
  },
});
