/**
 * Images that stages stand on: the engine's own, or a registry's, whose layers come without a name.
 * @see moby builder/builder-next/adapters/containerimage/pull.go
 */
import { Failure } from '../../../errdefs.ts';
import { NATIVE } from '../../../images/platform.ts';
import { parseReference, type Reference, withDefaultTag } from '../../../images/reference.ts';
import { normalizePlatform } from '../../../platform.ts';
import type { Daemon } from '../../daemon.ts';
import { findRemote } from '../../pull.ts';
import { BuildFault } from '../syntax/fault.ts';
import type { Base } from './state.ts';

/** `docker.io/library/alpine:latest` */
export const fullText = (r: Reference): string =>
  `${r.domain}/${r.path}${r.tag === undefined ? '' : `:${r.tag}`}${r.digest === undefined ? '' : `@${r.digest}`}`;

/** A name as BuildKit shows it. */
export function shownName(name: string): string {
  const ref = parseReference(name);
  return ref instanceof Failure ? name : fullText(withDefaultTag(ref));
}

/** @param isPulled it is taken from the registry though it may be here @throws BuildFault with the text of the step that looks it up */
export async function findBase(daemon: Daemon, name: string, platform: string, isPulled: boolean): Promise<Base> {
  const parsed = parseReference(name);
  if (parsed instanceof Failure) throw new BuildFault(parsed.message);
  const ref = withDefaultTag(parsed);
  const isNative = normalizePlatform(platform || NATIVE) === NATIVE;
  const here = daemon.images.byTag(ref);
  if (here && !isPulled && isNative) return { image: here, shown: fullText(ref), isRemote: false, digest: '' };
  const found = await findRemote(daemon, ref);
  if (found instanceof Failure) throw new BuildFault(reworded(found.message, ref));
  if (!isNative) throw new BuildFault(`no match for platform in manifest ${found.digest}: not found`);
  const shown = ref.digest === undefined ? `${fullText(ref)}@${found.digest}` : fullText(ref);
  return { image: found.image, shown, isRemote: true, digest: found.digest };
}

/** What BuildKit's own client of registries says. */
function reworded(message: string, ref: Reference): string {
  const host = ref.domain === 'docker.io' ? 'registry-1.docker.io' : ref.domain;
  if (/^pull access denied/.test(message))
    return 'pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed';
  if (/^manifest for \S+ not found|^manifest unknown/.test(message)) return `${fullText(ref)}: not found`;
  const unreachable = /^Get "(https?):\/\/[^"]*": (.*)$/s.exec(message);
  if (!unreachable) return message;
  const url = `${unreachable[1]}://${host}/v2/${ref.path}/manifests/${ref.digest ?? ref.tag ?? 'latest'}`;
  return `failed to do request: Head "${url}": ${unreachable[2]}`;
}
