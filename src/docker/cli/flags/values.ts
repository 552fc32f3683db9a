/**
 * How a flag's text is checked and stored, by flag type.
 * @see spf13/pflag (int.go, bool.go, string_slice.go), docker/cli opts/opts.go
 */
import type { FlagSpec, FlagType } from '../spec.ts';
import { parseBool, parseDuration, parseInt64, parseUint } from './gostrconv.ts';

type Checked = { readonly value: string } | { readonly error: string };

const numeric =
  (parse: (s: string) => { value: number } | { error: string }) =>
  (s: string): Checked => {
    const p = parse(s);
    return 'error' in p ? p : { value: String(p.value) };
  };

/** units.RAMInBytes: `64m`, `1.5g`, `1k`; binary units. @returns bytes */
export function ramInBytes(s: string): { value: number } | { error: string } {
  const invalid = { error: `invalid size: '${s}'` };
  const m = /^(\d+(?:\.\d+)?) ?([kKmMgGtTpP])?(?:[iI])?[bB]?$/.exec(s);
  if (!m) return invalid;
  const power = m[2] ? 'kmgtp'.indexOf(m[2].toLowerCase()) + 1 : 0;
  return { value: Math.trunc(Number(m[1]) * 1024 ** power) };
}

function filter(s: string): Checked {
  const at = s.indexOf('=');
  if (s === '') return { value: '' };
  if (at < 0) return { error: 'bad format of filter (expected name=value)' };
  return { value: `${s.slice(0, at).trim().toLowerCase()}=${s.slice(at + 1).trim()}` };
}

/** opts.ParseCPUs: NanoCPUs; empty is refused as big.Rat does. */
function decimal(s: string): Checked {
  const ratio = /^([+-]?\d+)\/0*([1-9]\d*)$/.exec(s);
  if (!ratio && !/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(s))
    return { error: `failed to parse ${s} as a rational number` };
  const nano = (ratio ? Number(ratio[1]) / Number(ratio[2]) : Number(s)) * 1e9;
  if (Math.abs(nano - Math.round(nano)) > 1e-3) return { error: 'value is too precise' };
  return { value: String(Math.round(nano)) };
}

const CHECKS: Partial<Record<FlagType, (s: string) => Checked>> = {
  bool: (s) => {
    const p = parseBool(s);
    return 'error' in p ? p : { value: String(p.value) };
  },
  int: numeric((s) => parseInt64(s)),
  uint: numeric((s) => parseUint(s, 0)),
  uint16: numeric((s) => parseUint(s, 0, 16)),
  duration: (s) => {
    const p = parseDuration(s);
    return 'error' in p ? p : { value: s };
  },
  float: (s) =>
    Number.isNaN(Number(s)) || s === ''
      ? { error: `strconv.ParseFloat: parsing "${s}": invalid syntax` }
      : { value: s },
  bytes: numeric(ramInBytes),
  decimal,
  filter,
};

/** Checks one value of a flag. */
export function checkValue(spec: FlagSpec, text: string): Checked {
  const check = spec.check ?? CHECKS[spec.type];
  return check ? check(text) : { value: text };
}

/** Values of one occurrence: `strings` and `stringToString` flags split at commas as CSV. */
export function splitValue(spec: FlagSpec, text: string): readonly string[] {
  if (spec.type !== 'strings' && spec.type !== 'stringToString') return [text];
  return text === '' ? [] : text.split(',');
}
