/** Which images a platform gives. */
import { Failure } from '../errdefs.ts';
import { platformFault, SYSTEMS } from '../platform.ts';

/** @returns the text as it came, or what is wrong with it */
export function parsePlatform(text: string): string | Failure {
  const fault = platformFault(text);
  return fault === undefined ? text : new Failure('invalid', fault);
}

/** What is wrong when an image (all are for linux/amd64) is asked for by platform. @see moby daemon/images/image.go: GetImage */
export function platformMismatch(image: string, platform: string): Failure | undefined {
  const [first = '', second = ''] = platform.split('/');
  const os = SYSTEMS.has(first) ? first : 'linux';
  const architecture = SYSTEMS.has(first) ? second || 'amd64' : first || 'amd64';
  if (os === 'linux' && ['amd64', 'x86_64', 'x86-64'].includes(architecture)) return undefined;
  return new Failure(
    'notFound',
    `image with reference ${image} was found but does not match the specified platform: ` +
      `wanted ${os}/${architecture}, actual: linux/amd64`,
  );
}
