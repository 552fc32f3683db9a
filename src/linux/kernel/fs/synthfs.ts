/** A synthetic tree as a file system that can be mounted. */
import type { Inode } from './inode.ts';
import type { Mount } from './mounts.ts';
import { TreeFace } from './vfs.ts';

export function synthFs(type: string, root: Inode): TreeFace {
  const mount: Mount = {
    root,
    source: type,
    target: '/',
    type,
    options: 'rw',
    readOnly: false,
    within: '/',
    parent: undefined,
    at: undefined,
  };
  return new TreeFace(type, { top: { mount, inode: root, up: undefined, name: '' }, over: () => undefined });
}
