import type { ContainerInspect } from '../../../api/types.ts';
import { Failure, failed } from '../../failure.ts';
import { command, exactly, flag } from '../../spec.ts';
import { attachQuery, carry, checkTty, followSize, proxySignals } from '../../stream.ts';

/** `docker attach` */
export const attach = command({
  path: ['attach'],
  aliases: ['container attach', 'attach'],
  use: '[OPTIONS] CONTAINER',
  short: "Connect this terminal to a running container's input and output",
  args: exactly(1),
  flags: [
    flag('detach-keys', 'string', 'Keys that detach from the container'),
    flag('no-stdin', 'bool', 'Leave standard input alone'),
    flag('sig-proxy', 'bool', 'Pass signals on to the process', { default: 'true' }),
  ],
  names: ['running'],
  run: async (ctx, o, args) => {
    const name = args[0] as string;
    const waiting = await ctx.client.call('POST', `/containers/${name}/wait`);
    const info = await ctx.client.get<ContainerInspect>(`/containers/${name}/json`);
    if (failed(info)) return info;
    if (!info.State.Running) return new Failure('You cannot attach to a stopped container, start it first');
    if (info.State.Paused) return new Failure('You cannot attach to a paused container, unpause it first');
    if (info.State.Restarting)
      return new Failure('You cannot attach to a restarting container, wait until it is running');
    const tty = info.Config.Tty;
    const noTty = checkTty(ctx, !o.bool('no-stdin'), tty);
    if (noTty) return noTty;
    const stdin = !o.bool('no-stdin') && info.Config.OpenStdin;
    const keys = ctx.detachKeys(o);
    const release = o.bool('sig-proxy') && !tty ? proxySignals(ctx, ctx.client, name) : () => {};
    try {
      const link = await ctx.client.hijack(`/containers/${name}/attach`, {
        query: attachQuery({ stdin, stdout: true, stderr: true, detachKeys: keys }),
      });
      if (failed(link)) return link;
      if (tty && ctx.sys.isatty(1)) await followSize(ctx, `/containers/${info.Id}/resize`);
      const how = await carry(ctx, link, { stdin, tty, detachKeys: keys });
      if (how === 'detached') return new Failure('read escape sequence');
      if (failed(waiting)) return waiting;
      const done = await waiting.json<{ StatusCode: number; Error?: { Message: string } }>();
      return done.Error?.Message ? new Failure(done.Error.Message) : done.StatusCode;
    } finally {
      release();
    }
  },
});
