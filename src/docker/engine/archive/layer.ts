/**
 * Image layers as tar archives, with whiteouts as files named `.wh.NAME`.
 * @see OCI image-spec layer.md
 */
import { join } from '../../../base/bytes.ts';
import { rootEntry, type TarEntry, type TarKind, writeTar } from '../../../base/tar.ts';
import { binaryProgram, contentOf, type LayerDir, type LayerNode, TreeLayer } from '../../../linux/kernel/fs/layer.ts';
import type { Layer } from '../../../linux/kernel/machine.ts';
import { type Epoch, PROGRAM } from './pack.ts';
import { inside } from './unpack.ts';

const WHITEOUT = '.wh.';
const OPAQUE = '.wh..wh..opq';
const EMPTY = new Uint8Array(0);

/** A layer's archive: the same bytes whenever it is asked for. What was there from the start is of 1970. */
export function layerTar(
  { layer, archive }: { layer: Layer; archive?: Uint8Array | undefined },
  epoch: Epoch,
): Uint8Array {
  return archive ?? join([...writeTar(layerEntries(layer, (mtime) => (mtime <= 0 ? 0n : epoch(mtime))))]);
}

/** The entries of a layer, directories before what they hold. */
export function* layerEntries(layer: Layer, epoch: Epoch): Generator<TarEntry> {
  if (layer instanceof TreeLayer) yield* below(layer.root, '', epoch);
}

function* below(dir: LayerDir, prefix: string, epoch: Epoch): Generator<TarEntry> {
  if (dir.opaque) yield blank(`${prefix}${OPAQUE}`);
  for (const [name, node] of [...dir.entries].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (node.kind === 'whiteout') yield blank(`${prefix}${WHITEOUT}${name}`);
    else {
      const made = entryOf(node, prefix + name, epoch);
      if (made) yield made;
      if (node.kind === 'dir') yield* below(node, `${prefix}${name}/`, epoch);
    }
  }
}

const blank = (name: string): TarEntry => rootEntry(name, EMPTY, { mode: 0 });

function entryOf(node: Exclude<LayerNode, { kind: 'whiteout' }>, name: string, epoch: Epoch): TarEntry | undefined {
  if (node.kind === 'socket') return undefined;
  const bytes = node.kind === 'file' ? node.content.bytes() : EMPTY;
  const program = node.kind === 'file' && binaryProgram(bytes) === undefined ? node.content.program : undefined;
  return {
    name: node.kind === 'dir' ? `${name}/` : name,
    kind: node.kind satisfies TarKind,
    mode: node.mode,
    uid: node.uid,
    gid: node.gid,
    mtime: epoch(node.mtime),
    target: node.kind === 'symlink' ? node.target : '',
    bytes,
    ...(program === undefined ? undefined : { xattrs: { [PROGRAM]: program } }),
  };
}

type Draft = { -readonly [K in keyof LayerDir]: LayerDir[K] } & { entries: Map<string, LayerNode> };

/** A layer with the given entries. @param virtual ns since 1970 → virtual ns */
export function layerOf(entries: Iterable<TarEntry>, virtual: (t: bigint) => number): TreeLayer {
  const directory = (): Draft => ({ kind: 'dir', mode: 0o755, uid: 0, gid: 0, mtime: 0, entries: new Map() });
  const root = directory();
  const parent = (names: readonly string[]): Draft => {
    let at = root;
    for (const name of names) {
      let next = at.entries.get(name);
      if (next?.kind !== 'dir') {
        next = directory();
        at.entries.set(name, next);
      }
      at = next as Draft;
    }
    return at;
  };
  const find = (path: string): LayerNode | undefined => {
    const names = path.split('/');
    const last = names.pop() as string;
    return parent(names).entries.get(last);
  };
  const time = (t: bigint): number => (t === 0n ? 0 : virtual(t));
  for (const e of entries) {
    const path = inside(e.name);
    if (!path) continue;
    const names = path.split('/');
    const last = names.pop() as string;
    const dir = parent(names);
    const meta = { mode: e.mode, uid: e.uid, gid: e.gid, mtime: time(e.mtime) };
    if (last === OPAQUE) dir.opaque = true;
    else if (last.startsWith(WHITEOUT)) dir.entries.set(last.slice(WHITEOUT.length), { kind: 'whiteout' });
    else if (e.kind === 'dir') {
      const old = dir.entries.get(last);
      if (old?.kind === 'dir') Object.assign(old, meta);
      else dir.entries.set(last, { ...directory(), ...meta });
    } else if (e.kind === 'symlink') dir.entries.set(last, { kind: 'symlink', ...meta, target: e.target });
    else if (e.kind === 'link') {
      const other = find(inside(e.target) ?? '');
      if (other) dir.entries.set(last, other);
    } else if (e.kind === 'file')
      dir.entries.set(last, {
        kind: 'file',
        ...meta,
        content: contentOf(e.bytes.slice(), e.xattrs?.[PROGRAM] ?? binaryProgram(e.bytes)),
      });
  }
  return new TreeLayer(root);
}
