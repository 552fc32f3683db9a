/**
 * The way to a registry: its name is looked up and its port 443 connected to. What a registry has is data that ships
 * with the lab (`images/hub`).
 *
 * Limits: the bytes of images do not cross the network; TLS is a greeting of each side.
 * @see Go net/http/transport.go; moby distribution/registry.go
 */
import type { Sys } from '../../linux/kernel/sys.ts';
import { Failure } from '../errdefs.ts';
import { dial, greet } from './dial.ts';

/** Docker Hub's registry. */
export const HUB = 'registry-1.docker.io';

/** Where Docker Hub is searched. */
export const INDEX = 'index.docker.io';

/** Greets a registry. @param sys the engine's own @param host `registry-1.docker.io`, `localhost:5000` */
export async function reachRegistry(sys: Sys, host: string, path = '/v2/'): Promise<Failure | undefined> {
  const [name = '', port = '443'] = host.split(':');
  const local = name === 'localhost' || name.startsWith('127.');
  const wire = await dial(sys, name, Number(port));
  const answer = typeof wire === 'string' ? wire : await greet(sys, wire);
  if (typeof wire !== 'string') wire.close();
  if (typeof answer !== 'string') return undefined;
  return new Failure('system', `Get "${local ? 'http' : 'https'}://${host}${path}": ${answer}`);
}
