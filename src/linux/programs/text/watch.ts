/**
 * watch: a command again and again, its output on a screen of its own.
 *
 * Limits: colours of the command are dropped (-c keeps them); no -d, -g, -p.
 * @see procps-ng src/watch.c
 */
import { isErr } from '../../kernel/errno.ts';
import { SIGNALS } from '../../kernel/signal.ts';
import type { Sys, WinSize } from '../../kernel/sys.ts';
import { type Context, defineProgram } from '../spec.ts';
import { readAll, screenOf } from '../stdio.ts';
import { strftime } from './date.ts';

const sizeOf = (sys: Sys): WinSize => screenOf(sys, 1) ?? { cols: 80, rows: 24 };

/** What the command prints, both of its streams. */
async function output(sys: Sys, command: string): Promise<string> {
  const [from, to] = sys.pipe();
  const pid = sys.spawn('/bin/sh', { argv: ['sh', '-c', command], fds: { 0: 0, 1: to, 2: to } });
  sys.close(to);
  const bytes = isErr(pid) ? pid : await readAll(sys, from);
  sys.close(from);
  if (!isErr(pid)) while (isErr(await sys.wait(pid)));
  return isErr(bytes) ? '' : new TextDecoder().decode(bytes);
}

/** As many rows as there is room for; lines too long go on in the next row. */
function rowsOf(text: string, { cols, rows }: WinSize, colours: boolean): string {
  const plain = colours ? text : text.replace(/\x1b\[[\d;]*[A-Za-z]/g, '');
  const out: string[] = [];
  for (const line of plain.replace(/\n$/, '').split('\n'))
    for (let at = 0; at === 0 || at < line.length; at += cols) out.push(line.slice(at, at + cols));
  return out.slice(0, rows).join('\r\n');
}

/** Shows it until ^C. */
async function show(ctx: Context, command: string, seconds: number, ended: () => boolean): Promise<void> {
  const { sys } = ctx;
  while (!ended()) {
    const text = await output(sys, command);
    if (ended()) return;
    const size = sizeOf(sys);
    const titled = !ctx.options.has('no-title');
    const left = `Every ${seconds.toFixed(1)}s: ${command}`;
    const right = `${sys.gethostname()}: ${strftime('%a %b %e %H:%M:%S %Y', sys.realtime())}`;
    const room = size.cols - right.length - 1;
    const title = left.length > room ? `${left.slice(0, room - 3)}...` : left;
    const head = titled ? `${title}${right.padStart(size.cols - title.length)}\r\n\r\n` : '';
    const body = rowsOf(text, { ...size, rows: size.rows - (titled ? 2 : 0) }, ctx.options.has('color'));
    await ctx.out(`\x1b[H\x1b[2J${head}${body}`);
    await sys.sleep(seconds * 1e9);
  }
}

/** The `watch` command. */
export const spec = defineProgram({
  name: 'watch',
  path: '/usr/bin/watch',
  summary: 'Run a command every two seconds, full screen',
  synopsis: ['[-n SECONDS] [-t] COMMAND'],
  order: 'posix',
  options: [
    { name: 'color', short: 'c', help: 'keep colours' },
    { name: 'interval', short: 'n', arg: 'required', metavar: 'SECONDS', help: 'how long to wait between runs' },
    { name: 'no-title', short: 't', help: 'no header' },
  ],
  async run(ctx) {
    if (ctx.operands.length === 0) {
      await ctx.err('Usage:\n watch [options] command\n');
      return 1;
    }
    const seconds = Math.max(0.1, Number(ctx.options.value('interval') ?? 2) || 2);
    let ended = false;
    for (const signal of [SIGNALS.SIGINT, SIGNALS.SIGTERM])
      ctx.sys.sigaction(signal, () => {
        ended = true;
      });
    ctx.sys.sigaction(SIGNALS.SIGWINCH, () => {});
    await ctx.out('\x1b[?1049h');
    await show(ctx, ctx.operands.join(' '), seconds, () => ended);
    await ctx.out(`\x1b[${sizeOf(ctx.sys).rows};1H\x1b[?1049l\r`);
    return 0;
  },
});
