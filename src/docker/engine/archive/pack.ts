/** From a file system to the entries of a tar archive. @see moby pkg/archive (go-archive): TarWithOptions */
import type { TarEntry, TarKind } from '../../../base/tar.ts';
import { isErr } from '../../../linux/kernel/errno.ts';
import type { FileSystem } from '../../../linux/kernel/machine.ts';
import type { FileKind, Stat } from '../../../linux/kernel/sys.ts';

/** The extended attribute in which a script keeps the name of the program that gives its behaviour. */
export const PROGRAM = 'user.drydock.program';

/** Turns virtual ns into ns since 1970. */
export type Epoch = (mtime: number) => bigint;

const KINDS: Partial<Record<FileKind, TarKind>> = {
  file: 'file',
  dir: 'dir',
  symlink: 'symlink',
  fifo: 'fifo',
  char: 'char',
  block: 'block',
};
const EMPTY = new Uint8Array(0);

/**
 * A path and all below it, directories before what they hold. Sockets are left out, other mounts are not.
 * @param path absolute, without a symlink that is to be followed
 * @param name what it is called in the archive; '' for the root of one, whose own entry is left out
 */
export function* pack(fs: FileSystem, path: string, name: string, epoch: Epoch): Generator<TarEntry> {
  const stat = fs.stat(path, false);
  if (isErr(stat)) return;
  const own = entryOf(fs, path, name, stat, epoch);
  if (own && name !== '') yield own;
  if (stat.kind !== 'dir') return;
  const list = fs.readdir(path);
  if (isErr(list)) return;
  const below = name === '' || name.endsWith('/') ? name : `${name}/`;
  const names = list.map((e) => e.name).sort((a, b) => (a < b ? -1 : 1));
  for (const child of names) yield* pack(fs, `${path === '/' ? '' : path}/${child}`, below + child, epoch);
}

function entryOf(fs: FileSystem, path: string, name: string, stat: Stat, epoch: Epoch): TarEntry | undefined {
  const kind = KINDS[stat.kind];
  if (!kind) return undefined;
  const content = kind === 'file' ? fs.readFile(path) : EMPTY;
  const target = kind === 'symlink' ? fs.readlink(path) : '';
  const bytes = isErr(content) ? EMPTY : content;
  const script = stat.program !== undefined && bytes[0] !== 0x7f;
  return {
    name: kind === 'dir' && !name.endsWith('/') ? `${name}/` : name,
    kind,
    mode: stat.mode,
    uid: stat.uid,
    gid: stat.gid,
    mtime: epoch(stat.mtime),
    target: isErr(target) ? '' : target,
    bytes,
    ...(script ? { xattrs: { [PROGRAM]: stat.program as string } } : undefined),
  };
}
