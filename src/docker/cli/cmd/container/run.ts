import type { Ctx } from '../../context.ts';
import { Failure, failed, withHelp } from '../../failure.ts';
import type { Options } from '../../flags/options.ts';
import { type ContainerBody, containerBody } from '../../opts/container.ts';
import { CONTAINER_FLAGS, CREATE_FLAGS } from '../../opts/flags.ts';
import { atLeast, command, flag } from '../../spec.ts';
import { attachQuery, carry, checkTty, type Ended, followSize, proxySignals } from '../../stream.ts';
import { waitExitOrRemoved } from '../../wait.ts';
import { createContainer, pullOption } from './create.ts';

/** Exit code of a failed run: 127 not found, 126 not allowed, else 125. @see run.go: toStatusError */
function statusOf(failure: Failure): Failure {
  const m = failure.message;
  const has = (...texts: string[]): boolean => texts.some((t) => m.includes(t));
  let code = 125;
  if (has('executable file not found', 'no such file or directory', 'system cannot find the file specified'))
    code = 127;
  else if (has('permission denied', 'is a directory')) code = 126;
  return withHelp(failure, 'run', code);
}

interface Session {
  readonly ended: Promise<Ended>;
}

/** Nothing of the container's output is asked for: the id is printed, and nobody waits for its end. */
const isSilent = (body: ContainerBody): boolean => !body.AttachStdout && !body.AttachStderr;

async function attach(ctx: Ctx, id: string, body: ContainerBody, keys: string): Promise<Session | Failure> {
  const link = await ctx.client.hijack(`/containers/${id}/attach`, {
    query: attachQuery({
      stdin: body.AttachStdin,
      stdout: body.AttachStdout,
      stderr: body.AttachStderr,
      detachKeys: keys,
    }),
  });
  if (failed(link)) return link;
  const ended = carry(ctx, link, {
    stdin: body.AttachStdin,
    tty: body.Tty,
    silent: isSilent(body),
    detachKeys: keys,
  });
  ended.catch(() => {});
  return { ended };
}

/** @see docker/cli cli/command/container/run.go: runContainer */
async function runContainer(ctx: Ctx, o: Options, body: ContainerBody): Promise<number | Failure> {
  if (!o.bool('detach')) {
    const noTty = checkTty(ctx, body.AttachStdin, body.Tty);
    if (noTty) return noTty;
  } else {
    if (o.list('attach').length > 0)
      return new Failure('conflicting options: cannot specify both --attach and --detach');
    Object.assign(body, { AttachStdin: false, AttachStdout: false, AttachStderr: false, StdinOnce: false });
  }
  const id = await createContainer(ctx, body, o);
  if (failed(id)) return statusOf(id);
  const attached = body.AttachStdin || body.AttachStdout || body.AttachStderr;
  const release = attached && o.bool('sig-proxy') ? proxySignals(ctx, ctx.client, id) : () => {};
  try {
    if (isSilent(body)) await ctx.out(`${id}\n`);
    const session = attached ? await attach(ctx, id, body, ctx.detachKeys(o)) : undefined;
    if (session && failed(session)) return session;
    const waiting = await waitExitOrRemoved(ctx, id, body.HostConfig.AutoRemove);
    if (failed(waiting)) return waiting;
    const started = await ctx.client.call('POST', `/containers/${id}/start`);
    if (failed(started)) {
      if (body.HostConfig.AutoRemove) await waiting.status();
      else waiting.cancel();
      return statusOf(started);
    }
    if (!session) {
      waiting.cancel();
      return 0;
    }
    if (body.Tty && ctx.sys.isatty(1)) await followSize(ctx, `/containers/${id}/resize`);
    const how = await ctx.client.until(session.ended);
    if (how === 'detached' || isSilent(body)) {
      waiting.cancel();
      return 0;
    }
    return await waiting.status();
  } finally {
    release();
  }
}

/** `docker run` */
export const run = command({
  path: ['run'],
  aliases: ['container run', 'run'],
  use: '[OPTIONS] IMAGE [COMMAND] [ARG...]',
  short: 'Make a container from an image and start it',
  args: atLeast(1),
  stopAtFirst: true,
  flags: [
    ...CONTAINER_FLAGS,
    ...CREATE_FLAGS,
    flag('detach', 'bool', 'Leave it running in the background and print its id', { short: 'd' }),
    flag('sig-proxy', 'bool', 'Pass signals on to the process', { default: 'true' }),
    flag('detach-keys', 'string', 'Keys that detach from the container'),
  ],
  names: ['image'],
  run: async (ctx, o, args) => {
    const wrong = pullOption(o);
    if (wrong) return withHelp(wrong, 'run');
    const body = containerBody(ctx, o, args);
    if ('error' in body) return withHelp(new Failure(body.error, 125), 'run');
    return runContainer(ctx, o, body.value);
  },
});
