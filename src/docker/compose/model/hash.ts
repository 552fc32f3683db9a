/** By which compose knows that what it made is not what the file says any more: hashes of Go's JSON. @see docker/compose pkg/compose/hash.go */
import { sha256 } from '../../images/digest.ts';
import { shapeTree } from './marshal.ts';
import { printJson } from './print.ts';
import type { Mapping, NetworkConfig, ServiceConfig, VolumeConfig } from './project.ts';

/** What does not matter to a container. */
const ASIDE = ['build', 'pull_policy', 'scale', 'depends_on', 'profiles'];

const hashed = (v: Mapping, shape: string): string => sha256(printJson(shapeTree(v, shape), undefined));

/** The label of a container. */
export function serviceHash(s: ServiceConfig): string {
  const kept = Object.fromEntries(Object.entries(s as unknown as Mapping).filter(([k]) => !ASIDE.includes(k)));
  const { deploy } = s;
  if (deploy) {
    const { replicas, ...rest } = deploy;
    kept.deploy = rest as Mapping;
  }
  return hashed(kept, 'Service');
}

/** The label of a network. */
export const networkHash = (n: NetworkConfig): string => hashed(n as unknown as Mapping, 'Network');

/** The label of a volume. */
export const volumeHash = (v: VolumeConfig): string =>
  hashed({ ...(v as unknown as Mapping), driver: v.driver || 'local' }, 'Volume');
