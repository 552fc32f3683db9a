/** What a subcommand of drydock is, and how its arguments are read. */
import { type ParseArgsConfig, parseArgs } from 'node:util';

export interface Subcommand {
  readonly name: string;
  /** `replay FILE` */
  readonly usage: string;
  readonly summary: string;
  /** @returns the exit code */
  run(args: readonly string[]): Promise<number>;
}

/** Reads arguments; on a mistake prints it with the usage and gives undefined. */
export function readArgs<T extends NonNullable<ParseArgsConfig['options']>>(
  command: Pick<Subcommand, 'name' | 'usage'>,
  args: readonly string[],
  options: T,
):
  | {
      values: {
        [K in keyof T]?: T[K]['type'] extends 'boolean' ? boolean : T[K]['multiple'] extends true ? string[] : string;
      };
      operands: string[];
    }
  | undefined {
  try {
    const parsed = parseArgs({ args: [...args], options, allowPositionals: true });
    return { values: parsed.values as never, operands: parsed.positionals };
  } catch (e) {
    usageError(command, (e as Error).message);
    return undefined;
  }
}

/** Prints a mistake and the usage. @returns 2 */
export function usageError(command: Pick<Subcommand, 'name' | 'usage'>, message: string): number {
  process.stderr.write(`drydock ${command.name}: ${message}\nUsage: drydock ${command.usage}\n`);
  return 2;
}

/** A whole number of an option, or undefined when it is none. */
export function wholeNumber(text: string): number | undefined {
  const n = Number(text);
  return text !== '' && Number.isInteger(n) && n >= 0 ? n : undefined;
}
