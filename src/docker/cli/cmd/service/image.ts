/** The image of a service, pinned to what its registry has now. @see docker/cli cli/command/service/create.go, client/service_create.go */
import type { ServiceSpec, TaskSpec } from '../../../api/swarm.ts';
import type { Ctx } from '../../context.ts';
import { Failure, failed } from '../../failure.ts';
import { fullName, parseReference, tagged } from '../../reference.ts';

interface Distribution {
  readonly Descriptor: { readonly digest: string };
  readonly Platforms?: readonly { readonly architecture: string; readonly os: string }[] | null;
}

/** With a tag: `nginx` is `nginx:latest`. */
export function imageName(text: string): string | Failure {
  const ref = parseReference(text);
  if ('error' in ref) return new Failure(ref.error);
  if (ref.value.digest) return text;
  const full = tagged(ref.value);
  const name = fullName(full)
    .replace(/^docker\.io\//, '')
    .replace(/^library\//, '');
  return `${name}:${full.tag}`;
}

/** Asks the registry for the digest; tells when it cannot. */
export async function pinImage(ctx: Ctx, spec: ServiceSpec): Promise<{ spec: ServiceSpec; warning: string }> {
  const container = spec.TaskTemplate.ContainerSpec;
  if (!container || container.Image.includes('@')) return { spec, warning: '' };
  const { Image } = container;
  const found = await ctx.client.get<Distribution>(`/distribution/${Image}/json`);
  if (failed(found))
    return {
      spec,
      warning:
        `image ${Image} could not be accessed on a registry to record\n` +
        `its digest. Each node will access ${Image} independently,\n` +
        'possibly leading to different nodes running different\nversions of the image.\n\n',
    };
  const Platforms = (found.Platforms ?? []).map((p) => ({ Architecture: p.architecture, OS: p.os }));
  const task: TaskSpec = {
    ...spec.TaskTemplate,
    ContainerSpec: { ...container, Image: `${Image}@${found.Descriptor.digest}` },
    Placement: { ...spec.TaskTemplate.Placement, ...(Platforms.length > 0 ? { Platforms } : {}) },
  };
  return { spec: { ...spec, TaskTemplate: task }, warning: '' };
}
