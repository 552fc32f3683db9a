/** From the entries of a tar archive into a directory. @see moby pkg/archive (go-archive): UnpackLayer, createTarFile */
import type { TarEntry } from '../../../base/tar.ts';
import { type Errno, isErr } from '../../../linux/kernel/errno.ts';
import type { FileSystem } from '../../../linux/kernel/machine.ts';
import { Failure } from '../../errdefs.ts';
import { removeAll } from '../removeall.ts';
import { PROGRAM } from './pack.ts';

export interface UnpackOptions {
  /** A directory may not take the place of something else, nor the other way round. */
  readonly noOverwriteDirNonDir: boolean;
  /** Ids for everything instead of those in the archive. */
  readonly owner?: { readonly uid: number; readonly gid: number };
  /** ns since 1970 → virtual ns. */
  readonly virtual: (mtime: bigint) => number;
}

/** `a/./b/../c` → `a/c`; undefined when it leads above its start. */
export function inside(name: string): string | undefined {
  const out: string[] = [];
  for (const part of name.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..') {
      if (out.pop() === undefined) return undefined;
    } else out.push(part);
  }
  return out.join('/');
}

/** @param dir absolute path of a directory that exists */
export function unpack(
  fs: FileSystem,
  dir: string,
  entries: Iterable<TarEntry>,
  options: UnpackOptions,
): Failure | undefined {
  const base = dir === '/' ? '' : dir;
  for (const e of entries) {
    const name = inside(e.name);
    if (name === undefined)
      return new Failure('system', `${JSON.stringify(e.name)} is outside of ${JSON.stringify(dir)}`);
    if (name === '') continue;
    const failure = place(fs, base, name, e, options);
    if (failure) return failure;
  }
  return undefined;
}

function place(fs: FileSystem, base: string, name: string, e: TarEntry, options: UnpackOptions): Failure | undefined {
  const path = `${base}/${name}`;
  const slash = path.lastIndexOf('/');
  if (slash > 0 && isErr(fs.stat(path.slice(0, slash), true))) fs.mkdir(path.slice(0, slash), 0o755, true);
  const old = fs.stat(path, false);
  if (!isErr(old)) {
    const [was, is] = [old.kind === 'dir', e.kind === 'dir'];
    if (options.noOverwriteDirNonDir && was !== is) {
      const words = was ? ['directory', 'non-directory'] : ['non-directory', 'directory'];
      return new Failure(
        'system',
        `cannot overwrite ${words[0]} ${JSON.stringify(path)} with ${words[1]} ${JSON.stringify(base === '' ? '/' : base)}`,
      );
    }
    // what docker mounts over (hosts, resolv.conf) is written in place
    if (!(was && is) && !(old.kind === 'file' && e.kind === 'file')) removeAll(fs, path);
  }
  const made = make(fs, base, path, e);
  if (isErr(made))
    return new Failure('system', `${e.kind === 'dir' ? 'mkdir' : 'open'} ${path}: ${made.text.toLowerCase()}`);
  if (e.kind !== 'link') {
    if (e.kind !== 'symlink') fs.chmod(path, e.mode);
    if (e.kind !== 'symlink') fs.chown(path, options.owner?.uid ?? e.uid, options.owner?.gid ?? e.gid);
    fs.utimes(path, options.virtual(e.mtime));
  }
  return undefined;
}

function make(fs: FileSystem, base: string, path: string, e: TarEntry): Errno | 0 {
  const program = e.xattrs?.[PROGRAM];
  switch (e.kind) {
    case 'dir':
      return isErr(fs.stat(path, false)) ? fs.mkdir(path, e.mode) : 0;
    case 'symlink':
      return fs.symlink(e.target, path);
    case 'link':
      return fs.link(`${base}/${inside(e.target) ?? ''}`, path);
    case 'file':
      return fs.writeFile(path, e.bytes, { mode: e.mode, ...(program === undefined ? {} : { program }) });
    default:
      return 0; // devices and fifos are not made
  }
}
