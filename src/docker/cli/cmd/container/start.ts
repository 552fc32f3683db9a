import type { ContainerInspect } from '../../../api/types.ts';
import type { Ctx } from '../../context.ts';
import { Failure, failed } from '../../failure.ts';
import type { Options } from '../../flags/options.ts';
import { atLeast, command, flag } from '../../spec.ts';
import { attachQuery, carry, checkTty, followSize, proxySignals } from '../../stream.ts';
import { waitExitOrRemoved } from '../../wait.ts';

async function startAttached(ctx: Ctx, o: Options, name: string): Promise<number | Failure> {
  const info = await ctx.client.get<ContainerInspect>(`/containers/${name}/json`);
  if (failed(info)) return info;
  const keys = ctx.detachKeys(o);
  const tty = info.Config.Tty;
  const stdin = o.bool('interactive') && info.Config.OpenStdin;
  if (!tty) proxySignals(ctx, ctx.client, info.Id);
  const noTty = o.bool('interactive') ? checkTty(ctx, stdin, tty) : undefined;
  if (noTty) return noTty;
  const link = await ctx.client.hijack(`/containers/${info.Id}/attach`, {
    query: attachQuery({ stdin, stdout: true, stderr: true, detachKeys: keys }),
  });
  if (failed(link)) return link;
  const session = carry(ctx, link, { stdin, tty, detachKeys: keys });
  session.catch(() => {});
  const waiting = await waitExitOrRemoved(ctx, info.Id, info.HostConfig.AutoRemove);
  if (failed(waiting)) return waiting;
  const started = await ctx.client.call('POST', `/containers/${info.Id}/start`);
  if (failed(started)) {
    waiting.cancel();
    return started;
  }
  if (tty && ctx.sys.isatty(1)) await followSize(ctx, `/containers/${info.Id}/resize`);
  if ((await ctx.client.until(session)) === 'detached') return 0;
  return waiting.status();
}

/** `docker start` */
export const start = command({
  path: ['start'],
  aliases: ['container start', 'start'],
  use: '[OPTIONS] CONTAINER [CONTAINER...]',
  short: 'Start containers that are stopped',
  args: atLeast(1),
  flags: [
    flag('attach', 'bool', 'Attach to its output and pass signals on', { short: 'a' }),
    flag('checkpoint', 'string', 'Restore from this checkpoint', { hidden: true, experimental: true }),
    flag('checkpoint-dir', 'string', 'Where checkpoints are kept', { hidden: true, experimental: true }),
    flag('detach-keys', 'string', 'Keys that detach from the container'),
    flag('interactive', 'bool', 'Attach standard input too', { short: 'i' }),
  ],
  names: ['stopped'],
  run: async (ctx, o, args) => {
    if (o.bool('attach') || o.bool('interactive')) {
      if (args.length > 1) return new Failure('you cannot start and attach multiple containers at once');
      return startAttached(ctx, o, args[0] as string);
    }
    const bad: string[] = [];
    for (const name of args) {
      const got = await ctx.client.call('POST', `/containers/${name}/start`);
      if (failed(got)) {
        await ctx.err(`${got.message}\n`);
        bad.push(name);
      } else await ctx.out(`${name}\n`);
    }
    return bad.length > 0 ? new Failure(`Error: failed to start containers: ${bad.join(', ')}`) : 0;
  },
});
