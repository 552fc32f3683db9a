/** File systems made of one tree: tmpfs, and overlay over immutable layers. */
import type { Change, Layer, OverlayFs } from '../machine.ts';
import { mergeLayers, TreeLayer } from './layer.ts';
import type { Mount } from './mounts.ts';
import { Tree, type TreeHost } from './tree.ts';
import { TreeFace } from './vfs.ts';

/** A tree as a file system of its own, not yet mounted anywhere. */
export class TreeFs extends TreeFace implements OverlayFs {
  constructor(
    type: string,
    readonly tree: Tree,
  ) {
    const mount: Mount = {
      root: tree.root,
      source: type,
      target: '/',
      type,
      options: 'rw',
      readOnly: false,
      within: '/',
      parent: undefined,
      at: undefined,
    };
    super(type, { top: { mount, inode: tree.root, up: undefined, name: '' }, over: () => undefined });
  }
  freeze(): Layer {
    return this.tree.freeze();
  }
  changes(): Change[] {
    return this.tree.changes();
  }
  get upperSize(): number {
    return this.tree.upperSize();
  }
}

/** An empty writable tree. @param size bytes that its files may take */
export function tmpfs(host: TreeHost, type = 'tmpfs', size = Number.POSITIVE_INFINITY): TreeFs {
  return new TreeFs(type, new Tree(host, undefined, size, true));
}

/** @param lowers bottom first, as an image lists its layers */
export function overlay(host: TreeHost, lowers: readonly Layer[]): TreeFs {
  const layers = lowers.map((l) => {
    if (!(l instanceof TreeLayer)) throw new Error('a layer that this kernel did not make');
    return l;
  });
  return new TreeFs('overlay', new Tree(host, mergeLayers(layers)));
}
