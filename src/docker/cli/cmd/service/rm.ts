import { Failure, failed } from '../../failure.ts';
import { atLeast, command } from '../../spec.ts';

/** `docker service rm` */
export const serviceRm = command({
  path: ['service', 'rm'],
  aliases: ['service rm', 'service remove'],
  use: 'SERVICE [SERVICE...]',
  short: 'Remove services',
  args: atLeast(1),
  flags: [],
  run: async (ctx, _o, args) => {
    const errors: string[] = [];
    for (const name of args) {
      const got = await ctx.client.call('DELETE', `/services/${name}`);
      if (failed(got)) errors.push(got.message);
      else await ctx.out(`${name}\n`);
    }
    return errors.length > 0 ? new Failure(errors.join('\n')) : 0;
  },
});
