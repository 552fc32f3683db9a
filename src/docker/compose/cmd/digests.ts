/** Images by the digests that the registry knows them by. @see docker/compose pkg/compose/build.go: ImageDigestResolver */
import type { Ctx } from '../../cli/context.ts';
import { Failure, failed } from '../../cli/failure.ts';
import { fullName, parseReference, tagged } from '../../cli/reference.ts';

/** Puts digests in the place of tags. Changes the services. */
export async function pinned(ctx: Ctx, services: readonly { image?: unknown }[]): Promise<Failure | undefined> {
  const known = new Map<string, string>();
  for (const s of services) {
    if (typeof s.image !== 'string' || s.image === '') continue;
    const got = known.get(s.image) ?? (await resolve(ctx, s.image));
    if (failed(got)) return got;
    known.set(s.image, got);
    s.image = got;
  }
  return undefined;
}

async function resolve(ctx: Ctx, image: string): Promise<string | Failure> {
  const parsed = parseReference(image);
  if ('error' in parsed) return new Failure(parsed.error);
  const ref = tagged(parsed.value);
  const name = `${fullName(ref)}${ref.tag === '' ? '' : `:${ref.tag}`}`;
  if (ref.digest !== '') return `${name}@${ref.digest}`;
  const got = await ctx.client.get<{ Descriptor: { digest: string } }>(`/distribution/${name}/json`);
  if (failed(got)) return new Failure(`failed to resolve digest for ${name}: ${got.message}`);
  return `${name}@${got.Descriptor.digest}`;
}
