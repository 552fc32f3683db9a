import { isErr } from '../../../../linux/kernel/errno.ts';
import type { Ctx } from '../../context.ts';
import { Failure, failed } from '../../failure.ts';
import { command, exactly, flag } from '../../spec.ts';

/** `web:/etc/hosts` → container and path; a path of the host has none. @see cp.go: splitCpArg */
function split(arg: string): readonly [container: string, path: string] {
  if (arg.startsWith('/') || arg.startsWith('.')) return ['', arg];
  const colon = arg.indexOf(':');
  return colon <= 0 ? ['', arg] : [arg.slice(0, colon), arg.slice(colon + 1)];
}

async function readAll(ctx: Ctx): Promise<Uint8Array> {
  const parts: number[] = [];
  for (;;) {
    const got = await ctx.sys.read(0);
    if (isErr(got) || got.length === 0) return new Uint8Array(parts);
    for (const b of got) parts.push(b);
  }
}

/** `docker cp`. Limits: only tar archives on standard input and output (`-`), no files of the host yet. */
export const cp = command({
  path: ['cp'],
  aliases: ['container cp', 'cp'],
  use: '[OPTIONS] CONTAINER:SRC_PATH DEST_PATH|-\n\tdocker cp [OPTIONS] SRC_PATH|- CONTAINER:DEST_PATH',
  short: 'Copy files out of a container or into one',
  long: "Copy files out of a container or into one\n\n'-' as the source reads a tar archive from standard input and\nunpacks it in a directory of the container.\n'-' as the destination writes what is copied as a tar archive\nto standard output.",
  args: exactly(2),
  flags: [
    flag('follow-link', 'bool', 'Follow symbolic links in the source path', { short: 'L' }),
    flag('archive', 'bool', 'Keep owner and group', { short: 'a' }),
    flag('quiet', 'bool', 'Show no progress', { short: 'q' }),
  ],
  names: ['container', 'container'],
  run: async (ctx, _o, args) => {
    const [from, fromPath] = split(args[0] as string);
    const [to, toPath] = split(args[1] as string);
    if (from !== '' && to !== '') return new Failure('copying between containers is not supported');
    if (from === '' && to === '') return new Failure('must specify at least one container source');
    if (from !== '' && toPath === '-') {
      const reply = await ctx.client.call('GET', `/containers/${from}/archive`, { query: { path: fromPath } });
      if (failed(reply)) return reply;
      for await (const chunk of reply.chunks()) await ctx.bytes(1, chunk);
      return 0;
    }
    if (to !== '' && fromPath === '-') {
      const reply = await ctx.client.call('PUT', `/containers/${to}/archive`, {
        query: { noOverwriteDirNonDir: 'true', path: toPath },
        raw: await readAll(ctx),
      });
      return failed(reply) ? reply : 0;
    }
    return new Failure("docker cp: files of the host are not part of this laboratory yet; use '-' with tar");
  },
});
