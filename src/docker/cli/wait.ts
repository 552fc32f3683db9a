/** Waiting for a container to end. @see docker/cli cli/command/container/utils.go: waitExitOrRemoved */
import type { Ctx } from './context.ts';
import { type Failure, failed } from './failure.ts';

interface WaitAnswer {
  StatusCode: number;
  Error?: { Message: string } | null;
}

export interface Waiting {
  /** Exit code of the container; 125 when the daemon could not tell. */
  readonly status: () => Promise<number>;
  /** Nobody waits any more. */
  readonly cancel: () => void;
}

/** Begins to wait: must be under way before the container starts. */
export async function waitExitOrRemoved(ctx: Ctx, container: string, removed: boolean): Promise<Waiting | Failure> {
  const reply = await ctx.client.call('POST', `/containers/${container}/wait`, {
    query: { condition: removed ? 'removed' : 'next-exit' },
  });
  if (failed(reply)) return reply;
  const answer = reply.json<WaitAnswer>();
  answer.catch(() => {});
  return {
    cancel: reply.hangUp,
    status: async () => {
      const got = await ctx.client.until(answer);
      if (!got.Error?.Message) return got.StatusCode;
      await ctx.err(`Error waiting for container: ${got.Error.Message}\n`);
      return 125;
    },
  };
}
