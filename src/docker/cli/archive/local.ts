/** Files of the machine as entries of a tar archive, and back. @see moby go-archive: TarWithOptions, Untar */
import type { TarEntry } from '../../../base/tar.ts';
import { isErr } from '../../../linux/kernel/errno.ts';
import type { Stat, Sys } from '../../../linux/kernel/sys.ts';
import { Failure } from '../failure.ts';

const EMPTY = new Uint8Array(0);

/** ns since 1970 at virtual time 0. */
const epoch = (sys: Sys): bigint => sys.realtime() - BigInt(Math.round(sys.now()));

/**
 * A file or a directory with all below it.
 * @param name what it is called in the archive
 */
export function* packLocal(sys: Sys, path: string, name: string): Generator<TarEntry> {
  const stat = sys.lstat(path);
  if (isErr(stat) || !['file', 'dir', 'symlink'].includes(stat.kind)) return;
  yield entryOf(sys, path, name, stat);
  if (stat.kind !== 'dir') return;
  const list = sys.readdir(path);
  if (isErr(list)) return;
  for (const { name: child } of list)
    if (child !== '.' && child !== '..')
      yield* packLocal(sys, `${path}/${child}`, `${name.replace(/\/$/, '')}/${child}`);
}

function entryOf(sys: Sys, path: string, name: string, stat: Stat): TarEntry {
  const bytes = stat.kind === 'file' ? sys.readFile(path) : EMPTY;
  const target = stat.kind === 'symlink' ? sys.readlink(path) : '';
  return {
    name: stat.kind === 'dir' && !name.endsWith('/') ? `${name}/` : name,
    kind: stat.kind as TarEntry['kind'],
    mode: stat.mode,
    uid: stat.uid,
    gid: stat.gid,
    mtime: epoch(sys) + BigInt(Math.round(stat.mtime)),
    target: isErr(target) ? '' : target,
    bytes: isErr(bytes) ? EMPTY : bytes,
  };
}

/** Writes entries below a directory that exists. @param rename the first part of names → what it is to be */
export function unpackLocal(
  sys: Sys,
  dir: string,
  entries: Iterable<TarEntry>,
  rename: (name: string) => string,
  keepOwner: boolean,
): Failure | undefined {
  for (const e of entries) {
    const name = rename(e.name.replace(/\/+$/, ''));
    const path = name === '' ? dir : `${dir === '/' ? '' : dir}/${name}`;
    const old = sys.lstat(path);
    if (e.kind === 'dir') {
      if (isErr(old)) sys.mkdir(path, e.mode);
      else if (old.kind !== 'dir') return new Failure(`cannot overwrite non-directory ${JSON.stringify(path)}`);
    } else {
      if (!isErr(old) && old.kind === 'dir') return new Failure(`cannot overwrite directory ${JSON.stringify(path)}`);
      if (!isErr(old) && (e.kind !== 'file' || old.kind !== 'file')) sys.unlink(path);
      const made = e.kind === 'symlink' ? sys.symlink(e.target, path) : sys.writeFile(path, e.bytes, e.mode);
      if (isErr(made)) return new Failure(`open ${path}: ${made.text.toLowerCase()}`);
    }
    if (e.kind === 'symlink') continue;
    sys.chmod(path, e.mode);
    if (keepOwner) sys.chown(path, e.uid, e.gid);
    sys.utimes(path, Number(e.mtime - epoch(sys)));
  }
  return undefined;
}
