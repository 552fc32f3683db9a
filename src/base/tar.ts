/**
 * Tar archives: ustar with POSIX (pax) records for what does not fit; GNU long names are read too.
 * @see POSIX pax(1) "ustar Interchange Format" and "pax Extended Header", Go archive/tar
 *
 * Limits: sparse files and multi-volume archives are not read.
 */
import { text, utf8 } from './http.ts';

export type TarKind = 'file' | 'link' | 'symlink' | 'char' | 'block' | 'dir' | 'fifo';

export interface TarEntry {
  /** As in the archive: `etc/passwd`; directories may end in a slash. */
  readonly name: string;
  readonly kind: TarKind;
  /** Permission bits. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Nanoseconds since 1970. */
  readonly mtime: bigint;
  /** Where a link or symlink leads. */
  readonly target: string;
  readonly bytes: Uint8Array;
  /** Extended attributes: name → value. */
  readonly xattrs?: Readonly<Record<string, string>>;
}

/** Why bytes are no archive. */
export type TarFault = 'invalid tar header' | 'unexpected EOF';

const BLOCK = 512;
const KINDS: readonly TarKind[] = ['file', 'link', 'symlink', 'char', 'block', 'dir', 'fifo'];
const XATTR = 'SCHILY.xattr.';
const SECOND = 1_000_000_000n;
const EMPTY = new Uint8Array(0);

/** An entry of root's: a plain file of 0644, unless told otherwise. */
export const rootEntry = (name: string, bytes: Uint8Array, other: Partial<TarEntry> = {}): TarEntry => ({
  name,
  kind: 'file',
  mode: 0o644,
  uid: 0,
  gid: 0,
  mtime: 0n,
  target: '',
  bytes,
  ...other,
});

/** All entries, in order; bytes are views of the archive. */
export function readTar(archive: Uint8Array): TarEntry[] | TarFault {
  const out: TarEntry[] = [];
  let next: Record<string, string> = {};
  let global: Record<string, string> = {};
  for (let at = 0; at + BLOCK <= archive.length; ) {
    const head = archive.subarray(at, at + BLOCK);
    at += BLOCK;
    if (head.every((b) => b === 0)) break;
    if (!checksumHolds(head)) return 'invalid tar header';
    const type = String.fromCharCode(head[156] as number);
    const own = type === 'x' || type === 'g' || type === 'L' || type === 'K' ? {} : next;
    const size = Number(own.size ?? number(head, 124, 12));
    const content = 'xgLK07\0'.includes(type) ? archive.subarray(at, at + size) : EMPTY;
    if ('xgLK07\0'.includes(type)) {
      if (content.length < size) return 'unexpected EOF';
      at += Math.ceil(size / BLOCK) * BLOCK;
    }
    if (type === 'x') next = { ...next, ...paxRecords(content) };
    else if (type === 'g') global = { ...global, ...paxRecords(content) };
    else if (type === 'L') next = { ...next, path: string(content, 0, size) };
    else if (type === 'K') next = { ...next, linkpath: string(content, 0, size) };
    else {
      const made = entry(head, type, { ...global, ...next }, content);
      if (made) out.push(made);
      next = {};
    }
  }
  return archive.length > 0 && archive.length < BLOCK ? 'unexpected EOF' : out;
}

function entry(
  head: Uint8Array,
  type: string,
  records: Readonly<Record<string, string>>,
  bytes: Uint8Array,
): TarEntry | undefined {
  const kind = type === '\0' || type === '7' ? 'file' : KINDS[Number(type)];
  if (!kind) return undefined;
  const prefix = string(head, 257, 5) === 'ustar' ? string(head, 345, 155) : '';
  const short = string(head, 0, 100);
  const name = records.path ?? (prefix === '' ? short : `${prefix}/${short}`);
  const xattrs = Object.entries(records).filter(([k]) => k.startsWith(XATTR));
  return {
    name,
    kind: kind === 'file' && name.endsWith('/') ? 'dir' : kind,
    mode: number(head, 100, 8) & 0o7777,
    uid: Number(records.uid ?? number(head, 108, 8)),
    gid: Number(records.gid ?? number(head, 116, 8)),
    mtime: records.mtime === undefined ? BigInt(number(head, 136, 12)) * SECOND : paxTime(records.mtime),
    target: records.linkpath ?? string(head, 157, 100),
    bytes,
    ...(xattrs.length > 0
      ? { xattrs: Object.fromEntries(xattrs.map(([k, v]) => [k.slice(XATTR.length), v])) }
      : undefined),
  };
}

function string(block: Uint8Array, at: number, length: number): string {
  const field = block.subarray(at, at + length);
  const end = field.indexOf(0);
  return text(end < 0 ? field : field.subarray(0, end));
}

/** Octal, or base 256 when the first bit is set. */
function number(block: Uint8Array, at: number, length: number): number {
  const first = block[at] as number;
  if ((first & 0x80) !== 0) {
    let value = first & 0x7f;
    for (let i = at + 1; i < at + length; i++) value = value * 256 + (block[i] as number);
    return value;
  }
  return Number.parseInt(string(block, at, length).trim() || '0', 8) || 0;
}

function checksumHolds(head: Uint8Array): boolean {
  const want = number(head, 148, 8);
  return sum(head) === want;
}

/** Sum of the header with its checksum field taken as spaces. */
function sum(head: Uint8Array): number {
  let total = 0;
  for (let i = 0; i < BLOCK; i++) total += i >= 148 && i < 156 ? 32 : (head[i] as number);
  return total;
}

/** `27 path=a/long/name\n` … */
function paxRecords(content: Uint8Array): Record<string, string> {
  const out: Record<string, string> = {};
  for (let at = 0; at < content.length; ) {
    const space = content.indexOf(32, at);
    const length = Number(text(content.subarray(at, space)));
    if (space < 0 || !(length > 0)) break;
    const record = text(content.subarray(space + 1, at + length - 1));
    const eq = record.indexOf('=');
    if (eq > 0) out[record.slice(0, eq)] = record.slice(eq + 1);
    at += length;
  }
  return out;
}

function paxTime(value: string): bigint {
  const [seconds = '0', fraction = ''] = value.split('.');
  return BigInt(seconds || '0') * SECOND + BigInt(fraction.slice(0, 9).padEnd(9, '0') || '0');
}

/** The two empty blocks that end an archive. */
export const TAR_END = new Uint8Array(2 * BLOCK);

/** One entry's blocks: header (after a pax header when one is needed), content, padding. */
export function tarEntry(e: TarEntry): Uint8Array[] {
  const records: [string, string][] = [];
  if (utf8(e.name).length > 100) records.push(['path', e.name]);
  if (utf8(e.target).length > 100) records.push(['linkpath', e.target]);
  for (const [k, v] of Object.entries(e.xattrs ?? {})) records.push([XATTR + k, v]);
  const out: Uint8Array[] = [];
  if (records.length > 0) {
    const content = utf8(records.map(([k, v]) => paxRecord(k, v)).join(''));
    const name = `PaxHeaders.0/${e.name.slice(0, 80)}`;
    out.push(header({ ...e, kind: 'file', name, mode: 0o644, target: '', bytes: content }, 'x'), ...padded(content));
  }
  out.push(header(e, String(KINDS.indexOf(e.kind))));
  if (e.kind === 'file') out.push(...padded(e.bytes));
  return out;
}

function paxRecord(key: string, value: string): string {
  const rest = utf8(` ${key}=${value}\n`).length;
  let length = rest + String(rest).length;
  if (rest + String(length).length !== length) length = rest + String(length).length;
  return `${length} ${key}=${value}\n`;
}

function padded(bytes: Uint8Array): Uint8Array[] {
  const rest = bytes.length % BLOCK;
  if (bytes.length === 0) return [];
  return rest === 0 ? [bytes] : [bytes, new Uint8Array(BLOCK - rest)];
}

function header(e: TarEntry, type: string): Uint8Array {
  const out = new Uint8Array(BLOCK);
  const put = (at: number, length: number, value: string): void => out.set(utf8(value).subarray(0, length), at);
  const octal = (at: number, length: number, value: number): void =>
    put(
      at,
      length,
      Math.max(0, value)
        .toString(8)
        .padStart(length - 1, '0'),
    );
  put(0, 100, e.name);
  octal(100, 8, e.mode);
  octal(108, 8, e.uid);
  octal(116, 8, e.gid);
  octal(124, 12, e.kind === 'file' ? e.bytes.length : 0);
  octal(136, 12, Number(e.mtime / SECOND));
  put(156, 1, type);
  put(157, 100, e.target);
  put(257, 8, 'ustar\x0000');
  octal(329, 8, 0);
  octal(337, 8, 0);
  put(148, 8, `${sum(out).toString(8).padStart(6, '0')}\0 `);
  return out;
}

/** Chunks of an archive of entries, with its end. */
export function* writeTar(entries: Iterable<TarEntry>): Generator<Uint8Array> {
  for (const e of entries) yield* tarEntry(e);
  yield TAR_END;
}
