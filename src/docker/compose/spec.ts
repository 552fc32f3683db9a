/**
 * The shape of a compose subcommand: as docker's own, but for the words around usage errors.
 * @see docker/compose cmd/compose/compose.go, spf13/cobra args.go
 */
import { Failure } from '../cli/failure.ts';
import { goQuote } from '../cli/flags/gostrconv.ts';
import type { Options } from '../cli/flags/options.ts';
import { flagUsages } from '../cli/help.ts';
import { type Arity, type FlagSpec, flag } from '../cli/spec.ts';
import type { Compose } from './compose.ts';

/** One subcommand. */
export interface ComposeCommand {
  readonly name: string;
  readonly aliases?: readonly string[];
  /** Words after the name in a usage line. */
  readonly use: string;
  readonly short: string;
  readonly args: Arity;
  /** Stop at the first word that is not a flag. */
  readonly stopAtFirst?: boolean;
  readonly hidden?: boolean;
  readonly flags: readonly FlagSpec[];
  readonly run: (c: Compose, o: Options, args: readonly string[]) => Promise<number | Failure>;
}

/** Freezes a command. */
export function composeCommand(spec: ComposeCommand): ComposeCommand {
  Object.freeze(spec.flags);
  return Object.freeze(spec);
}

/** Every command has it, as has the word before. */
export const DRY_RUN = flag('dry-run', 'bool', 'Say what would be done, and do nothing');

/** A command's flags, and those that all have. */
export const flagsOf = (spec: ComposeCommand): FlagSpec[] => [...spec.flags, DRY_RUN];

/** `docker compose X --help` */
export function helpOf(spec: ComposeCommand): string {
  const name = `docker compose ${spec.name}`;
  const names = spec.aliases
    ? `\nAliases:\n  ${[spec.name, ...spec.aliases].map((a) => `docker compose ${a}`).join(', ')}\n`
    : '';
  const flags = flagUsages(flagsOf(spec));
  return `Usage:  ${`${name} ${spec.use}`.trimEnd()}\n\n${spec.short}\n${names}${flags === '' ? '' : `\nOptions:\n${flags}`}`;
}

/** A `--format` that is none of those which the command knows. */
export const formatFault = (format: string): Failure =>
  new Failure(`format value ${goQuote(format)} could not be parsed: parsing failed`);

/** What is wrong with the number of arguments. */
export function arityFault({ args: { min, max }, name }: ComposeCommand, args: readonly string[]): Failure | undefined {
  const n = args.length;
  if (n >= min && n <= max) return undefined;
  if (max === 0) return new Failure(`unknown command "${args[0]}" for "docker compose ${name}"`);
  if (min === max) return new Failure(`accepts ${min} arg(s), received ${n}`);
  if (n < min) return new Failure(`requires at least ${min} arg(s), only received ${n}`);
  return new Failure(`accepts at most ${max} arg(s), received ${n}`);
}
