/** What the commands on stacks share. @see docker/cli cli/command/stack/{common,remove}.go */
import { filterQuery } from '../../client.ts';
import type { Ctx } from '../../context.ts';
import { Failure, failed } from '../../failure.ts';
import { natural } from '../natural.ts';

/** Label of everything that belongs to a stack. */
export const NAMESPACE = 'com.docker.stack.namespace';

export const scopeFilter = (stack: string, more: readonly string[] = []): string | undefined =>
  filterQuery([...more, `label=${NAMESPACE}=${stack}`]);

/** A name of blanks and quotes is none. */
export const stackNameFault = (name: string): Failure | undefined =>
  /^[\s"']*$/.test(name) ? new Failure(`invalid stack name: ${JSON.stringify(name)}`) : undefined;

/** Only a manager may change stacks. */
export async function managing(ctx: Ctx): Promise<Failure | undefined> {
  const info = await ctx.client.get<{ Swarm: { ControlAvailable: boolean } }>('/info');
  if (failed(info)) return info;
  if (info.Swarm.ControlAvailable) return undefined;
  return new Failure(
    'this node is not a swarm manager. Use "docker swarm init" or "docker swarm join" to connect this node to swarm and try again',
  );
}

/** Something of a stack: its id, and its name in one of two places. */
export interface Part {
  readonly ID?: string;
  readonly Id?: string;
  readonly Name?: string;
  readonly Spec?: { readonly Name?: string };
}
const nameOf = (p: Part): string => p.Spec?.Name ?? p.Name ?? '';

/** @returns whether all went */
export async function remove(ctx: Ctx, kind: string, parts: readonly Part[]): Promise<boolean> {
  let good = true;
  for (const p of [...parts].sort((a, b) => natural(nameOf(a), nameOf(b)))) {
    await ctx.out(`Removing ${kind} ${nameOf(p)}\n`);
    const gone = await ctx.client.call('DELETE', `/${kind}s/${p.ID ?? p.Id}`);
    if (!failed(gone)) continue;
    good = false;
    await ctx.err(`Failed to remove ${kind} ${p.ID ?? p.Id}: ${gone.message}`);
  }
  return good;
}
