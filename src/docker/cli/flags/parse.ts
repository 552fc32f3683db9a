/**
 * Command-line flags as spf13/pflag reads them: `--flag value`, `--flag=value`, `-f value`, `-fvalue`, `-f=value`,
 * combined shorts, `--`, flags between arguments unless the set stops at the first argument.
 * Limits: no abbreviations (pflag has none either), no flag groups.
 * @see spf13/pflag flag.go: parseLongArg, parseSingleShortArg; errors.go
 */
import type { FlagSpec } from '../spec.ts';
import { goQuote, parseBool } from './gostrconv.ts';
import { type FlagIndex, flagIndex, Options } from './options.ts';
import { checkValue, splitValue } from './values.ts';

export interface ParsedFlags {
  readonly options: Options;
  readonly args: readonly string[];
  /** `--help` (or `-h` where it is free) was given. */
  readonly help: boolean;
  /** Lines that pflag prints to stderr on the way: old flags. */
  readonly notes: readonly string[];
  readonly error?: string;
}

class Reader {
  readonly options: Options;
  readonly args: string[] = [];
  readonly notes: string[] = [];
  help = false;
  error: string | undefined;

  constructor(readonly index: FlagIndex) {
    this.options = new Options(index);
  }

  #set(spec: FlagSpec, text: string): boolean {
    for (const part of splitValue(spec, text)) {
      const checked = checkValue(spec, part);
      if ('error' in checked) {
        const name = spec.short ? `-${spec.short}, --${spec.name}` : `--${spec.name}`;
        this.error = `invalid argument ${goQuote(text)} for "${name}" flag: ${checked.error}`;
        return false;
      }
      this.options.put(spec, checked.value);
    }
    return true;
  }

  /** @returns how many further words were used, or -1 when it ends here */
  long(word: string, rest: readonly string[]): number {
    const body = word.slice(2);
    if (body === '' || body.startsWith('-') || body.startsWith('=')) {
      this.error = `bad flag syntax: ${word}`;
      return -1;
    }
    const eq = body.indexOf('=');
    const name = eq < 0 ? body : body.slice(0, eq);
    const spec = this.index.byName.get(name);
    if (spec?.deprecated) this.notes.push(`Flag --${name} has been deprecated, ${spec.deprecated}`);
    if (!spec && name === 'help') return this.#askHelp(eq < 0 ? 'true' : body.slice(eq + 1));
    if (!spec) {
      this.error = `unknown flag: --${name}`;
      return -1;
    }
    if (eq >= 0) return this.#set(spec, body.slice(eq + 1)) ? 0 : -1;
    if (spec.type === 'bool') return this.#set(spec, 'true') ? 0 : -1;
    if (rest.length === 0) {
      this.error = `flag needs an argument: --${name}`;
      return -1;
    }
    return this.#set(spec, rest[0] as string) ? 1 : -1;
  }

  #askHelp(text: string): number {
    const asked = parseBool(text);
    if ('value' in asked) this.help = asked.value;
    else this.error = `invalid argument ${goQuote(text)} for "--help" flag: ${asked.error}`;
    return 'value' in asked ? 0 : -1;
  }

  short(word: string, rest: readonly string[]): number {
    let letters = word.slice(1);
    while (letters !== '') {
      const letter = letters[0] as string;
      const spec = this.index.byShort.get(letter);
      if (!spec) {
        if (letter === 'h') {
          this.notes.push('Flag shorthand -h has been deprecated, use --help');
          this.help = true;
          letters = letters.slice(1);
          continue;
        }
        this.error = `unknown shorthand flag: '${letter}' in -${letters}`;
        return -1;
      }
      const after = letters.slice(1);
      if (after.startsWith('=') && after.length > 1) return this.#set(spec, after.slice(1)) ? 0 : -1;
      if (spec.type === 'bool') {
        if (!this.#set(spec, 'true')) return -1;
        letters = after;
        continue;
      }
      if (after !== '') return this.#set(spec, after) ? 0 : -1;
      if (rest.length > 0) return this.#set(spec, rest[0] as string) ? 1 : -1;
      this.error = `flag needs an argument: '${letter}' in -${letters}`;
      return -1;
    }
    return 0;
  }
}

/**
 * Reads the words of one command.
 * @param stopAtFirst the first word that is no flag ends the flags (docker run, exec, and docker itself)
 */
export function parseFlags(specs: readonly FlagSpec[], words: readonly string[], stopAtFirst = false): ParsedFlags {
  const r = new Reader(flagIndex(specs));
  for (let i = 0; i < words.length; i++) {
    const word = words[i] as string;
    if (word === '--') {
      r.args.push(...words.slice(i + 1));
      break;
    }
    if (word.length < 2 || !word.startsWith('-')) {
      if (stopAtFirst) {
        r.args.push(...words.slice(i));
        break;
      }
      r.args.push(word);
      continue;
    }
    const rest = words.slice(i + 1);
    const used = word.startsWith('--') ? r.long(word, rest) : r.short(word, rest);
    if (used < 0) break;
    i += used;
  }
  return { options: r.options, args: r.args, help: r.help, notes: r.notes, error: r.error };
}
