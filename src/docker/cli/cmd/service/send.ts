/** Services as they are made and changed, of a stack or by themselves. @see moby client/service_{create,update}.go */
import type { Service, ServiceSpec } from '../../../api/swarm.ts';
import type { Query } from '../../client.ts';
import type { Ctx } from '../../context.ts';
import { type Failure, failed } from '../../failure.ts';
import { pinImage } from './image.ts';

/** @param pin whether the registry is asked for the image's digest @returns its id */
export async function createService(ctx: Ctx, spec: ServiceSpec, pin: boolean): Promise<string | Failure> {
  const made = await send<{ ID: string }>(ctx, '/services/create', {}, spec, pin);
  return failed(made) ? made : made.ID;
}

/** Asks for a service to be another way. @param rollback `previous`: the spec that it had before */
export async function updateService(
  ctx: Ctx,
  { ID, Version }: Service,
  spec: ServiceSpec,
  { pin = false, rollback }: { readonly pin?: boolean; readonly rollback?: string | undefined } = {},
): Promise<Failure | undefined> {
  const query = { version: String(Version.Index), rollback };
  const done = await send(ctx, `/services/${ID}/update`, query, spec, pin);
  return failed(done) ? done : undefined;
}

/** What the engine warns of is printed, and that a registry could not be asked. */
async function send<T>(ctx: Ctx, path: string, query: Query, asked: ServiceSpec, pin: boolean): Promise<T | Failure> {
  const { spec, warning } = pin ? await pinImage(ctx, asked) : { spec: asked, warning: '' };
  const answer = await ctx.client.post<T & { Warnings: string[] | null }>(path, { query, body: spec });
  if (failed(answer)) return answer;
  for (const w of answer.Warnings ?? []) await ctx.err(`${w}\n`);
  await ctx.err(warning);
  return answer;
}
