/**
 * Arguments of iproute2's commands: abbreviations, the cursor over words, and the texts of its errors.
 * @see iproute2 lib/utils.c
 */
import type { IpAddr, Prefix } from '../../../base/ip.ts';
import { parseIp, parsePrefix } from '../../../base/ip.ts';
import type { Errno } from '../../kernel/errno.ts';

/** Ends a command with a message on standard error. Exit codes: 255 wrong words, 1 wrong value, 2 the kernel's no. */
export class IpError extends Error {
  constructor(
    message: string,
    readonly code: number,
  ) {
    super(message);
  }
}

/** Equivalent: `matches()`: `word` is an abbreviation of `pattern`. */
export function matches(word: string, pattern: string): boolean {
  return word !== '' && pattern.startsWith(word);
}

/** The first of the words that `word` abbreviates. */
export function abbreviated(word: string, words: readonly string[]): string | undefined {
  return words.find((w) => matches(word, w));
}

/** A cursor over the words of a command. */
export class Words {
  #at = 0;
  constructor(readonly words: readonly string[]) {}

  get done(): boolean {
    return this.#at >= this.words.length;
  }
  peek(): string | undefined {
    return this.words[this.#at];
  }
  take(): string | undefined {
    return this.words[this.#at++];
  }
  /** The value that must follow. Equivalent: NEXT_ARG() */
  need(): string {
    const w = this.take();
    if (w === undefined) throw new IpError('Command line is not complete. Try option "help"', 255);
    return w;
  }
  rest(): string[] {
    return this.words.slice(this.#at);
  }
}

/** Equivalent: `rtnl_talk` failing. */
export function rtnetlink(e: Errno): IpError {
  return new IpError(e.extack === undefined ? `RTNETLINK answers: ${e.text}` : `Error: ${e.extack}.`, 2);
}

/** Equivalent: `nodev()` */
export function cannotFind(name: string): IpError {
  return new IpError(`Cannot find device "${name}"`, 1);
}

/** Equivalent: `invarg()` */
export function wrong(message: string, arg: string): IpError {
  return new IpError(`Error: argument "${arg}" is wrong: ${message}`, 255);
}

/** Equivalent: `duparg2()` */
export function garbage(key: string, arg: string): IpError {
  return new IpError(`Error: either "${key}" is duplicate, or "${arg}" is a garbage.`, 255);
}

/** Decimal number in a range, or iproute2's complaint about `name`. */
export function number(arg: string, name: string, max = 0xffffffff): number {
  const n = Number(arg);
  if (arg === '' || !Number.isInteger(n) || n < 0 || n > max) throw wrong(`Invalid "${name}" value\n`, arg);
  return n;
}

/** An address, a prefix when a slash is given. */
export function prefixArg(arg: string, family: 4 | 6 | 0): Prefix {
  const p = arg.includes('/') ? parsePrefix(arg) : undefined;
  const a = p?.addr ?? (arg.includes('/') ? undefined : parseIp(arg));
  const what = family === 6 ? 'inet6' : family === 4 ? 'inet' : 'any valid';
  if (!a || (family !== 0 && a.v !== family))
    throw new IpError(`Error: ${what} prefix is expected rather than "${arg}".`, 1);
  return p ?? { addr: a, bits: a.v === 4 ? 32 : 128 };
}

/** One address. */
export function addressArg(arg: string, family: 4 | 6 | 0): IpAddr {
  const a = parseIp(arg);
  const what = family === 6 ? 'an inet6' : family === 4 ? 'an inet' : 'any valid';
  if (!a || (family !== 0 && a.v !== family))
    throw new IpError(`Error: ${what} address is expected rather than "${arg}".`, 1);
  return a;
}
