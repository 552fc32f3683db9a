import { Failure, failed } from '../../failure.ts';
import { atLeast, command } from '../../spec.ts';

/** `docker wait` */
export const wait = command({
  path: ['wait'],
  aliases: ['container wait', 'wait'],
  use: 'CONTAINER [CONTAINER...]',
  short: 'Wait until containers stop and print their exit codes',
  args: atLeast(1),
  flags: [],
  names: ['running'],
  run: async (ctx, _o, args) => {
    const errors: string[] = [];
    for (const name of args) {
      const got = await ctx.client.post<{ StatusCode: number }>(`/containers/${name}/wait`);
      if (failed(got)) errors.push(got.message);
      else await ctx.out(`${got.StatusCode}\n`);
    }
    return errors.length > 0 ? new Failure(errors.join('\n')) : 0;
  },
});
