import { atLeast, command, flag } from '../../spec.ts';
import { forEach } from './each.ts';

/** `docker restart` */
export const restart = command({
  path: ['restart'],
  aliases: ['container restart', 'restart'],
  use: '[OPTIONS] CONTAINER [CONTAINER...]',
  short: 'Stop containers and start them again',
  args: atLeast(1),
  flags: [
    flag('signal', 'string', 'Signal that asks the container to stop', { short: 's' }),
    flag('time', 'int', 'Seconds to wait before it is killed', {
      hidden: true,
      alias: 'timeout',
      deprecated: 'use --timeout instead',
    }),
    flag('timeout', 'int', 'Seconds to wait before it is killed', { short: 't' }),
  ],
  names: ['container'],
  run: (ctx, o, args) =>
    forEach(ctx, args, (name) =>
      ctx.client.call('POST', `/containers/${name}/restart`, {
        query: {
          signal: o.string('signal') || undefined,
          t: o.changed('timeout') ? String(o.int('timeout')) : undefined,
        },
      }),
    ),
});
