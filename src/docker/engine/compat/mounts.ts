/**
 * Mounts of a create request: what a client's version could not know is refused or not heard.
 * @see moby daemon/server/router/container/container_routes.go: postContainersCreate
 */
import { Failure } from '../../errdefs.ts';
import type { MountSpec } from '../mountspec.ts';

/** The client's version is older than this one. */
export type Before = (version: string) => boolean;

const invalid = (text: string): Failure => new Failure('invalid', text);

/** @returns undefined: there were none */
export function adaptMounts(
  mounts: readonly MountSpec[] | undefined,
  before: Before,
): MountSpec[] | Failure | undefined {
  const out: MountSpec[] = [];
  for (const m of mounts ?? []) {
    const type = JSON.stringify(m.Type ?? '');
    if (before('1.45') && m.VolumeOptions?.Subpath) return invalid('VolumeOptions.Subpath needs API v1.45 or newer');
    if (before('1.48') && m.Type === 'image') return invalid('Mount type "Image" needs API v1.48 or newer');
    if (before('1.42')) {
      const { VolumeOptions, TmpfsOptions, BindOptions, ...rest } = m;
      out.push({
        ...rest,
        ...(BindOptions ? { BindOptions: { ...BindOptions, CreateMountpoint: false } } : {}),
        ...(VolumeOptions && m.Type === 'volume' ? { VolumeOptions } : {}),
        ...(TmpfsOptions && m.Type === 'tmpfs' ? { TmpfsOptions } : {}),
      });
      continue;
    }
    if (m.VolumeOptions && m.Type !== 'volume')
      return invalid(`VolumeOptions must not be specified on mount type ${type}`);
    if (m.BindOptions && m.Type !== 'bind') return invalid(`BindOptions must not be specified on mount type ${type}`);
    if (m.TmpfsOptions && m.Type !== 'tmpfs')
      return invalid(`TmpfsOptions must not be specified on mount type ${type}`);
    out.push(m);
  }
  return mounts && out;
}
