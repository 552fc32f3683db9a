import { isErr } from '../../../../linux/kernel/errno.ts';
import type { ContainerInspect } from '../../../api/types.ts';
import type { Ctx } from '../../context.ts';
import { Failure, failed } from '../../failure.ts';
import type { Options } from '../../flags/options.ts';
import { readEnvironment } from '../../opts/files.ts';
import { environment } from '../../opts/validators.ts';
import { atLeast, command, flag } from '../../spec.ts';
import { carry, checkTty, followSize } from '../../stream.ts';

async function interact(
  ctx: Ctx,
  id: string,
  o: Options,
  consoleSize: readonly number[] | undefined,
): Promise<number | Failure> {
  const tty = o.bool('tty');
  const link = await ctx.client.hijack(`/exec/${id}/start`, {
    body: { Detach: false, Tty: tty, ConsoleSize: consoleSize },
  });
  if (failed(link)) return link;
  const session = carry(ctx, link, { stdin: o.bool('interactive'), tty, detachKeys: ctx.detachKeys(o) });
  session.catch(() => {});
  if (tty && ctx.sys.isatty(0)) await followSize(ctx, `/exec/${id}/resize`);
  if ((await ctx.client.until(session)) === 'detached') return 0;
  const done = await ctx.client.get<{ ExitCode: number | null }>(`/exec/${id}/json`);
  return failed(done) ? done : (done.ExitCode ?? 0);
}

/** `docker exec` */
export const exec = command({
  path: ['exec'],
  aliases: ['container exec', 'exec'],
  use: '[OPTIONS] CONTAINER COMMAND [ARG...]',
  short: 'Run a command in a running container',
  args: atLeast(2),
  stopAtFirst: true,
  flags: [
    flag('detach', 'bool', 'Leave it running in the background', { short: 'd' }),
    flag('detach-keys', 'string', 'Keys that detach from the container'),
    flag('env', 'list', 'Set environment variables', { short: 'e', check: environment }),
    flag('env-file', 'list', 'Read environment variables from a file', { names: 'file' }),
    flag('interactive', 'bool', 'Keep standard input open', { short: 'i' }),
    flag('privileged', 'bool', 'Run with all privileges'),
    flag('tty', 'bool', 'Give it a terminal', { short: 't' }),
    flag('user', 'string', 'User to run as (format: "<name|uid>[:<group|gid>]")', { short: 'u' }),
    flag('workdir', 'string', 'Working directory inside the container', { short: 'w' }),
  ],
  names: ['running'],
  run: async (ctx, o, args) => {
    const [container, ...cmd] = args;
    const env = readEnvironment(ctx, o.list('env-file'), o.list('env'));
    if ('error' in env) return new Failure(env.error);
    const detach = o.bool('detach');
    const info = await ctx.client.get<ContainerInspect>(`/containers/${container}/json`);
    if (failed(info)) return info;
    const tty = o.bool('tty');
    if (!detach) {
      const noTty = checkTty(ctx, o.bool('interactive'), tty);
      if (noTty) return noTty;
    }
    const size = ctx.sys.winsize(1);
    const consoleSize = tty ? (isErr(size) ? [0, 0] : [size.rows, size.cols]) : undefined;
    const made = await ctx.client.post<{ Id: string }>(`/containers/${container}/exec`, {
      body: {
        User: o.string('user'),
        Privileged: o.bool('privileged'),
        Tty: tty,
        ConsoleSize: consoleSize,
        AttachStdin: !detach && o.bool('interactive'),
        AttachStderr: !detach,
        AttachStdout: !detach,
        DetachKeys: ctx.detachKeys(o),
        Env: env.value.length > 0 ? env.value : null,
        WorkingDir: o.string('workdir'),
        Cmd: cmd,
        Detach: false,
      },
    });
    if (failed(made)) return made;
    if (!detach) return interact(ctx, made.Id, o, consoleSize);
    const started = await ctx.client.call('POST', `/exec/${made.Id}/start`, {
      body: { Detach: true, Tty: tty, ConsoleSize: consoleSize },
    });
    return failed(started) ? started : 0;
  },
});
