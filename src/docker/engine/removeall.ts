import { isErr } from '../../linux/kernel/errno.ts';
import type { FileSystem } from '../../linux/kernel/machine.ts';

/** A file, or a directory with all below it. @see Go os.RemoveAll */
export function removeAll(fs: FileSystem, path: string): void {
  const stat = fs.stat(path, false);
  if (isErr(stat)) return;
  if (stat.kind !== 'dir') {
    fs.unlink(path);
    return;
  }
  const list = fs.readdir(path);
  if (!isErr(list)) for (const e of list) removeAll(fs, `${path}/${e.name}`);
  fs.rmdir(path);
}
