import type { Swarm, SwarmInfo } from '../../../api/swarm.ts';
import { Failure, failed } from '../../failure.ts';
import { command, exactly, flag } from '../../spec.ts';
import { printJoinCommand, updateSwarm } from './shared.ts';

/** `docker swarm join-token` */
export const swarmJoinToken = command({
  path: ['swarm', 'join-token'],
  swarm: 'manager',
  use: '[OPTIONS] (worker|manager)',
  short: 'Show the tokens that let nodes join',
  args: exactly(1),
  flags: [flag('rotate', 'bool', 'Make a new token'), flag('quiet', 'bool', 'Print the token only', { short: 'q' })],
  run: async (ctx, o, [role = '']) => {
    if (role !== 'worker' && role !== 'manager') return new Failure(`unknown role ${role}`);
    if (o.bool('rotate')) {
      const before = await ctx.client.get<Swarm>('/swarm');
      if (failed(before)) return before;
      const failure = await updateSwarm(ctx, before, before.Spec, { [role]: true });
      if (failure) return failure;
      if (!o.bool('quiet')) await ctx.out(`Successfully rotated ${role} join token.\n\n`);
    }
    const swarm = await ctx.client.get<Swarm>('/swarm');
    if (failed(swarm)) return swarm;
    if (o.bool('quiet')) {
      await ctx.out(`${role === 'worker' ? swarm.JoinTokens.Worker : swarm.JoinTokens.Manager}\n`);
      return 0;
    }
    const info = await ctx.client.get<{ Swarm: SwarmInfo }>('/info');
    if (failed(info)) return info;
    return (await printJoinCommand(ctx, info.Swarm.NodeID, role)) ?? 0;
  },
});
