/**
 * POST /images/{name}/push: the registry takes nothing from whom it does not know.
 * @see moby distribution/push_v2.go
 */
import { Failure } from '../errdefs.ts';
import { sha256 } from '../images/digest.ts';
import { familiarName, familiarString, parseReference, repoTagReference } from '../images/reference.ts';
import { HUB, reachRegistry } from '../images/registry.ts';
import type { Daemon } from './daemon.ts';
import { failed, line } from './progress.ts';

/** @param tag empty for all tags */
export function pushImage(daemon: Daemon, name: string, tag: string): AsyncIterable<Uint8Array> | Failure {
  const ref = tag === '' ? parseReference(name) : repoTagReference(name, tag);
  if (ref === undefined || ref instanceof Failure) return ref ?? new Failure('invalid', 'invalid reference format');
  return (async function* () {
    const repository = `${ref.domain}/${ref.path}`;
    yield line({ status: `The push refers to repository [${repository}]` });
    const [first] = daemon.images.repository(ref);
    if (!first) {
      yield failed(`An image does not exist locally with the tag: ${familiarName(ref)}`);
      return;
    }
    const hub = ref.domain === 'docker.io';
    const refused = await reachRegistry(daemon.controller.daemon.sys, hub ? HUB : ref.domain);
    if (refused) {
      yield failed(refused.message);
      return;
    }
    if (ref.digest !== undefined) {
      yield failed('cannot push a digest reference');
      return;
    }
    const image = daemon.images.byTag(ref.tag === undefined ? first : ref);
    if (!image) {
      yield failed(`tag does not exist: ${familiarString(ref)}`);
      return;
    }
    for (const l of [...image.layers].reverse())
      yield line({ status: 'Preparing', progressDetail: {}, id: sha256(`gzip ${l.diffId}`).slice(0, 12) });
    yield failed('denied: requested access to the resource is denied');
  })();
}
