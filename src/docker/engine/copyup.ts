/** What a new volume has from the image it is mounted over. */
import { isErr } from '../../linux/kernel/errno.ts';
import type { Stat } from '../../linux/kernel/sys.ts';
import type { Failure } from '../errdefs.ts';
import { epochOf, virtualOf } from './archive/container.ts';
import { pack } from './archive/pack.ts';
import { unpack } from './archive/unpack.ts';
import { type Container, type MountPoint, overlayDirectory } from './container.ts';
import type { Daemon } from './daemon.ts';
import { errors } from './errors.ts';
import { mountNamed } from './volumeservice.ts';

/**
 * A volume that is empty begins with what the image has in its place.
 * @see moby daemon/create_unix.go: populateVolume
 */
export function copyUp(daemon: Daemon, c: Container): Failure | undefined {
  for (const m of c.mounts) {
    const from = c.rootfs.stat(m.destination, true);
    if (m.type !== 'volume' || !m.copy || isErr(from)) continue;
    const file = from.kind === 'dir' ? undefined : fileFault(c, m);
    if (file) return file;
    const failed = mountNamed(daemon, m.name);
    if (failed) return failed.wrap('failed to populate volume');
    copyInto(daemon, c, m, from);
    daemon.volumes.unmount(m.name);
  }
  return undefined;
}

/** A volume of `-v PATH` is looked at before it is made, another when it is filled. */
function fileFault(c: Container, m: MountPoint): Failure {
  const path = `${overlayDirectory(c)}/merged${m.destination}`;
  return m.mode === '' ? errors.volumeOverFile(path) : errors.volumeFromFile(path);
}

function copyInto(daemon: Daemon, c: Container, m: MountPoint, from: Stat): void {
  const to = daemon.kernel.root.fs;
  const there = to.readdir(m.source);
  if (isErr(there) || there.length > 0) return;
  const entries = pack(c.rootfs, m.destination, './', epochOf(daemon));
  unpack(to, m.source, entries, { noOverwriteDirNonDir: false, virtual: virtualOf(daemon) });
  to.chmod(m.source, from.mode & 0o7777);
  to.chown(m.source, from.uid, from.gid);
}
