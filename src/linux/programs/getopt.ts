/**
 * getopt_long(3): options from an argument list by a table, with glibc's error texts.
 *
 * Limits: an abbreviated long option is taken when it is unambiguous, as glibc does; the POSIXLY_CORRECT variable is
 * not looked at (a table says itself whether it permutes).
 * @see glibc posix/getopt.c: _getopt_internal_r
 */

/** Whether an option takes an argument. */
export type OptionArg = 'none' | 'required' | 'optional';

/** One option of a table. */
export interface OptionSpec {
  /** Long name without dashes; it is also the key under which values are found. */
  readonly name: string;
  /** One letter, when there is one. */
  readonly short?: string;
  /** More letters that mean the same. */
  readonly also?: string;
  /** No long form exists: `name` is only the key. */
  readonly shortOnly?: boolean;
  /** `none` when absent. */
  readonly arg?: OptionArg;
  /** What --help calls the argument. */
  readonly metavar?: string;
  readonly help?: string;
  /** Values that completion offers. */
  readonly values?: readonly string[];
}

/** An option without an argument. */
export const flag = (name: string, short: string | undefined, help: string): OptionSpec => ({ name, short, help });

/** An option with an argument, which --help calls `metavar`. */
export const valued = (name: string, short: string | undefined, metavar: string, help: string): OptionSpec => ({
  name,
  short,
  arg: 'required',
  metavar,
  help,
});

/** One option that was given. */
export interface GivenOption {
  readonly name: string;
  /** The empty string for options without one. */
  readonly value: string;
  /** The letter by which it was given, or undefined for a long option. */
  readonly letter?: string;
}

/** What was found in an argument list. */
export interface ParsedOptions {
  readonly options: Options;
  readonly operands: string[];
}

/** The options that were given, in order, with access by name. */
export class Options {
  constructor(
    /** In the order given. */
    readonly list: readonly GivenOption[],
  ) {}

  has(name: string): boolean {
    return this.list.some((o) => o.name === name);
  }
  /** How many times it was given (-vv). */
  count(name: string): number {
    return this.list.filter((o) => o.name === name).length;
  }
  /** The last value given. */
  value(name: string): string | undefined {
    return this.list.findLast((o) => o.name === name)?.value;
  }
  values(name: string): string[] {
    return this.list.filter((o) => o.name === name).map((o) => o.value);
  }
  /** Which of several options that exclude each other came last. */
  last(...names: readonly string[]): string | undefined {
    return this.list.findLast((o) => names.includes(o.name))?.name;
  }
}

/** Why an argument list was refused. */
export interface OptionError {
  /** glibc's message, without a newline. */
  readonly error: string;
  readonly kind: 'unknown' | 'ambiguous' | 'missing' | 'extra';
  /** As it was given: `-z`, `--name`. */
  readonly option: string;
}

/** How operands and options mix. `posix`: the first operand ends the options (nsenter, env, sleep in busybox). */
export type OptionOrder = 'permute' | 'posix';

const takes = (o: OptionSpec): OptionArg => o.arg ?? 'none';

/**
 * @param prog how the program calls itself in messages
 * @param args arguments without argv[0]
 * @returns the message (without a newline) on an error
 */
export function getopt(
  prog: string,
  args: readonly string[],
  table: readonly OptionSpec[],
  order: OptionOrder = 'permute',
): ParsedOptions | OptionError {
  const given: GivenOption[] = [];
  const operands: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] as string;
    if (arg === '--') {
      operands.push(...args.slice(i + 1));
      break;
    }
    if (arg[0] !== '-' || arg === '-') {
      if (order === 'posix') {
        operands.push(...args.slice(i));
        break;
      }
      operands.push(arg);
      continue;
    }
    const used = arg.startsWith('--')
      ? longOption(prog, arg, args[i + 1], table, given)
      : letters(prog, arg, args[i + 1], table, given);
    if (typeof used !== 'number') return used;
    i += used;
  }
  return { options: new Options(given), operands };
}

function problem(kind: OptionError['kind'], option: string, error: string): OptionError {
  return { error, kind, option };
}

/** Takes one `--name[=value]`. @returns how many following arguments it used, or a message */
function longOption(
  prog: string,
  arg: string,
  next: string | undefined,
  table: readonly OptionSpec[],
  given: GivenOption[],
): number | OptionError {
  const eq = arg.indexOf('=');
  const name = arg.slice(2, eq < 0 ? undefined : eq);
  const value = eq < 0 ? undefined : arg.slice(eq + 1);
  const longs = table.filter((o) => !o.shortOnly);
  const exact = longs.find((o) => o.name === name);
  const near = exact ? [exact] : longs.filter((o) => o.name.startsWith(name));
  if (near.length > 1)
    return problem(
      'ambiguous',
      `--${name}`,
      `${prog}: option '--${name}' is ambiguous; possibilities: ${near.map((o) => `'--${o.name}'`).join(' ')}`,
    );
  const option = near[0];
  if (!option) return problem('unknown', `--${name}`, `${prog}: unrecognized option '--${name}'`);
  if (takes(option) === 'none') {
    if (value !== undefined)
      return problem('extra', `--${name}`, `${prog}: option '--${option.name}' doesn't allow an argument`);
    given.push({ name: option.name, value: '' });
    return 0;
  }
  if (value === undefined && takes(option) === 'required') {
    if (next === undefined)
      return problem('missing', `--${name}`, `${prog}: option '--${option.name}' requires an argument`);
    given.push({ name: option.name, value: next });
    return 1;
  }
  given.push({ name: option.name, value: value ?? '' });
  return 0;
}

/** Takes a cluster of letters, `-nrk2`. @returns how many following arguments it used, or a message */
function letters(
  prog: string,
  arg: string,
  next: string | undefined,
  table: readonly OptionSpec[],
  given: GivenOption[],
): number | OptionError {
  for (let j = 1; j < arg.length; j++) {
    const letter = arg[j] as string;
    const option = table.find((o) => o.short === letter || o.also?.includes(letter));
    if (!option) return problem('unknown', `-${letter}`, `${prog}: invalid option -- '${letter}'`);
    if (takes(option) === 'none') {
      given.push({ name: option.name, value: '', letter });
      continue;
    }
    const rest = arg.slice(j + 1);
    if (rest !== '' || takes(option) === 'optional') {
      given.push({ name: option.name, value: rest, letter });
      return 0;
    }
    if (next === undefined)
      return problem('missing', `-${letter}`, `${prog}: option requires an argument -- '${letter}'`);
    given.push({ name: option.name, value: next, letter });
    return 1;
  }
  return 0;
}
