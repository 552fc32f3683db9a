/** Lines of the log, as the library that writes them does. @see sirupsen/logrus text_formatter.go */
import type { Ctx } from '../cli/context.ts';
import { goString } from '../cli/gojson.ts';
import { rfc3339Nano } from '../time.ts';

/** Writes a warning to stderr. */
export async function warn(ctx: Ctx, message: string): Promise<void> {
  if (ctx.sys.isatty(2)) await ctx.err(`\x1b[33mWARN\x1b[0m[0000] ${message} \n`);
  else await ctx.err(`time="${rfc3339Nano(BigInt(ctx.now()) * 1_000_000_000n)}" level=warning msg=${goString(message, false)}\n`);
}
