import { normalizePlatform, platformFault } from '../../../platform.ts';
import { Failure } from '../../failure.ts';

/** `--platform` as the query of a request has it. @see docker/docker client/utils.go: encodePlatform */
export function platformQuery(text: string): string | undefined | Failure {
  if (text === '') return undefined;
  const fault = platformFault(text);
  if (fault) return new Failure(`invalid platform: ${fault}`);
  const [os, architecture, variant] = normalizePlatform(text).split('/');
  return JSON.stringify({ architecture, os, variant });
}
