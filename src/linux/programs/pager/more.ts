/**
 * `more`: a text a screen at a time, forwards; what was shown stays on the screen.
 *
 * Limits: keys are space, z, Return, j, d, b, q and ^C; no patterns.
 * @see util-linux text-utils/more.c
 */
import { isErr } from '../../kernel/errno.ts';
import { SIGNALS } from '../../kernel/signal.ts';
import type { Fd } from '../../kernel/sys.ts';
import { type Context, defineProgram } from '../spec.ts';
import { STDIN, screenOf } from '../stdio.ts';
import { foldLine } from './fold.ts';
import { openKeyboard, PagedText, readKey } from './text.ts';

/** How many rows to show next; 0 to stop, negative to go back. */
async function asked(ctx: Context, keys: Fd, page: number): Promise<number> {
  for (;;) {
    const key = await readKey(ctx.sys, keys);
    if (key === undefined || key === '' || key === 'q' || key === 'Q') return 0;
    if (key === ' ' || key === 'z' || key === 'f') return page;
    if (key === '\r' || key === '\n' || key === 'j') return 1;
    if (key === 'd' || key === '\x04') return Math.ceil(page / 2);
    if (key === 'b') return -page;
    await ctx.out('\x07');
  }
}

/** Shows one text. @returns false when the person has had enough */
async function show(ctx: Context, text: PagedText, keys: Fd, size: number): Promise<boolean> {
  const { cols, rows } = screenOf(ctx.sys, 1) ?? { cols: 80, rows: 24 };
  const page = Math.max(1, rows - 1);
  let left = page;
  let shown = 0;
  let bytes = 0;
  for (let i = 0; ; i++) {
    await text.want(i + 1);
    const line = text.lines[i];
    if (line === undefined) return true;
    const height = foldLine(line, cols, false).length;
    if (left < height && shown > 0) {
      const part = size > 0 ? `(${Math.floor((100 * bytes) / size)}%)` : '';
      await ctx.out(`\x1b[7m--More--${part}\x1b[27m`);
      left = await asked(ctx, keys, page);
      await ctx.out('\r\x1b[K');
      if (left === 0) return false;
      if (left < 0) {
        i = Math.max(0, i - 2 * page);
        await ctx.out(`...back 1 page\n`);
        left = page;
      }
    }
    const now = text.lines[i] as string;
    await ctx.out(`${now}\n`);
    shown++;
    left -= height;
    bytes += new TextEncoder().encode(now).length + 1;
  }
}

async function run(ctx: Context): Promise<number> {
  const { sys } = ctx;
  if (ctx.operands.length === 0 && sys.isatty(STDIN)) {
    await ctx.err(`${ctx.name}: bad usage\nTry '${ctx.name} --help' for more information.\n`);
    return 1;
  }
  let exit = 0;
  const keys = sys.isatty(1) ? openKeyboard(sys) : undefined;
  const modes = keys === undefined ? undefined : sys.tcgetattr(keys);
  const cooked = keys !== undefined && modes && !isErr(modes) ? modes : undefined;
  sys.sigaction(SIGNALS.SIGINT, () => {});
  if (cooked) sys.tcsetattr(keys as Fd, { ...cooked, icanon: false, echo: false, icrnl: false });
  try {
    for (const name of ctx.operands.length > 0 ? ctx.operands : ['-']) {
      const st = name === '-' ? undefined : sys.stat(name);
      const fd = st === undefined ? STDIN : isErr(st) ? st : sys.open(name, { read: true });
      if (isErr(fd)) {
        await ctx.err(`${ctx.name}: cannot open ${name}: ${fd.text}\n`);
        exit = 1;
        continue;
      }
      if (st && !isErr(st) && st.kind === 'dir') {
        await ctx.out(`\n*** ${name}: directory ***\n\n`);
        continue;
      }
      if (ctx.operands.length > 1) await ctx.out(`::::::::::::::\n${name}\n::::::::::::::\n`);
      const text = new PagedText(sys, fd);
      if (keys !== undefined) {
        if (!(await show(ctx, text, keys, st && !isErr(st) ? st.size : 0))) break;
        continue;
      }
      await text.want(Number.POSITIVE_INFINITY);
      await ctx.out(text.lines.map((l) => `${l}\n`).join(''));
    }
  } finally {
    if (cooked) sys.tcsetattr(keys as Fd, cooked);
  }
  return exit;
}

/** The `more` command. */
export const spec = defineProgram({
  name: 'more',
  path: '/usr/bin/more',
  summary: 'Show a text a screen at a time',
  synopsis: ['[OPTION]... FILE...'],
  options: [],
  run,
});
