/** Modules that look for bytes: string; and set, of which there are none. @see iptables extensions/libxt_string.c, libxt_set.c */
import type { StringMatch } from '../../../kernel/nfmatch.ts';
import { UsageError } from '../values.ts';
import { type Draft, extension, integer, must, type Words } from './spec.ts';

const LONGEST = 128;
const utf8 = new TextEncoder();

/** Plain text, with bytes in hexadecimal between bars. */
function hexPattern(text: string): Uint8Array {
  const out: number[] = [];
  text.split('|').forEach((part, i) => {
    if (i % 2 === 0) {
      out.push(...utf8.encode(part));
      return;
    }
    for (const pair of part.replaceAll(' ', '').match(/.{1,2}/g) ?? []) {
      if (!/^[0-9a-fA-F]{2}$/.test(pair)) throw new UsageError('Odd number of literal hex digits');
      out.push(Number.parseInt(pair, 16));
    }
  });
  return Uint8Array.from(out);
}

const pattern = (option: string, read: (text: string) => Uint8Array) => (d: Draft<StringMatch>, w: Words) => {
  const text = w.take();
  const bytes = read(text);
  if (bytes.length === 0 || bytes.length > LONGEST)
    throw new UsageError(
      bytes.length === 0 ? `string: bad value for option "--${option}"` : `STRING too long "${text}"`,
    );
  d.pattern = bytes;
  d.not = w.not;
};

/** In quotes, or in hexadecimal when it has bytes that do not print. */
function patternText(b: Uint8Array): string {
  if (isHex(b)) return `"|${[...b].map((x) => x.toString(16).padStart(2, '0')).join('')}|"`;
  return `"${String.fromCharCode(...b).replace(/["\\]/g, '\\$&')}"`;
}

const isHex = (b: Uint8Array): boolean => b.some((x) => x < 32 || x > 126);

export const string = extension<StringMatch>({
  module: 'string',
  options: {
    string: pattern('string', (text) => utf8.encode(text)),
    'hex-string': pattern('hex-string', hexPattern),
    algo: (d, w) => {
      d.algo = w.take();
    },
    from: (d, w) => {
      d.from = integer('string', 'from', w.take(), 0, 65535);
    },
    to: (d, w) => {
      d.to = integer('string', 'to', w.take(), 0, 65535);
    },
    icase: (d) => {
      d.icase = true;
    },
  },
  check(d) {
    if (d.algo === undefined) must('string', 'algo');
    if (!d.pattern) throw new UsageError("STRING match: You must specify `--string' or `--hex-string'");
    d.from ??= 0;
    d.to ??= 65535;
  },
  save: (m) =>
    `${m.not ? ' !' : ''} --${isHex(m.pattern) ? 'hex-string' : 'string'} ${patternText(m.pattern)} --algo ${m.algo}` +
    (m.from === 0 ? '' : ` --from ${m.from}`) +
    (m.to === 65535 ? '' : ` --to ${m.to}`) +
    (m.icase ? ' --icase' : ''),
  list: (m) =>
    `STRING match ${m.not ? '!' : ''} ${patternText(m.pattern)} ALGO name ${m.algo}` +
    (m.from === 0 ? '' : ` FROM ${m.from}`) +
    (m.to === 65535 ? '' : ` TO ${m.to}`) +
    (m.icase ? ' ICASE' : ''),
});

/** Sets are made by ipset, which is not here: a rule that names one fails as it does where nobody has made it. */
export const set = extension<never>({
  module: 'set' as never,
  options: {
    'match-set': (_, w) => {
      throw new UsageError(`Set ${w.take()} doesn't exist.\n`);
    },
  },
  check() {
    throw new UsageError("You must specify `--match-set' with proper arguments");
  },
  save: () => '',
  list: () => '',
});
