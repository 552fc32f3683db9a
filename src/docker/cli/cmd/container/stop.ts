import { atLeast, command, flag } from '../../spec.ts';
import { forEach } from './each.ts';

/** `docker stop` */
export const stop = command({
  path: ['stop'],
  aliases: ['container stop', 'stop'],
  use: '[OPTIONS] CONTAINER [CONTAINER...]',
  short: 'Stop running containers',
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
  names: ['running'],
  run: (ctx, o, args) =>
    forEach(ctx, args, (name) =>
      ctx.client.call('POST', `/containers/${name}/stop`, {
        query: {
          signal: o.string('signal') || undefined,
          t: o.changed('timeout') ? String(o.int('timeout')) : undefined,
        },
      }),
    ),
});
