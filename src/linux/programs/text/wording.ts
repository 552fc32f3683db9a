/**
 * How coreutils and busybox word the same failure.
 * @see coreutils src/, busybox coreutils/, libbb/{perror_msg,xfuncs_printf,wfopen,remove_file,copy_file}.c
 */
import type { Errno } from '../../kernel/errno.ts';
import type { Context } from '../spec.ts';

/** Tells a failure in the words of the program's flavour. @returns the exit code; busybox has 1 for everything */
export function fault(ctx: Context, gnu: string, busybox: string, code = 1): Promise<number> {
  return ctx.flavour === 'busybox' ? ctx.fail(busybox) : ctx.fail(gnu, code);
}

/** What a program says of an operand that it cannot read. @param dir it is a directory: opened, and then not read */
export function unreadable(ctx: Context, file: string, e: Errno, dir: boolean): string {
  const bb = ctx.flavour === 'busybox';
  const plain = `${file}: ${e.text}`;
  switch (ctx.name) {
    case 'cat':
      return bb ? (dir ? `read error: ${e.text}` : `can't open '${file}': ${e.text}`) : plain;
    case 'head':
      return bb ? plain : dir ? `error reading '${file}': ${e.text}` : `cannot open '${file}' for reading: ${e.text}`;
    case 'tail':
      if (bb) return `can't open '${file}': ${e.text}`;
      return dir ? `error reading '${file}': ${e.text}` : `cannot open '${file}' for reading: ${e.text}`;
    case 'sort':
      if (bb) return `can't open '${file}': ${e.text}`;
      return dir ? `read failed: ${plain}` : `cannot read: ${plain}`;
    case 'tac':
      return bb ? `can't open '${file}': ${e.text}` : `failed to open '${file}' for reading: ${e.text}`;
    case 'uniq':
      return bb ? `can't open '${file}': ${e.text}` : plain;
    default:
      return plain;
  }
}
