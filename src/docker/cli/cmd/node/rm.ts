import { Failure, failed } from '../../failure.ts';
import { atLeast, command, flag } from '../../spec.ts';

/** `docker node rm` */
export const nodeRm = command({
  path: ['node', 'rm'],
  aliases: ['node rm', 'node remove'],
  use: '[OPTIONS] NODE [NODE...]',
  short: 'Remove nodes from the swarm',
  args: atLeast(1),
  flags: [flag('force', 'bool', 'Whatever state they are in', { short: 'f' })],
  run: async (ctx, o, args) => {
    const errors: string[] = [];
    for (const term of args) {
      const got = await ctx.client.call('DELETE', `/nodes/${term}`, { query: o.bool('force') ? { force: '1' } : {} });
      if (failed(got)) errors.push(got.message);
      else await ctx.out(`${term}\n`);
    }
    return errors.length > 0 ? new Failure(errors.join('\n')) : 0;
  },
});
