/**
 * POST /images/{name}/push: the registry takes nothing from whom it does not know.
 * @see moby distribution/push_v2.go
 */
import { Failure } from '../errdefs.ts';
import { sha256 } from '../images/digest.ts';
import { familiarName, parseReference, withDefaultTag } from '../images/reference.ts';
import { HUB, reachRegistry } from '../images/registry.ts';
import type { Daemon } from './daemon.ts';
import { failed, line } from './progress.ts';

/** @param tag empty for all tags */
export function pushImage(daemon: Daemon, name: string, tag: string): AsyncIterable<Uint8Array> | Failure {
  const parsed = parseReference(`${name}${tag === '' ? '' : `:${tag}`}`);
  if (parsed instanceof Failure) return parsed;
  const ref = withDefaultTag(parsed);
  return (async function* () {
    const repository = `${ref.domain}/${ref.path}`;
    yield line({ status: `The push refers to repository [${repository}]` });
    const image = daemon.images.byTag(ref);
    if (!image) {
      yield failed(`An image does not exist locally with the tag: ${familiarName(ref)}`);
      return;
    }
    const hub = ref.domain === 'docker.io';
    const refused = await reachRegistry(daemon.controller.daemon.sys, hub ? HUB : ref.domain);
    if (refused) {
      yield failed(refused.message);
      return;
    }
    for (const l of [...image.layers].reverse())
      yield line({ status: 'Preparing', progressDetail: {}, id: sha256(`gzip ${l.diffId}`).slice(0, 12) });
    yield failed('denied: requested access to the resource is denied');
  })();
}
