/** Directories of the command's own. */
import { isErr } from '../../../linux/kernel/errno.ts';
import type { Sys } from '../../../linux/kernel/sys.ts';

/** `mkdir -p`. @param mode of those that are made */
export function makeDirs(sys: Sys, path: string, mode: number): void {
  for (let at = path.indexOf('/', 1); ; at = path.indexOf('/', at + 1)) {
    sys.mkdir(at < 0 ? path : path.slice(0, at), mode);
    if (at < 0) return;
  }
}

/** `rm -rf` */
export function removeAll(sys: Sys, path: string): void {
  const stat = sys.lstat(path);
  if (isErr(stat)) return;
  if (stat.kind !== 'dir') {
    sys.unlink(path);
    return;
  }
  for (const name of entries(sys, path)) removeAll(sys, `${path}/${name}`);
  sys.rmdir(path);
}

/** Names in a directory, sorted; none where there is no directory. */
export function entries(sys: Sys, path: string): string[] {
  const list = sys.readdir(path);
  if (isErr(list)) return [];
  return list
    .map((e) => e.name)
    .filter((n) => n !== '.' && n !== '..')
    .sort();
}
