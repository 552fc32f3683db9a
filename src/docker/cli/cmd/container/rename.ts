import { Failure, failed } from '../../failure.ts';
import { command, exactly } from '../../spec.ts';

/** `docker rename` */
export const rename = command({
  path: ['rename'],
  aliases: ['container rename', 'rename'],
  use: 'CONTAINER NEW_NAME',
  short: 'Give a container another name',
  args: exactly(2),
  flags: [],
  names: ['container'],
  run: async (ctx, _o, args) => {
    const [from = '', to = ''] = args.map((a) => a.trim());
    if (from === '' || to === '') return new Failure('Error: Neither old nor new names may be empty');
    const got = await ctx.client.call('POST', `/containers/${from}/rename`, { query: { name: to } });
    if (failed(got)) return new Failure(`${got.message}\nError: failed to rename container named ${from}`);
    return 0;
  },
});
