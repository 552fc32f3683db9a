/** Files out of a package's archive. */
import type { TarEntry } from '../../../base/tar.ts';
import { isErr } from '../../kernel/errno.ts';
import type { Sys } from '../../kernel/sys.ts';

/** Writes what an archive holds below the root. @returns absolute paths of all of it */
export function unpack(sys: Sys, entries: readonly TarEntry[]): string[] {
  const out: string[] = [];
  for (const e of entries) {
    const path = `/${e.name.replace(/^\.?\/+/, '').replace(/\/$/, '')}`;
    if (path === '/') continue;
    out.push(path);
    if (e.kind === 'dir') {
      if (isErr(sys.stat(path))) sys.mkdir(path, e.mode);
      continue;
    }
    const old = sys.lstat(path);
    if (!isErr(old) && old.kind !== 'dir') sys.unlink(path);
    if (e.kind === 'symlink') sys.symlink(e.target, path);
    else if (e.kind === 'file') sys.writeFile(path, e.bytes, e.mode);
  }
  return out;
}
