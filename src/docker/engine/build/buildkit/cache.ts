/**
 * What BuildKit remembers: the layer that each step made, images it has fetched, directories of cache mounts.
 * @see moby/buildkit cache/manager.go; moby builder/builder-next/builder.go: DiskUsage, Prune
 */

import type { BuildCacheRecord } from '../../../api/types.ts';
import { sha256 } from '../../../images/digest.ts';
import type { ImageLayer } from '../../../images/store.ts';
import { rfc3339Nano } from '../../../time.ts';
import type { Daemon } from '../../daemon.ts';
import { removeAll } from '../../removeall.ts';

/** One thing that is remembered. */
export interface CacheRecord {
  readonly id: string;
  readonly type: 'exec.cachemount' | 'internal' | 'regular' | 'source.local';
  readonly description: string;
  /** Of a step: what it wrote. */
  readonly layer: ImageLayer | undefined;
  readonly parents: readonly string[];
  readonly created: bigint;
  lastUsed: bigint;
  usage: number;
  /** Its directory on the machine. */
  readonly dir?: string;
  size: number;
}

/** How many are kept; the oldest go. */
const CAPACITY = 1000;
const DIGITS = '0123456789abcdefghijklmnopqrstuvwxyz';

/** 25 digits of base 36, from a text. @see moby/buildkit identity/randomid.go */
export function idOf(text: string): string {
  let n = BigInt(`0x${sha256(text)}`);
  let out = '';
  for (let i = 0; i < 25; i++) {
    out += DIGITS[Number(n % 36n)];
    n /= 36n;
  }
  return out;
}

/** A uuid, from a text. */
export function uuidOf(text: string): string {
  const h = sha256(text);
  return `${h.slice(0, 8)}-${h.slice(8, 12)}-4${h.slice(13, 16)}-8${h.slice(17, 20)}-${h.slice(20, 32)}`;
}

/** Records by what made them. */
export class BuildCache {
  readonly #records = new Map<string, CacheRecord>();
  #count = 0;
  /** Records that had to go for others. */
  dropped = 0;

  constructor(readonly daemon: Daemon) {}

  get(key: string): CacheRecord | undefined {
    return this.#records.get(key);
  }

  /** Notes that it was used again. */
  touch(record: CacheRecord): void {
    record.lastUsed = this.daemon.now();
    record.usage++;
  }

  add(
    key: string,
    made: Pick<CacheRecord, 'description' | 'layer' | 'parents' | 'type'> & { dir?: string; size?: number },
  ): CacheRecord {
    const now = this.daemon.now();
    const record: CacheRecord = {
      id: idOf(`${this.daemon.id} ${++this.#count} ${key}`),
      type: made.type,
      description: made.description,
      layer: made.layer,
      parents: made.parents,
      created: now,
      lastUsed: now,
      usage: 1,
      size: made.size ?? made.layer?.size ?? 0,
      ...(made.dir === undefined ? {} : { dir: made.dir }),
    };
    this.#records.set(key, record);
    while (this.#records.size > CAPACITY) {
      this.#remove(...(this.#records.entries().next().value as [string, CacheRecord]));
      this.dropped++;
    }
    return record;
  }

  #remove(key: string, { dir }: CacheRecord): void {
    this.#records.delete(key);
    if (dir !== undefined) removeAll(this.daemon.kernel.root.fs, dir);
  }

  /** Layers that images have too are not counted twice. */
  #isShared(record: CacheRecord): boolean {
    return record.layer !== undefined && this.daemon.images.layer(record.layer.diffId) !== undefined;
  }

  #size(record: CacheRecord): number {
    return record.dir === undefined ? record.size : sizeBelow(this.daemon, record.dir);
  }

  #row(record: CacheRecord): BuildCacheRecord {
    return {
      ID: record.id,
      ...(record.parents.length > 0 ? { Parents: record.parents } : {}),
      Type: record.type,
      Description: record.description,
      InUse: false,
      Shared: this.#isShared(record),
      Size: this.#size(record),
      CreatedAt: rfc3339Nano(record.created),
      LastUsedAt: rfc3339Nano(record.lastUsed),
      UsageCount: record.usage,
    };
  }

  /** Newest first. */
  rows(): BuildCacheRecord[] {
    return [...this.#records.values()].reverse().map((r) => this.#row(r));
  }

  lastUsed(id: string): bigint {
    return [...this.#records.values()].find((r) => r.id === id)?.lastUsed ?? 0n;
  }

  /** @param wanted which may go, besides that shared and internal ones go only with `all` @param keep bytes that stay */
  prune(all: boolean, wanted: (row: BuildCacheRecord) => boolean, keep: number): BuildCacheRecord[] {
    const gone: BuildCacheRecord[] = [];
    let total = this.rows().reduce((n, r) => n + (r.Shared ? 0 : r.Size), 0);
    for (const [key, record] of [...this.#records]) {
      const row = this.#row(record);
      if (!all && (row.Shared || row.Type === 'internal')) continue;
      if (!wanted(row) || (keep > 0 && total <= keep)) continue;
      this.#remove(key, record);
      total -= row.Size;
      gone.push(row);
    }
    return gone;
  }
}

function sizeBelow(daemon: Daemon, dir: string): number {
  const { fs } = daemon.kernel.root;
  const list = fs.readdir(dir);
  if (!Array.isArray(list)) return 0;
  let out = 0;
  for (const { name } of list) {
    const path = `${dir}/${name}`;
    const stat = fs.stat(path, false);
    if ('kind' in stat && stat.kind === 'dir') out += sizeBelow(daemon, path);
    else if ('size' in stat) out += stat.size;
  }
  return out;
}

/** The engine's; made at the first build. */
export function cacheOf(daemon: Daemon): BuildCache {
  daemon.buildKit ??= new BuildCache(daemon);
  return daemon.buildKit;
}
