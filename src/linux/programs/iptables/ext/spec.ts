/** What an extension of iptables is: the options of one match module, read and printed. @see iptables include/xtables.h: struct xtables_match */
import { type IpAddr, type Prefix, parseIp } from '../../../../base/ip.ts';
import type { Not } from '../../../kernel/netadmin.ts';
import type { NfMatch, Span } from '../../../kernel/nfmatch.ts';
import { UsageError } from '../values.ts';

/** A match being read: any of its fields may be missing yet. */
export type Draft<M> = { -readonly [K in keyof M]?: M[K] };

/** What an option may ask for. */
export interface Words {
  /** The option's next word. */
  take(): string;
  /** Whether a ! stood before it. */
  readonly not: boolean;
  readonly family: 4 | 6;
  /** An address or network as -s takes it. */
  address(text: string): Prefix;
}

/** One match module. */
export interface Extension<M extends NfMatch = NfMatch> {
  readonly module: M['module'];
  /** By long option. */
  readonly options: Readonly<Record<string, (draft: Draft<M>, words: Words) => void>>;
  /** Fills in what was not said, and refuses what is not whole. @throws UsageError */
  readonly check?: (draft: Draft<M>, family: 4 | 6) => void;
  /** Its words in -S, each with a blank before it. */
  readonly save: (m: M) => string;
  /** Its words in -L, without the first blank. */
  readonly list: (m: M) => string;
}

/** A module of its own type among all. */
export function extension<M extends NfMatch>(x: Extension<M>): Extension {
  return x as unknown as Extension;
}

/** `! ` before what is negated, as -S has it. */
export const bang = (n: Not<unknown>): string => (n.not ? ' !' : '');

/** An option that must have been given. */
export function must(module: string, option: string): never {
  throw new UsageError(`${module}: option "--${option}" must be specified\n`);
}

/** A number in decimal, hexadecimal or octal. @throws UsageError as xtables_strtoui does */
export function integer(module: string, option: string, text: string, lo: number, hi: number): number {
  const n = /^(0[xX][0-9a-fA-F]+|\d+)$/.test(text) ? (/^0\d/.test(text) ? Number.parseInt(text, 8) : Number(text)) : -1;
  if (n < lo || n > hi || !Number.isInteger(n))
    throw new UsageError(`${module}: bad value for option "--${option}", or out of range (${lo}-${hi}).\n`);
  return n;
}

/** `A` or `A<sep>B`. */
export function spanOf(module: string, option: string, text: string, sep: string, max: number): Span {
  const at = text.indexOf(sep);
  if (at < 0) {
    const n = integer(module, option, text, 0, max);
    return { from: n, to: n };
  }
  const a = text.slice(0, at);
  const b = text.slice(at + 1);
  return {
    from: a === '' ? 0 : integer(module, option, a, 0, max),
    to: b === '' ? max : integer(module, option, b, 0, max),
  };
}

/** `A` or `A<sep>B`. */
export const spanText = (s: Span, sep = ':'): string => (s.from === s.to ? `${s.from}` : `${s.from}${sep}${s.to}`);

export const hex = (n: number): string => `0x${(n >>> 0).toString(16)}`;
export const hex2 = (n: number): string => `0x${n.toString(16).padStart(2, '0')}`;

/** `VALUE[/MASK]`. */
export function masked(module: string, option: string, text: string, full: number): { value: number; mask: number } {
  const [v, m] = text.split('/') as [string, string?];
  const bad = (): never => {
    throw new UsageError(`${module}: bad integer value for option "--${option}", or out of range.\n`);
  };
  const n = (s: string): number => (/^(0[xX][0-9a-fA-F]+|\d+)$/.test(s) && Number(s) <= full ? Number(s) : bad());
  return { value: n(v), mask: m === undefined ? full : n(m) };
}

export const maskedText = (m: { readonly value: number; readonly mask: number }): string =>
  m.mask === 0xffffffff ? hex(m.value) : `${hex(m.value)}/${hex(m.mask)}`;

/** An address of the family, or undefined. */
export function addressOf(text: string, family: 4 | 6): IpAddr | undefined {
  const ip = parseIp(text);
  return ip?.v === family ? ip : undefined;
}
