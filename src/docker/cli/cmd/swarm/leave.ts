import { failed } from '../../failure.ts';
import { command, flag, NONE } from '../../spec.ts';

/** `docker swarm leave` */
export const swarmLeave = command({
  path: ['swarm', 'leave'],
  swarm: 'active',
  use: '[OPTIONS]',
  short: 'Leave the swarm',
  args: NONE,
  flags: [flag('force', 'bool', 'Whatever it means for the swarm', { short: 'f' })],
  run: async (ctx, o) => {
    const got = await ctx.client.call('POST', '/swarm/leave', { query: o.bool('force') ? { force: '1' } : {} });
    if (failed(got)) return got;
    await ctx.out('Node left the swarm.\n');
    return 0;
  },
});
