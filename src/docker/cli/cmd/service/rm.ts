import { atLeast, command } from '../../spec.ts';
import { forEach } from '../container/each.ts';

/** `docker service rm` */
export const serviceRm = command({
  path: ['service', 'rm'],
  aliases: ['service rm', 'service remove'],
  use: 'SERVICE [SERVICE...]',
  short: 'Remove services',
  args: atLeast(1),
  flags: [],
  run: (ctx, _o, args) => forEach(ctx, args, (name) => ctx.client.call('DELETE', `/services/${name}`)),
});
