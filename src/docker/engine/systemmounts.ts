/**
 * Mounts that every container has beside what it asks for: its shared memory, and the parts of /proc and /sys that it may
 * not write or see.
 * @see moby daemon/oci_linux.go: withMounts, daemon/container_operations_unix.go: setupIPCDirs; runc libcontainer/rootfs_linux.go
 */
import { isErr } from '../../linux/kernel/errno.ts';
import type { FileSystem, Mounts } from '../../linux/kernel/machine.ts';
import { Failure } from '../errdefs.ts';
import type { Container } from './container.ts';
import type { Daemon } from './daemon.ts';
import { errors } from './errors.ts';
import { mountShared } from './tmpfs.ts';

const SHM = '/dev/shm';

/** `--ipc`: the shared memory of another container. */
export function sharedMemory(daemon: Daemon, c: Container): FileSystem | Failure | undefined {
  const mode = (c.hostConfig.IpcMode as string | undefined) ?? '';
  if (!mode.startsWith('container:')) return undefined;
  const other = daemon.container(mode.slice(10));
  if (other instanceof Failure) return other.wrap('failed to join IPC namespace');
  if (!other.running) return errors.joinStopped('IPC', mode.slice(10));
  const { shm } = other.running;
  return shm && other.hostConfig.IpcMode === 'shareable' ? shm : errors.notShareable(mode.slice(10));
}

/**
 * Mounts /dev/shm.
 * @param shared of another container
 * @returns what others may share
 */
export function mountSharedMemory(
  daemon: Daemon,
  c: Container,
  mounts: Mounts,
  shared: FileSystem | undefined,
): FileSystem | undefined {
  const { IpcMode, ShmSize, Tmpfs } = c.hostConfig;
  if (IpcMode === 'none') return undefined;
  if (c.mounts.some((m) => m.destination === SHM) || SHM in ((Tmpfs as object | null) ?? {})) return undefined;
  if (IpcMode === 'host') {
    mounts.bind(SHM, daemon.kernel.root.fs, SHM, { source: 'udev' });
    return undefined;
  }
  return mountShared(daemon.kernel, mounts, SHM, ShmSize as number, shared);
}

/** `MaskedPaths` and `ReadonlyPaths`, as far as they are there. */
export function protectPaths(c: Container, mounts: Mounts): void {
  const { MaskedPaths, ReadonlyPaths } = c.hostConfig;
  for (const path of (ReadonlyPaths as string[] | null) ?? []) {
    if (isErr(mounts.fs.stat(path, true))) continue;
    mounts.bind(path, mounts.fs, path, { source: path.slice(1).split('/')[0] as string, readOnly: true });
  }
  for (const path of (MaskedPaths as string[] | null) ?? []) {
    const there = mounts.fs.stat(path, true);
    if (!isErr(there) && there.kind !== 'dir') mounts.bind(path, mounts.fs, '/dev/null', { source: 'tmpfs' });
  }
}
