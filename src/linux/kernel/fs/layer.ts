/**
 * Image layers: immutable trees of files, directories, links and whiteouts, made from data or frozen from a
 * container's upper directory, and merged bottom first into the lower tree of an overlay.
 *
 * @see Documentation/filesystems/overlayfs.rst (whiteouts and opaque directories)
 */
import { utf8 } from '../../../base/http.ts';
import type { Layer, LayerFile, LayerSpec } from '../machine.ts';

/** Metadata shared by all kinds. mtime in virtual ns (negative: before the lab was made). */
export interface LayerMeta {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtime: number;
}
export interface LayerDir extends LayerMeta {
  readonly kind: 'dir';
  readonly entries: ReadonlyMap<string, LayerNode>;
  /** Hides what lies under it in lower layers. */
  readonly opaque?: boolean;
}
export interface LayerRegular extends LayerMeta {
  readonly kind: 'file';
  readonly content: Content;
}
export interface LayerLink extends LayerMeta {
  readonly kind: 'symlink';
  readonly target: string;
}
export interface LayerSpecial extends LayerMeta {
  readonly kind: 'fifo' | 'socket';
}
/** The name does not exist here, whatever lower layers say. */
export interface Whiteout {
  readonly kind: 'whiteout';
}
export type LayerNode = LayerDir | LayerRegular | LayerLink | LayerSpecial | Whiteout;

/** A file's bytes, which for a program's binary are made only when something reads them. */
export interface Content {
  readonly size: number;
  readonly program?: string;
  bytes(): Uint8Array;
}

/** Bytes that are there. @param program set when they are only the face of a program (a script) */
export function contentOf(bytes: Uint8Array, program?: string): Content {
  return { size: bytes.length, program, bytes: () => bytes };
}

/** A text, encoded when something asks for it. @param program set when it is only the face of a program (a script) */
function textContent(text: string, program?: string): Content {
  let made: Uint8Array | undefined;
  const bytes = (): Uint8Array => {
    made ??= utf8(text);
    return made;
  };
  return {
    get size() {
      return bytes().length;
    },
    program,
    bytes,
  };
}

const MAGIC = '\x7fELF\x02\x01\x01drydock\0';

/** The image of a program's binary: an ELF-like head that names the program (ASCII), padded to its size. */
export function binary(program: string, size = 65536): Content {
  const head = `${MAGIC}${program}\0`;
  const total = Math.max(size, head.length);
  return {
    size: total,
    program,
    bytes: () => {
      const out = new Uint8Array(total);
      out.set(utf8(head));
      return out;
    },
  };
}

/** The program that bytes copied from a {@link binary} name, or undefined. */
export function binaryProgram(bytes: Uint8Array): string | undefined {
  if (bytes.length < MAGIC.length || bytes[0] !== 0x7f) return undefined;
  for (let i = 0; i < MAGIC.length; i++) if (bytes[i] !== MAGIC.charCodeAt(i)) return undefined;
  const end = bytes.indexOf(0, MAGIC.length);
  return end < 0 ? undefined : String.fromCharCode(...bytes.subarray(MAGIC.length, end));
}

/** A layer as the kernel holds it. */
export class TreeLayer implements Layer {
  #size: number | undefined;
  constructor(readonly root: LayerDir) {}
  get size(): number {
    this.#size ??= sizeOf(this.root);
    return this.#size;
  }
}

function sizeOf(node: LayerNode): number {
  if (node.kind === 'file') return node.content.size;
  let sum = 0;
  if (node.kind === 'dir') for (const child of node.entries.values()) sum += sizeOf(child);
  return sum;
}

/** A directory that is being filled. */
interface Draft extends LayerDir {
  mode: number;
  uid: number;
  gid: number;
  readonly entries: Map<string, LayerNode>;
}

/** Builds the tree of a layer. @param mtime given to every inode, virtual ns */
export function layerOf(spec: LayerSpec, mtime: number): TreeLayer {
  const newDraft = (): Draft => ({ kind: 'dir', mode: 0o755, uid: 0, gid: 0, mtime, entries: new Map() });
  const within = (dir: Draft, name: string): Draft => {
    const there = dir.entries.get(name);
    if (there?.kind === 'dir') return there as Draft;
    const made = newDraft();
    dir.entries.set(name, made);
    return made;
  };
  const root = newDraft();
  for (const [path, file] of Object.entries(spec)) {
    const names = path.split('/').filter((n) => n !== '');
    const last = names.pop();
    let dir = root;
    for (const name of names) dir = within(dir, name);
    if (typeof file === 'object' && 'dir' in file) {
      if (last !== undefined) dir = within(dir, last);
      dir.mode = file.mode ?? 0o755;
      dir.uid = file.uid ?? 0;
      dir.gid = file.gid ?? 0;
    } else if (last !== undefined) dir.entries.set(last, leaf(file, mtime));
  }
  return new TreeLayer(root);
}

function leaf(file: Exclude<LayerFile, { dir: true }>, mtime: number): LayerNode {
  if (typeof file === 'string') return { kind: 'file', mode: 0o644, uid: 0, gid: 0, mtime, content: textContent(file) };
  if ('link' in file) return { kind: 'symlink', mode: 0o777, uid: 0, gid: 0, mtime, target: file.link };
  if ('text' in file) {
    const program = 'program' in file ? file.program : undefined;
    const mode = file.mode ?? (program === undefined ? 0o644 : 0o755);
    const owner = { uid: ('uid' in file && file.uid) || 0, gid: ('gid' in file && file.gid) || 0 };
    return { kind: 'file', mode, ...owner, mtime, content: textContent(file.text, program) };
  }
  return { kind: 'file', mode: file.mode ?? 0o755, uid: 0, gid: 0, mtime, content: binary(file.program, file.size) };
}

const EMPTY: LayerDir = { kind: 'dir', mode: 0o755, uid: 0, gid: 0, mtime: 0, entries: new Map() };

/** Trees that were merged, by the lower one and the layer over it: containers of an image share theirs. */
const merged = new WeakMap<LayerDir, WeakMap<TreeLayer, LayerDir>>();

/** One tree of all layers, bottom first: upper entries win, directories merge, whiteouts remove. */
export function mergeLayers(layers: readonly TreeLayer[]): LayerDir {
  return layers.reduce(mergeLayer, EMPTY);
}

function mergeLayer(lower: LayerDir, layer: TreeLayer): LayerDir {
  const known = merged.get(lower) ?? new WeakMap<TreeLayer, LayerDir>();
  const tree = known.get(layer) ?? mergeDirs(lower, layer.root);
  merged.set(lower, known.set(layer, tree));
  return tree;
}

function mergeDirs(lower: LayerDir, upper: LayerDir): LayerDir {
  if (upper.opaque) return mergeDirs({ ...lower, entries: new Map() }, { ...upper, opaque: false });
  const entries = new Map(lower.entries);
  for (const [name, node] of upper.entries) {
    const below = entries.get(name);
    if (node.kind === 'whiteout') entries.delete(name);
    else if (node.kind !== 'dir') entries.set(name, node);
    else entries.set(name, mergeDirs(below?.kind === 'dir' ? below : { ...node, entries: new Map() }, node));
  }
  return { ...upper, opaque: false, entries };
}
