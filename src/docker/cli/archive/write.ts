/** Archives between the daemon and files. @see docker/cli cli/command/utils.go: ValidateOutputPath, CopyToFile */
import { join } from '../../../base/bytes.ts';
import { isErr } from '../../../linux/kernel/errno.ts';
import type { Reply } from '../client.ts';
import type { Ctx } from '../context.ts';
import { Failure } from '../failure.ts';

/** The last part of a path, and what is before it. */
export function splitPath(path: string): readonly [dir: string, base: string] {
  const bare = path.replace(/(?<=.)\/+$/, '');
  const slash = bare.lastIndexOf('/');
  if (slash < 0) return ['.', bare];
  return [slash === 0 ? '/' : bare.slice(0, slash), bare.slice(slash + 1)];
}

/** The directory of a file that is to be written must be there. */
export function outputPathError(ctx: Ctx, path: string): Failure | undefined {
  const [dir] = splitPath(path);
  if (dir !== '.' && isErr(ctx.sys.stat(dir)))
    return new Failure(`invalid output path: directory ${JSON.stringify(dir)} does not exist`);
  return undefined;
}

/** What keeps a file from being written. @see moby/sys/atomicwriter: validateDestination */
export function outputFileError(ctx: Ctx, path: string): string | undefined {
  const [dir] = splitPath(path);
  const there = dir === '.' ? 0 : ctx.sys.stat(dir);
  if (isErr(there)) return `invalid output path: stat ${dir}: ${there.text.toLowerCase()}`;
  const file = ctx.sys.stat(path);
  return !isErr(file) && file.kind === 'dir' ? 'cannot write to a directory' : undefined;
}

/** Everything of standard input. */
export async function readStdin(ctx: Ctx): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for (;;) {
    const got = await ctx.sys.read(0);
    if (isErr(got) || got.length === 0) break;
    parts.push(got);
  }
  return join(parts);
}

/** To a file, or to standard output when `path` is ''. A terminal is no place for an archive. */
export async function writeOut(ctx: Ctx, reply: Reply, path: string): Promise<number | Failure> {
  if (path !== '') {
    const parts: Uint8Array[] = [];
    for await (const chunk of reply.chunks()) parts.push(chunk);
    const made = ctx.sys.writeFile(path, join(parts), 0o600);
    return isErr(made) ? new Failure(`failed to write to output: open ${path}: ${made.text.toLowerCase()}`) : 0;
  }
  for await (const chunk of reply.chunks()) await ctx.bytes(1, chunk);
  return 0;
}
