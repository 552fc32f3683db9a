/**
 * Files of a container: what `docker cp` and `docker export` read and write, running or not.
 * @see moby daemon/archive_unix.go, daemon/export.go
 */

import { base64 } from '../../../base/base64.ts';
import { decompress } from '../../../base/decompress.ts';
import { utf8 } from '../../../base/http.ts';
import { readTar, type TarEntry, writeTar } from '../../../base/tar.ts';
import { isErr } from '../../../linux/kernel/errno.ts';
import type { FileSystem } from '../../../linux/kernel/machine.ts';
import type { FileKind, Stat } from '../../../linux/kernel/sys.ts';
import { Failure } from '../../errdefs.ts';
import { rfc3339Nano } from '../../time.ts';
import type { Container } from '../container.ts';
import type { Daemon } from '../daemon.ts';
import { errors } from '../errors.ts';
import { bindSource, holdVolumes, releaseVolumes } from '../volumeservice.ts';
import { type Epoch, pack } from './pack.ts';
import { unpack } from './unpack.ts';

/** Bits of Go's FileMode for what is no regular file. @see Go io/fs: FileMode */
const MODE: Record<FileKind, number> = {
  file: 0,
  dir: 2 ** 31,
  symlink: 2 ** 27,
  fifo: 2 ** 25,
  socket: 2 ** 24,
  char: 2 ** 26 + 2 ** 21,
  block: 2 ** 26,
};

/** ns since 1970 of a time of the machine's files. */
export const epochOf =
  (daemon: Daemon): Epoch =>
  (mtime) =>
    daemon.kernel.world.clock.epochAt(0) + BigInt(Math.round(mtime));

/** The inverse of {@link epochOf}. */
export const virtualOf =
  (daemon: Daemon) =>
  (t: bigint): number =>
    Number(t - daemon.kernel.world.clock.epochAt(0));

/** The container's tree with its volumes, running or not. */
export function filesOf(daemon: Daemon, c: Container): FileSystem | Failure {
  if (c.running) return c.running.mounts.fs;
  const { kernel } = daemon;
  const mounts = kernel.mounts(c.rootfs, { pidns: kernel.pidns, netns: kernel.hostNetns });
  const failed = holdVolumes(daemon, c);
  if (failed) return failed;
  for (const m of c.mounts) if (m.type === 'bind' || m.type === 'volume') bindSource(daemon, m, mounts, c);
  releaseVolumes(daemon, c);
  return mounts.fs;
}

/** A place in a container that a client has named. */
interface Named {
  readonly fs: FileSystem;
  /** Absolute, cleaned; what the last name links to is not followed unless it ended in `/` or `/.`. */
  readonly path: string;
  /** What it is called in an archive. */
  readonly name: string;
  readonly stat: Stat;
}

function look(daemon: Daemon, c: Container, called: string, path: string): Named | Failure {
  const fs = filesOf(daemon, c);
  if (fs instanceof Failure) return fs;
  const inDir = /(?:^|\/)\.?$/.test(path);
  const resolved = fs.resolve(`/${path.replace(/(?<=.)\/\.?$/, '')}`, inDir);
  const stat = isErr(resolved) ? resolved : fs.stat(resolved, false);
  if (isErr(resolved) || isErr(stat) || (inDir && stat.kind !== 'dir')) return errors.noFile(path, called);
  const dot = /\/\.$/.test(path);
  const clean = path.split('/').filter((s) => s !== '' && s !== '.');
  return { fs, path: resolved, name: dot ? './' : (clean.at(-1) ?? '/'), stat };
}

/** HEAD …/archive: the value of X-Docker-Container-Path-Stat. @param called as the client called the container */
export function pathStat(daemon: Daemon, c: Container, called: string, path: string): string | Failure {
  const at = look(daemon, c, called, path);
  return at instanceof Failure ? at : statOf(daemon, at);
}

function statOf(daemon: Daemon, { fs, path, name, stat }: Named): string {
  const sticky = ((stat.mode & 0o1000) << 11) | ((stat.mode & 0o2000) << 11) | ((stat.mode & 0o4000) << 12);
  const followed = stat.kind === 'symlink' ? fs.resolve(path, true) : '';
  const json = JSON.stringify({
    name: name === './' ? (path.split('/').pop() ?? '') || '/' : name,
    size: stat.size,
    mode: MODE[stat.kind] + sticky + (stat.mode & 0o777),
    mtime: rfc3339Nano(epochOf(daemon)(stat.mtime)),
    linkTarget: isErr(followed) ? '' : followed,
  });
  return base64(utf8(json));
}

/** GET …/archive */
export function packPath(
  daemon: Daemon,
  c: Container,
  called: string,
  path: string,
): { readonly stat: string; readonly chunks: Iterable<Uint8Array> } | Failure {
  const at = look(daemon, c, called, path);
  if (at instanceof Failure) return at;
  daemon.containerEvent(c, 'archive-path');
  return { stat: statOf(daemon, at), chunks: writeTar(pack(at.fs, at.path, at.name, epochOf(daemon))) };
}

/** PUT …/archive */
export function unpackInto(
  daemon: Daemon,
  c: Container,
  called: string,
  path: string,
  archive: Uint8Array,
  options: { readonly noOverwriteDirNonDir: boolean },
): Failure | undefined {
  const at = look(daemon, c, called, path.endsWith('/') ? path : `${path}/`);
  if (at instanceof Failure) {
    const other = look(daemon, c, called, path);
    return other instanceof Failure ? errors.noFile(path, called) : errors.notDirectory;
  }
  if (c.hostConfig.ReadonlyRootfs && !c.mounts.some((m) => at.path.startsWith(m.destination) && !m.readOnly))
    return errors.readOnlyRootfs;
  const entries = entriesOf(archive);
  if (entries instanceof Failure) return entries;
  const failure = unpack(at.fs, at.path, entries, { ...options, virtual: virtualOf(daemon) });
  if (!failure) daemon.containerEvent(c, 'extract-to-dir');
  return failure;
}

/** The entries of an archive, compressed or not. */
export function entriesOf(archive: Uint8Array): TarEntry[] | Failure {
  const plain = decompress(archive);
  const entries = plain ? readTar(plain) : 'unexpected EOF';
  if (Array.isArray(entries)) return entries;
  return new Failure('system', entries === 'unexpected EOF' ? entries : `archive/tar: ${entries}`);
}

/** GET …/export: the root file system without volumes. */
export function exportContainer(daemon: Daemon, c: Container): Iterable<Uint8Array> {
  daemon.containerEvent(c, 'export');
  return writeTar(pack(c.rootfs, '/', '', epochOf(daemon)));
}
