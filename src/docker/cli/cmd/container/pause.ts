import { atLeast, command } from '../../spec.ts';
import { forEach } from './each.ts';

/** `docker pause` */
export const pause = command({
  path: ['pause'],
  aliases: ['container pause', 'pause'],
  use: 'CONTAINER [CONTAINER...]',
  short: 'Pause all processes of containers',
  args: atLeast(1),
  flags: [],
  names: ['running'],
  run: (ctx, _o, args) => forEach(ctx, args, (name) => ctx.client.call('POST', `/containers/${name}/pause`)),
});
