/** What several commands on swarms ask and print. */
import type { Node, Swarm, SwarmSpec } from '../../../api/swarm.ts';
import type { Ctx } from '../../context.ts';
import { Failure, failed } from '../../failure.ts';

export interface UpdateFlags {
  readonly worker?: boolean;
  readonly manager?: boolean;
  readonly unlockKey?: boolean;
}

/** Asks for a swarm to be another way. */
export async function updateSwarm(
  ctx: Ctx,
  { Version }: Swarm,
  spec: SwarmSpec,
  rotate: UpdateFlags = {},
): Promise<Failure | undefined> {
  const got = await ctx.client.call('POST', '/swarm/update', {
    query: {
      version: String(Version.Index),
      rotateWorkerToken: String(rotate.worker ?? false),
      rotateManagerToken: String(rotate.manager ?? false),
      rotateManagerUnlockKey: String(rotate.unlockKey ?? false),
    },
    body: spec,
  });
  return failed(got) ? got : undefined;
}

/** How others join. @see docker/cli cli/command/swarm/join_token.go: printJoinCommand */
export async function printJoinCommand(
  ctx: Ctx,
  nodeId: string,
  role: 'worker' | 'manager',
): Promise<Failure | undefined> {
  const node = await ctx.client.get<Node>(`/nodes/${nodeId}`);
  if (failed(node)) return node;
  const swarm = await ctx.client.get<Swarm>('/swarm');
  if (failed(swarm)) return swarm;
  if (!node.ManagerStatus) return undefined;
  const token = role === 'worker' ? swarm.JoinTokens.Worker : swarm.JoinTokens.Manager;
  await ctx.out(
    `To add a ${role} to this swarm, run the following command:\n\n` +
      `    docker swarm join --token ${token} ${node.ManagerStatus.Addr}\n\n`,
  );
  return undefined;
}

/** Shows the key that unlocks managers. @param quiet the key alone */
export async function printUnlockKey(ctx: Ctx, quiet = false): Promise<Failure | undefined> {
  const got = await ctx.client.get<{ UnlockKey: string }>('/swarm/unlockkey');
  if (failed(got)) return new Failure(`could not fetch unlock key: ${got.message}`);
  if (got.UnlockKey === '') return new Failure('no unlock key is set');
  await ctx.out(
    quiet
      ? `${got.UnlockKey}\n`
      : 'To unlock a swarm manager after it restarts, run the `docker swarm unlock`\n' +
          `command and provide the following key:\n\n    ${got.UnlockKey}\n\n` +
          'Remember to store this key in a password manager, since without it you\n' +
          'will not be able to restart the manager.\n',
  );
  return undefined;
}
