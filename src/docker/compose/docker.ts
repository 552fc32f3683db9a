/** Commands of docker itself, which compose runs for containers and images of its own. */
import { Failure } from '../cli/failure.ts';
import { parseFlags } from '../cli/flags/parse.ts';
import type { CommandSpec } from '../cli/spec.ts';
import type { Compose } from './compose.ts';

/** Runs one. @param words its flags and arguments */
export async function docker(c: Compose, spec: CommandSpec, words: readonly string[]): Promise<number | Failure> {
  const { options, args, error } = parseFlags(spec.flags, words, spec.stopAtFirst);
  if (error) return new Failure(error);
  return (spec.run as NonNullable<CommandSpec['run']>)(c.ctx, options, args);
}
