import { atLeast, command, flag } from '../../spec.ts';
import { forEach } from '../container/each.ts';

/** `docker node rm` */
export const nodeRm = command({
  path: ['node', 'rm'],
  aliases: ['node rm', 'node remove'],
  use: '[OPTIONS] NODE [NODE...]',
  short: 'Remove nodes from the swarm',
  args: atLeast(1),
  flags: [flag('force', 'bool', 'Whatever state they are in', { short: 'f' })],
  run: (ctx, o, args) =>
    forEach(ctx, args, (name) =>
      ctx.client.call('DELETE', `/nodes/${name}`, { query: o.bool('force') ? { force: '1' } : {} }),
    ),
});
