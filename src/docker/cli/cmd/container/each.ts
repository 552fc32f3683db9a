/** Doing the same to several containers or other objects, as stop, rm, pause and their kin do. */
import type { Ctx } from '../../context.ts';
import { DaemonError, Failure, failed } from '../../failure.ts';

/** Names are printed as they succeed; errors come at the end, one a line, exit code 1. */
export async function forEach(
  ctx: Ctx,
  names: readonly string[],
  act: (name: string) => Promise<unknown>,
  forgive: (error: DaemonError) => boolean = () => false,
): Promise<number | Failure> {
  const errors: string[] = [];
  let code = 0;
  for (const given of names) {
    const got = await act(given);
    if (!failed(got)) {
      await ctx.out(`${given}\n`);
      continue;
    }
    if (!(got instanceof DaemonError && forgive(got))) code = 1;
    errors.push(got.message);
  }
  return errors.length > 0 ? new Failure(errors.join('\n'), code) : 0;
}
