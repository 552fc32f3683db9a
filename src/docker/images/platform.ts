/** Which images a platform gives. */
import { Failure } from '../errdefs.ts';
import { platformFault, SYSTEMS } from '../platform.ts';

/** @returns the text as it came, or what is wrong with it */
export function parsePlatform(text: string): string | Failure {
  const fault = platformFault(text);
  return fault === undefined ? text : new Failure('invalid', fault);
}

/** The platform that a text means, as `os/architecture[/variant]`; linux/amd64 when it is empty. @see containerd/platforms: Normalize */
export function normalizePlatform(text: string): string {
  const [first = '', ...rest] = text.toLowerCase().split('/');
  const os = first === 'macos' ? 'darwin' : first;
  const [system, named = 'amd64', variant] = SYSTEMS.has(os) ? [os, ...rest] : ['linux', first || 'amd64', ...rest];
  const [architecture, own] = ALIASES[named] ?? [named, undefined];
  const fine = variant ?? own;
  return [
    system,
    architecture,
    ...(fine === undefined || (architecture === 'arm64' && fine === 'v8') ? [] : [fine]),
  ].join('/');
}

/** Other names of architectures, and the variant that each means. */
const ALIASES: Readonly<Record<string, readonly [string, string?]>> = {
  i386: ['386'],
  x86_64: ['amd64'],
  'x86-64': ['amd64'],
  aarch64: ['arm64'],
  arm: ['arm', 'v7'],
  armhf: ['arm', 'v7'],
  armel: ['arm', 'v6'],
};

/** The one that images are for. */
const NATIVE = 'linux/amd64';

/** What a registry says whose images are not for a platform. @see moby distribution/pull_v2.go: noMatchesErr */
export function noManifest(platform: string): Failure | undefined {
  const wanted = normalizePlatform(platform);
  if (wanted === NATIVE) return undefined;
  return new Failure('notFound', `no matching manifest for ${wanted} in the manifest list entries`);
}

/** What is wrong when an image (all are for linux/amd64) is asked for by platform. @see moby daemon/images/image.go: GetImage */
export function platformMismatch(image: string, platform: string): Failure | undefined {
  const wanted = normalizePlatform(platform);
  if (wanted === NATIVE) return undefined;
  return new Failure(
    'notFound',
    `image with reference ${image} was found but does not match the specified platform: ` +
      `wanted ${wanted}, actual: ${NATIVE}`,
  );
}
