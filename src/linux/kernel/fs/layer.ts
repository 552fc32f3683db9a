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

/** Bytes that are there. @param program set when the text is only the face of a program (a script) */
export function contentOf(bytes: Uint8Array, program?: string): Content {
  return { size: bytes.length, program, bytes: () => bytes };
}

const MAGIC = '\x7fELF\x02\x01\x01drydock\0';

/** The image of a program's binary: an ELF-like head that names the program, padded to its size. */
export function binary(program: string, size = 65536): Content {
  const head = utf8(`${MAGIC}${program}\0`);
  const total = Math.max(size, head.length);
  return {
    size: total,
    program,
    bytes: () => {
      const out = new Uint8Array(total);
      out.set(head);
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
  readonly size: number;
  constructor(readonly root: LayerDir) {
    this.size = sizeOf(root);
  }
}

function sizeOf(node: LayerNode): number {
  if (node.kind === 'file') return node.content.size;
  let sum = 0;
  if (node.kind === 'dir') for (const child of node.entries.values()) sum += sizeOf(child);
  return sum;
}

interface Draft {
  kind: 'draft';
  meta: LayerMeta;
  entries: Map<string, LayerNode | Draft>;
}

/** Builds the tree of a layer. @param mtime given to every inode, virtual ns */
export function layerOf(spec: LayerSpec, mtime: number): TreeLayer {
  const newDraft = (mode = 0o755, uid = 0, gid = 0): Draft => ({
    kind: 'draft',
    meta: { mode, uid, gid, mtime },
    entries: new Map(),
  });
  const root = newDraft();
  for (const [path, file] of Object.entries(spec)) {
    const names = path.split('/').filter((n) => n !== '');
    const last = names.pop();
    let dir = root;
    for (const name of names) {
      let next = dir.entries.get(name);
      if (next?.kind !== 'draft') {
        next = newDraft();
        dir.entries.set(name, next);
      }
      dir = next;
    }
    if (typeof file === 'object' && 'dir' in file) {
      const meta = { mode: file.mode ?? 0o755, uid: file.uid ?? 0, gid: file.gid ?? 0, mtime };
      const old = last === undefined ? root : dir.entries.get(last);
      if (old?.kind === 'draft') old.meta = meta;
      else if (last !== undefined) dir.entries.set(last, { kind: 'draft', meta, entries: new Map() });
    } else if (last !== undefined) dir.entries.set(last, leaf(file, mtime));
  }
  return new TreeLayer(seal(root));
}

function leaf(file: Exclude<LayerFile, { dir: true }>, mtime: number): LayerNode {
  if (typeof file === 'string')
    return { kind: 'file', mode: 0o644, uid: 0, gid: 0, mtime, content: contentOf(utf8(file)) };
  if ('link' in file) return { kind: 'symlink', mode: 0o777, uid: 0, gid: 0, mtime, target: file.link };
  if ('text' in file) {
    const program = 'program' in file ? file.program : undefined;
    const mode = file.mode ?? (program === undefined ? 0o644 : 0o755);
    const owner = { uid: ('uid' in file && file.uid) || 0, gid: ('gid' in file && file.gid) || 0 };
    return { kind: 'file', mode, ...owner, mtime, content: contentOf(utf8(file.text), program) };
  }
  return { kind: 'file', mode: file.mode ?? 0o755, uid: 0, gid: 0, mtime, content: binary(file.program, file.size) };
}

function seal(d: Draft): LayerDir {
  const entries = new Map<string, LayerNode>();
  for (const [name, node] of d.entries) entries.set(name, node.kind === 'draft' ? seal(node) : node);
  return { kind: 'dir', ...d.meta, entries };
}

/** One tree of all layers, bottom first: upper entries win, directories merge, whiteouts remove. */
export function mergeLayers(layers: readonly TreeLayer[]): LayerDir {
  let merged: LayerDir = { kind: 'dir', mode: 0o755, uid: 0, gid: 0, mtime: 0, entries: new Map() };
  for (const layer of layers) merged = mergeDirs(merged, layer.root);
  return merged;
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
