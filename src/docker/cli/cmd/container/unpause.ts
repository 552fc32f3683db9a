import { atLeast, command } from '../../spec.ts';
import { forEach } from './each.ts';

/** `docker unpause` */
export const unpause = command({
  path: ['unpause'],
  aliases: ['container unpause', 'unpause'],
  use: 'CONTAINER [CONTAINER...]',
  short: 'Let paused containers run on',
  args: atLeast(1),
  flags: [],
  names: ['container'],
  run: (ctx, _o, args) => forEach(ctx, args, (name) => ctx.client.call('POST', `/containers/${name}/unpause`)),
});
