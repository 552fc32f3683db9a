/**
 * The frozen description of one program: its option table drives parsing, `--help` and completion. A module of this
 * folder exports `spec`; the same spec can stand for a program of its own (flavour `gnu`) and for an applet of
 * busybox (flavour `busybox`).
 *
 * Limits: help texts list the same flags as the real program in Drydock's own words.
 */
import type { Program } from '../kernel/machine.ts';
import type { Sys } from '../kernel/sys.ts';
import { getopt, type OptionOrder, type OptionSpec, Options } from './getopt.ts';
import { basename, eprint, print } from './stdio.ts';

export { flag, type OptionSpec, valued } from './getopt.ts';

/** Whose program it is: that of a full distribution, or the applet of the same name. */
export type Flavour = 'gnu' | 'busybox';

/** What a program is called with. */
export interface Context {
  readonly sys: Sys;
  readonly flavour: Flavour;
  /** What the program calls itself in messages: the last part of argv[0]. */
  readonly name: string;
  /** argv without argv[0], unparsed. */
  readonly args: readonly string[];
  readonly options: Options;
  readonly operands: readonly string[];
  /** Writes to standard output. */
  out(text: string): Promise<unknown>;
  /** Writes to standard error. */
  err(text: string): Promise<unknown>;
  /** Writes `NAME: message` and a newline to standard error, gives the exit code (1). */
  fail(message: string, code?: number): Promise<number>;
}

/** One program. */
export interface ProgramSpec {
  /** Command name. */
  readonly name: string;
  /** Where it lies on the machine. */
  readonly path: string;
  /** One line for apropos and --help. */
  readonly summary: string;
  /** Usage lines without the program's name: `[OPTION]... FILE`. */
  readonly synopsis?: readonly string[];
  readonly options: readonly OptionSpec[];
  /** `permute` when absent. `own`: the program reads `args` itself (ip, iptables), only completion uses the table. */
  readonly order?: OptionOrder | 'own';
  /** Exit code of a usage error; 1 when absent. */
  readonly usageExit?: number;
  /** What follows the message of a usage error; `try` (GNU coreutils), when absent. */
  readonly usageError?: 'try' | 'usage' | 'none';
  /** A wrong option in the program's own words, where it does not use getopt's. */
  readonly badOption?: (option: string) => string;
  /** The whole usage text, where the table's would differ from what the program prints on a wrong option. */
  readonly usageText?: string;
  /** First line of --version. */
  readonly version?: string;
  /** Rewrites arguments before parsing: `head -5`, `ps aux`. */
  readonly rewrite?: (args: readonly string[]) => readonly string[];
  /** Words completion offers as the first operand. */
  readonly words?: readonly string[];
  run(ctx: Context): Promise<number>;
}

/** First line of every usage text of the busybox in the images. */
export const BUSYBOX_BANNER = 'BusyBox v1.38.0 (Debian 1:1.38.0-1) multi-call binary.';

/** Freezes a spec. */
export function defineProgram(spec: ProgramSpec): ProgramSpec {
  return Object.freeze({ ...spec, options: Object.freeze([...spec.options]) });
}

/** `Usage:` lines and the option table, as --help prints them. */
export function helpText(spec: ProgramSpec, name = spec.name): string {
  const synopsis = spec.synopsis ?? ['[OPTION]...'];
  const lines = synopsis.map((s, i) => `${i === 0 ? 'Usage:' : '  or: '} ${name} ${s}`);
  const flags = spec.options.map(flagText);
  const width = Math.min(28, Math.max(0, ...flags.map((f) => f.length)) + 2);
  const table = spec.options.map((o, i) => {
    const flag = flags[i] as string;
    const help = o.help ?? '';
    return flag.length + 2 > width && help !== '' ? `${flag}\n${' '.repeat(width)}${help}` : flag.padEnd(width) + help;
  });
  return `${[...lines, `${spec.summary}.`, '', ...table.map((l) => l.trimEnd())].join('\n').trimEnd()}\n`;
}

function flagText(o: OptionSpec): string {
  const arg = o.arg === undefined || o.arg === 'none' ? '' : (o.metavar ?? 'ARG');
  const short = o.short ? `-${o.short}` : '  ';
  if (o.shortOnly) return `  ${short}${arg && ` ${arg}`}`;
  const long = o.arg === 'optional' ? `--${o.name}[=${arg}]` : `--${o.name}${arg && `=${arg}`}`;
  return `  ${short}${o.short ? ',' : ' '} ${long}`;
}

const HELP: OptionSpec = { name: 'help', help: 'display this help and exit' };
const VERSION: OptionSpec = { name: 'version', help: 'output version information and exit' };

/** The table with --help and --version, which every program of this kind has. */
export function fullTable(spec: ProgramSpec): OptionSpec[] {
  const table = [...spec.options];
  if (!table.some((o) => o.name === 'help')) table.push(HELP);
  if (spec.version !== undefined && !table.some((o) => o.name === 'version')) table.push(VERSION);
  return table;
}

/** What a usage error prints after its message. */
export function usageTail(spec: ProgramSpec, name: string, flavour: Flavour): string {
  if (spec.usageText !== undefined) return spec.usageText;
  if (flavour === 'busybox') return `${BUSYBOX_BANNER}\n\n${helpText(spec, name)}`;
  if (spec.usageError === 'none') return '';
  if (spec.usageError === 'usage') return helpText(spec, name);
  return `Try '${name} --help' for more information.\n`;
}

/** Runs a program by its spec. @param argv argv[0] included. @returns the exit code */
export async function runSpec(
  spec: ProgramSpec,
  sys: Sys,
  argv: readonly string[],
  flavour: Flavour = 'gnu',
): Promise<number> {
  const name = basename(argv[0] ?? spec.name);
  const args = argv.slice(1);
  const context = (options: Options, operands: readonly string[]): Context => ({
    sys,
    flavour,
    name,
    args,
    options,
    operands,
    out: (text) => print(sys, text),
    err: (text) => eprint(sys, text),
    fail: async (message, code = 1) => {
      await eprint(sys, `${name}: ${message}\n`);
      return code;
    },
  });
  if (spec.order === 'own') return spec.run(context(new Options([]), args));
  const table = fullTable(spec);
  const parsed = getopt(name, spec.rewrite ? spec.rewrite(args) : args, table, spec.order);
  if ('error' in parsed) {
    const own = parsed.kind === 'unknown' ? spec.badOption?.(parsed.option) : undefined;
    await eprint(sys, own ?? `${parsed.error}\n${usageTail(spec, name, flavour)}`);
    return spec.usageExit ?? 1;
  }
  if (parsed.options.has('help') && !spec.options.some((o) => o.name === 'help')) {
    await print(
      sys,
      flavour === 'busybox' ? usageTail(spec, name, flavour) : helpText({ ...spec, options: table }, name),
    );
    return 0;
  }
  if (spec.version !== undefined && parsed.options.has('version') && !spec.options.some((o) => o.name === 'version')) {
    await print(sys, `${spec.version}\n`);
    return 0;
  }
  return spec.run(context(parsed.options, parsed.operands));
}

/** The kernel's view of a spec: an executable. */
export function programOf(spec: ProgramSpec): Program {
  return { name: spec.name, main: (sys) => runSpec(spec, sys, sys.argv) };
}
