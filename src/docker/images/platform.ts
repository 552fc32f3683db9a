/** Which images a platform gives. */
import { Failure } from '../errdefs.ts';
import { normalizePlatform, platformFault } from '../platform.ts';

/** @returns the text as it came, or what is wrong with it */
export function parsePlatform(text: string): string | Failure {
  const fault = platformFault(text);
  return fault === undefined ? text : new Failure('invalid', fault);
}

/** The one that images are for. */
export const NATIVE = 'linux/amd64';

/** What a registry says whose images are not for a platform. @see moby distribution/pull_v2.go: noMatchesErr */
export function noManifest(platform: string): Failure | undefined {
  const wanted = normalizePlatform(platform);
  if (wanted === NATIVE) return undefined;
  return new Failure('notFound', `no matching manifest for ${wanted} in the manifest list entries`);
}

/** `platform` of a query as 1.48 has it: JSON. @returns `os/architecture[/variant]`, '' without one @see moby api/server/httputils/form.go: DecodePlatform */
export function decodePlatform(text: string | null): string | Failure {
  if (!text) return '';
  const given = parseObject(text);
  if (!given) return new Failure('invalid', 'failed to parse platform');
  const { os = '', architecture = '', variant = '' } = given;
  if (!os && !architecture) return new Failure('invalid', 'both OS and Architecture must be provided');
  return [os, architecture, ...(variant ? [variant] : [])].join('/');
}

function parseObject(text: string): Record<string, string> | undefined {
  try {
    const given: unknown = JSON.parse(text);
    return typeof given === 'object' && given !== null ? (given as Record<string, string>) : undefined;
  } catch {
    return undefined;
  }
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
