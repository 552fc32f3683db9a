/** Lines that the command logs on its standard error. @see sirupsen/logrus text_formatter.go */

import type { Ctx } from '../../cli/context.ts';
import { goQuote } from '../../cli/flags/gostrconv.ts';
import { rfc3339Nano } from '../../time.ts';

type Level = 'warning' | 'error' | 'info';

const COLORS: Readonly<Record<Level, number>> = { warning: 33, error: 31, info: 36 };

/** One entry: in colours for a terminal, as `key=value` words otherwise. */
export function logged(ctx: Ctx, level: Level, message: string): string {
  if (ctx.sys.isatty(2))
    return `\x1b[${COLORS[level]}m${level.slice(0, 4).toUpperCase()}\x1b[0m[0000] ${message.padEnd(44)} \n`;
  const time = rfc3339Nano((ctx.sys.realtime() / 1_000_000_000n) * 1_000_000_000n);
  return `time="${time}" level=${level} msg=${quoted(message)}\n`;
}

/** Plain words stand bare. */
function quoted(s: string): string {
  return /^[A-Za-z0-9\-._/@^+]*$/.test(s) && s !== '' ? s : goQuote(s);
}
