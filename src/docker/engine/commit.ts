/** POST /commit: an image from what a container has written. @see moby daemon/commit.go, builder/dockerfile (changes) */
import type { OverlayFs } from '../../linux/kernel/machine.ts';
import type { ContainerConfig } from '../api/types.ts';
import { Failure } from '../errdefs.ts';
import { digest, sha256 } from '../images/digest.ts';
import { familiarString, repoTagReference } from '../images/reference.ts';
import { type ImageConfig, NO_CONFIG } from '../images/spec.ts';
import type { ImageLayer } from '../images/store.ts';
import { epochOf } from './archive/container.ts';
import { layerTar } from './archive/layer.ts';
import type { Container } from './container.ts';
import { COST, type Daemon } from './daemon.ts';
import { mergeConfig } from './hostconfig.ts';

export interface CommitOptions {
  readonly repo: string;
  readonly tag: string;
  readonly author: string;
  readonly comment: string;
  readonly changes: readonly string[];
  readonly pause: boolean;
  /** Settings that go before those of the container. */
  readonly config?: Partial<ImageConfig>;
}

export async function commitContainer(
  daemon: Daemon,
  c: Container,
  options: CommitOptions,
): Promise<{ Id: string } | Failure> {
  const ref = repoTagReference(options.repo, options.tag);
  if (ref instanceof Failure) return ref;
  const own = imageConfig(c.config);
  const given = options.config && Object.keys(options.config).length > 0 ? { ...NO_CONFIG, ...options.config } : own;
  const { changes } = options;
  const changed =
    changes.length === 0
      ? given
      : (await daemon.kernel.world.hold(import('./build/config.ts'))).applyChanges(given, changes);
  if (changed instanceof Failure) return changed;
  const merged = mergeConfig('', changed, { config: own });
  const config = { ...imageConfig(merged), OnBuild: changed.OnBuild };
  const run = options.pause && c.status === 'running' ? c.running : undefined;
  if (run) daemon.kernel.freeze(run.pidns, true);
  await daemon.sleep(COST.commit);
  const layer = layerFrom(daemon, c.id, c.rootfs);
  if (run) daemon.kernel.freeze(run.pidns, false);
  const created = daemon.now();
  const image = daemon.images.add({
    layers: [...(c.image?.layers ?? []), layer],
    config,
    created,
    author: options.author,
    comment: options.comment,
    history: [
      ...(c.image?.history ?? []),
      {
        created,
        createdBy: c.argv.join(' '),
        comment: options.comment,
        size: layer.size,
        author: options.author,
      },
    ],
    ...(c.image ? { parent: c.image.id } : {}),
  });
  if (ref) daemon.images.tag(ref, image.id);
  daemon.emit('image', 'create', image.id, { name: image.id });
  if (ref) daemon.emit('image', 'tag', image.id, { name: familiarString(ref) });
  daemon.containerEvent(c, 'commit', {
    comment: options.comment,
    imageID: image.id,
    imageRef: ref ? familiarString(ref) : '',
  });
  return { Id: image.id };
}

/** What was written over an image, as a layer of its own, even when that is nothing. @param salt makes its directory its own */
export function layerFrom(daemon: Daemon, salt: string, written: OverlayFs): ImageLayer {
  const layer = written.freeze();
  const diffId = digest(layerTar({ layer }, epochOf(daemon)));
  return { layer, diffId, size: written.upperSize, cacheId: sha256(`cache ${salt} ${daemon.now()}`) };
}

/** What of a container's config an image keeps. */
function imageConfig(c: ContainerConfig): ImageConfig {
  return {
    Cmd: c.Cmd,
    Entrypoint: c.Entrypoint,
    Env: c.Env,
    ...(c.ExposedPorts ? { ExposedPorts: c.ExposedPorts } : {}),
    Labels: c.Labels,
    OnBuild: null,
    ...(c.StopSignal ? { StopSignal: c.StopSignal } : {}),
    ...(c.Healthcheck ? { Healthcheck: c.Healthcheck } : {}),
    ...(c.Shell ? { Shell: c.Shell } : {}),
    User: c.User,
    Volumes: c.Volumes,
    WorkingDir: c.WorkingDir,
  };
}
