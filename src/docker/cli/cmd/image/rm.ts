import { DaemonError, Failure, failed } from '../../failure.ts';
import { atLeast, command, flag } from '../../spec.ts';

/** `docker rmi` */
export const rmi = command({
  path: ['rmi'],
  aliases: ['image rm', 'image remove', 'rmi'],
  use: '[OPTIONS] IMAGE [IMAGE...]',
  short: 'Remove images',
  args: atLeast(1),
  flags: [
    flag('force', 'bool', 'Remove it though it is in use', { short: 'f' }),
    flag('no-prune', 'bool', 'Leave parents without a name'),
    flag('platform', 'strings', 'Remove only this platform ("os[/arch[/variant]]")'),
  ],
  names: ['image'],
  run: async (ctx, o, args) => {
    const errors: string[] = [];
    let fatal = false;
    for (const name of args) {
      const reply = await ctx.client.call('DELETE', `/images/${name}`, {
        query: { force: o.bool('force') ? '1' : undefined, noprune: o.bool('no-prune') ? '1' : undefined },
      });
      if (failed(reply)) {
        errors.push(reply.message);
        if (!(reply instanceof DaemonError && reply.status === 404 && o.bool('force'))) fatal = true;
        continue;
      }
      for (const d of await reply.json<{ Deleted?: string; Untagged?: string }[]>())
        await ctx.out(d.Deleted ? `Deleted: ${d.Deleted}\n` : `Untagged: ${d.Untagged}\n`);
    }
    return errors.length > 0 ? new Failure(errors.join('\n'), fatal ? 1 : 0) : 0;
  },
});
