import { atLeast, command, flag } from '../../spec.ts';
import { forEach } from '../container/each.ts';

/** `docker volume rm` */
export const volumeRm = command({
  path: ['volume', 'rm'],
  aliases: ['volume rm', 'volume remove'],
  use: '[OPTIONS] VOLUME [VOLUME...]',
  short: 'Remove volumes that no container uses',
  args: atLeast(1),
  flags: [flag('force', 'bool', 'Whatever state they are in', { short: 'f' })],
  names: ['volume'],
  run: (ctx, o, args) =>
    forEach(ctx, args, (name) =>
      ctx.client.call('DELETE', `/volumes/${name}`, { query: { force: o.bool('force') ? '1' : undefined } }),
    ),
});
