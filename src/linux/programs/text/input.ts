/** Operands of a text tool: files in order, `-` or none for standard input. */
import { EISDIR, isErr } from '../../kernel/errno.ts';
import type { Fd } from '../../kernel/sys.ts';
import type { Context } from '../spec.ts';
import { LineReader, readAll } from '../stdio.ts';
import { unreadable } from './wording.ts';

/** One open operand. */
export interface Input {
  /** As it was given; `-` for standard input. */
  readonly name: string;
  readonly fd: Fd;
}

/**
 * Opens each operand in turn and closes it after `use`. A file that cannot be read is told as the program tells it.
 * @returns 0, or `errorExit` when one of them could not be read
 */
export async function eachInput(
  ctx: Context,
  operands: readonly string[],
  use: (input: Input) => Promise<boolean | undefined>,
  errorExit = 1,
  quiet = false,
): Promise<number> {
  let exit = 0;
  for (const name of operands.length > 0 ? operands : ['-']) {
    const fd = name === '-' ? 0 : ctx.sys.open(name, { read: true });
    const st = isErr(fd) ? fd : ctx.sys.fstat(fd);
    if (isErr(fd) || isErr(st) || st.kind === 'dir') {
      const e = isErr(fd) ? fd : isErr(st) ? st : EISDIR;
      if (!quiet) await ctx.fail(unreadable(ctx, name, e, e === EISDIR));
      if (!isErr(fd) && name !== '-') ctx.sys.close(fd);
      exit = errorExit;
      continue;
    }
    const stop = await use({ name, fd });
    if (name !== '-') ctx.sys.close(fd);
    if (stop) break;
  }
  return exit;
}

/** Calls `each` for every line of every operand; it stops early when `each` gives true. */
export function eachLine(
  ctx: Context,
  operands: readonly string[],
  each: (text: string, newline: boolean, input: Input) => Promise<boolean | undefined> | boolean | undefined,
  separator = 10,
): Promise<number> {
  return eachInput(ctx, operands, async (input) => {
    const lines = new LineReader(ctx.sys, input.fd, separator);
    for (let line = await lines.next(); line; line = await lines.next())
      if (await each(line.text, line.newline, input)) return true;
    return false;
  });
}

/** Every line of every operand at once. @returns the lines and the exit code */
export async function allLines(ctx: Context, operands: readonly string[], separator = 10): Promise<[string[], number]> {
  const lines: string[] = [];
  const exit = await eachLine(
    ctx,
    operands,
    (line) => {
      lines.push(line);
      return undefined;
    },
    separator,
  );
  return [lines, exit];
}

/** All bytes of one operand. */
export async function allBytes(ctx: Context, input: Input): Promise<Uint8Array> {
  const bytes = await readAll(ctx.sys, input.fd);
  return isErr(bytes) ? new Uint8Array(0) : bytes;
}

/** `10`, `2K`, `1M`, `5kB` as bytes or lines; undefined when it is no number. @see coreutils xdectoumax */
export function parseSize(s: string): number | undefined {
  const units: Readonly<Record<string, number>> = {
    '': 1,
    b: 512,
    k: 1024,
    K: 1024,
    kB: 1000,
    KB: 1000,
    KiB: 1024,
    M: 1048576,
    MB: 1e6,
    MiB: 1048576,
    G: 1073741824,
    GB: 1e9,
  };
  let i = 0;
  while (i < s.length && (s[i] as string) >= '0' && (s[i] as string) <= '9') i++;
  const unit = units[s.slice(i)];
  return i === 0 || unit === undefined ? undefined : Number(s.slice(0, i)) * unit;
}

/** Gathers output so that a stage of a pipeline writes in blocks, and at once when it reads slowly. */
export class Output {
  #parts: string[] = [];
  #size = 0;

  constructor(readonly ctx: Context) {}

  /** Adds text; writes when 32 KiB have gathered. */
  async put(s: string): Promise<void> {
    this.#parts.push(s);
    this.#size += s.length;
    if (this.#size >= 32768) await this.flush();
  }

  async flush(): Promise<void> {
    if (this.#size === 0) return;
    const all = this.#parts.join('');
    this.#parts = [];
    this.#size = 0;
    await this.ctx.out(all);
  }
}
