/** Nodes by what a user calls them. @see docker/cli cli/command/node/cmd.go: Reference */
import type { SwarmInfo } from '../../../api/swarm.ts';
import type { Ctx } from '../../context.ts';
import { Failure, failed } from '../../failure.ts';

/** `self` is the node that is asked. */
export async function nodeReference(ctx: Ctx, term: string): Promise<string | Failure> {
  if (term !== 'self') return term;
  const info = await ctx.client.get<{ Swarm: SwarmInfo }>('/info');
  if (failed(info)) return info;
  if (info.Swarm.NodeID !== '') return info.Swarm.NodeID;
  // so that the daemon says why
  const nodes = await ctx.client.get<unknown[]>('/nodes');
  return failed(nodes) ? nodes : new Failure('node ID not found in /info');
}
