import { atLeast, command, flag } from '../../spec.ts';
import { forEach } from './each.ts';

/** `docker kill` */
export const kill = command({
  path: ['kill'],
  aliases: ['container kill', 'kill'],
  use: '[OPTIONS] CONTAINER [CONTAINER...]',
  short: 'Kill running containers',
  args: atLeast(1),
  flags: [flag('signal', 'string', 'Signal to send', { short: 's' })],
  names: ['running'],
  run: (ctx, o, args) =>
    forEach(ctx, args, (name) =>
      ctx.client.call('POST', `/containers/${name}/kill`, { query: { signal: o.string('signal') || undefined } }),
    ),
});
